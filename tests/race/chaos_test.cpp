// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <random>

import portolan.testing.race;

using namespace portolan;
using namespace portolan::testing;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(race_chaos)

/// Whatever comes first, last or not at all: in the end there is one mapping, and after the release none.
BOOST_AUTO_TEST_CASE(there_is_one_mapping_in_the_end_and_none_after_the_release) {
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed) {
            std::mt19937_64 random{seed};
            const auto upTo = [&random](std::uint64_t most) { return random() % (most + 1); };
            simulator::Config config = everything();
            config.pcp.enabled = seed % 4 != 0; // NAT-PMP otherwise
            Arena arena{config, upTo(3) == 0 ? Speak::strict : Speak::any, seed};
            arena.pcpDelay = Duration{1 + upTo(1500)};
            arena.upnpDelay = Duration{1 + upTo(200)};
            arena.deaf = upTo(4) == 0;
            arena.closed = upTo(4) == 0;
            arena.dark = !arena.deaf && !arena.closed && upTo(4) == 0;
            const MappingId id = arena.request();
            arena.advance(Duration{upTo(8000)});
            arena.deaf = false;
            arena.advance(2min);
            BOOST_TEST(!arena.events.empty());
            for (const auto& event : arena.events) {
                BOOST_TEST((event.id == id));
            }
            BOOST_TEST(arena.mappings() == 1U);
            arena.events.clear();
            arena.dark = false;
            arena.release(id);
            arena.advance(2min);
            arena.expects(EventKind::released);
            arena.expectsNothing();
            BOOST_TEST(arena.mappings() == 0U);
            BOOST_TEST(arena.referee.size() == 0U);
            BOOST_TEST(!arena.referee.nextTimeout().has_value());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
