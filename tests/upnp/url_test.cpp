// SPDX-License-Identifier: MIT
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

import portolan.testing.upnp;

using namespace portolan;
using namespace portolan::upnp;
using namespace portolan::testing;
namespace data = boost::unit_test::data;

namespace {

const Url base{gatewayAddress, 5000, "/igd/root.xml"};

std::string resolved(std::string_view reference) {
    const auto url = resolve(base, reference);
    return url ? text(url.value()) : url.error().message();
}

/// Whether a gateway at 192.168.1.1 of 192.168.1.0/24 may send us there.
bool admits(std::string_view location) {
    const Trust trust{gatewayAddress, {{gatewayAddress, 120}}};
    const auto url = parseUrl(location);
    return url && trust.admit(url.value());
}

} // namespace

BOOST_AUTO_TEST_SUITE(upnp_url)

BOOST_AUTO_TEST_CASE(a_url_with_a_literal_address_is_read) {
    const auto url = parseUrl(" http://192.168.1.1:5000/rootDesc.xml?a=b#c ");
    BOOST_TEST_REQUIRE(url.has_value());
    BOOST_TEST((url.value() == Url{gatewayAddress, 5000, "/rootDesc.xml?a=b"}));
}

BOOST_AUTO_TEST_CASE(without_a_port_or_a_path_there_are_the_usual_ones) {
    BOOST_TEST((parseUrl("HTTP://192.168.1.1").value() == Url{gatewayAddress, 80, "/"}));
}

BOOST_AUTO_TEST_CASE(the_zone_of_a_link_local_address_is_dropped) {
    const auto url = parseUrl("http://[fe80::1%25eth0]:5000/x");
    BOOST_TEST_REQUIRE(url.has_value());
    BOOST_TEST(text(url.value()) == "http://[fe80::1]:5000/x");
}

BOOST_DATA_TEST_CASE(what_could_lead_elsewhere_is_no_url,
                     data::make({"http://router.local/x", "https://192.168.1.1/x", "ftp://192.168.1.1/x",
                                 "http://user@192.168.1.1/x", "http://192.168.1.1:0/x", "http://192.168.1.1:99999/x",
                                 "file:///etc/passwd", "//192.168.1.1/x", "/x", "", "http:///x", "http://[::1/x",
                                 "http://192.168.1.1/a b", "http://192.168.1/x", "http://0x7f000001/",
                                 "http://2130706433/"})) {
    BOOST_TEST(!parseUrl(sample).has_value());
}

BOOST_AUTO_TEST_CASE(a_url_that_never_ends_is_refused) {
    BOOST_TEST(!parseUrl("http://192.168.1.1/" + std::string(5000, 'x')).has_value());
}

BOOST_AUTO_TEST_CASE(references_are_resolved) {
    BOOST_TEST(resolved("/ctl/IPConn") == "http://192.168.1.1:5000/ctl/IPConn");
    BOOST_TEST(resolved("ctl?x=1") == "http://192.168.1.1:5000/igd/ctl?x=1");
    BOOST_TEST(resolved("../up") == "http://192.168.1.1:5000/up");
    BOOST_TEST(resolved("http://192.168.1.1:80/ctl") == "http://192.168.1.1/ctl");
}

BOOST_AUTO_TEST_CASE(double_slashes_are_kept_and_name_no_host) {
    BOOST_TEST(resolved("/upnp//control") == "http://192.168.1.1:5000/upnp//control");
    BOOST_TEST(resolved("//upnp/control") == "http://192.168.1.1:5000//upnp/control");
    BOOST_TEST(resolved("//203.0.113.9/control") == "http://192.168.1.1:5000//203.0.113.9/control");
}

BOOST_AUTO_TEST_CASE(the_gateway_may_send_us_to_itself) {
    BOOST_TEST(admits("http://192.168.1.1:5000/"));
}

BOOST_AUTO_TEST_CASE(another_address_of_the_link_is_asked_at_the_gateway) {
    const Trust trust{gatewayAddress, {{gatewayAddress, 120}}};
    const auto url = trust.admit(Url{otherHost, 5000, "/x"});
    BOOST_TEST_REQUIRE(url.has_value());
    BOOST_TEST((url.value().host == gatewayAddress));
}

BOOST_DATA_TEST_CASE(nobody_may_send_us_further,
                     data::make({"http://203.0.113.9/", "http://127.0.0.1/", "http://[::1]/", "http://192.168.2.1/",
                                 "http://0.0.0.0/", "http://255.255.255.255/", "http://239.255.255.250/",
                                 "http://[::ffff:127.0.0.1]/", "http://[fe80::1]/", "http://169.254.169.254/"})) {
    BOOST_TEST(!admits(sample));
}

BOOST_AUTO_TEST_CASE(loopback_is_trusted_where_the_gateway_is_on_it_only) {
    const auto loopback = wire::Address::v4(127, 0, 0, 1);
    BOOST_TEST(Trust({loopback, {}}).covers(loopback));
    BOOST_TEST(!Trust({loopback, {}}).covers(wire::Address::v4(127, 0, 0, 2)));
    BOOST_TEST(!Trust({gatewayAddress, {{loopback, 104}}}).covers(loopback));
}

BOOST_AUTO_TEST_SUITE_END()
