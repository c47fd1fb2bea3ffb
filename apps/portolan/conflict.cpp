// SPDX-License-Identifier: MIT
module;

#include <array> // the comparison of addresses, and of lists of them, which importers do not see
#include <cstddef>
#include <optional>
#include <vector>

module portolan.cli;

namespace portolan::cli {

namespace {

// Octets of the options in a MAP request (RFC 6887 §13).
constexpr std::size_t thirdPartySize = 20;
constexpr std::size_t preferFailureSize = 4;
constexpr std::size_t filterSize = 24;

bool isTcpOrUdp(Protocol protocol) {
    return protocol == Protocol::tcp || protocol == Protocol::udp;
}

std::size_t requestSize(const MapCommand& command) {
    return wire::mapSize + (command.thirdParty ? thirdPartySize : 0) + (command.preferFailure ? preferFailureSize : 0) +
           command.filters.size() * filterSize;
}

/// What NAT-PMP cannot say (RFC 6886 §3.3), where the user wants nothing else.
template <class MappingCommand>
std::optional<UsageError> natPmpConflict(const MappingCommand& command) {
    if (auto unfit = conflict(command.via); unfit || command.via.speak != Speak::natPmp) {
        return unfit;
    }
    if (!isTcpOrUdp(command.ports.protocol)) {
        return UsageError{"NAT-PMP maps tcp and udp only"};
    }
    if (command.nonce || command.thirdParty) {
        return UsageError{"NAT-PMP has neither --nonce nor --third-party"};
    }
    return std::nullopt;
}

} // namespace

std::optional<UsageError> conflict(const GatewayOptions& via) {
    if (via.gateway && via.source && via.gateway->address().is_v4() != via.source->is_v4()) {
        return UsageError{"--gateway and --source are addresses of different families"};
    }
    const bool overV6 = (via.gateway && via.gateway->address().is_v6()) || (via.source && via.source->is_v6());
    if (via.speak == Speak::natPmp && overV6) {
        return UsageError{"NAT-PMP is spoken over IPv4 only"};
    }
    return std::nullopt;
}

std::optional<UsageError> conflict(const MapCommand& command) {
    if (command.keep && command.dryRun) {
        return UsageError{"--keep and --dry-run exclude each other"};
    }
    if (command.via.recording.file && command.dryRun) {
        return UsageError{"--pcap and --dry-run exclude each other: nothing is sent that could be captured"};
    }
    if (command.reserve && command.dryRun) {
        return UsageError{"--reserve and --dry-run exclude each other"};
    }
    if (command.reserve && command.thirdParty) {
        return UsageError{"--reserve is about a port of this host, and --third-party about one of another"};
    }
    if (command.reserve && !canBeReserved(command.ports)) {
        return UsageError{"--reserve holds a single port of tcp or udp"};
    }
    if (command.preferFailure && command.ports.externalPort == 0) {
        return UsageError{"--prefer-failure needs the external port, as in tcp:8080:443"};
    }
    if (requestSize(command) > wire::maxMessageSize) {
        return UsageError{"too many filters: a request has at most 1100 octets, and a filter takes 24 of them"};
    }
    if (command.via.speak == Speak::natPmp && (command.preferFailure || !command.filters.empty())) {
        return UsageError{"NAT-PMP has neither --prefer-failure nor --filter"};
    }
    if (command.via.speak == Speak::natPmp && command.ports.internalPort == 0) {
        return UsageError{"NAT-PMP cannot map all ports"};
    }
    return natPmpConflict(command);
}

std::optional<UsageError> conflict(const UnmapCommand& command) {
    return natPmpConflict(command);
}

std::optional<UsageError> conflict(const KeepCommand& command) {
    if (auto unfit = conflict(command.via)) {
        return unfit;
    }
    const auto plan = readPlan(command);
    return plan ? std::nullopt : std::optional{plan.error()};
}

std::optional<UsageError> conflict(const DecodeCommand& command) {
    if (command.pcap && command.hex) {
        return UsageError{"--pcap reads a capture, and a datagram in hex is none; give one of them"};
    }
    return std::nullopt;
}

std::optional<UsageError> conflict(const SimulateCommand& command) {
    if (command.external && command.gateway.externalAddresses.empty()) {
        return UsageError{"a gateway without a connection has no --external address; choose another --profile"};
    }
    const bool v4Only = command.gateway.externalAddresses != simulator::Config{}.externalAddresses ||
                        command.gateway.quirks.answersFrom.has_value();
    if (v4Only && !command.gateway.externalAddresses.empty() && command.listen.address().is_v6()) {
        return UsageError{"this --profile has addresses of IPv4: let it --listen on one, too"};
    }
    if (command.external && command.external->is_v4() != command.listen.address().is_v4()) {
        return UsageError{"--external and --listen are addresses of different families, so no port could be mapped"};
    }
    return std::nullopt;
}

} // namespace portolan::cli
