// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "support/change.hpp"
#include "support/octets.hpp"
#include "upnp/support/invariants.hpp"

// The fuzzers' properties on a bounded number of seeded changes to what gateways say, in every build.

using namespace portolan::testing;

namespace {

constexpr unsigned seed = 6970;

using Property = std::string_view (*)(std::span<const std::uint8_t>);

Octets octetsOf(std::string_view text) {
    return {text.begin(), text.end()};
}

std::vector<Octets> descriptions() {
    std::vector<Octets> all;
    for (const auto& entry : std::filesystem::directory_iterator{std::string{PORTOLAN_VECTORS} + "/upnp"}) {
        if (entry.path().extension() == ".xml") {
            std::ifstream file{entry.path(), std::ios::binary};
            all.emplace_back(std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{});
        }
    }
    std::ranges::sort(all); // the order of a directory is not ours
    return all;
}

std::vector<Octets> datagrams() {
    return {octetsOf("HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=120\r\nST: "
                     "urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\nUSN: uuid:1\r\nEXT:\r\nLOCATION: "
                     "http://192.168.1.1:5000/rootDesc.xml\r\nBOOTID.UPNP.ORG: 7\r\n\r\n"),
            octetsOf("NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNT: upnp:rootdevice\r\nNTS: ssdp:alive\r\n"
                     "LOCATION: http://192.168.1.1:5000/rootDesc.xml\r\n\r\n"),
            octetsOf("HTTP/1.1 200 OK\nlocation: http://203.0.113.9/x\nst: upnp:rootdevice\n")};
}

std::vector<Octets> responses() {
    return {
        octetsOf("HTTP/1.1 200 OK\r\nContent-Length: 11\r\nContent-Type: text/xml\r\n\r\n<root/>    "),
        octetsOf("HTTP/1.0 200 OK\r\nServer: x\r\n\r\n<root>without a length</root>"),
        octetsOf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<root\r\n2;a=b\r\n/>\r\n0\r\nX: y\r\n\r\n"),
        octetsOf("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 500 Internal Server Error\r\nConnection: close\r\n\r\n<a/>")};
}

std::vector<Octets> answers() {
    const auto envelope = [](std::string_view inner) {
        return octetsOf("<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"x\"><s:Body>" + std::string{inner} +
                        "</s:Body></s:Envelope>");
    };
    return {
        envelope("<u:GetExternalIPAddressResponse><NewExternalIPAddress>203.0.113.45</NewExternalIPAddress>"
                 "</u:GetExternalIPAddressResponse>"),
        envelope("<u:GetStatusInfoResponse><NewConnectionStatus>Connected</NewConnectionStatus><NewUptime>9</NewUptime>"
                 "</u:GetStatusInfoResponse>"),
        envelope("<u:GetSpecificPortMappingEntryResponse><NewInternalPort>1</NewInternalPort><NewInternalClient>"
                 "192.168.1.9</NewInternalClient></u:GetSpecificPortMappingEntryResponse>"),
        envelope("<u:AddAnyPortMappingResponse><NewReservedPort>8080</NewReservedPort></u:AddAnyPortMappingResponse>"),
        envelope("<s:Fault><detail><UPnPError><errorCode>718</errorCode><errorDescription>no</errorDescription>"
                 "</UPnPError></detail></s:Fault>")};
}

void holds(Property property, const std::vector<Octets>& originals, int rounds) {
    std::mt19937 random{seed};
    for (const Octets& original : originals) {
        for (int round = 0; round < rounds; ++round) {
            Octets bytes = original;
            for (unsigned changes = random() % 5; changes > 0; --changes) {
                change(bytes, random);
            }
            if (const auto broken = property(bytes); !broken.empty()) {
                BOOST_ERROR(broken << "; seed " << seed << ": " << spacedHex(bytes));
            }
        }
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(fuzz_upnp)

BOOST_AUTO_TEST_CASE(the_invariants_hold_for_changed_datagrams) {
    holds(brokenSsdp, datagrams(), 500);
}

BOOST_AUTO_TEST_CASE(the_invariants_hold_for_changed_responses) {
    holds(brokenHttp, responses(), 500);
}

BOOST_AUTO_TEST_CASE(the_invariants_hold_for_changed_descriptions) {
    const auto all = descriptions();
    BOOST_TEST_REQUIRE(all.size() >= 12U);
    holds(brokenDescription, all, 100);
}

BOOST_AUTO_TEST_CASE(the_invariants_hold_for_changed_answers) {
    holds(brokenSoap, answers(), 300);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_says_anything_leads_nowhere) {
    holds(brokenConversation, descriptions(), 20);
    holds(brokenConversation, answers(), 50);
    holds(brokenConversation, datagrams(), 100);
}

BOOST_AUTO_TEST_SUITE_END()
