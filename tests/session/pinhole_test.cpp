// SPDX-License-Identifier: MIT
// Firewalls that translate nothing: outside is what is inside.
#include <boost/test/unit_test.hpp>
#include <chrono>

import portolan.testing.session;

using namespace portolan;
using namespace portolan::session;
using namespace portolan::testing;
using namespace std::chrono_literals;

namespace {

/// 2001:db8::57.
wire::Address host() {
    wire::Address address = wire::Address::anyV6();
    address.octets[0] = 0x20;
    address.octets[1] = 0x01;
    address.octets[2] = 0x0d;
    address.octets[3] = 0xb8;
    address.octets[15] = 0x57;
    return address;
}

struct Firewall : Trace {
    Firewall() : Trace(config()) {
        MappingRequest wanted = mapping();
        wanted.suggestedAddress = wire::Address::anyV6();
        request(wanted);
        sends();
    }

    static Config config() {
        Config config = testConfig();
        config.clientAddress = host();
        return config;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(session_pinhole, Firewall)

// miniupnpd does that where it has the pinhole already, and is not told of the port.
BOOST_AUTO_TEST_CASE(port_0_of_the_address_inside_is_the_port_inside) {
    answers({.port = 0, .address = host()});
    BOOST_TEST(expects(EventKind::granted).grant.external.port == 8080);
}

BOOST_AUTO_TEST_CASE(it_is_renewed_as_any_other) {
    answers({.port = 0, .address = host()});
    expects(EventKind::granted);
    answeredUntil(1h, {.port = 0, .address = host()});
    BOOST_TEST(expects(EventKind::renewed).grant.external.port == 8080);
}

BOOST_AUTO_TEST_CASE(port_0_of_another_address_grants_nothing) {
    answers({.port = 0, .address = wire::Address::anyV6()}).expectsNothing();
}

BOOST_AUTO_TEST_SUITE_END()
