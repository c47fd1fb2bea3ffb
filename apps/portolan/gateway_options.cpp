// SPDX-License-Identifier: MIT
module;

#include "add_option.hpp"
#include <boost/outcome/result.hpp>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

module portolan.cli;

#include "command_options.hpp"

namespace portolan::cli {

using options::add;
using options::addEach;

const char* versionText() {
    return "portolan " PORTOLAN_VERSION;
}

namespace {

Parsed<std::uint16_t> parsePortFrom(std::uint16_t lowest, std::string_view text) {
    const auto number = parseNumber(text, lowest, std::numeric_limits<std::uint16_t>::max(), "a port");
    return number ? Parsed<std::uint16_t>{static_cast<std::uint16_t>(number.assume_value())}
                  : Parsed<std::uint16_t>{number.error()};
}

/// Networks have one or two, and each has a socket of its own.
constexpr std::size_t mostServers = 64;

/// Which servers and gateways are asked where none is named by `--gateway`.
void addServers(CLI::App& app, GatewayOptions& options) {
    const auto parse = [&options](const std::string& text) -> Parsed<ServerSpec> {
        return options.named.size() < mostServers
                   ? parseServer(text)
                   : Parsed<ServerSpec>{UsageError{fmt::format("at most {} servers are asked", mostServers)}};
    };
    const auto addServer = [&options](const ServerSpec& server) { options.named.push_back(server); };
    addEach(app, "--server", "ADDR[:PORT][,ADDR[:PORT]]...|NAME[:PORT]", parse, addServer,
            "Ask this PCP server instead, at the first of its addresses that answers; may be repeated: map and keep "
            "ask all")
        ->allow_extra_args(false);
    app.add_flag("--dhcp", options.dhcp, "Ask the PCP servers that this host has learned by DHCP, if there are any");
    app.add_flag("--anycast", options.anycast, "Ask the anycast addresses of PCP, too, if no router answers");
    const auto hops = [](const std::string& text) { return parseNumber(text, 1, 255, "number of routers"); };
    add(app, "--anycast-hops", "N", options.anycastHops, hops, "How many routers a request to those may pass");
    add(app, "--gateways", "default|all", options.gateways, parseGateways,
        "Whether map and keep ask the gateway of the default route alone, or those of all");
    add(app, "--family", "auto|4|6|both", options.families, parseFamilies,
        "IPv4, IPv6, or by map and keep both (default auto: IPv4 where there is any)");
}

} // namespace

Parsed<std::uint16_t> parsePort(std::string_view text) {
    return parsePortFrom(1, text);
}

Parsed<std::uint16_t> parsePortOrAny(std::string_view text) {
    return parsePortFrom(0, text);
}

void addCommon(CLI::App& app, CommonOptions& options, const char* timeoutHelp) {
    app.add_flag("--json", options.json, "Say everything as JSON, one object a line");
    add(app, "--timeout", "SECONDS", options.timeout, parseTimeout, timeoutHelp);
    app.add_flag("-v,--verbose", options.verbose, "Say more, on standard error");
    app.set_version_flag("--version", versionText(), "Print the version and exit");
    app.get_help_ptr()->description("Print this help and exit");
}

void addRecording(CLI::App& app, Recording& recording) {
    const auto path = [](const std::string& text) -> Parsed<std::string> {
        if (text.empty() || text == "-") {
            return UsageError{"a capture is written to a file, which needs a name"};
        }
        return text;
    };
    add(app, "--pcap", "FILE", recording.file, path, "Write what is sent and received to this capture file");
}

void addGateway(CLI::App& app, GatewayOptions& options) {
    const auto endpoint = [](std::string_view text) { return parseEndpoint(text, wire::serverPort); };
    add(app, "--gateway", "ADDR[:PORT]", options.gateway, endpoint,
        "The gateway to ask (default: the one of the default route)");
    add(app, "--source", "ADDR", options.source, parseAddress, "The address of this host to ask from, and to map");
    add(app, "--interface", "NAME", options.interfaceName, parseInterface,
        "The interface to ask by: its default route names the gateway");
    addServers(app, options);
    app.add_flag("--answers-from-link", options.answersFromLink,
                 "Take answers from other addresses of the gateway's link, too (PCP)");
    const auto path = [](const std::string& text) -> Parsed<std::string> {
        return text.empty() ? Parsed<std::string>{UsageError{"a file needs a name"}} : Parsed<std::string>{text};
    };
    add(app, "--identity", "FILE", options.identity, path,
        "The secret that nonces come from (default: portolan/identity in the user's state folder)");
    addRecording(app, options.recording);
    add(app, "--protocol", "auto|pcp|nat-pmp|upnp|strict", options.speak, parseSpeak,
        "What to speak (default auto: all, side by side; strict: UPnP only where the others fail)");
    add(app, "--ssdp-port", "PORT", options.searchPort, parsePort, "Where UPnP gateways are searched (default 1900)");
}

} // namespace portolan::cli
