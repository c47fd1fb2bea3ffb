// SPDX-License-Identifier: MIT
#include <boost/outcome/result.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <fmt/format.h>
#include <string>

#include "support/print.hpp"

import portolan.cli;

using namespace portolan;
using namespace portolan::cli;
using namespace std::chrono_literals;
namespace data = boost::unit_test::data;

BOOST_AUTO_TEST_SUITE(apps_arguments)

BOOST_AUTO_TEST_CASE(a_mapping_is_a_protocol_and_a_port) {
    const auto spec = parsePortSpec("tcp:8080");
    BOOST_TEST_REQUIRE(spec.has_value());
    BOOST_TEST((spec.value() == PortSpec{Protocol::tcp, 8080, 0}));
}

BOOST_AUTO_TEST_CASE(a_mapping_may_wish_for_an_external_port) {
    const auto spec = parsePortSpec("udp:65535:1");
    BOOST_TEST_REQUIRE(spec.has_value());
    BOOST_TEST((spec.value() == PortSpec{Protocol::udp, 65535, 1}));
}

BOOST_AUTO_TEST_CASE(an_interface_has_a_name_that_systems_allow) {
    BOOST_TEST((parseInterface("eth0").value() == "eth0"));
    BOOST_TEST((parseInterface("enp0s31f6.4094x").value() == "enp0s31f6.4094x"));
    for (const char* name : {"", "enp0s31f6.4094xy", "eth 0", "eth/0", "%eth0"}) {
        BOOST_TEST(parseInterface(name).has_error());
    }
}

BOOST_AUTO_TEST_CASE(a_protocol_may_be_a_number) {
    const auto spec = parsePortSpec("47:all");
    BOOST_TEST_REQUIRE(spec.has_value());
    BOOST_TEST((spec.value() == PortSpec{static_cast<Protocol>(47), 0, 0}));
}

BOOST_DATA_TEST_CASE(a_mapping_reads_as_it_was_written,
                     data::make({"tcp:1", "udp:8080:443", "sctp:all", "all:all", "47:all"}), text) {
    BOOST_TEST(toText(parsePortSpec(text).value()) == text);
}

BOOST_DATA_TEST_CASE(refuses_what_is_no_mapping,
                     data::make({"",
                                 "tcp",
                                 "tcp:",
                                 ":80",
                                 "tcp:0",
                                 "tcp:00",
                                 "tcp:65536",
                                 "tcp:-1",
                                 "tcp:+1",
                                 "tcp: 1",
                                 "tcp:80x",
                                 "tcp:0x50",
                                 "tcp:80:",
                                 "tcp:80:0",
                                 "tcp:80:65536",
                                 "tcp:80:81:82",
                                 "tcp:99999999999999999999",
                                 "TCP:80",
                                 "icmpv6:80",
                                 "256:80",
                                 "-1:80",
                                 "all:80",
                                 "0:80",
                                 "tcp:all:80",
                                 "6 :80"}),
                     text) {
    const auto spec = parsePortSpec(text);
    BOOST_TEST_REQUIRE(!spec.has_value());
    BOOST_TEST(!spec.error().message.empty());
}

BOOST_AUTO_TEST_CASE(a_mapping_to_delete_has_no_external_port) {
    BOOST_TEST(!parseInternalPort("tcp:80:81").has_value());
}

BOOST_DATA_TEST_CASE(
    reads_addresses,
    data::make({"192.0.2.1", "2001:db8::1", "[2001:db8::1]", "::ffff:192.0.2.1", "fe80::1%lo", "fe80::1%1", "::1"}) ^
        data::make({"192.0.2.1", "2001:db8::1", "2001:db8::1", "192.0.2.1", "fe80::1%lo", "fe80::1%lo", "::1"}),
    text, meaning) {
    const auto address = parseAddress(text);
    BOOST_TEST_REQUIRE(address.has_value());
    BOOST_TEST(address.value().to_string() == meaning);
}

BOOST_DATA_TEST_CASE(refuses_what_is_no_address_of_a_host,
                     data::make({"",
                                 "192.0.2",
                                 "192.0.2.256",
                                 "192.0.2.1.1",
                                 "0.0.0.0",
                                 "::",
                                 "224.0.0.1",
                                 "ff02::1",
                                 "router.example",
                                 "192.0.2.1 ",
                                 "[192.0.2.1]",
                                 "[::1",
                                 "::1]",
                                 "[::1]x",
                                 "[]",
                                 "1",
                                 "fe80::1",
                                 "fe80::1%",
                                 "fe80::1%no-such-interface",
                                 "fe80::1%4294967",
                                 "fe80::1%1x",
                                 "[fe80::1%1x]",
                                 "2001:db8::1%lo",
                                 "::1%1"}),
                     text) {
    BOOST_TEST(!parseAddress(text).has_value());
}

BOOST_DATA_TEST_CASE(reads_endpoints,
                     data::make({"192.0.2.1", "192.0.2.1:53", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:53",
                                 "[fe80::1%lo]:53"}) ^
                         data::make({"192.0.2.1 5351", "192.0.2.1 53", "2001:db8::1 5351", "2001:db8::1 5351",
                                     "2001:db8::1 53", "fe80::1%lo 53"}),
                     text, meaning) {
    const auto endpoint = parseEndpoint(text, 5351);
    BOOST_TEST_REQUIRE(endpoint.has_value());
    BOOST_TEST(fmt::format("{} {}", endpoint.value().address().to_string(), endpoint.value().port()) == meaning);
}

BOOST_DATA_TEST_CASE(refuses_what_is_no_endpoint,
                     data::make({"", ":53", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:53:54",
                                 "[192.0.2.1]:53", "[2001:db8::1]:", "[2001:db8::1]53", "[2001:db8::1]:x",
                                 "2001:db8::1]:53"}),
                     text) {
    BOOST_TEST(!parseEndpoint(text, 5351).has_value());
}

BOOST_AUTO_TEST_CASE(reads_lifetimes_up_to_32_bits) {
    BOOST_TEST((parseLifetime("1").value() == 1s));
    BOOST_TEST((parseLifetime("4294967295").value() == 4294967295s));
}

BOOST_DATA_TEST_CASE(refuses_lifetimes_out_of_range,
                     data::make({"", "0", "-1", "4294967296", "1.5", "1h", " 1", "1e3", "18446744073709551617"}),
                     text) {
    BOOST_TEST(!parseLifetime(text).has_value());
}

BOOST_AUTO_TEST_CASE(reads_timeouts_with_a_fraction) {
    BOOST_TEST((parseTimeout("2").value() == 2000ms));
    BOOST_TEST((parseTimeout("0.25").value() == 250ms));
}

BOOST_DATA_TEST_CASE(refuses_timeouts_that_are_none,
                     data::make({"", "0", "-1", "nan", "inf", "1e9", "0.0001", "2s", "86401"}), text) {
    BOOST_TEST(!parseTimeout(text).has_value());
}

BOOST_DATA_TEST_CASE(reads_nonces,
                     data::make({"4f2a9c017be3d8560d91ac44", "4F2A9C017BE3D8560D91AC44",
                                 "4f 2a 9c 01 7b e3 d8 56 0d 91 ac 44"}),
                     text) {
    const auto nonce = parseNonce(text);
    BOOST_TEST_REQUIRE(nonce.has_value());
    BOOST_TEST(fmt::format("{}", nonce.value()) == "4f2a9c017be3d8560d91ac44");
}

BOOST_DATA_TEST_CASE(refuses_what_is_no_nonce,
                     data::make({"", "4f2a9c017be3d8560d91ac", "4f2a9c017be3d8560d91ac4", "4f2a9c017be3d8560d91ac4400",
                                 "4f2a9c017be3d8560d91ac4g"}),
                     text) {
    BOOST_TEST(!parseNonce(text).has_value());
}

BOOST_AUTO_TEST_CASE(a_filter_counts_the_prefix_of_an_ipv4_address_from_bit_96) {
    const auto filter = parseFilter("198.51.100.0/24");
    BOOST_TEST_REQUIRE(filter.has_value());
    BOOST_TEST((filter.value() == Filter{120, 0, wire::Address::v4(198, 51, 100, 0)}));
}

BOOST_AUTO_TEST_CASE(a_filter_may_have_a_port) {
    const auto filter = parseFilter("198.51.100.7/32:4000");
    BOOST_TEST_REQUIRE(filter.has_value());
    BOOST_TEST((filter.value() == Filter{128, 4000, wire::Address::v4(198, 51, 100, 7)}));
}

BOOST_DATA_TEST_CASE(a_filter_may_be_ipv6, data::make({"[2001:db8::]/32:80", "2001:db8::/32:80"}), text) {
    const auto filter = parseFilter(text);
    BOOST_TEST_REQUIRE(filter.has_value());
    const wire::Address prefix{{0x20, 0x01, 0x0d, 0xb8}};
    BOOST_TEST((filter.value() == Filter{32, 80, prefix}));
}

BOOST_DATA_TEST_CASE(refuses_what_is_no_filter,
                     data::make({"", "198.51.100.0", "198.51.100.0/", "198.51.100.0/0", "198.51.100.0/33",
                                 "198.51.100.0/-1", "198.51.100.0/24:", "198.51.100.0/24:0", "198.51.100.0/24:65536",
                                 "198.51.100.0/24/25", "2001:db8::/129", "2001:db8::/0", "[2001:db8::/32]",
                                 "example/24", "/24"}),
                     text) {
    BOOST_TEST(!parseFilter(text).has_value());
}

BOOST_AUTO_TEST_CASE(knows_the_protocols_to_speak) {
    BOOST_TEST((parseSpeak("auto").value() == Speak::any));
    BOOST_TEST((parseSpeak("pcp").value() == Speak::pcp));
    BOOST_TEST((parseSpeak("nat-pmp").value() == Speak::natPmp));
    BOOST_TEST((parseSpeak("upnp").value() == Speak::upnp));
    BOOST_TEST((parseSpeak("strict").value() == Speak::strict));
    BOOST_TEST(!parseSpeak("igd").has_value());
}

BOOST_AUTO_TEST_CASE(names_every_profile_when_one_is_unknown) {
    const auto profile = parseProfile("fritzbox");
    BOOST_TEST_REQUIRE(!profile.has_value());
    BOOST_TEST(profile.error().message.find("nat-pmp-only") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
