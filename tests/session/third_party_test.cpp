// SPDX-License-Identifier: MIT
// Hosts that share an address, told apart by names of the operator's own (RFC 7843).
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <vector>

import portolan.testing.session;

using namespace portolan;
using namespace portolan::session;
using namespace portolan::testing;
using namespace std::chrono_literals;
using boost::unit_test::label;

namespace {

/// TCP port 8080 of one of the hosts at 192.168.1.99.
MappingRequest of(std::uint8_t name, MappingRequest wanted = mapping()) {
    wanted.thirdParty = wire::Address::v4(192, 168, 1, 99);
    wanted.thirdPartyId = {0xab, 0xcd, name};
    return wanted;
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_third_party)

BOOST_AUTO_TEST_CASE(one_port_of_two_hosts_at_one_address_is_two_mappings, *label("C7843-002")) {
    Trace trace;
    const auto first = trace.hold(of(1), {.port = 40001});
    const auto second = trace.hold(of(2), {.port = 40002});
    BOOST_TEST(trace.session.grant(first)->external.port == 40001);
    BOOST_TEST(trace.session.grant(second)->external.port == 40002);
    BOOST_TEST(trace.session.size() == 2U);
}

BOOST_AUTO_TEST_CASE(each_answer_is_of_the_host_that_it_names) {
    Trace trace;
    const auto first = trace.request(of(1));
    const Octets asked = trace.sends();
    const auto second = trace.request(of(2));
    trace.sends();
    trace.answers({.port = 40002});
    BOOST_TEST(trace.expects(EventKind::granted, second).grant.external.port == 40002);
    trace.receives(answerTo(asked, {.port = 40001}));
    BOOST_TEST(trace.expects(EventKind::granted, first).grant.external.port == 40001);
}

BOOST_AUTO_TEST_CASE(the_same_host_by_the_same_name_has_its_port_once) {
    Trace trace;
    trace.hold(of(1));
    const auto again = trace.session.handleRequest(trace.now, of(1));
    BOOST_TEST((again.error().code == Errc::alreadyMapped));
    const auto unnamed = trace.session.handleRequest(trace.now, [] {
        MappingRequest wanted = of(1);
        wanted.thirdPartyId.clear();
        return wanted;
    }());
    BOOST_TEST(unnamed.has_value());
}

BOOST_AUTO_TEST_CASE(outbound_mappings_of_two_hosts_are_told_apart) {
    Trace trace;
    const auto first = trace.hold(of(1, outbound()), {.port = 40001});
    const auto second = trace.hold(of(2, outbound()), {.port = 40002});
    BOOST_TEST(trace.session.grant(first)->external.port == 40001);
    BOOST_TEST(trace.session.grant(second)->external.port == 40002);
}

BOOST_AUTO_TEST_CASE(sets_of_ports_of_two_hosts_may_have_ports_in_common) {
    Trace trace;
    MappingRequest set = of(1);
    set.wishes.portSet = PortSetWish{10};
    trace.request(set);
    BOOST_TEST(trace.session.handleRequest(trace.now, of(2, mapping(8085))).has_value());
    const auto within = trace.session.handleRequest(trace.now, of(1, mapping(8085)));
    BOOST_TEST((within.error().code == Errc::alreadyMapped));
}

BOOST_AUTO_TEST_CASE(the_mapping_of_one_host_goes_without_the_other) {
    Trace trace;
    const auto first = trace.hold(of(1));
    const auto second = trace.hold(of(2));
    trace.release(first).sends();
    trace.answers({.lifetime = 0});
    trace.expects(EventKind::released, first);
    BOOST_TEST(trace.session.grant(second).has_value());
    BOOST_TEST(trace.session.size() == 1U);
    BOOST_TEST(trace.session.handleRequest(trace.now, of(1)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
