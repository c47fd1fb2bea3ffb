// SPDX-License-Identifier: MIT
module;

#include <chrono>
#include <optional>
#include <string_view>

module portolan.simulator;

namespace portolan::simulator {

using namespace std::chrono_literals;

Config Config::strict() {
    return {};
}

Config Config::natPmpOnly(VersionReply reply) {
    Config config;
    config.pcp.enabled = false;
    config.natPmp.versionReply = reply;
    return config;
}

Config Config::pcpOnly() {
    Config config;
    config.natPmp.enabled = false;
    return config;
}

Config Config::igdOnly(IgdVersion version) {
    Config config;
    config.pcp.enabled = false;
    config.natPmp.enabled = false;
    config.igd.version = version;
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
    config.igd.mapsForOthers = false; // secure_mode
    config.igd.quirks.conflictForForeign = true;
    config.igd.quirks.clampsLeases = true;
    config.igd.quirks.anyReplaces = true;
    config.igd.quirks.anyProtocolCase = true;
    config.igd.quirks.answersTwice = true;
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

Config Config::privateAddress() {
    Config config;
    config.externalAddresses = {wire::Address::v4(192, 168, 178, 20)};
    return config;
}

Config Config::carrierGradeNat() {
    Config config;
    config.externalAddresses = {wire::Address::v4(100, 64, 7, 7)};
    return config;
}

Config Config::fullTable() {
    Config config;
    config.ports.total = 0;
    return config;
}

Config Config::keepsEpoch() {
    Config config;
    config.quirks.epochKept = true;
    config.initialEpochSeconds = 86'400;
    return config;
}

Config Config::updatesOnly() {
    Config config;
    config.announce.pcp = false;
    config.announce.natPmp = false;
    return config;
}

Config Config::authenticationRequired() {
    Config config;
    config.pcp.requiresAuthentication = true;
    config.natPmp.enabled = false;
    return config;
}

std::optional<std::string_view> Config::contradiction() const noexcept {
    if (pcp.enabled && !announce.pcp && !announce.updates && !quirks.losesSilently) {
        return "a gateway of PCP has announcements or Mapping Updates (RFC 6887 §14)";
    }
    if (natPmp.enabled && quirks.mapsBothProtocols) {
        return "a gateway that always maps both TCP and UDP does not speak NAT-PMP (RFC 6886 §3.3)";
    }
    return std::nullopt;
}

} // namespace portolan::simulator
