// SPDX-License-Identifier: MIT
module;

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

export module portolan.cli:commands;

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

/// Which gateway is asked, from where and how.
struct GatewayOptions {
    std::optional<net::ip::udp::endpoint> gateway; ///< none: the default route's
    std::optional<net::ip::address> source;        ///< none: the system's choice
    std::string interfaceName;                     ///< empty: any
    Speak speak = Speak::any;
    std::optional<std::string> identity; ///< the file of the identity; none: the user's own
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
    bool keep = false;
    bool dryRun = false;
};

/// `portolan unmap`.
struct UnmapCommand {
    CommonOptions common;
    GatewayOptions via;
    PortSpec ports; ///< without an external one
    std::optional<Nonce> nonce;
    std::optional<net::ip::address> thirdParty;
};

/// `portolan keep`.
struct KeepCommand {
    CommonOptions common;
    GatewayOptions via;
    KeepPlan plan;                     ///< of the arguments alone
    std::optional<std::string> config; ///< a file with more
    bool leave = false;                ///< leave mappings standing at the end
};

/// `portolan address`.
struct AddressCommand {
    CommonOptions common;
    GatewayOptions via;
};

/// `portolan gateways`.
struct GatewaysCommand {
    CommonOptions common;
};

/// `portolan decode`.
struct DecodeCommand {
    CommonOptions common;
    std::optional<std::string> hex; ///< none: standard input
};

/// `portolan simulate`.
struct SimulateCommand {
    CommonOptions common;
    net::ip::udp::endpoint listen{net::ip::address_v4::loopback(), 0};
    std::optional<net::ip::address> external; ///< none: 127.0.0.2, or ::1 where `listen` is an IPv6 address
    simulator::Config gateway;                ///< of the profile
};

using Command = std::variant<MapCommand, UnmapCommand, KeepCommand, AddressCommand, GatewaysCommand, DecodeCommand,
                             SimulateCommand>;

/// Why options that are sound one by one cannot go together; nothing if they can.
[[nodiscard]] std::optional<UsageError> conflict(const GatewayOptions& via);
[[nodiscard]] std::optional<UsageError> conflict(const MapCommand& command);
[[nodiscard]] std::optional<UsageError> conflict(const UnmapCommand& command);
[[nodiscard]] std::optional<UsageError> conflict(const KeepCommand& command);
[[nodiscard]] std::optional<UsageError> conflict(const SimulateCommand& command);

/// What `keep` is to keep: the mappings of its arguments, then those of its file. A `UsageError` if the file cannot be
/// read, or nothing is to be kept, or not all of it can be.
[[nodiscard]] Parsed<KeepPlan> readPlan(const KeepCommand& command);

/// The simulated gateway of that name ("strict"); a `UsageError` that names them all if there is none.
[[nodiscard]] Parsed<simulator::Config> parseProfile(std::string_view name);

} // namespace portolan::cli
