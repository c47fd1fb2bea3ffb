// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <optional>
#include <string>
#include <string_view>

import portolan.testing.upnp;

using namespace portolan;
using namespace portolan::upnp;
using namespace portolan::testing;

namespace {

result<SsdpMessage> parse(std::string_view text) {
    return parseSsdp(octetsOf(text));
}

} // namespace

BOOST_AUTO_TEST_SUITE(upnp_ssdp)

BOOST_AUTO_TEST_CASE(a_search_is_written_as_the_standard_has_it) {
    BOOST_TEST(searchMessage("upnp:rootdevice", ssdpGroupV4, 1900) == "M-SEARCH * HTTP/1.1\r\n"
                                                                      "HOST: 239.255.255.250:1900\r\n"
                                                                      "MAN: \"ssdp:discover\"\r\n"
                                                                      "MX: 2\r\n"
                                                                      "ST: upnp:rootdevice\r\n"
                                                                      "\r\n");
}

BOOST_AUTO_TEST_CASE(a_search_by_ipv6_names_the_group_in_brackets) {
    BOOST_TEST(searchMessage("x", ssdpGroupV6, 1900).find("HOST: [ff02::c]:1900\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_response_is_read) {
    const auto message =
        parse("HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=120\r\nST: "
              "urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\nUSN: uuid:1::x\r\nEXT:\r\nSERVER: "
              "y\r\nLOCATION: http://192.168.1.1:5000/rootDesc.xml\r\nBOOTID.UPNP.ORG: 7\r\n\r\n");
    BOOST_TEST_REQUIRE(message.has_value());
    BOOST_TEST((message.value().kind == SsdpKind::response));
    BOOST_TEST(message.value().target == "urn:schemas-upnp-org:device:InternetGatewayDevice:1");
    BOOST_TEST(message.value().name == "uuid:1::x");
    BOOST_TEST(message.value().location == "http://192.168.1.1:5000/rootDesc.xml");
    BOOST_TEST((message.value().bootId == 7U));
}

BOOST_AUTO_TEST_CASE(fields_may_be_written_in_any_case_and_be_missing) {
    const auto message = parse("HTTP/1.1 200 OK\r\nlocation:http://192.168.1.1/x\r\n\r\n");
    BOOST_TEST_REQUIRE(message.has_value());
    BOOST_TEST(message.value().location == "http://192.168.1.1/x");
    BOOST_TEST(message.value().target.empty());
    BOOST_TEST(!message.value().bootId.has_value());
}

BOOST_AUTO_TEST_CASE(bare_line_feeds_and_a_missing_end_are_forgiven) {
    const auto message = parse("HTTP/1.1 200 OK\nLocation: http://192.168.1.1/x\nST: upnp:rootdevice");
    BOOST_TEST_REQUIRE(message.has_value());
    BOOST_TEST(message.value().location == "http://192.168.1.1/x");
}

BOOST_AUTO_TEST_CASE(announcements_are_read) {
    const auto alive = parse("NOTIFY * HTTP/1.1\r\nHost: 239.255.255.250:1900\r\nNT: upnp:rootdevice\r\nNTS: "
                             "ssdp:alive\r\nLocation: http://192.168.1.1/x\r\nBOOTID.UPNP.ORG: 3\r\n\r\n");
    BOOST_TEST_REQUIRE(alive.has_value());
    BOOST_TEST((alive.value().kind == SsdpKind::alive));
    BOOST_TEST((alive.value().bootId == 3U));
    const auto gone = parse("NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\nNTS: ssdp:byebye\r\n\r\n");
    BOOST_TEST((gone.value().kind == SsdpKind::byebye));
}

BOOST_AUTO_TEST_CASE(an_update_tells_the_next_boot_id) {
    const auto update = parse("NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\nNTS: ssdp:update\r\nBOOTID.UPNP.ORG: "
                              "3\r\nNEXTBOOTID.UPNP.ORG: 4\r\n\r\n");
    BOOST_TEST((update.value().bootId == 4U));
}

BOOST_AUTO_TEST_CASE(searches_of_others_are_neither) {
    BOOST_TEST((parse("M-SEARCH * HTTP/1.1\r\nST: ssdp:all\r\n\r\n").error().code == Fault::badArgument));
}

BOOST_AUTO_TEST_CASE(a_refused_search_is_no_answer) {
    BOOST_TEST(
        (parse("HTTP/1.1 404 Not Found\r\nLocation: http://192.168.1.1/\r\n\r\n").error().code == Fault::httpStatus));
}

BOOST_AUTO_TEST_CASE(a_boot_id_that_is_no_number_is_none) {
    BOOST_TEST(!parse("HTTP/1.1 200 OK\r\nBOOTID.UPNP.ORG: 99999999999\r\n\r\n").value().bootId.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
