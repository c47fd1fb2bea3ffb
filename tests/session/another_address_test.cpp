// SPDX-License-Identifier: MIT
// Gateways that share an address and answer from their own.
#include <boost/test/unit_test.hpp>

import portolan.testing.session;

using namespace portolan;
using namespace portolan::session;
using namespace portolan::testing;

namespace {

const Endpoint partner{wire::Address::v4(192, 168, 1, 2), 5351};

/// A session that takes answers from its link and has asked for a mapping.
struct Asking {
    Trace trace{config()};
    Octets request;

    Asking() {
        trace.request(mapping());
        request = trace.sends();
    }

    static Config config() {
        Config config = testConfig();
        config.answersFromLink = true;
        return config;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(session_another_address, Asking)

BOOST_AUTO_TEST_CASE(an_answer_with_the_nonce_is_taken) {
    trace.receivesFrom(partner, answerTo(request, {})).expects(EventKind::granted);
}

BOOST_AUTO_TEST_CASE(a_refusal_with_the_nonce_is_taken) {
    trace.receivesFrom(partner, answerTo(request, {.code = wire::ResultCode::notAuthorized}))
        .expects(EventKind::refused);
}

BOOST_AUTO_TEST_CASE(an_answer_to_an_outbound_request_is_taken) {
    trace.request(outbound());
    trace.receivesFrom(partner, answerTo(trace.sends(), {})).expects(EventKind::granted);
}

BOOST_AUTO_TEST_CASE(an_answer_with_another_nonce_changes_nothing) {
    Octets answer = answerTo(request, {.epoch = 5});
    answer[24] ^= 1;
    trace.receivesFrom(partner, answer).expectsNothing();
    BOOST_TEST(trace.session.statistics().unattributed == 1U);
}

BOOST_AUTO_TEST_CASE(an_answer_from_another_port_changes_nothing) {
    trace.receivesFrom({partner.address, 5352}, answerTo(request, {})).expectsNothing();
}

// What bears no nonce could be anyone's.
BOOST_AUTO_TEST_CASE(what_bears_no_nonce_changes_nothing) {
    trace.receivesFrom(partner, announcement(0)).expectsNothing();
    trace.receivesFrom(partner, octets(natPmpOnly)).expectsNothing();
    trace.receivesFrom(partner, octets("02 81 00 01  00 00 0e 10  00 00 00 05  00 00 00 00  00 00 00 00  00 00 00 00"))
        .expectsNothing();
    BOOST_TEST(trace.session.statistics().foreign == 3U);
}

BOOST_AUTO_TEST_CASE(nor_does_what_cannot_be_read) {
    trace.receivesFrom(partner, octets("02 81")).expectsNothing();
    BOOST_TEST(trace.session.statistics().foreign == 1U);
    BOOST_TEST(trace.session.statistics().undecodable == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
