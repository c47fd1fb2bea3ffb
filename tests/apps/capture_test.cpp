// SPDX-License-Identifier: MIT
// Packets as pure octets, and who answers whom.
#include <algorithm>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <pcap/dlt.h>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "support/octets.hpp"

import portolan.cli;

using namespace portolan;
using namespace portolan::cli;
using namespace std::chrono_literals;
using portolan::testing::Octets;
using portolan::testing::octets;
using portolan::testing::packet;
namespace data = boost::unit_test::data;

namespace {

const wire::Address host = wire::Address::v4(192, 168, 1, 57);
const wire::Address gateway = wire::Address::v4(192, 168, 1, 1);
const wire::Address hostV6{{0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}};
const wire::Address gatewayV6{{0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

const Octets request = packet("map_create_request");
const Octets response = packet("map_create_response");
const Octets natPmpRequest = packet("nat_pmp_address_request");

UdpPacket asking(const Octets& payload) {
    return {host, 40000, gateway, wire::serverPort, payload};
}

UdpPacket answering(const Octets& payload) {
    return {gateway, wire::serverPort, host, 40000, payload};
}

/// A packet of IPv6 with these extension headers before its UDP.
Octets withExtensions(std::uint8_t first, const Octets& extensions) {
    Octets whole = ipPacket({hostV6, 40000, gatewayV6, wire::serverPort, natPmpRequest});
    whole[6] = first;
    whole[5] = static_cast<std::uint8_t>(whole[5] + extensions.size());
    whole.insert(whole.begin() + 40, extensions.begin(), extensions.end());
    return whole;
}

} // namespace

BOOST_AUTO_TEST_SUITE(apps_capture)

BOOST_AUTO_TEST_CASE(what_was_packed_is_read_again) {
    for (const auto& [from, to] : {std::pair{host, gateway}, std::pair{hostV6, gatewayV6}}) {
        const Octets packet = ipPacket({from, 40000, to, 5351, request});
        const PacketReading read = readPacket(DLT_RAW, packet);
        BOOST_TEST((read.shape == Shape::whole));
        BOOST_TEST((read.udp.source == from));
        BOOST_TEST((read.udp.destination == to));
        BOOST_TEST(read.udp.sourcePort == 40000);
        BOOST_TEST(read.udp.destinationPort == 5351);
        BOOST_TEST(spacedHex(read.udp.payload) == spacedHex(request));
        BOOST_TEST(read.udp.missing == 0);
    }
}

BOOST_AUTO_TEST_CASE(the_headers_are_right_to_the_octet) {
    const Octets two = octets("00 00");
    BOOST_TEST(spacedHex(ipPacket({host, 40000, gateway, 5351, two})) ==
               "45 00 00 1e 00 00 40 00 40 11 b7 44 c0 a8 01 39 c0 a8 01 01 "
               "9c 40 14 e7 00 0a cb 27 00 00");
}

BOOST_AUTO_TEST_CASE(extension_headers_of_ipv6_are_stepped_over) {
    const Octets hopByHop = octets("3c 00 01 04 00 00 00 00");
    const Octets destination = octets("11 01 01 0c 00 00 00 00 00 00 00 00 00 00 00 00");
    Octets both = hopByHop;
    both.insert(both.end(), destination.begin(), destination.end());
    const PacketReading read = readPacket(DLT_RAW, withExtensions(0, both));
    BOOST_TEST((read.shape == Shape::whole));
    BOOST_TEST(read.udp.payload.size() == 2);
}

BOOST_AUTO_TEST_CASE(fragments_of_ipv6_are_told_apart) {
    const PacketReading first = readPacket(DLT_RAW, withExtensions(44, octets("11 00 00 01 00 00 00 2a")));
    BOOST_TEST((first.shape == Shape::firstFragment));
    BOOST_TEST(first.udp.destinationPort == 5351);
    BOOST_TEST(first.fragmentId == 42);
    const PacketReading later = readPacket(DLT_RAW, withExtensions(44, octets("11 00 00 08 00 00 00 2a")));
    BOOST_TEST((later.shape == Shape::laterFragment));
    const PacketReading only = readPacket(DLT_RAW, withExtensions(44, octets("11 00 00 00 00 00 00 2a")));
    BOOST_TEST((only.shape == Shape::whole)); // a fragment that is all there is (RFC 6946)
}

BOOST_AUTO_TEST_CASE(extension_headers_without_end_are_malformed) {
    const PacketReading read = readPacket(DLT_RAW, withExtensions(0, octets("00 ff 00 00 00 00 00 00")));
    BOOST_TEST((read.shape == Shape::malformed));
}

BOOST_AUTO_TEST_CASE(any_octets_are_safe_on_any_link) {
    std::mt19937 random{20261126}; // NOLINT(cert-msc51-cpp): the same each time
    constexpr int links[]{DLT_EN10MB, DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_NULL, DLT_LOOP, DLT_RAW};
    for (int round = 0; round < 20'000; ++round) {
        Octets changed =
            ipPacket(round % 2 == 0 ? asking(request) : UdpPacket{hostV6, 40000, gatewayV6, wire::serverPort, request});
        for (auto changes = random() % 6; changes > 0; --changes) {
            changed[random() % std::min<std::size_t>(changed.size(), 64)] = static_cast<std::uint8_t>(random());
        }
        changed.resize(random() % (changed.size() + 1));
        const Octets exact{changed}; // so that a sanitizer sees what is read beyond
        const PacketReading read = readPacket(links[random() % std::size(links)], exact);
        if (read.shape == Shape::whole) {
            BOOST_TEST(read.udp.payload.size() <= exact.size());
        }
    }
}

BOOST_AUTO_TEST_CASE(an_answer_is_that_of_the_same_mapping) {
    BOOST_TEST(answers(request, response));
    Octets otherPort = response;
    otherPort[41] ^= 1;
    BOOST_TEST(!answers(request, otherPort));
    Octets otherNonce = response;
    otherNonce[24] ^= 1;
    BOOST_TEST(!answers(request, otherNonce));
    BOOST_TEST(!answers(natPmpRequest, response));
    BOOST_TEST(answers(natPmpRequest, packet("nat_pmp_address_response")));
}

BOOST_DATA_TEST_CASE(a_refusal_of_the_version_answers_whatever_was_asked,
                     data::make({"nat_pmp_only_opcode_0", "nat_pmp_only_opcode_128", "nat_pmp_only_opcode_129",
                                 "unsupp_version_response"}),
                     name) {
    BOOST_TEST(answers(request, packet(name)));
}

BOOST_AUTO_TEST_CASE(a_request_that_cannot_be_read_is_answered_by_its_opcode) {
    const Octets broken = octets("02 01 00");
    BOOST_TEST(answers(broken, response));
    BOOST_TEST(!answers(octets("02 00 00"), response));
}

BOOST_AUTO_TEST_CASE(asked_again_after_the_answer_is_asked_anew) {
    Conversation conversation;
    BOOST_TEST((conversation.add(1, 0ms, asking(request)).part == Part::request));
    BOOST_TEST((conversation.add(2, 1ms, answering(response)).part == Part::answer));
    BOOST_TEST((conversation.add(3, 2ms, asking(request)).part == Part::request));
    BOOST_TEST((conversation.unanswered() == std::vector<std::uint64_t>{3}));
    const Role second = conversation.add(4, 5ms, answering(response));
    BOOST_TEST((second.part == Part::answer));
    BOOST_TEST(second.request == 3);
    BOOST_TEST((second.roundTrip == 3ms));
}

BOOST_AUTO_TEST_CASE(a_second_answer_is_a_repetition) {
    Conversation conversation;
    (void)conversation.add(1, 0ms, asking(request));
    (void)conversation.add(2, 1ms, answering(response));
    const Role again = conversation.add(3, 2ms, answering(response));
    BOOST_TEST((again.part == Part::repeatedAnswer));
    BOOST_TEST(again.request == 1);
}

BOOST_AUTO_TEST_CASE(requests_of_other_ports_are_of_other_clients) {
    Conversation conversation;
    (void)conversation.add(1, 0ms, asking(request));
    UdpPacket toAnother = answering(response);
    toAnother.destinationPort = 40001;
    BOOST_TEST((conversation.add(2, 1ms, toAnother).part == Part::unrelated));
}

BOOST_AUTO_TEST_CASE(what_is_sent_to_all_hosts_is_an_announcement) {
    Conversation conversation;
    const Octets restart = packet("announce_restart");
    const UdpPacket announced{gateway, wire::serverPort, wire::Address::v4(224, 0, 0, 1), wire::announcementPort,
                              restart};
    BOOST_TEST((conversation.add(1, 0ms, announced).part == Part::announcement));
}

BOOST_AUTO_TEST_CASE(of_very_many_requests_the_oldest_are_forgotten_but_counted) {
    Conversation conversation;
    for (std::uint16_t port = 0; port < 2000; ++port) {
        Octets one = request;
        one[40] = static_cast<std::uint8_t>(port >> 8);
        one[41] = static_cast<std::uint8_t>(port);
        (void)conversation.add(port + 1U, 0ms, asking(one));
    }
    BOOST_TEST(conversation.unanswered().size() == 2000);
}

BOOST_AUTO_TEST_SUITE_END()
