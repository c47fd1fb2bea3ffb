// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "process.hpp"
#include "udp_socket.hpp"

using namespace portolan::testing;

namespace {

using Words = std::vector<std::string>;

/// Mistakes. Where one of them would be taken for sense, the gateway is one that nobody serves.
const std::vector<Words> mistakes{
    {"frobnicate"},
    {"map"},
    {"map", "tcp:80", "tcp:81"},
    {"map", "tcp"},
    {"map", "tcp:0"},
    {"map", "tcp:65536"},
    {"map", "tcp:eighty"},
    {"map", "xyz:80"},
    {"map", "all:80"},
    {"map", "tcp:80", "--no-such-option"},
    {"map", "tcp:80", "--lifetime"},
    {"map", "tcp:80", "--lifetime", "0"},
    {"map", "tcp:80", "--lifetime", "-5"},
    {"map", "tcp:80", "--lifetime", "4294967296"},
    {"map", "tcp:80", "--lifetime", "soon"},
    {"map", "tcp:80", "--lifetime", "1", "--lifetime", "2"},
    {"map", "tcp:80", "--gateway", "router.example"},
    {"map", "tcp:80", "--gateway", "192.0.2.1:0"},
    {"map", "tcp:80", "--gateway", "fe80::1"},
    {"map", "tcp:80", "--gateway", "255.255.255.255"},
    {"map", "tcp:80", "--gateway", "224.0.0.1"},
    {"map", "tcp:80", "--gateway", "0.0.0.0"},
    {"map", "tcp:80", "--source", "192.0.2.256"},
    {"map", "tcp:80", "--gateway", "192.0.2.1", "--source", "2001:db8::1"},
    {"map", "tcp:80", "--protocol", "igd"},
    {"map", "sctp:80", "--protocol", "upnp"},
    {"map", "tcp:all", "--protocol", "upnp"},
    {"map", "tcp:80", "--protocol", "upnp", "--dry-run"},
    {"map", "tcp:80", "--protocol", "upnp", "--filter", "198.51.100.0/24"},
    {"map", "tcp:80", "--protocol", "upnp", "--port-set", "4"},
    {"unmap", "tcp:80", "--protocol", "upnp", "--nonce", "4f2a9c017be3d8560d91ac44"},
    {"peer", "tcp:80", "198.51.100.7:443", "--protocol", "upnp"},
    {"announce", "--protocol", "upnp"},
    {"map", "tcp:80", "--ssdp-port", "0"},
    {"map", "tcp:80", "--protocol", "nat-pmp", "--gateway", "2001:db8::1"},
    {"map", "sctp:80", "--protocol", "nat-pmp"},
    {"map", "tcp:80", "--protocol", "nat-pmp", "--nonce", "4f2a9c017be3d8560d91ac44"},
    {"map", "tcp:80:81", "--protocol", "nat-pmp", "--prefer-failure"},
    {"map", "tcp:80", "--nonce", "4f2a"},
    {"map", "tcp:80", "--nonce", "4f2a9c017be3d8560d91acxx"},
    {"map", "tcp:80", "--prefer-failure"},
    {"map", "tcp:80", "--filter", "198.51.100.0"},
    {"map", "tcp:80", "--filter", "198.51.100.0/33"},
    {"map", "tcp:80", "--filter", "198.51.100.0/0"},
    {"map", "tcp:80", "--filter", "2001:db8::/129"},
    {"map", "tcp:80", "--filter", "198.51.100.0/24:0"},
    {"map", "tcp:80", "--third-party", "nobody"},
    {"map", "tcp:80", "--timeout", "0"},
    {"map", "tcp:80", "--timeout", "forever"},
    {"map", "tcp:80", "--keep", "--dry-run"},
    {"map", "all:all", "--reserve"},
    {"map", "sctp:80", "--reserve"},
    {"map", "tcp:80", "--reserve", "--dry-run"},
    {"map", "tcp:80", "--reserve", "--third-party", "192.0.2.8"},
    {"keep", "tcp:all", "--reserve", "--gateway", "127.0.0.1:9"},
    {"unmap"},
    {"unmap", "tcp:80:81"},
    {"unmap", "tcp:80", "--nonce", "1"},
    {"unmap", "tcp:80", "--lifetime", "1"},
    {"unmap", "tcp:80", "--family", "both"},
    {"unmap", "tcp:80", "--gateways", "all"},
    {"address", "192.0.2.1"},
    {"address", "--protocol", "smoke-signals"},
    {"gateways", "--gateway", "nowhere"},
    {"gateways", "--gateway", "192.0.2.1", "--routes"},
    {"gateways", "--ssdp-port", "0"},
    {"decode", "--pcap", "traffic.pcap", "00"},
    {"decode", "--pcap", "traffic.pcap", "--port", "0"},
    {"listen", "--count", "0"},
    {"listen", "--port", "65536"},
    {"shell", "--gateway", "nowhere"},
    {"simulate", "--profile", "fritzbox"},
    {"simulate", "--listen", "127.0.0.1:x"},
    {"simulate", "--external", "0.0.0.0"},
    {"simulate", "--external", "2001:db8::1"},
    {"simulate", "--listen", "::1", "--external", "127.0.0.2"},
    {"simulate", "--profile", "cgn", "--listen", "::1"},
    {"simulate", "--profile", "other-address", "--listen", "::1"},
    {"simulate", "--profile", "no-connection", "--external", "127.0.0.2"},
};

/// The mistakes, none of which can send anything beyond this host.
std::vector<Words> misuses() {
    std::vector<Words> all = mistakes;
    for (Words& words : all) {
        const bool asks = words[0] == "map" || words[0] == "unmap" || words[0] == "address";
        if (asks && std::ranges::find(words, "--gateway") == words.end()) {
            words.insert(words.begin() + 1, {"--gateway", "127.0.0.1:9"});
        }
    }
    return all;
}

std::string joined(const Words& words) {
    std::string text = "portolan";
    for (const std::string& word : words) {
        text += ' ' + word;
    }
    return text;
}

bool isOneLine(const std::string& text) {
    return !text.empty() && text.find('\n') == text.size() - 1;
}

} // namespace

BOOST_AUTO_TEST_SUITE(apps_usage)

BOOST_AUTO_TEST_CASE(misuse_is_one_line_and_status_2) {
    for (const Words& words : misuses()) {
        const Finished finished = runCommand(words);
        BOOST_TEST(finished.status == 2, joined(words) << " ended with " << finished.status);
        BOOST_TEST(finished.err.starts_with("portolan: "), joined(words) << " said " << finished.err);
        BOOST_TEST(isOneLine(finished.err), joined(words) << " said " << finished.err);
        BOOST_TEST(finished.out.empty(), joined(words));
    }
}

BOOST_AUTO_TEST_CASE(misuse_in_json_is_one_object) {
    for (const Words& words : misuses()) {
        Words json = words;
        json.emplace_back("--json");
        const Finished finished = runCommand(json);
        BOOST_TEST(finished.status == 2, joined(json));
        const auto object = onlyObject(finished.out);
        BOOST_TEST(object.at("event") == "error", joined(json));
        BOOST_TEST(object.at("kind") == "usage", joined(json));
        BOOST_TEST(object.at("retry_after_s").is_null(), joined(json));
        BOOST_TEST(finished.err.empty(), joined(json));
    }
}

BOOST_AUTO_TEST_CASE(forty_four_filters_do_not_fit_and_send_nothing) {
    UdpSocket gateway;
    Words words{"map", "tcp:80", "--gateway", gateway.name()};
    for (int i = 0; i < 44; ++i) {
        words.insert(words.end(), {"--filter", "198.51.100.0/24"});
    }
    const Finished finished = runCommand(words);
    BOOST_TEST(finished.status == 2);
    BOOST_TEST(isOneLine(finished.err));
    BOOST_TEST(!gateway.hasDatagram());
}

BOOST_AUTO_TEST_CASE(a_source_that_is_not_of_this_host_is_misuse) {
    UdpSocket gateway;
    const Finished finished = runCommand({"map", "tcp:80", "--gateway", gateway.name(), "--source", "192.0.2.1"});
    BOOST_TEST(finished.status == 2);
    BOOST_TEST(isOneLine(finished.err));
}

BOOST_AUTO_TEST_SUITE_END()
