// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "change.hpp"
#include "support/invariants.hpp"
#include "support/octets.hpp"

// The fuzzer's property on a bounded number of seeded changes to the worked packets, in every build.

using portolan::testing::brokenInvariant;
using portolan::testing::change;
using portolan::testing::Octets;
using portolan::testing::packet;
using portolan::testing::spacedHex;

namespace {

constexpr unsigned seed = 6887;
constexpr int changesPerPacket = 1000;

std::vector<Octets> corpus() {
    std::vector<Octets> packets;
    for (const auto& entry : std::filesystem::directory_iterator{PORTOLAN_VECTORS}) {
        if (entry.path().extension() == ".hex") {
            packets.push_back(packet(entry.path().stem().string()));
        }
    }
    std::ranges::sort(packets); // the order of a directory is not ours
    return packets;
}

} // namespace

BOOST_AUTO_TEST_SUITE(fuzz_decode)

BOOST_AUTO_TEST_CASE(the_invariants_hold_for_changed_packets) {
    std::mt19937 random{seed};
    const std::vector<Octets> packets = corpus();
    BOOST_TEST_REQUIRE(packets.size() > 20U);
    for (const Octets& original : packets) {
        for (int round = 0; round < changesPerPacket; ++round) {
            Octets bytes = original;
            for (unsigned changes = random() % 5; changes > 0; --changes) {
                change(bytes, random);
            }
            if (const auto broken = brokenInvariant(bytes); !broken.empty()) {
                BOOST_ERROR(broken << "; seed " << seed << ": " << spacedHex(bytes));
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
