// SPDX-License-Identifier: MIT
// decode --pcap: captures of this program and of others, sound and hostile.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <pcap/dlt.h>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capture.hpp"
#include "process.hpp"
#include "simulator.hpp"
#include "support/temporary_folder.hpp"

using namespace portolan::testing;
using Json = nlohmann::ordered_json;
namespace data = boost::unit_test::data;

namespace {

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// A capture of a test's own.
struct Place : TemporaryFolder {
    [[nodiscard]] std::string file() const { return (path / "traffic.pcap").string(); }

    [[nodiscard]] Finished decoded(std::vector<std::string> options = {}) const {
        options.insert(options.begin(), {"decode", "--pcap", file()});
        return runCommand(options);
    }

    /// The objects of --json.
    [[nodiscard]] std::vector<Json> objects(std::vector<std::string> options = {}) const {
        options.emplace_back("--json");
        std::istringstream lines{decoded(std::move(options)).out};
        std::vector<Json> read;
        for (std::string line; std::getline(lines, line);) {
            read.push_back(Json::parse(line));
        }
        return read;
    }
};

const Octets request = packet("map_create_request");
const Octets response = packet("map_create_response");

/// The header before a packet of IPv4 on a link of this kind.
Octets linkHeader(int linkType) {
    switch (linkType) {
    case DLT_EN10MB:
        return octets("02 00 00 00 00 01 02 00 00 00 00 02 08 00");
    case DLT_LINUX_SLL:
        return octets("00 00 00 01 00 06 02 00 00 00 00 02 00 00 08 00");
    case DLT_LINUX_SLL2:
        return octets("08 00 00 00 00 00 00 02 00 01 00 06 02 00 00 00 00 02 00 00");
    case DLT_NULL:
        return octets("02 00 00 00");
    case DLT_LOOP:
        return octets("00 00 00 02");
    default:
        return {};
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(apps_decode_capture)

BOOST_AUTO_TEST_CASE(explains_what_map_has_captured) {
    const Place place;
    const Simulator gateway;
    runCommand({"map", "tcp:8080", "--gateway", gateway.gateway(), "--pcap", place.file()});
    const Finished finished = place.decoded({"--port", std::to_string(gateway.port())});
    BOOST_TEST(finished.status == 0);
    BOOST_TEST(contains(finished.out, "MAP request: tcp 8080"));
    BOOST_TEST(contains(finished.out, "MAP response SUCCESS"));
    BOOST_TEST(contains(finished.out, "[answers #"));
    BOOST_TEST(contains(finished.out, " packets are of PCP or NAT-PMP"));
}

BOOST_DATA_TEST_CASE(reads_every_kind_of_link,
                     data::make({DLT_EN10MB, DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_NULL, DLT_LOOP, DLT_RAW}), linkType) {
    const Place place;
    writeCapture(
        place.file(), linkType,
        {joined(linkHeader(linkType), ipv4Packet(request)), joined(linkHeader(linkType), ipv4Packet(response, true))});
    const auto objects = place.objects();
    BOOST_TEST_REQUIRE(objects.size() == 3);
    BOOST_TEST(objects[0].at("part") == "request");
    BOOST_TEST(objects[1].at("part") == "answer");
    BOOST_TEST(objects[1].at("from").at("address") == "192.0.2.1");
}

BOOST_AUTO_TEST_CASE(looks_behind_vlan_tags_and_padding) {
    const Place place;
    const Octets tagged = octets("02 00 00 00 00 01 02 00 00 00 00 02 88 a8 00 05 81 00 00 07 08 00");
    const Octets short2 = packet("nat_pmp_address_request");
    writeCapture(place.file(), DLT_EN10MB, {joined(tagged, joined(ipv4Packet(short2), Octets(20)))});
    const auto objects = place.objects();
    BOOST_TEST_REQUIRE(objects.size() == 2);
    BOOST_TEST(objects[0].at("octets") == 2);
    BOOST_TEST(objects[0].at("message").at("opcode") == "EXTERNAL_ADDRESS");
}

BOOST_AUTO_TEST_CASE(finds_retransmissions_and_the_round_trip_of_the_last) {
    const Place place;
    writeCapture(place.file(), DLT_RAW, {ipv6Packet(request), ipv6Packet(request), ipv6Packet(response, true)});
    const auto objects = place.objects();
    BOOST_TEST_REQUIRE(objects.size() == 4);
    BOOST_TEST(objects[1].at("part") == "retransmission");
    BOOST_TEST(objects[1].at("first_frame") == 1);
    BOOST_TEST(objects[2].at("part") == "answer");
    BOOST_TEST(objects[2].at("request_frame") == 2);
    BOOST_TEST(objects[2].at("round_trip_s") == 0.001);
    BOOST_TEST(objects[2].at("time_s") == 0.002);
}

BOOST_AUTO_TEST_CASE(names_requests_without_an_answer) {
    const Place place;
    writeCapture(place.file(), DLT_RAW, {ipv4Packet(packet("nat_pmp_address_request")), ipv4Packet(request)});
    BOOST_TEST(contains(place.decoded().out, "; without an answer: #1, #2\n"));
    BOOST_TEST(place.objects().back().at("unanswered") == Json({1, 2}));
}

BOOST_AUTO_TEST_CASE(verbose_has_every_octet) {
    const Place place;
    writeCapture(place.file(), DLT_RAW, {ipv4Packet(response, true)});
    BOOST_TEST(contains(place.decoded({"--verbose"}).out, "\n  40  1f 90                    internal_port"));
    BOOST_TEST(place.objects({"--verbose"}).front().at("message").contains("fields"));
}

BOOST_AUTO_TEST_CASE(names_fragments_and_skips_them) {
    const Place place;
    Octets first = ipv4Packet(request);
    first[6] = 0x20; // more fragments
    Octets later = ipv4Packet(request);
    later[7] = 0x0b; // 88 octets on
    Octets foreign = later;
    foreign[5] = 9; // of another datagram, whose ports nobody knows
    writeCapture(place.file(), DLT_RAW, {first, later, foreign});
    const Finished finished = place.decoded();
    BOOST_TEST(contains(finished.out, "skipped: the first fragment of a datagram"));
    BOOST_TEST(contains(finished.out, "skipped: a further fragment of a datagram"));
    BOOST_TEST(contains(finished.out, "0 of 3 packets are of PCP or NAT-PMP"));
    BOOST_TEST(contains(finished.out, "; 2 skipped"));
}

BOOST_AUTO_TEST_CASE(tells_how_much_of_a_datagram_was_captured) {
    const Place place;
    writeCapture(place.file(), DLT_RAW, {ipv4Packet(request)}, 28 + 24);
    const Finished finished = place.decoded();
    BOOST_TEST(finished.status == 1);
    BOOST_TEST(contains(finished.out, "(the capture has 24 of its 60 octets)"));
    BOOST_TEST(place.objects().front().at("missing") == 36);
}

BOOST_AUTO_TEST_CASE(absurd_lengths_have_clear_words) {
    const Place place;
    Octets longUdp = ipv4Packet(request);
    longUdp[24] = longUdp[25] = 0xff;
    Octets shortUdp = ipv6Packet(request);
    shortUdp[44] = 0;
    shortUdp[45] = 7;
    Octets badHeader = ipv4Packet(request);
    badHeader[0] = 0x41;
    writeCapture(place.file(), DLT_RAW, {longUdp, shortUdp, badHeader});
    const Finished finished = place.decoded();
    BOOST_TEST(finished.status == 0);
    BOOST_TEST(contains(finished.out, "skipped: the length of UDP reaches past the end of the packet"));
    BOOST_TEST(contains(finished.out, "skipped: the length of UDP is less than its header"));
    BOOST_TEST(contains(finished.out, "; 1 packets could not be read"));
}

BOOST_AUTO_TEST_CASE(a_cut_file_is_read_as_far_as_it_goes) {
    const Place place;
    writeCapture(place.file(), DLT_RAW, {ipv4Packet(request), ipv4Packet(request)});
    std::filesystem::resize_file(place.file(), std::filesystem::file_size(place.file()) - 5);
    const Finished finished = place.decoded();
    BOOST_TEST(finished.status == 1);
    BOOST_TEST(contains(finished.out, "MAP request"));
    BOOST_TEST(contains(finished.err, "truncated"));
    BOOST_TEST(contains(finished.err, "after 1 packets"));
}

BOOST_DATA_TEST_CASE(what_is_no_capture_is_told, data::make({"", "hello, world, this is text", "\x0a\x0d\x0d\x0a"}),
                     text) {
    const Place place;
    std::ofstream{place.file()} << text;
    const Finished finished = place.decoded();
    BOOST_TEST(finished.status == 1);
    BOOST_TEST(finished.err.starts_with("portolan: --pcap: "));
    BOOST_TEST(finished.err.find('\n') == finished.err.size() - 1);
}

BOOST_AUTO_TEST_CASE(a_link_that_is_not_read_is_named) {
    const Place place;
    writeCapture(place.file(), DLT_IEEE802_11, {});
    const Finished finished = place.decoded();
    BOOST_TEST(finished.status == 1);
    BOOST_TEST(contains(finished.err, "IEEE802_11"));
}

BOOST_AUTO_TEST_CASE(reads_pcapng) {
    const Place place;
    const Octets head = octets("0a 0d 0d 0a 1c 00 00 00 4d 3c 2b 1a 01 00 00 00 ff ff ff ff ff ff ff ff 1c 00 00 00"
                               "01 00 00 00 14 00 00 00 65 00 00 00 ff ff 00 00 14 00 00 00" // raw IP
                               "06 00 00 00 40 00 00 00 00 00 00 00 00 00 06 00 00 00 00 00 1e 00 00 00 1e 00 00 00");
    const Octets body = joined(ipv4Packet(packet("nat_pmp_address_request")), octets("00 00"));
    const Octets file = joined(joined(head, body), octets("40 00 00 00"));
    std::ofstream{place.file(), std::ios::binary}.write(reinterpret_cast<const char*>(file.data()),
                                                        static_cast<std::streamsize>(file.size()));
    const auto objects = place.objects();
    BOOST_TEST_REQUIRE(objects.size() == 2);
    BOOST_TEST(objects[0].at("message").at("protocol") == "nat-pmp");
}

BOOST_AUTO_TEST_CASE(a_file_without_its_option_is_told_apart_from_hex) {
    const Place place;
    writeCapture(place.file(), DLT_RAW, {});
    const Finished finished = runCommand({"decode", place.file()});
    BOOST_TEST(finished.status == 1);
    BOOST_TEST(contains(finished.err, "portolan decode --pcap " + place.file()));
}

BOOST_AUTO_TEST_SUITE_END()
