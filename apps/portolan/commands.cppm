// SPDX-License-Identifier: MIT
export module portolan.cli:commands;

import portolan.std;
import portolan;
import portolan.simulator;
import :arguments;
import :keep_plan;

export namespace portolan::cli {

/// What every command understands.
struct CommonOptions {
    bool json = false;
    bool verbose = false;
    std::optional<std::chrono::milliseconds> timeout; ///< none: the command's own
};

/// What is recorded of a command's traffic.
struct Recording {
    std::optional<std::string> file; ///< the capture to write; none: nothing is recorded
    DatagramTap tap{};               ///< there once the capture has begun
};

/// Which gateway is asked, from where and how.
struct GatewayOptions {
    std::optional<net::ip::udp::endpoint> gateway; ///< none: the default route's
    std::optional<net::ip::address> source;        ///< none: the system's choice
    std::string interfaceName;                     ///< empty: any
    std::vector<PcpServer> servers;                ///< instead of a gateway
    std::vector<ServerSpec> named;                 ///< the same, as far as `resolve` has not moved them there
    bool dhcp = false;                             ///< those that DHCP told, if it did
    bool anycast = false;
    std::optional<std::uint64_t> anycastHops; ///< 1 to 255; none: as the system has it
    Gateways gateways = Gateways::preferred;
    Families families = Families::any;
    bool answersFromLink = false;
    Speak speak = Speak::any;
    std::optional<std::uint16_t> searchPort; ///< where UPnP gateways are searched; none: where they are by default
    std::optional<std::string> identity;     ///< the file of the identity; none: the user's own
    Recording recording{};

    /// Whether there may be several places to ask.
    [[nodiscard]] bool asksSeveral() const noexcept {
        return servers.size() + named.size() > 1 || dhcp || gateways == Gateways::all || families == Families::both;
    }
};

/// `portolan map`.
struct MapCommand {
    CommonOptions common;
    GatewayOptions via;
    PortSpec ports;
    std::chrono::seconds lifetime{7200};
    std::optional<Nonce> nonce;
    bool preferFailure = false;
    std::vector<Filter> filters;
    std::optional<net::ip::address> thirdParty;
    std::vector<std::uint8_t> thirdPartyId; ///< empty: none
    std::optional<std::string> description;
    std::optional<PortSetWish> portSet;
    bool prefix64 = false;
    bool checkpoint = false;
    bool keep = false;
    bool reserve = false; ///< hold the port of this host for as long as the command runs
    bool dryRun = false;

    /// Whether it asks for anything that a gateway need not know of.
    [[nodiscard]] bool asksOptions() const noexcept { return description || portSet || prefix64 || checkpoint; }
};

/// `portolan peer`.
struct PeerCommand {
    CommonOptions common;
    GatewayOptions via;
    PortSpec ports;
    net::ip::udp::endpoint remote; ///< of whatever protocol; port 0: none was given
    std::chrono::seconds lifetime{7200};
    std::optional<Nonce> nonce;
    bool keep = false;
};

/// `portolan announce`.
struct AnnounceCommand {
    CommonOptions common;
    GatewayOptions via;
};

/// `portolan unmap`.
struct UnmapCommand {
    CommonOptions common;
    GatewayOptions via;
    PortSpec ports; ///< without an external one
    std::optional<Nonce> nonce;
    std::optional<net::ip::address> thirdParty;
    std::vector<std::uint8_t> thirdPartyId;
    std::optional<PortSetWish> portSet;
};

/// `portolan keep`.
struct KeepCommand {
    CommonOptions common;
    GatewayOptions via;
    KeepPlan plan;                     ///< of the arguments alone
    std::optional<std::string> config; ///< a file with more
    bool leave = false;                ///< leave mappings standing at the end
};

/// The options of `keep` that hold for all mappings of the command line.
struct KeepSettings {
    KeepMapping common;
    std::vector<PortSpec> ports;
};

/// `portolan address`.
struct AddressCommand {
    CommonOptions common;
    GatewayOptions via;
};

/// `portolan gateways`.
struct GatewaysCommand {
    CommonOptions common;
    Recording recording;
    std::optional<net::ip::udp::endpoint> gateway; ///< none: those of the default routes
    std::uint16_t ssdpPort = 1900;                 ///< where UPnP gateways are searched
    bool routesOnly = false;                       ///< list the routes, and ask nobody
};

/// Which part of a gateway's mapping table is read, and in which form (`wire::drafts`).
struct TableQuery {
    wire::drafts::GetFilter filter{};
    wire::drafts::NextVersion next = wire::drafts::NextVersion::withNonce;
    std::vector<wire::OptionCode> options; ///< to be told with each mapping

    /// Only these ports, of which 0 is any.
    void setPorts(const PortSpec& ports) noexcept {
        filter.protocol = ports.protocol;
        filter.internalPort = ports.internalPort;
        filter.externalPort = ports.externalPort;
    }
};

/// `portolan get`.
struct GetCommand {
    CommonOptions common;
    GatewayOptions via;
    TableQuery query;
    bool drafts = false; ///< it is understood that this is none of the standards
};

/// `portolan decode`.
struct DecodeCommand {
    CommonOptions common;
    std::optional<std::string> hex;  ///< none: standard input
    std::optional<std::string> pcap; ///< a capture instead; "-": from standard input
    std::vector<std::uint16_t> ports{wire::announcementPort, wire::serverPort}; ///< where to look in a capture
};

/// `portolan listen`.
struct ListenCommand {
    CommonOptions common;
    Recording recording;
    std::uint16_t port = wire::announcementPort;
    std::optional<std::uint64_t> count; ///< none: any number
};

/// `portolan shell`.
struct ShellCommand {
    CommonOptions common;
    GatewayOptions via;
    std::optional<std::string> script; ///< "-": standard input
    bool keepGoing = false;            ///< go on with a script when a command of it has failed
    bool drafts = false;               ///< send what is none of the standards
};

/// `portolan simulate`.
struct SimulateCommand {
    CommonOptions common;
    net::ip::udp::endpoint listen{net::ip::address_v4::loopback(), 0};
    std::optional<net::ip::address> external;        ///< none: 127.0.0.2, or ::1 where `listen` is an IPv6 address
    simulator::Config gateway;                       ///< of the profile
    std::optional<simulator::IgdVersion> igd;        ///< none: as the profile has it
    std::optional<wire::drafts::NextVersion> drafts; ///< GET is answered, with this form of NEXT; none: as any opcode
    std::uint16_t httpPort = 0;                      ///< 0: any that is free
    std::uint16_t ssdpPort = 0;                      ///< likewise
};

using Command = std::variant<MapCommand, UnmapCommand, KeepCommand, PeerCommand, AddressCommand, AnnounceCommand,
                             GatewaysCommand, GetCommand, DecodeCommand, ListenCommand, ShellCommand, SimulateCommand>;

/// Why options that are sound one by one cannot go together; nothing if they can.
[[nodiscard]] std::optional<UsageError> conflict(const GatewayOptions& via);
[[nodiscard]] std::optional<UsageError> conflict(const GatewayOptions& via, const KeepPlan& plan);
[[nodiscard]] std::optional<UsageError> conflict(const MapCommand& command);
[[nodiscard]] std::optional<UsageError> conflict(const UnmapCommand& command);
[[nodiscard]] std::optional<UsageError> conflict(const PeerCommand& command);
[[nodiscard]] std::optional<UsageError> conflict(const AnnounceCommand& command);
[[nodiscard]] std::optional<UsageError> conflict(const ShellCommand& command);
[[nodiscard]] std::optional<UsageError> conflict(const KeepCommand& command);
[[nodiscard]] std::optional<UsageError> conflict(const GatewaysCommand& command);
[[nodiscard]] std::optional<UsageError> conflict(const GetCommand& command);
[[nodiscard]] std::optional<UsageError> conflict(const DecodeCommand& command);
[[nodiscard]] std::optional<UsageError> conflict(const SimulateCommand& command);

/// What `keep` is to keep: the mappings of its arguments, then those of its file. A `UsageError` if the file cannot be
/// read, or nothing is to be kept, or not all of it can be.
[[nodiscard]] Parsed<KeepPlan> readPlan(const KeepCommand& command);

/// "1", "2" or "off".
[[nodiscard]] Parsed<simulator::IgdVersion> parseIgd(std::string_view text);

/// The simulated gateway of that name ("strict"); a `UsageError` that names them all if there is none.
[[nodiscard]] Parsed<simulator::Config> parseProfile(std::string_view name);

/// The names of all simulated gateways, with commas between them.
[[nodiscard]] std::string profileNames();

} // namespace portolan::cli
