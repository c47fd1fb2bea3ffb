// SPDX-License-Identifier: MIT
// PCP servers out of the options of DHCP.
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "support/octets.hpp"

import portolan.servers;

using namespace portolan;
using namespace portolan::servers;
using boost::unit_test::label;
using portolan::testing::octets;
using portolan::testing::Octets;
using portolan::testing::packet;

namespace {

constexpr wire::Address v6(std::uint8_t last) {
    return {{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last}};
}

/// "192.0.2.1 192.0.2.2 | 198.51.100.1": the servers with bars between them; an IPv6 address by its last octet.
std::string text(const result<std::vector<Server>>& servers) {
    if (!servers) {
        return servers.error().detail;
    }
    std::string all;
    for (const Server& server : servers.value()) {
        all += all.empty() ? "" : " | ";
        std::string_view between;
        for (const wire::Address& address : server) {
            const auto o = address.v4Octets();
            all += between;
            all += address.isV4() ? std::to_string(o[0]) + '.' + std::to_string(o[1]) + '.' + std::to_string(o[2]) +
                                        '.' + std::to_string(o[3])
                                  : "v6-" + std::to_string(o[3]);
            between = " ";
        }
    }
    return all;
}

bool refuses(const result<std::vector<Server>>& servers) {
    return !servers && servers.error().code == std::errc::bad_message &&
           servers.error().detail.find(" at octet ") != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(servers_dhcp)

BOOST_AUTO_TEST_CASE(each_list_of_option_158_is_a_server, *label("C7291-008")) {
    BOOST_TEST(text(readDhcpV4Options(packet("dhcpv4_option_158"))) == "192.0.2.1 192.0.2.2 | 198.51.100.1");
}

BOOST_AUTO_TEST_CASE(the_parts_of_a_long_option_158_are_joined, *label("C7291-006")) {
    BOOST_TEST(text(readDhcpV4Options(packet("dhcpv4_options_split"))) == "192.0.2.1 192.0.2.2 | 198.51.100.1");
}

BOOST_AUTO_TEST_CASE(a_list_that_is_cut_between_two_options_is_whole_again, *label("C7291-006")) {
    BOOST_TEST(text(readDhcpV4Options(octets("9e 03 08 c0 00  9e 06 02 01 c0 00 02 02"))) == "192.0.2.1 192.0.2.2");
}

BOOST_AUTO_TEST_CASE(a_message_without_the_option_names_no_server) {
    BOOST_TEST(text(readDhcpV4Options(octets("01 04 ff ff ff 00 ff 9e 05 04 c0 00 02 01"))).empty());
    BOOST_TEST(text(readDhcpV4Options({})).empty());
    BOOST_TEST(text(readDhcpV6Options(octets("00 01 00 02 00 00"))).empty());
    BOOST_TEST(text(readDhcpV6Options({})).empty());
}

BOOST_AUTO_TEST_CASE(a_list_of_ipv4_addresses_is_a_multiple_of_four_octets, *label("C7291-005")) {
    BOOST_TEST(refuses(readDhcpV4Options(octets("9e 06 05 c0 00 02 01 00"))));
    BOOST_TEST(text(readDhcpV4(octets("05 c0 00 02 01 00"))) == "5 octets are no list of IPv4 addresses at octet 0");
    BOOST_TEST(text(readDhcpV4(octets("04 c0 00 02 01 03 c0 00 02"))) ==
               "3 octets are no list of IPv4 addresses at octet 5");
}

BOOST_AUTO_TEST_CASE(option_158_has_five_octets_at_least, *label("C7291-007")) {
    BOOST_TEST(refuses(readDhcpV4Options(octets("9e 04 03 c0 00 02"))));
    BOOST_TEST(refuses(readDhcpV4Options(octets("9e 00"))));
    BOOST_TEST(refuses(readDhcpV4({})));
}

BOOST_AUTO_TEST_CASE(an_empty_list_is_no_list) {
    BOOST_TEST(refuses(readDhcpV4(octets("00 04 c0 00 02 01"))));
    BOOST_TEST(refuses(readDhcpV6({})));
}

BOOST_AUTO_TEST_CASE(a_list_ends_with_the_option) {
    BOOST_TEST(text(readDhcpV4(octets("08 c0 00 02 01"))) == "a list of PCP servers goes beyond the option at octet 0");
    BOOST_TEST(refuses(readDhcpV4(octets("04 c0 00 02 01 04"))));
}

BOOST_AUTO_TEST_CASE(an_option_ends_with_the_message) {
    BOOST_TEST(refuses(readDhcpV4Options(octets("9e 05 04 c0 00 02"))));
    BOOST_TEST(refuses(readDhcpV4Options(octets("9e"))));
    BOOST_TEST(refuses(readDhcpV6Options(octets("00 56 00 10 20 01"))));
    BOOST_TEST(refuses(readDhcpV6Options(octets("00 56 00"))));
}

BOOST_AUTO_TEST_CASE(what_no_server_of_ipv4_can_have_is_left_out, *label("C7291-009")) {
    BOOST_TEST(text(readDhcpV4Options(packet("dhcpv4_option_158_undeliverable"))) == "192.0.2.9");
}

BOOST_AUTO_TEST_CASE(option_86_is_a_multiple_of_sixteen_octets, *label("C7291-001")) {
    Octets option = packet("dhcpv6_option_86");
    option[3] = 20;
    option.resize(option.size() + 4);
    BOOST_TEST(refuses(readDhcpV6Options(option)));
}

BOOST_AUTO_TEST_CASE(each_option_86_is_a_server, *label("C7291-002") * label("C7291-003")) {
    Octets options = packet("dhcpv6_option_86_two_addresses");
    const Octets second = packet("dhcpv6_option_86");
    options.insert(options.end(), second.begin(), second.end());
    const auto servers = readDhcpV6Options(options);
    BOOST_TEST_REQUIRE(servers.has_value());
    BOOST_TEST_REQUIRE(servers.value().size() == 2U);
    BOOST_TEST((servers.value()[0] == Server{v6(1), wire::Address::v4(192, 0, 2, 1)}));
    BOOST_TEST((servers.value()[1] == Server{v6(2)}));
}

BOOST_AUTO_TEST_CASE(what_no_server_can_have_is_left_out_of_option_86, *label("C7291-004")) {
    BOOST_TEST(text(readDhcpV6Options(packet("dhcpv6_option_86_undeliverable"))) == "v6-9");
}

BOOST_AUTO_TEST_SUITE_END()
