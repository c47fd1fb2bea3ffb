// SPDX-License-Identifier: MIT
// What the actions of UPnP IGD have in common, and the tables that SCPDs and dispatching come from. Not exported from
// the module.
export module portolan.simulator:igd_action;

import portolan.std;
import portolan.wire;
import :endpoint;
import :igd_config;
import :state;

namespace portolan::simulator {

/// Codes of the device architecture, of WANIPConnection:1 and :2, and of WANIPv6FirewallControl:1 (701 to 709).
enum class UpnpError : std::uint16_t {
    invalidAction = 401,
    invalidArgs = 402,
    actionFailed = 501,
    argumentValueOutOfRange = 601,
    notAuthorized = 606,
    pinholeSpaceExhausted = 701,
    firewallDisabled = 702,
    inboundPinholeNotAllowed = 703,
    noSuchEntry = 704,
    protocolNotSupported = 705,
    internalPortWildcardingNotAllowed = 706,
    protocolWildcardingNotAllowed = 707,
    wildCardNotPermittedInSrcIp = 708,
    noPacketSent = 709,
    specifiedArrayIndexInvalid = 713,
    noSuchEntryInArray = 714,
    wildCardNotPermittedInExtPort = 716,
    conflictInMappingEntry = 718,
    onlyPermanentLeasesSupported = 725,
    remoteHostOnlySupportsWildcard = 726,
    noPortMapsAvailable = 728,
    conflictWithOtherMechanisms = 729,
    portMappingNotFound = 730,
    wildCardNotPermittedInIntPort = 732,
    inconsistentParameters = 733,
};

/// Its errorDescription, as the standards have it.
[[nodiscard]] std::string_view descriptionOf(UpnpError error) noexcept;

/// Names and values of an action, in the order of its definition.
using SoapArguments = std::vector<std::pair<std::string, std::string>>;

template <class T>
using UpnpResult = boost::outcome_v2::basic_result<T, UpnpError, boost::outcome_v2::policy::terminate>;

/// An action that was invoked, with all the arguments it needs.
struct ActionCall {
    TimePoint now;
    Endpoint from;                        ///< the control point
    bool connected;                       ///< whether the connection of this service is the one that is up
    const std::string& defaultConnection; ///< names that connection, as Layer3Forwarding does
    const SoapArguments& in;

    /// The argument of that name; empty if there is none.
    [[nodiscard]] const std::string& text(std::string_view name) const noexcept;

    /// A whole number up to `most`, in decimal; 402 if it is none.
    [[nodiscard]] UpnpResult<std::uint32_t> number(std::string_view name, std::uint32_t most) const noexcept;

    /// A port, 0 included.
    [[nodiscard]] UpnpResult<std::uint16_t> port(std::string_view name) const noexcept;

    /// "1", "true" or "yes", or the opposite (device architecture, data type boolean).
    [[nodiscard]] UpnpResult<bool> flag(std::string_view name) const noexcept;

    /// An address in digits; 402 if it is none. Names are not resolved.
    [[nodiscard]] UpnpResult<wire::Address> address(std::string_view name) const noexcept;

    /// "TCP" or "UDP".
    [[nodiscard]] UpnpResult<wire::Protocol> protocol(std::string_view name, bool anyCase) const noexcept;
};

/// A refusal of the mapping table as UPnP says it (RFC 6970 §4.3).
[[nodiscard]] UpnpError toUpnp(const Denial& denial, IgdVersion version) noexcept;

/// An argument of an action, and the state variable that gives its type.
struct Argument {
    std::string_view name;
    std::string_view variable;
    bool out;
};

struct Action {
    std::string_view name;
    std::span<const Argument> arguments;
    UpnpResult<SoapArguments> (*run)(State&, const ActionCall&);
    unsigned since = 1; ///< the version of the service
};

struct Variable {
    std::string_view name;
    std::string_view type;
    std::span<const std::string_view> allowed{};
};

enum class ServiceKind { layer3Forwarding, wanCommon, wanIp, wanPpp, firewall };

/// What a service is, whichever version of it a gateway has.
struct Service {
    std::string_view type; ///< between "urn:schemas-upnp-org:service:" and the version
    std::string_view id;   ///< between "urn:upnp-org:serviceId:" and the number of the instance
    std::span<const Action> actions;
    std::span<const Variable> variables;
};

[[nodiscard]] const Service& definitionOf(ServiceKind kind) noexcept;

// WANIPConnection and WANPPPConnection: the connection.
UpnpResult<SoapArguments> getConnectionTypeInfo(State& state, const ActionCall& call);
UpnpResult<SoapArguments> getStatusInfo(State& state, const ActionCall& call);
UpnpResult<SoapArguments> getNatRsipStatus(State& state, const ActionCall& call);
UpnpResult<SoapArguments> getExternalIpAddress(State& state, const ActionCall& call);

// Port mappings: making and deleting.
UpnpResult<SoapArguments> addPortMapping(State& state, const ActionCall& call);
UpnpResult<SoapArguments> addAnyPortMapping(State& state, const ActionCall& call);
UpnpResult<SoapArguments> deletePortMapping(State& state, const ActionCall& call);
UpnpResult<SoapArguments> deletePortMappingRange(State& state, const ActionCall& call);

// Port mappings: reading.
UpnpResult<SoapArguments> getGenericPortMappingEntry(State& state, const ActionCall& call);
UpnpResult<SoapArguments> getSpecificPortMappingEntry(State& state, const ActionCall& call);
UpnpResult<SoapArguments> getListOfPortMappings(State& state, const ActionCall& call);

/// What the port mappings of UPnP are: one port of TCP or UDP over IPv4, whichever protocol made it.
[[nodiscard]] bool isPortMapping(const Mapping& row) noexcept;

/// The port mapping of that external port; null if there is none.
[[nodiscard]] Mapping* portMapping(State& state, wire::Protocol protocol, std::uint16_t externalPort);

/// The one peer that may come in, as RemoteHost has it; empty for everybody.
[[nodiscard]] std::string remoteHostOf(const Mapping& row);

// Layer3Forwarding and WANCommonInterfaceConfig.
UpnpResult<SoapArguments> getDefaultConnectionService(State& state, const ActionCall& call);
UpnpResult<SoapArguments> getCommonLinkProperties(State& state, const ActionCall& call);
UpnpResult<SoapArguments> getTotalBytesSent(State& state, const ActionCall& call);
UpnpResult<SoapArguments> getTotalBytesReceived(State& state, const ActionCall& call);
UpnpResult<SoapArguments> getTotalPacketsSent(State& state, const ActionCall& call);
UpnpResult<SoapArguments> getTotalPacketsReceived(State& state, const ActionCall& call);

// WANIPv6FirewallControl.
UpnpResult<SoapArguments> getFirewallStatus(State& state, const ActionCall& call);
UpnpResult<SoapArguments> getOutboundPinholeTimeout(State& state, const ActionCall& call);
UpnpResult<SoapArguments> addPinhole(State& state, const ActionCall& call);
UpnpResult<SoapArguments> updatePinhole(State& state, const ActionCall& call);
UpnpResult<SoapArguments> deletePinhole(State& state, const ActionCall& call);
UpnpResult<SoapArguments> getPinholePackets(State& state, const ActionCall& call);
UpnpResult<SoapArguments> checkPinholeWorking(State& state, const ActionCall& call);

} // namespace portolan::simulator
