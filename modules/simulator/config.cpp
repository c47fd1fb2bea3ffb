// SPDX-License-Identifier: MIT
module;

#include <chrono>

module portolan.simulator;

namespace portolan::simulator {

using namespace std::chrono_literals;

Config Config::strict() {
    return {};
}

Config Config::natPmpOnly() {
    Config config;
    config.pcp.enabled = false;
    return config;
}

Config Config::pcpOnly() {
    Config config;
    config.natPmp.enabled = false;
    return config;
}

Config Config::silent() {
    Config config;
    config.answering = Answering::silent;
    config.announce.pcp = false;
    config.announce.natPmp = false;
    return config;
}

Config Config::featureOff() {
    Config config;
    config.quirks.refusesMappings = true;
    return config;
}

Config Config::miniupnpd() {
    Config config;
    config.quirks.nonceUnchecked = true;
    config.quirks.preferFailureIgnored = true;
    config.quirks.filterUnenforced = true;
    config.quirks.deleteMissingFails = true;
    config.quirks.refusesPrivateWan = true;
    config.quirks.shortRequestAsNatPmp = true;
    config.quirks.echoesUnknownOptions = true;
    config.quirks.companionUnreserved = true;
    config.quirks.errorLifetimeZero = true;
    config.pcp.maxPortSet = 0;
    config.pcp.maxCheckpoints = 0;
    config.pcp.drafts.oldDescription = false;
    config.ports.quarantine = false;
    config.announce.updates = false;
    return config;
}

Config Config::refusesPortZero() {
    Config config;
    config.quirks.refusesPortZero = true;
    return config;
}

Config Config::shortLifetimes() {
    Config config;
    config.lifetimes.minimum = 1s;
    config.lifetimes.maximum = 60s;
    config.quirks.rotatesPorts = true;
    return config;
}

Config Config::garbage() {
    Config config;
    config.answering = Answering::garbage;
    config.announce.pcp = false;
    config.announce.natPmp = false;
    return config;
}

Config Config::slow(std::chrono::milliseconds delay) {
    Config config;
    config.quirks.delay = delay;
    return config;
}

Config Config::answersFromElsewhere(const Endpoint& source) {
    Config config;
    config.quirks.answersFrom = source;
    return config;
}

Config Config::noConnection() {
    Config config;
    config.externalAddresses.clear();
    return config;
}

} // namespace portolan::simulator
