// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

module portolan.simulation;

namespace portolan::simulation {

using namespace std::chrono_literals;

namespace {

/// Of each side; together they stay within the 6 % that RFC 6887 §8.5 allows for.
constexpr std::int64_t mostSkew = 29'000;

GatewayPlan drawGateway(Dice& dice) {
    constexpr Profile profiles[] = {Profile::strict,     Profile::strict,  Profile::strict,   Profile::natPmpOnly,
                                    Profile::natPmpOnly, Profile::pcpOnly, Profile::miniupnpd};
    return {.profile = profiles[dice.below(std::size(profiles))],
            .skew = dice.between(-mostSkew, mostSkew),
            .uptime = static_cast<std::uint32_t>(dice.below(2'000'000)),
            .announces = !dice.perMille(250),
            .updates = !dice.perMille(300)};
}

ClientPlan drawClient(Dice& dice, std::size_t gateways) {
    constexpr std::chrono::seconds lifetimes[] = {120s, 300s, 600s, 1800s, 3600s, 7200s};
    constexpr std::uint32_t windows[] = {1, 2, 64};
    constexpr std::uint32_t rates[] = {3, 10, 1000};
    constexpr std::uint32_t bursts[] = {1, 4, 64};
    ClientPlan client{.gateway = dice.below(gateways),
                      .skew = dice.between(-mostSkew, mostSkew),
                      .window = windows[dice.below(std::size(windows))],
                      .packetsPerSecond = rates[dice.below(std::size(rates))],
                      .packetBurst = bursts[dice.below(std::size(bursts))],
                      .wishes = {}};
    const std::chrono::seconds lifetime = lifetimes[dice.below(std::size(lifetimes))];
    const std::size_t wishes = 1 + dice.below(4);
    for (std::size_t i = 0; i < wishes; ++i) {
        const auto port = static_cast<std::uint16_t>(8080 + i);
        client.wishes.push_back({.protocol = dice.perMille(500) ? wire::Protocol::tcp : wire::Protocol::udp,
                                 .internalPort = port,
                                 .suggestedPort = dice.perMille(500) ? port : std::uint16_t{0},
                                 .lifetime = dice.perMille(800) ? lifetime : lifetimes[dice.below(6)],
                                 .from = dice.between(Time{0}, Time{60s})});
    }
    return client;
}

Weather drawWeather(Dice& dice) {
    if (dice.perMille(400)) {
        return {.delay = dice.between(Time{1}, Time{20}), .jitter = dice.between(Time{0}, Time{10})};
    }
    return {.loss = static_cast<unsigned>(dice.below(400)),
            .duplication = static_cast<unsigned>(dice.below(150)),
            .reordering = static_cast<unsigned>(dice.below(150)),
            .delay = dice.between(Time{1}, Time{300}),
            .jitter = dice.between(Time{0}, Time{500})};
}

FaultKind drawKind(Dice& dice, bool forgeries) {
    using enum FaultKind;
    constexpr FaultKind kinds[] = {reboot,  reboot,  resetting, readdress, readdress, cut,     cut,
                                   suspend, suspend, release,   release,   request,   request, weather};
    return forgeries && dice.perMille(300) ? forge : kinds[dice.below(std::size(kinds))];
}

/// How long something lasts: mostly short, sometimes long, never beyond the storm.
Time drawLasting(Dice& dice, Time left) {
    const Time longest = dice.perMille(700) ? Time{90s} : Time{2h};
    return std::min(dice.between(Time{1s}, longest), left);
}

Fault drawFault(Dice& dice, const Plan& plan, Time at) {
    Fault fault{.at = at, .kind = drawKind(dice, plan.forgeries)};
    const bool ofGateway =
        fault.kind == FaultKind::reboot || fault.kind == FaultKind::resetting || fault.kind == FaultKind::readdress;
    fault.who = dice.below(ofGateway ? plan.gateways.size() : plan.clients.size());
    fault.which = ofGateway ? dice.below(200) : dice.below(plan.clients[fault.who].wishes.size());
    fault.lasting = drawLasting(dice, plan.storm - at);
    if (fault.kind == FaultKind::reboot) {
        fault.lasting = std::min(fault.lasting, Time{10min});
    }
    fault.flag = dice.perMille(fault.kind == FaultKind::request ? 300 : 600);
    fault.weather = drawWeather(dice);
    return fault;
}

} // namespace

Time Plan::longestLifetime() const {
    Time longest{0};
    for (const ClientPlan& client : clients) {
        for (const Wish& wish : client.wishes) {
            longest = std::max<Time>(longest, wish.lifetime);
        }
    }
    return longest;
}

Plan planOf(std::uint64_t seed, std::optional<Time> storm) {
    Dice dice{seed};
    Plan plan{.seed = seed,
              .storm = storm.value_or(dice.between(Time{20min}, Time{100min})),
              .forgeries = dice.perMille(500)};
    const std::size_t gateways = 1 + dice.below(2);
    for (std::size_t i = 0; i < gateways; ++i) {
        plan.gateways.push_back(drawGateway(dice));
    }
    const std::size_t clients = 1 + dice.below(3);
    for (std::size_t i = 0; i < clients; ++i) {
        plan.clients.push_back(drawClient(dice, gateways));
    }
    plan.faults.push_back({.at = Time{0}, .kind = FaultKind::weather, .weather = drawWeather(dice)});
    const Time longestGap = dice.perMille(500) ? Time{10min} : Time{1h};
    for (Time at = dice.between(Time{0}, Time{2min}); at < plan.storm; at += dice.between(Time{1s}, longestGap)) {
        plan.faults.push_back(drawFault(dice, plan, at));
    }
    return plan;
}

} // namespace portolan::simulation
