// SPDX-License-Identifier: MIT
// Lease files, as the programs write them.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

import portolan.servers;

using namespace portolan;
using namespace portolan::servers;
using namespace std::chrono_literals;

namespace {

constexpr wire::Address first = wire::Address::v4(192, 0, 2, 1);
constexpr wire::Address second = wire::Address::v4(192, 0, 2, 2);
constexpr wire::Address third = wire::Address::v4(198, 51, 100, 1);

std::string file(const std::string& name) {
    std::ifstream stream{PORTOLAN_VECTORS "/leases/" + name};
    return {std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
}

Lease only(std::string_view text) {
    const std::vector<Lease> leases = readDhclientLeases(text);
    BOOST_TEST_REQUIRE(leases.size() == 1U);
    return leases.front();
}

/// The servers of an option as dhclient would write it.
std::vector<Server> option(std::string_view value) {
    return only("lease { interface \"eth0\"; option unknown-158 " + std::string{value} + "; }").servers;
}

} // namespace

BOOST_AUTO_TEST_SUITE(servers_lease)

BOOST_AUTO_TEST_CASE(dhclient_writes_options_without_a_name_in_hex) {
    const std::vector<Lease> leases = readDhclientLeases(file("dhclient.leases"));
    BOOST_TEST_REQUIRE(leases.size() == 2U);
    const WallTime end = std::chrono::sys_days{2026y / 11 / 26} + 20h;
    BOOST_TEST((leases[0] == Lease{"eth0", {{first, second}, {third}}, end}));
    BOOST_TEST((leases[1] == Lease{"wlan0", {{third}}, end}));
}

BOOST_AUTO_TEST_CASE(dhclient_writes_each_option_of_dhcpv6_by_itself) {
    const Lease lease = only(file("dhclient6.leases"));
    BOOST_TEST(lease.v6);
    BOOST_TEST(lease.interfaceName == "eth0");
    BOOST_TEST_REQUIRE(lease.servers.size() == 2U);
    BOOST_TEST((lease.servers[0].back() == first));
    BOOST_TEST_REQUIRE(lease.end.has_value());
    BOOST_TEST((*lease.end == WallTime{1795694400s + 14400s}));
}

BOOST_AUTO_TEST_CASE(dhclient_writes_octets_that_are_all_printable_as_a_string) {
    const Server fives{wire::Address::v4(52, 53, 54, 55)};
    BOOST_TEST((option(R"("\0044567")") == std::vector<Server>{fives}));
    BOOST_TEST((option(R"("\004\"\\\$5")") == std::vector<Server>{{wire::Address::v4(34, 92, 36, 53)}}));
}

BOOST_AUTO_TEST_CASE(an_option_with_wrong_lengths_is_passed_over) {
    BOOST_TEST(option("5:c0:0:2:1:0").empty());
    BOOST_TEST(option("4").empty());
    BOOST_TEST(option("4:c0:0:2:").empty());
    BOOST_TEST(option("4:c0:0:2:100").empty());
    BOOST_TEST(option("4:c0:0:2:x").empty());
    BOOST_TEST(option("4::0:2:1").empty());
    BOOST_TEST(option("\"\"").empty());
}

BOOST_AUTO_TEST_CASE(the_option_of_one_family_means_nothing_in_a_lease_of_the_other) {
    BOOST_TEST(only("lease6 { interface \"eth0\"; option unknown-158 4:c0:0:2:1; }").servers.empty());
    BOOST_TEST(only("lease { interface \"eth0\"; option dhcp6.unknown-86 4:c0:0:2:1; }").servers.empty());
}

BOOST_AUTO_TEST_CASE(a_lease_that_is_not_whole_is_none) {
    const std::string whole = file("dhclient.leases");
    BOOST_TEST(readDhclientLeases(whole.substr(0, whole.size() - 3)).size() == 1U);
    BOOST_TEST(readDhclientLeases("lease { interface \"eth0").empty());
    BOOST_TEST(readDhclientLeases("lease").empty());
    BOOST_TEST(readDhclientLeases("").empty());
}

BOOST_AUTO_TEST_CASE(what_makes_no_sense_is_passed_over) {
    BOOST_TEST(readDhclientLeases("}}} ; ; { } failover { interface \"eth0\"; }").empty());
    const Lease lease =
        only("lease { interface; expire 4 2026/13/45 1:2:3; option; option x; ; interface \"a\\\"b\"; }");
    BOOST_TEST(lease.interfaceName == "a\"b");
    BOOST_TEST(!lease.end.has_value());
    BOOST_TEST(!only("lease { expire never; }").end.has_value());
    BOOST_TEST(!only("lease { expire epoch 99999999999999999999; }").end.has_value());
    BOOST_TEST(!only("lease { expire 4 2026/11 1:2:3; }").end.has_value());
}

BOOST_AUTO_TEST_CASE(networkd_writes_options_of_its_own_range_as_keys) {
    const Lease lease = readKeyValueLease(file("networkd"));
    BOOST_TEST((lease.servers == std::vector<Server>{{first, second}, {third}}));
}

BOOST_AUTO_TEST_CASE(keys_with_values_that_make_no_sense_are_passed_over) {
    for (const std::string_view value : {"", "0", "05c000020100", "04c00002zz", "04c000020", "04:c0:0:2"}) {
        BOOST_TEST(readKeyValueLease("OPTION_158=" + std::string{value}).servers.empty(), value);
    }
    BOOST_TEST(readKeyValueLease("").servers.empty());
    BOOST_TEST(readKeyValueLease("OPTION_158X=04c0000201\n #OPTION_158=04c0000201\r\n").servers.empty());
    BOOST_TEST(readKeyValueLease("OPTION_158=04c0000201\r\n").servers.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
