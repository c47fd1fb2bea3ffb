// SPDX-License-Identifier: MIT
// Several servers at once (RFC 7488 §4, and the example of its §5).
#include "talk.hpp"

using namespace portolan;
using namespace portolan::testing;
using namespace std::chrono_literals;
using boost::unit_test::label;
using session::EventKind;

namespace {

constexpr wire::Address host = wire::Address::v4(203, 0, 113, 9);
constexpr wire::Address broken = wire::Address::v4(192, 0, 2, 1);
constexpr wire::Address other = wire::Address::v4(192, 0, 2, 9);
constexpr wire::Address good = wire::Address::v4(198, 51, 100, 1);

/// Two servers of this host's; of the first one, an address is broken.
struct Two {
    Talk a{{{broken, host}, {other, host}}};
    Talk b{{{good, host}}};

    Two() {
        session::MappingRequest wanted = mapping();
        a.request(wanted);
        wanted.nonce.octets.back() ^= 1;
        b.request(wanted);
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(servers_several)

BOOST_AUTO_TEST_CASE(all_servers_are_asked_at_once, *label("C7488-008")) {
    Two two;
    BOOST_TEST_REQUIRE(two.a.sent.size() == 1U);
    BOOST_TEST_REQUIRE(two.b.sent.size() == 1U);
    BOOST_TEST((two.a.sent.front().at == TimePoint{}));
    BOOST_TEST((two.b.sent.front().at == TimePoint{}));
}

BOOST_AUTO_TEST_CASE(what_becomes_of_one_changes_nothing_for_the_other, *label("C7488-008")) {
    Two two;
    two.b.answer(two.b.next());
    BOOST_TEST((two.b.events.front().kind == EventKind::granted));
    for (int transmission = 0; transmission < 4; ++transmission) {
        BOOST_TEST(text(two.a.next().to) == "192.0.2.1:5351");
    }
    const SentTo asked = two.a.next();
    BOOST_TEST(text(asked.to) == "192.0.2.9:5351");
    two.a.answer(asked);
    BOOST_TEST((two.a.events.front().kind == EventKind::granted));
    BOOST_TEST((two.b.next().at - TimePoint{} >= 1800s)); // its renewal
}

BOOST_AUTO_TEST_SUITE_END()
