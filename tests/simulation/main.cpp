// SPDX-License-Identifier: MIT
// portolan_simulation: runs worlds from seeds.
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <fmt/format.h>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

import portolan.simulation;

using namespace portolan::simulation;

namespace {

struct Arguments {
    std::uint64_t seed = 1;
    std::uint64_t seeds = 1;
    std::optional<double> days;
    bool verbose = false;
};

constexpr const char* usage = "usage: portolan_simulation [--seed N] [--seeds COUNT] [--days D] [--verbose]\n"
                              "  --seed N       the first seed (1)\n"
                              "  --seeds COUNT  how many, one after another (1)\n"
                              "  --days D       how long faults go on in each world; without it, some hours\n"
                              "  --verbose      tells every step\n";

template <class Number>
bool read(const char* text, Number& number) {
    const char* end = text + std::strlen(text);
    const auto [stopped, error] = std::from_chars(text, end, number);
    return error == std::errc{} && stopped == end;
}

std::optional<Arguments> parse(int count, char** words) {
    Arguments arguments;
    for (int i = 1; i < count; ++i) {
        const std::string_view word = words[i];
        const bool more = i + 1 < count;
        bool good = true;
        if (word == "--verbose") {
            arguments.verbose = true;
        } else if (word == "--seed" && more) {
            good = read(words[++i], arguments.seed);
        } else if (word == "--seeds" && more) {
            good = read(words[++i], arguments.seeds);
        } else if (word == "--days" && more) {
            double days = 0;
            good = read(words[++i], days) && days > 0 && days < 100'000;
            arguments.days = days;
        } else {
            good = false;
        }
        if (!good) {
            return std::nullopt;
        }
    }
    return arguments;
}

std::optional<Time> stormOf(const Arguments& arguments) {
    constexpr double millisecondsADay = 86'400'000;
    return arguments.days ? std::optional{Time{static_cast<Time::rep>(*arguments.days * millisecondsADay)}}
                          : std::nullopt;
}

struct Totals {
    std::uint64_t violations = 0;
    std::uint64_t faults = 0;
    std::uint64_t steps = 0;
    double years = 0;
    NetworkCounters network;
};

void runSeed(std::uint64_t seed, const Arguments& arguments, const char* program, Totals& totals) {
    std::function<void(const std::string&)> trace;
    if (arguments.verbose) {
        trace = [](const std::string& line) { fmt::print("{}\n", line); };
    }
    constexpr double millisecondsAYear = 365.25 * 86'400'000;
    World world{planOf(seed, stormOf(arguments)), trace};
    if (const auto violation = world.run()) {
        ++totals.violations;
        const std::string days = arguments.days ? fmt::format(" --days {}", *arguments.days) : "";
        fmt::print("violation of {} at {:.3f} s: {}\n  replay: {} --seed {}{} --verbose\n", violation->invariant,
                   static_cast<double>(violation->at.count()) / 1000, violation->what, program, seed, days);
    }
    const Summary summary = world.summary();
    totals.faults += summary.faults;
    totals.steps += summary.steps;
    totals.years += static_cast<double>(summary.simulated.count()) / millisecondsAYear;
    totals.network.sent += summary.network.sent;
    totals.network.lost += summary.network.lost;
    totals.network.duplicated += summary.network.duplicated;
    totals.network.overtaken += summary.network.overtaken;
    totals.network.forged += summary.network.forged;
}

} // namespace

int main(int count, char** words) {
    const auto arguments = parse(count, words);
    if (!arguments) {
        fmt::print(stderr, "{}", usage);
        return 2;
    }
    Totals totals;
    for (std::uint64_t i = 0; i < arguments->seeds; ++i) {
        runSeed(arguments->seed + i, *arguments, words[0], totals);
    }
    fmt::print(
        "{} seeds, {:.3f} years, {} packets ({} lost, {} doubled, {} overtaken, {} forged), {} faults, {} steps, "
        "{} violations\n",
        arguments->seeds, totals.years, totals.network.sent, totals.network.lost, totals.network.duplicated,
        totals.network.overtaken, totals.network.forged, totals.faults, totals.steps, totals.violations);
    return totals.violations == 0 ? 0 : 1;
}
