// SPDX-License-Identifier: MIT
module;

#include <array> // the comparison of addresses, and of lists of them, which importers do not see
#include <cstddef>
#include <fmt/format.h>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

module portolan.cli;

namespace portolan::cli {

namespace {

// Octets of the options in a MAP request (RFC 6887 §13).
constexpr std::size_t thirdPartySize = 20;
constexpr std::size_t preferFailureSize = 4;
constexpr std::size_t filterSize = 24;
constexpr std::size_t prefix64Size = 20;
constexpr std::size_t portSetSize = 12;

/// Of an option with so many octets of data.
std::size_t optionSize(std::size_t data) {
    return 4 + (data + 3) / 4 * 4;
}

bool isTcpOrUdp(Protocol protocol) {
    return protocol == Protocol::tcp || protocol == Protocol::udp;
}

std::size_t requestSize(const MapCommand& command) {
    return wire::mapSize + (command.thirdParty ? thirdPartySize : 0) + (command.preferFailure ? preferFailureSize : 0) +
           command.filters.size() * filterSize +
           (command.thirdPartyId.empty() ? 0 : optionSize(command.thirdPartyId.size())) +
           (command.description ? optionSize(command.description->size()) : 0) + (command.portSet ? portSetSize : 0) +
           (command.prefix64 ? prefix64Size : 0) + (command.checkpoint ? optionSize(0) : 0);
}

/// What a set of ports cannot be (RFC 7753 §4, §4.1).
std::optional<UsageError> portSetConflict(const MapCommand& command) {
    constexpr std::size_t asManyAsThereAre = 65'535;
    const std::size_t size = command.portSet->size;
    if (command.preferFailure) {
        return UsageError{"--port-set and --prefer-failure exclude each other"};
    }
    if (command.ports.internalPort == 0 ||
        (size != asManyAsThereAre && command.ports.internalPort + size - 1 > 65'535)) {
        return UsageError{"a port set begins at the port given and ends at 65535 or before"};
    }
    return std::nullopt;
}

/// What UPnP cannot say.
template <class MappingCommand>
std::optional<UsageError> upnpConflict(const MappingCommand& command) {
    if (!isTcpOrUdp(command.ports.protocol)) {
        return UsageError{"UPnP maps tcp and udp only"};
    }
    if (command.portSet) {
        return UsageError{"UPnP has no --port-set"};
    }
    if (command.nonce || command.thirdParty) {
        return UsageError{"UPnP has neither --nonce nor --third-party"};
    }
    return std::nullopt;
}

/// What NAT-PMP cannot say (RFC 6886 §3.3).
template <class MappingCommand>
std::optional<UsageError> natPmpConflict(const MappingCommand& command) {
    if (!isTcpOrUdp(command.ports.protocol)) {
        return UsageError{"NAT-PMP maps tcp and udp only"};
    }
    if (command.portSet) {
        return UsageError{"NAT-PMP has no --port-set"};
    }
    if (command.nonce || command.thirdParty) {
        return UsageError{"NAT-PMP has neither --nonce nor --third-party"};
    }
    return std::nullopt;
}

/// What cannot be said where the user wants one protocol and nothing else.
template <class MappingCommand>
std::optional<UsageError> protocolConflict(const MappingCommand& command) {
    if (auto unfit = conflict(command.via)) {
        return unfit;
    }
    if (!command.thirdPartyId.empty() && !command.thirdParty) {
        return UsageError{"--third-party-id needs --third-party"};
    }
    switch (command.via.speak) {
    case Speak::natPmp:
        return natPmpConflict(command);
    case Speak::upnp:
        return upnpConflict(command);
    default:
        return std::nullopt;
    }
}

} // namespace

namespace {

/// What cannot go together of the ways to say whom to ask.
std::optional<UsageError> placesConflict(const GatewayOptions& via) {
    const bool discovers = via.dhcp || via.anycast || via.gateways == Gateways::all;
    if (via.gateway && (discovers || !via.named.empty() || via.families != Families::any)) {
        return UsageError{
            "--gateway names the one to ask: it goes with none of --server, --dhcp, --anycast, --gateways "
            "all and --family"};
    }
    if (!via.named.empty() && discovers) {
        return UsageError{"--server names whom to ask: it goes with none of --dhcp, --anycast and --gateways all"};
    }
    if (via.speak == Speak::upnp && (via.dhcp || via.anycast || !via.named.empty())) {
        return UsageError{"--server, --dhcp and --anycast are about PCP servers, which speak no UPnP"};
    }
    if (via.anycastHops && !via.anycast) {
        return UsageError{"--anycast-hops is about --anycast"};
    }
    if (via.source && (via.families == Families::both || via.gateways == Gateways::all)) {
        return UsageError{
            "--source is one address of this host: it goes neither with --family both nor with --gateways "
            "all"};
    }
    const bool other =
        via.source && via.families != Families::any && via.source->is_v4() != (via.families == Families::v4);
    return other ? std::optional{UsageError{"--source and --family are of different families"}} : std::nullopt;
}

/// What is about one gateway, of a command that may ask several.
std::optional<UsageError> severalConflict(const GatewayOptions& via, bool given, std::string_view option) {
    return given && via.asksSeveral()
               ? std::optional{UsageError{fmt::format("{} is about one gateway: it goes with none of several --server, "
                                                      "--dhcp, --gateways all and --family both",
                                                      option)}}
               : std::nullopt;
}

/// Of a command that speaks to one address.
std::optional<UsageError> oneAddressConflict(const GatewayOptions& via, std::string_view who) {
    if (!via.named.empty() || via.anycast || via.families != Families::any || via.asksSeveral()) {
        return UsageError{fmt::format("{} speaks to one address: name it by --gateway", who)};
    }
    return conflict(via);
}

} // namespace

std::optional<UsageError> conflict(const GatewayOptions& via, const KeepPlan& plan) {
    for (const KeepMapping& mapping : plan.mappings) {
        if (auto unfit = severalConflict(via, !mapping.reaction.portFile.empty(), "--port-file")) {
            return unfit;
        }
        if (auto unfit = severalConflict(via, mapping.reserve, "--reserve")) {
            return unfit;
        }
    }
    return std::nullopt;
}

std::optional<UsageError> conflict(const GatewayOptions& via) {
    if (auto unfit = placesConflict(via)) {
        return unfit;
    }
    if (via.gateway && via.source && via.gateway->address().is_v4() != via.source->is_v4()) {
        return UsageError{"--gateway and --source are addresses of different families"};
    }
    const bool wantsV6 = via.families == Families::v6 || via.families == Families::both;
    const bool overV6 =
        wantsV6 || (via.gateway && via.gateway->address().is_v6()) || (via.source && via.source->is_v6());
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
    if (command.via.speak == Speak::upnp && command.dryRun) {
        return UsageError{"--dry-run shows what is sent by PCP or NAT-PMP: what UPnP asks depends on the answers"};
    }
    if (command.dryRun && (!command.via.named.empty() || command.via.anycast)) {
        return UsageError{
            "--dry-run shows what one gateway is asked: it goes neither with --server nor with --anycast"};
    }
    for (const auto& [given, option] : {std::pair{command.dryRun, "--dry-run"}, std::pair{command.reserve, "--reserve"},
                                        std::pair{command.nonce.has_value(), "--nonce"}}) {
        if (auto unfit = severalConflict(command.via, given, option)) {
            return unfit;
        }
    }
    if (command.reserve && command.dryRun) {
        return UsageError{"--reserve and --dry-run exclude each other"};
    }
    if (command.reserve && command.thirdParty) {
        return UsageError{"--reserve is about a port of this host, and --third-party about one of another"};
    }
    if (command.reserve && (command.portSet || !canBeReserved(command.ports))) {
        return UsageError{"--reserve holds a single port of tcp or udp"};
    }
    if (command.preferFailure && command.ports.externalPort == 0) {
        return UsageError{"--prefer-failure needs the external port, as in tcp:8080:443"};
    }
    if (requestSize(command) > wire::maxMessageSize) {
        return UsageError{command.filters.empty()
                              ? "too much: a request has at most 1100 octets, options included"
                              : "too many filters: a request has at most 1100 octets, and a filter takes 24 of them"};
    }
    if (command.portSet) {
        if (auto unfit = portSetConflict(command)) {
            return unfit;
        }
    }
    if (command.via.speak == Speak::natPmp && command.asksOptions()) {
        return UsageError{"NAT-PMP has neither --description nor --port-set, --prefix64 and --checkpoint"};
    }
    if (command.via.speak == Speak::natPmp && (command.preferFailure || !command.filters.empty())) {
        return UsageError{"NAT-PMP has neither --prefer-failure nor --filter"};
    }
    if (command.via.speak == Speak::upnp &&
        (!command.filters.empty() || command.prefix64 || command.checkpoint || command.ports.internalPort == 0)) {
        return UsageError{"UPnP maps single ports, and has neither --filter nor --prefix64 and --checkpoint"};
    }
    if (command.via.speak == Speak::natPmp && command.ports.internalPort == 0) {
        return UsageError{"NAT-PMP cannot map all ports"};
    }
    return protocolConflict(command);
}

std::optional<UsageError> conflict(const UnmapCommand& command) {
    if (auto unfit = severalConflict(command.via, true, "unmap")) {
        return unfit;
    }
    return protocolConflict(command);
}

std::optional<UsageError> conflict(const PeerCommand& command) {
    if (command.ports.internalPort == 0 || command.ports.protocol == Protocol::all) {
        return UsageError{"an outbound mapping is of one protocol and one port, as tcp:49152"};
    }
    if (command.remote.port() == 0) {
        return UsageError{"the remote peer needs a port, as 198.51.100.7:443"};
    }
    if (command.via.speak == Speak::natPmp) {
        return UsageError{"NAT-PMP has no outbound mappings"};
    }
    if (command.via.speak == Speak::upnp) {
        return UsageError{"UPnP has no outbound mappings"};
    }
    return conflict(command.via);
}

std::optional<UsageError> conflict(const AnnounceCommand& command) {
    if (command.via.speak == Speak::upnp) {
        return UsageError{"UPnP has no announcement to ask for; address tells whether a gateway speaks it"};
    }
    return conflict(command.via);
}

std::optional<UsageError> conflict(const ShellCommand& command) {
    if (command.via.speak == Speak::upnp) {
        return UsageError{"the shell speaks PCP and NAT-PMP"};
    }
    return oneAddressConflict(command.via, "the shell");
}

std::optional<UsageError> conflict(const KeepCommand& command) {
    if (auto unfit = conflict(command.via)) {
        return unfit;
    }
    const auto plan = readPlan(command);
    return plan ? std::nullopt : std::optional{plan.error()};
}

std::optional<UsageError> conflict(const GatewaysCommand& command) {
    if (command.routesOnly && (command.gateway || command.recording.file)) {
        return UsageError{"--routes asks nobody, so --gateway and --pcap make no sense with it"};
    }
    return std::nullopt;
}

std::optional<UsageError> conflict(const GetCommand& command) {
    if (!command.drafts) {
        return UsageError{"to read a gateway's table is a draft of PCP that never became a standard: --draft sends it"};
    }
    if (command.via.speak == Speak::natPmp) {
        return UsageError{"NAT-PMP has no get"};
    }
    return oneAddressConflict(command.via, "get");
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
