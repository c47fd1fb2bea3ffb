// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

import portolan.testing.upnp;

using namespace portolan;
using namespace portolan::upnp;
using namespace portolan::testing;

namespace {

result<Description> parse(std::string_view body) {
    return parseDescription(body, {gatewayAddress, 5000, "/igd/root.xml"}, {gatewayAddress, {}});
}

Description read(std::string_view name) {
    const auto parsed = parse(testing::description(name));
    BOOST_TEST_REQUIRE(parsed.has_value(), (parsed ? "" : parsed.error().message()));
    return parsed.value();
}

/// Where the only service is controlled.
std::string controlOf(std::string_view name) {
    const Description found = read(name);
    BOOST_TEST_REQUIRE(found.services.size() == 1U);
    return text(found.services.front().control);
}

std::error_code errorOf(std::string_view body) {
    const auto parsed = parse(body);
    return parsed ? std::error_code{} : parsed.error().code;
}

std::string nested(std::size_t depth) {
    std::string body;
    for (std::size_t i = 0; i < depth; ++i) {
        body += "<a>";
    }
    for (std::size_t i = 0; i < depth; ++i) {
        body += "</a>";
    }
    return body;
}

} // namespace

BOOST_AUTO_TEST_SUITE(upnp_description)

BOOST_AUTO_TEST_CASE(a_version_2_gateway_has_a_connection_and_a_firewall) {
    const Description found = read("miniupnpd_igd2");
    BOOST_TEST(found.friendlyName == "OpenWrt router");
    BOOST_TEST(found.name == "uuid:00bb2b6e-0001-4f0c-8000-3e5ab1c0ffee");
    BOOST_TEST_REQUIRE(found.services.size() == 2U);
    BOOST_TEST((found.services[0].kind == ServiceKind::wanIp));
    BOOST_TEST(found.services[0].version == 2U);
    BOOST_TEST((found.services[1].kind == ServiceKind::ipv6Firewall));
    BOOST_TEST(text(found.services[1].control) == "http://192.168.1.1:5000/ctl/IP6FCtl");
}

BOOST_AUTO_TEST_CASE(the_base_of_the_document_counts) {
    BOOST_TEST(controlOf("igd1_urlbase") == "http://192.168.1.1:49000/igd/upnp/control/WANIPConn1?session=7");
}

BOOST_AUTO_TEST_CASE(entities_of_xml_are_read) {
    BOOST_TEST(read("igd1_urlbase").manufacturer == "Example & Sons");
}

BOOST_AUTO_TEST_CASE(absolute_urls_are_taken) {
    BOOST_TEST(controlOf("absolute_urls") == "http://192.168.1.1:1780/control?WANIPConnection");
}

BOOST_AUTO_TEST_CASE(double_slashes_are_kept) {
    BOOST_TEST(controlOf("double_slashes") == "http://192.168.1.1:5000//upnp/control//WANIPConn1");
}

BOOST_AUTO_TEST_CASE(a_gateway_may_have_ppp_only) {
    const Description found = read("ppp_only");
    BOOST_TEST_REQUIRE(found.services.size() == 1U);
    BOOST_TEST((found.services[0].kind == ServiceKind::wanPpp));
}

BOOST_AUTO_TEST_CASE(several_connections_come_in_their_order) {
    const Description found = read("several_wans");
    BOOST_TEST_REQUIRE(found.services.size() == 3U);
    BOOST_TEST(found.services[2].control.target == "/ctl/fibre");
}

BOOST_AUTO_TEST_CASE(the_version_of_the_service_counts_not_that_of_the_device) {
    BOOST_TEST(read("igd2_announced_as_1").services.front().version == 2U);
}

BOOST_AUTO_TEST_CASE(odd_capitals_and_missing_namespaces_are_forgiven) {
    const Description found = read("odd_case_no_namespace");
    BOOST_TEST(found.friendlyName == "SHOUTING");
    BOOST_TEST(found.services.front().type == "urn:schemas-upnp-org:service:wanipconnection:1");
    BOOST_TEST(found.services.front().control.target == "/Control/WANIPConn1");
}

BOOST_AUTO_TEST_CASE(prefixes_and_other_domains_are_forgiven) {
    const Description found = read("prefixed_vendor");
    BOOST_TEST(found.friendlyName == "Box <7>");
    BOOST_TEST(found.services.front().type == "urn:dslforum-org:service:WANIPConnection:1");
}

BOOST_AUTO_TEST_CASE(other_encodings_are_read) {
    BOOST_TEST(read("latin1_relative").friendlyName == "Routeur été");
    BOOST_TEST(controlOf("latin1_relative") == "http://192.168.1.1:5000/igd/WANIPConnection");
}

BOOST_AUTO_TEST_CASE(services_of_other_hosts_are_left_out) {
    const auto parsed = parse(testing::description("foreign_urls"));
    BOOST_TEST_REQUIRE(!parsed.has_value());
    BOOST_TEST((parsed.error().code == Fault::foreignUrl));
}

BOOST_AUTO_TEST_CASE(a_device_of_another_kind_has_no_service) {
    BOOST_TEST((errorOf(testing::description("media_server")) == Fault::noService));
}

BOOST_AUTO_TEST_CASE(what_is_no_description_is_refused) {
    BOOST_TEST((errorOf("<html><body>Login</body></html>") == Fault::notDescription));
    BOOST_TEST((errorOf("") == Fault::notXml));
    BOOST_TEST((errorOf("<root><device>") == Fault::notXml));
}

BOOST_AUTO_TEST_CASE(document_types_are_refused) {
    BOOST_TEST((errorOf("<!DOCTYPE root [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><root><device/></root>") ==
                Fault::forbiddenXml));
    BOOST_TEST((errorOf("<!DOCTYPE root SYSTEM \"file:///etc/passwd\"><root><device/></root>") == Fault::forbiddenXml));
}

BOOST_AUTO_TEST_CASE(deep_nesting_is_refused) {
    BOOST_TEST((errorOf(nested(25)) == Fault::tooDeep));
    BOOST_TEST((errorOf(nested(80'000)) == Fault::tooDeep));
}

BOOST_AUTO_TEST_CASE(very_many_elements_are_refused) {
    std::string body = "<root>";
    for (int i = 0; i < 5000; ++i) {
        body += "<a/>";
    }
    BOOST_TEST((errorOf(body + "</root>") == Fault::tooLarge));
}

BOOST_AUTO_TEST_CASE(a_service_type_that_would_break_a_header_is_none) {
    BOOST_TEST(
        (errorOf("<root><device><service><serviceType>urn:x:service:WANIPConnection:1&#13;&#10;X: "
                 "y:service:WANIPConnection:1</serviceType><controlURL>/c</controlURL></service></device></root>") ==
         Fault::noService));
}

BOOST_AUTO_TEST_CASE(texts_are_fit_to_be_shown) {
    const auto parsed =
        parse("<root><device><friendlyName>&#27;[31mred</friendlyName><service><serviceType>urn:x:service:"
              "WANIPConnection:1</serviceType><controlURL>/c</controlURL></service></device></root>");
    BOOST_TEST_REQUIRE(parsed.has_value());
    BOOST_TEST(parsed.value().friendlyName == "\\x1b[31mred");
}

BOOST_AUTO_TEST_SUITE_END()
