// SPDX-License-Identifier: MIT
// The servers that DHCP clients have learned, out of the files where they keep their leases.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "support/temporary_folder.hpp"

import portolan.servers;

using namespace portolan;
using namespace portolan::servers;
using namespace std::chrono_literals;
using boost::unit_test::label;

namespace {

constexpr WallTime now{1795694400s};
const Server first{wire::Address::v4(192, 0, 2, 1)};
const Server second{wire::Address::v4(198, 51, 100, 1)};

std::string lease(std::string_view interfaceName, std::string_view servers, WallTime end = now + 1h) {
    std::string text = "lease { interface \"" + std::string{interfaceName} + "\"; ";
    if (!servers.empty()) {
        text += "option unknown-158 " + std::string{servers} + "; ";
    }
    return text + "expire epoch " + std::to_string(end.time_since_epoch().count()) + "; }\n";
}

constexpr std::string_view toFirst = "4:c0:0:2:1";
constexpr std::string_view toSecond = "4:c6:33:64:1";

/// The root folder of a host, with lease files.
struct Host {
    testing::TemporaryFolder folder;

    void write(const std::string& name, const std::string& text) const {
        const auto path = folder.path / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream{path} << text;
    }

    /// Changed so long ago.
    void age(const std::string& name, std::chrono::seconds ago) const {
        std::filesystem::last_write_time(folder.path / name, std::filesystem::file_time_type::clock::now() - ago);
    }

    [[nodiscard]] std::vector<LearnedServer> servers() const { return learnedServers(now, folder.path.string()); }
};

using Servers = std::vector<LearnedServer>;

} // namespace

BOOST_AUTO_TEST_SUITE(servers_learned)

BOOST_AUTO_TEST_CASE(a_host_without_lease_files_knows_none) {
    BOOST_TEST(Host{}.servers().empty());
    BOOST_TEST(learnedServers(now, "/nowhere/at/all").empty());
}

BOOST_AUTO_TEST_CASE(each_server_is_of_the_interface_where_it_was_learned, *label("C7291-010")) {
    const Host host;
    host.write("var/lib/dhcp/dhclient.eth0.leases", lease("eth0", toFirst));
    host.write("var/lib/dhclient/dhclient-wlan0.leases", lease("wlan0", toSecond));
    BOOST_TEST((host.servers() == Servers{{first, "eth0"}, {second, "wlan0"}}));
}

BOOST_AUTO_TEST_CASE(the_newest_lease_of_an_interface_counts) {
    const Host host;
    host.write("var/lib/dhcp/dhclient.leases", lease("eth0", toFirst) + lease("eth0", toSecond));
    BOOST_TEST((host.servers() == Servers{{second, "eth0"}}));
    host.write("var/lib/dhcp/dhclient.leases", lease("eth0", toFirst) + lease("eth0", ""));
    BOOST_TEST(host.servers().empty());
}

BOOST_AUTO_TEST_CASE(of_several_files_the_one_that_was_changed_last_counts) {
    const Host host;
    host.write("var/lib/dhcp/dhclient.a.leases", lease("eth0", toFirst));
    host.write("var/lib/dhcp/dhclient.b.leases", lease("eth0", toSecond));
    host.age("var/lib/dhcp/dhclient.b.leases", 60s);
    BOOST_TEST((host.servers() == Servers{{first, "eth0"}}));
}

BOOST_AUTO_TEST_CASE(a_lease_that_had_its_time_tells_nothing) {
    const Host host;
    host.write("var/lib/dhcp/dhclient.leases", lease("eth0", toFirst, now));
    BOOST_TEST(host.servers().empty());
    host.write("var/lib/dhcp/dhclient.leases", lease("eth0", toFirst, now + 1s));
    BOOST_TEST((host.servers() == Servers{{first, "eth0"}}));
}

BOOST_AUTO_TEST_CASE(networkd_names_its_files_after_the_index_of_the_interface) {
    const Host host;
    host.write("run/systemd/netif/leases/3", "ADDRESS=192.0.2.57\nOPTION_158=04c0000201\n");
    host.write("run/systemd/netif/leases/.#3", "OPTION_158=04c6336401\n");
    BOOST_TEST((host.servers() == Servers{{first, "", 3}}));
}

BOOST_AUTO_TEST_CASE(networkmanager_names_its_files_after_the_interface) {
    const Host host;
    const std::string connection = "1f3bd0c3-9d4b-4a3c-8f0e-6d1c1c3a5e77";
    host.write("var/lib/NetworkManager/internal-" + connection + "-wlp-2.lease", "OPTION_158=04c0000201\n");
    host.write("var/lib/NetworkManager/dhclient-" + connection + "-eth0.lease", lease("eth0", toSecond));
    host.write("var/lib/NetworkManager/timestamps", "OPTION_158=04c0000201\n");
    host.write("var/lib/NetworkManager/internal-short.lease", "OPTION_158=04c0000201\n");
    const Servers servers = host.servers();
    BOOST_TEST(servers.size() == 2U);
    BOOST_TEST((std::ranges::find(servers, LearnedServer{first, "wlp-2"}) != servers.end()));
    BOOST_TEST((std::ranges::find(servers, LearnedServer{second, "eth0"}) != servers.end()));
}

BOOST_AUTO_TEST_CASE(other_files_are_left_alone) {
    const Host host;
    host.write("var/lib/dhcp/dhclient.leases~", lease("eth0", toFirst));
    host.write("var/lib/dhcp/dhcpd.leases", lease("eth0", toFirst));
    host.write("var/lib/dhcp/dhclient.d.leases/file", lease("eth0", toFirst));
    BOOST_TEST(host.servers().empty());
}

BOOST_AUTO_TEST_CASE(a_file_full_of_leases_is_read_in_no_time) {
    const Host host;
    std::string text;
    while (text.size() < 4'000'000) {
        text += "lease{interface \"a\";}";
    }
    host.write("var/lib/dhcp/dhclient.leases", text + lease("eth0", toFirst));
    BOOST_TEST((host.servers() == Servers{{first, "eth0"}}));
}

BOOST_AUTO_TEST_SUITE_END()
