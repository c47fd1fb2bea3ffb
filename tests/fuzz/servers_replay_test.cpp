// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "servers.hpp"
#include "support/change.hpp"
#include "support/octets.hpp"

// The fuzzer's property on a bounded number of seeded changes to options of DHCP and to files of leases, in every
// build.

using portolan::testing::brokenServersInvariant;
using portolan::testing::change;
using portolan::testing::Octets;
using portolan::testing::packet;
using portolan::testing::spacedHex;

namespace {

constexpr unsigned seed = 7291;
constexpr int changesPerInput = 1000;

std::vector<Octets> corpus() {
    std::vector<Octets> inputs;
    for (const auto& entry : std::filesystem::directory_iterator{PORTOLAN_VECTORS}) {
        if (entry.path().extension() == ".hex" && entry.path().stem().string().starts_with("dhcp")) {
            inputs.push_back(packet(entry.path().stem().string()));
            inputs.emplace_back(inputs.back().begin() + 2, inputs.back().end()); // the data of an option of DHCPv4
            inputs.emplace_back(inputs[inputs.size() - 2].begin() + 4, inputs[inputs.size() - 2].end()); // of DHCPv6
        }
    }
    for (const auto& entry : std::filesystem::directory_iterator{PORTOLAN_VECTORS "/leases"}) {
        std::ifstream file{entry.path(), std::ios::binary};
        inputs.emplace_back(std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{});
    }
    std::ranges::sort(inputs); // the order of a directory is not ours
    return inputs;
}

} // namespace

BOOST_AUTO_TEST_SUITE(fuzz_servers)

BOOST_AUTO_TEST_CASE(the_invariants_hold_for_changed_options_and_leases) {
    std::mt19937 random{seed};
    const std::vector<Octets> inputs = corpus();
    BOOST_TEST_REQUIRE(inputs.size() > 15U);
    for (const Octets& original : inputs) {
        for (int round = 0; round < changesPerInput; ++round) {
            Octets octets = original;
            for (unsigned changes = random() % 5; changes > 0; --changes) {
                change(octets, random);
            }
            if (const auto broken = brokenServersInvariant(octets); !broken.empty()) {
                BOOST_ERROR(broken << "; seed " << seed << ": " << spacedHex(octets));
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
