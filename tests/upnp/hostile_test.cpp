// SPDX-License-Identifier: MIT
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "upnp/support/invariants.hpp"

// What somebody might say who means ill. Seeded changes to what gateways say are in tests/fuzz.

using namespace portolan::testing;
namespace data = boost::unit_test::data;

namespace {

using Octets = std::vector<std::uint8_t>;

Octets octetsOf(std::string_view text) {
    return {text.begin(), text.end()};
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) {
        all += text;
    }
    return all;
}

std::string located(std::string_view location) {
    return "HTTP/1.1 200 OK\r\nST: upnp:InternetGatewayDevice:1\r\nLOCATION: " + std::string{location} + "\r\n\r\n";
}

std::string described(std::string_view type, std::string_view control, std::string_view base = {}) {
    return "<root><URLBase>" + std::string{base} +
           "</URLBase><device><friendlyName>x</friendlyName><service><serviceType>" + std::string{type} +
           "</serviceType><controlURL>" + std::string{control} + "</controlURL></service></device></root>";
}

const std::vector<std::string> datagrams{
    "",
    "\r\n\r\n",
    std::string(3, '\0'),
    "HTTP/1.1 200 OK",
    "HTTP/1.1 200 OK\r\n\r\n",
    "HTTP/9.9 200 OK\r\nLOCATION: http://192.168.1.1/\r\n\r\n",
    "HTTP/1.1 99999 OK\r\n\r\n",
    "HTTP/1.1 200 OK\r\n: x\r\n\r\n",
    "HTTP/1.1 200 OK\r\nA : x\r\n\r\n",
    "HTTP/1.1 200 OK\r\n folded\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\nLOCATION: http://192.168.1.1/\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nLOCATION: http://192.168.1.1/\r\n\r\nffffffff\r\n",
    "NOTIFY * HTTP/1.1\r\nNTS: ssdp:alive\r\nNTS: ssdp:byebye\r\n\r\n",
    "NOTIFY " + std::string(60'000, '*') + " HTTP/1.1\r\n\r\n",
    "HTTP/1.1 200 OK\r\n" + repeated("X: y\r\n", 9000),
    "HTTP/1.1 200 OK\r\nLOCATION: " + std::string(60'000, 'h') + "\r\n\r\n",
    located("http://127.0.0.1:22/"),
    located("http://[::1]/"),
    located("http://[::ffff:192.168.1.1]/"),
    located("http://192.168.1.1@203.0.113.9/"),
    located("http://203.0.113.9#@192.168.1.1/"),
    located("http://203.0.113.9\\@192.168.1.1/"),
    located("http://192.168.1.1.evil.example/"),
    located("http://192.168.1.1:80:80/"),
    located("http://3232235777/"),
    located("http://0300.0250.1.1/"),
    located("http://192.168.257/"),
    located("http://router/"),
    located("javascript:alert(1)"),
    located("http://192.168.1.1/%0d%0aX:%20y"),
    located("http://192.168.1.1/\tHTTP/1.1"),
    located("http://192.168.1.255/x"),
    located("http://224.0.0.1/x"),
};

const std::vector<std::string> responses{
    "x",
    "\x01HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "\x01HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "\x05HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "\x05HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    "\x05HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
    "\xffHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + repeated("1\r\nx\r\n", 200'000),
    "\xffHTTP/1.1 200 OK\r\n\r\n" + std::string(2'000'000, 'x'),
    "\xffHTTP/1.1 200 " + std::string(100'000, 'O') + "\r\n\r\n",
    "\xff" + repeated("HTTP/1.1 100 Continue\r\n\r\n", 1000),
    "\xffHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + repeated("T: x\r\n", 100'000) + "\r\n",
    "\xffHTTP/1.1 204 No Content\r\nContent-Length: 10\r\n\r\n",
    "\xffHTTP/1.1 304\r\n\r\n",
    "\xffHTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
};

const std::string wan = "urn:schemas-upnp-org:service:WANIPConnection:1";

const std::vector<std::string> documents{
    "<",
    "<a",
    "<a b='",
    "<root/>",
    "<root><device/></root>",
    "<root><device><service/></device></root>",
    "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><root><device>&x;</device></root>",
    "<?xml version='1.0'?><!DOCTYPE lolz [<!ENTITY a 'aaaa'>" + repeated("<!ENTITY b '&a;&a;&a;'>", 1000) + "]><root/>",
    "<root><![CDATA[" + std::string(200'000, ']') + "</root>",
    "<root>" + repeated("<device>", 20'000),
    repeated("<device>", 100'000) + repeated("</device>", 100'000),
    "<root " + repeated("a='b' ", 30'000) + "/>",
    "<root><device>" + repeated("<service/>", 20'000) + "</device></root>",
    "<root><device>" + repeated(described(wan, "/c"), 500) + "</device></root>",
    "<root>&#0;&#x110000;&#xffffffffffffffff;&unknown;</root>",
    std::string{"\xff\xfe<\0r\0o\0o\0t\0/\0>\0", 16},
    std::string{"<root>\0</root>", 14},
    "<?xml version='1.0' encoding='utf-32'?><root/>",
    described(wan, "http://203.0.113.9/"),
    described(wan, "/c", "http://203.0.113.9/"),
    described(wan, "/c", "http://192.168.1.1:0/"),
    described(wan, "//203.0.113.9/c"),
    described(wan, "\\\\203.0.113.9\\c"),
    described(wan, "/c&#13;&#10;Host: evil"),
    described(wan, "http:203.0.113.9"),
    described(wan, "?" + std::string(2000, 'q')),
    described(wan, repeated("/", 1000)),
    described(wan, repeated("../", 300)),
    described(wan, ""),
    described(wan + "\"&#10;X: y", "/c"),
    described("urn:x:service:WANIPConnection:99999999999", "/c"),
    described("urn:x:service:WANIPConnection:-1", "/c"),
    described("WANIPConnection:1", "/c"),
    described(":::::", "/c"),
};

const std::vector<std::string> bodies{
    "",
    "<Envelope/>",
    "<Envelope><Body/></Envelope>",
    "<Envelope><Body><Fault/></Body></Envelope>",
    "<Envelope><Body><Fault><errorCode>-1</errorCode></Fault></Body></Envelope>",
    "<Envelope><Body><Fault><errorCode>0</errorCode></Fault></Body></Envelope>",
    "<Envelope><Body><Fault><errorCode>99999</errorCode></Fault></Body></Envelope>",
    "<Envelope><Body><Fault><errorCode>718</errorCode><errorDescription>&#27;]0;x&#7;</errorDescription></Fault></Body>"
    "</Envelope>",
    "<Envelope><Body><Fault><errorCode>501</errorCode><errorDescription>" + std::string(60'000, 'x') +
        "</errorDescription></Fault></Body></Envelope>",
    "<Envelope><Body><AddAnyPortMappingResponse><NewReservedPort>0</NewReservedPort></AddAnyPortMappingResponse></Body>"
    "</Envelope>",
    "<Envelope><Body><AddAnyPortMappingResponse><NewReservedPort>70000</NewReservedPort></AddAnyPortMappingResponse></"
    "Body>"
    "</Envelope>",
    "<Envelope><Body><GetExternalIPAddressResponse><NewExternalIPAddress>$(reboot)</NewExternalIPAddress>"
    "</GetExternalIPAddressResponse></Body></Envelope>",
    "<Envelope><Body>" + repeated("<Fault>", 1000) + repeated("</Fault>", 1000) + "</Body></Envelope>",
};

} // namespace

BOOST_AUTO_TEST_SUITE(upnp_hostile)

BOOST_DATA_TEST_CASE(no_datagram_leads_elsewhere, data::xrange(datagrams.size())) {
    BOOST_TEST(brokenSsdp(octetsOf(datagrams[sample])) == "", sample);
}

BOOST_DATA_TEST_CASE(no_response_is_kept_beyond_its_limits, data::xrange(responses.size())) {
    BOOST_TEST(brokenHttp(octetsOf(responses[sample])) == "", sample);
}

BOOST_DATA_TEST_CASE(no_description_leads_elsewhere, data::xrange(documents.size())) {
    BOOST_TEST(brokenDescription(octetsOf(documents[sample])) == "", sample);
}

BOOST_DATA_TEST_CASE(no_answer_is_told_as_it_came, data::xrange(bodies.size())) {
    BOOST_TEST(brokenSoap(octetsOf(bodies[sample])) == "", sample);
}

BOOST_DATA_TEST_CASE(no_gateway_keeps_us_busy_or_leads_us_elsewhere, data::xrange(bodies.size() + documents.size())) {
    const std::string& said = sample < bodies.size() ? bodies[sample] : documents[sample - bodies.size()];
    BOOST_TEST(brokenConversation(octetsOf(said)) == "", sample);
    BOOST_TEST(brokenConversation(octetsOf(said + " ")) == "", sample); // of the other parity: see there
}

BOOST_AUTO_TEST_SUITE_END()
