// SPDX-License-Identifier: MIT
module;

#include "add_option.hpp"
#include <boost/outcome/result.hpp>
#include <string>
#include <string_view>
#include <vector>

module portolan.cli;

#include "command_options.hpp"

namespace portolan::cli {

using options::add;
using options::addEach;

namespace {

/// What tells a mapping from others, besides its port: `map` and `unmap` have to agree on it.
template <class MappingCommand>
void addSetAndName(CLI::App& app, MappingCommand& command) {
    add(app, "--third-party-id", "HEX", command.thirdPartyId, parseThirdPartyId,
        "Which of the hosts at the third party's address (PCP): by a name that tells nothing of a person");
    add(app, "--port-set", "N[:parity]", command.portSet, parsePortSet,
        "So many ports from this one on; parity: even to even, odd to odd (PCP)");
}

} // namespace

void addMap(CLI::App& app, MapCommand& command) {
    add(app, "mapping", "PROTO:PORT[:EXTERNAL]", command.ports, parsePortSpec,
        "Protocol (tcp, udp, a name or a number), port of this host (or all), and the external port wished for")
        ->required();
    add(app, "--lifetime", "SECONDS", command.lifetime, parseLifetime, "How long to map it (default 7200)");
    add(app, "--nonce", "HEX", command.nonce, parseNonce, "24 hex digits: take over the mapping made with them");
    app.add_flag("--prefer-failure", command.preferFailure, "This external port or none (PCP, UPnP)");
    const auto addFilter = [&command](const Filter& filter) { command.filters.push_back(filter); };
    addEach(app, "--filter", "ADDR/LEN[:PORT]", parseFilter, addFilter,
            "Who may send to the mapping; may be repeated (PCP)")
        ->allow_extra_args(false);
    add(app, "--third-party", "ADDR", command.thirdParty, parseAddress,
        "Map for this host instead (PCP): declares that this network is fully trusted");
    addSetAndName(app, command);
    add(app, "--description", "TEXT", command.description, parseDescription,
        "What people may read at the gateway (PCP, UPnP)");
    app.add_flag("--prefix64", command.prefix64, "Ask for the prefixes of the gateway's NAT64 (PCP)");
    app.add_flag("--checkpoint", command.checkpoint,
                 "Have its state kept in more than one place (PCP): declares that this network is fully trusted");
    app.add_flag("--keep", command.keep, "Keep it mapped until interrupted, then release it");
    app.add_flag("--reserve", command.reserve, "Hold the port of this host meanwhile, so that no program can use it");
    app.add_flag("--dry-run", command.dryRun, "Print the datagram in hex and send nothing");
    app.footer("Without --keep the mapping is left standing for its lifetime.\n\n"
               "Example:\n  portolan map tcp:8080:443 --lifetime 3600");
}

void addUnmap(CLI::App& app, UnmapCommand& command) {
    add(app, "mapping", "PROTO:PORT", command.ports, parseInternalPort,
        "Protocol and port of this host, as given to map")
        ->required();
    add(app, "--nonce", "HEX", command.nonce, parseNonce, "The nonce that map printed; most PCP gateways demand it");
    add(app, "--third-party", "ADDR", command.thirdParty, parseAddress,
        "Delete a mapping of this host instead (PCP): declares that this network is fully trusted");
    addSetAndName(app, command);
    app.footer("Example:\n  portolan unmap tcp:8080 --nonce 4f2a9c017be3d8560d91ac44");
}

void addKeep(CLI::App& app, KeepCommand& command, KeepSettings& settings) {
    const auto addPorts = [&settings](const PortSpec& ports) { settings.ports.push_back(ports); };
    addEach(app, "mapping", "PROTO:PORT[:EXTERNAL]", parsePortSpec, addPorts,
            "Protocol, port of this host, and the external port wished for");
    app.add_option("--config", command.config, "A file with mappings (TOML), read anew on SIGHUP")->type_name("FILE");
    add(app, "--lifetime", "SECONDS", settings.common.lifetime, parseLifetime, "For how long at a time (default 7200)");
    app.add_flag("--prefer-failure", settings.common.preferFailure, "These external ports or none (PCP, UPnP)");
    app.add_flag("--reserve", settings.common.reserve,
                 "Hold these ports of this host meanwhile, so that no program can use them");
    app.add_option("--exec", settings.common.reaction.exec, "Run this by the shell on every change; {port} is the port")
        ->type_name("COMMAND");
    add(app, "--exec-timeout", "SECONDS", command.plan.execTimeout, parseLifetime,
        "How long that may take (default 30)");
    app.add_option("--port-file", settings.common.reaction.portFile, "Keep the external port in this file")
        ->type_name("FILE");
    app.add_flag("--leave", command.leave, "Leave the mappings standing at the end");
    app.parse_complete_callback([&command, &settings] {
        for (const PortSpec& ports : settings.ports) {
            command.plan.mappings.push_back(settings.common);
            command.plan.mappings.back().ports = ports;
        }
    });
    app.footer("Keeps mappings open through restarts of the gateway, until interrupted. SIGHUP reads --config anew.\n\n"
               "Example:\n  portolan keep tcp:6881 udp:6881 --exec './announce-port {protocol} {port}'");
}

void addPeer(CLI::App& app, PeerCommand& command) {
    add(app, "mapping", "PROTO:PORT[:EXTERNAL]", command.ports, parsePortSpec,
        "Protocol, port of this host, and the external port wished for")
        ->required();
    const auto remote = [](std::string_view text) { return parseEndpoint(text, 0); };
    add(app, "remote", "ADDR:PORT", command.remote, remote, "The remote peer, as this host sees it")->required();
    add(app, "--lifetime", "SECONDS", command.lifetime, parseLifetime, "How long it is to last (default 7200)");
    add(app, "--nonce", "HEX", command.nonce, parseNonce, "24 hex digits: take over the mapping made with them");
    app.add_flag("--keep", command.keep, "Renew it until interrupted");
    app.footer("Tells how a connection to the remote peer goes out, and makes its mapping last (PCP). It cannot be "
               "deleted.\n\n"
               "Example:\n  portolan peer tcp:49152 198.51.100.7:5222");
}

} // namespace portolan::cli
