// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "support/change.hpp"
#include "support/octets.hpp"
#include "tables.hpp"

// The fuzzer's property on a bounded number of seeded changes to recorded and made-up tables, in every build.

using portolan::testing::brokenTableInvariant;
using portolan::testing::change;
using portolan::testing::Octets;
using portolan::testing::packet;
using portolan::testing::spacedHex;

namespace {

constexpr unsigned seed = 3549;
constexpr int changesPerTable = 200;
constexpr std::size_t longest = 4096; ///< longer ones are the same again and again

std::vector<Octets> corpus() {
    std::vector<Octets> tables;
    for (const char* folder : {"netlink", "route_socket"}) {
        for (const auto& entry : std::filesystem::directory_iterator{std::string{PORTOLAN_VECTORS "/"} + folder}) {
            if (entry.path().extension() == ".hex") {
                tables.push_back(packet(std::string{folder} + "/" + entry.path().stem().string()));
                tables.back().resize(std::min(tables.back().size(), longest));
            }
        }
    }
    std::ranges::sort(tables); // the order of a directory is not ours
    return tables;
}

} // namespace

BOOST_AUTO_TEST_SUITE(fuzz_tables)

BOOST_AUTO_TEST_CASE(the_invariants_hold_for_changed_tables) {
    std::mt19937 random{seed};
    const std::vector<Octets> tables = corpus();
    BOOST_TEST_REQUIRE(tables.size() > 30U);
    for (const Octets& original : tables) {
        for (int round = 0; round < changesPerTable; ++round) {
            Octets octets = original;
            for (unsigned changes = random() % 5; changes > 0; --changes) {
                change(octets, random);
            }
            if (const auto broken = brokenTableInvariant(octets); !broken.empty()) {
                BOOST_ERROR(broken << "; seed " << seed << ": " << spacedHex(octets));
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
