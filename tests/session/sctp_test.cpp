// SPDX-License-Identifier: MIT
// SCTP is handled as TCP is, but for what its end-to-end checksums and multihoming demand (RFC 6887 §16.3.3).
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>

import portolan.testing.session;

using namespace portolan;
using namespace portolan::session;
using namespace portolan::testing;
using namespace std::chrono_literals;
using boost::unit_test::label;

namespace {

constexpr Answer granted{.port = 3868};

wire::MapRequest read(const Octets& datagram) {
    return wire::decodeMapRequest(datagram).assume_value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_sctp)

BOOST_AUTO_TEST_CASE(the_first_request_has_no_preference, *label("C6887-138")) {
    Trace trace;
    trace.request(mapping(3868, wire::Protocol::sctp));
    const auto request = read(trace.sends());
    BOOST_TEST(static_cast<int>(request.protocol) == 132);
    BOOST_TEST(request.suggestedPort == 0);
    BOOST_TEST(request.suggestedAddress.isAny());
}

BOOST_AUTO_TEST_CASE(a_renewal_repeats_what_was_assigned, *label("C6887-139")) {
    Trace trace;
    trace.hold(mapping(3868, wire::Protocol::sctp), granted);
    const auto renewal = read(trace.within(1800s, 2250s).sends());
    BOOST_TEST(renewal.suggestedPort == 3868);
    BOOST_TEST((renewal.suggestedAddress == wire::Address::v4(203, 0, 113, 45)));
}

BOOST_AUTO_TEST_CASE(a_gateway_that_cannot_give_the_port_is_told_and_not_asked_on_and_on, *label("C6887-140")) {
    Trace trace;
    const auto id = trace.request(mapping(3868, wire::Protocol::sctp));
    trace.sends();
    trace.answers({.code = wire::ResultCode::cannotProvideExternal, .lifetime = 30});
    trace.expects(EventKind::refused, id);
    trace.silentUntil(29s);
}

BOOST_AUTO_TEST_SUITE_END()
