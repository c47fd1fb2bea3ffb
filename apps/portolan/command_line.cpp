// SPDX-License-Identifier: MIT
module;

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/outcome/result.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

module portolan.cli;

namespace portolan::cli {

namespace {

constexpr const char* versionText = "portolan " PORTOLAN_VERSION;

/// Adds an option or argument whose text is read by `parse`; what that refuses, CLI11 reports with the option's name.
template <class Value, class Parse>
CLI::Option* add(CLI::App& app, const std::string& name, const char* shape, Value& into, Parse parse,
                 const std::string& help) {
    const auto read = [&into, parse, name](const std::string& text) {
        const auto value = parse(text);
        if (!value) {
            throw CLI::ValidationError{name, value.error().message};
        }
        into = value.assume_value();
    };
    return app.add_option_function<std::string>(name, read, help)->type_name(shape);
}

constexpr const char* waitsForAnswer = "How long to wait for an answer (default 10)";
constexpr const char* waitsForNothing = "Without effect here: there is nothing to wait for";
constexpr const char* waitsForDeletion = "How long to wait for the deletion at the end (default 10)";
constexpr const char* endsBySelf = "End after this time (default: when interrupted)";

void addCommon(CLI::App& app, CommonOptions& options, const char* timeoutHelp) {
    app.add_flag("--json", options.json, "Say everything as JSON, one object a line");
    add(app, "--timeout", "SECONDS", options.timeout, parseTimeout, timeoutHelp);
    app.add_flag("-v,--verbose", options.verbose, "Say more, on standard error");
    app.set_version_flag("--version", versionText, "Print the version and exit");
    app.get_help_ptr()->description("Print this help and exit");
}

void addGateway(CLI::App& app, GatewayOptions& options) {
    const auto endpoint = [](std::string_view text) { return parseEndpoint(text, wire::serverPort); };
    add(app, "--gateway", "ADDR[:PORT]", options.gateway, endpoint,
        "The gateway to ask (default: the one of the default route)");
    add(app, "--source", "ADDR", options.source, parseAddress, "The address of this host to ask from, and to map");
    add(app, "--interface", "NAME", options.interfaceName, parseInterface,
        "The interface to ask by: its default route names the gateway");
    const auto path = [](const std::string& text) -> Parsed<std::string> {
        return text.empty() ? Parsed<std::string>{UsageError{"a file needs a name"}} : Parsed<std::string>{text};
    };
    add(app, "--identity", "FILE", options.identity, path,
        "The secret that nonces come from (default: portolan/identity in the user's state folder)");
    add(app, "--protocol", "auto|pcp|nat-pmp", options.speak, parseSpeak,
        "What to speak (default auto: PCP, and NAT-PMP where the gateway has no PCP)");
}

void addMap(CLI::App& app, MapCommand& command) {
    add(app, "mapping", "PROTO:PORT[:EXTERNAL]", command.ports, parsePortSpec,
        "Protocol (tcp, udp, a name or a number), port of this host (or all), and the external port wished for")
        ->required();
    add(app, "--lifetime", "SECONDS", command.lifetime, parseLifetime, "How long to map it (default 7200)");
    add(app, "--nonce", "HEX", command.nonce, parseNonce, "24 hex digits: take over the mapping made with them");
    app.add_flag("--prefer-failure", command.preferFailure, "This external port or none (PCP)");
    const auto addFilters = [&command](const std::vector<std::string>& texts) {
        for (const std::string& text : texts) {
            const auto filter = parseFilter(text);
            if (!filter) {
                throw CLI::ValidationError{"--filter", filter.error().message};
            }
            command.filters.push_back(filter.assume_value());
        }
    };
    app.add_option_function<std::vector<std::string>>("--filter", addFilters,
                                                      "Who may send to the mapping; may be repeated (PCP)")
        ->type_name("ADDR/LEN[:PORT]")
        ->allow_extra_args(false);
    add(app, "--third-party", "ADDR", command.thirdParty, parseAddress, "Map for this host instead (PCP)");
    app.add_flag("--keep", command.keep, "Keep it mapped until interrupted, then release it");
    app.add_flag("--dry-run", command.dryRun, "Print the datagram in hex and send nothing");
    app.footer("Without --keep the mapping is left standing for its lifetime.\n\n"
               "Example:\n  portolan map tcp:8080:443 --lifetime 3600");
}

void addUnmap(CLI::App& app, UnmapCommand& command) {
    add(app, "mapping", "PROTO:PORT", command.ports, parseInternalPort,
        "Protocol and port of this host, as given to map")
        ->required();
    add(app, "--nonce", "HEX", command.nonce, parseNonce, "The nonce that map printed; most PCP gateways demand it");
    add(app, "--third-party", "ADDR", command.thirdParty, parseAddress, "Delete a mapping of this host instead (PCP)");
    app.footer("Example:\n  portolan unmap tcp:8080 --nonce 4f2a9c017be3d8560d91ac44");
}

/// The options of `keep` that hold for all mappings of the command line.
struct KeepSettings {
    KeepMapping common;
    std::vector<PortSpec> ports;
};

void addKeep(CLI::App& app, KeepCommand& command, KeepSettings& settings) {
    const auto addPorts = [&settings](const std::vector<std::string>& texts) {
        for (const std::string& text : texts) {
            const auto ports = parsePortSpec(text);
            if (!ports) {
                throw CLI::ValidationError{"mapping", ports.error().message};
            }
            settings.ports.push_back(ports.assume_value());
        }
    };
    app.add_option_function<std::vector<std::string>>("mapping", addPorts,
                                                      "Protocol, port of this host, and the external port wished for")
        ->type_name("PROTO:PORT[:EXTERNAL]");
    app.add_option("--config", command.config, "A file with mappings (TOML), read anew on SIGHUP")->type_name("FILE");
    add(app, "--lifetime", "SECONDS", settings.common.lifetime, parseLifetime, "For how long at a time (default 7200)");
    app.add_flag("--prefer-failure", settings.common.preferFailure, "These external ports or none (PCP)");
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

void addAddress(CLI::App& app, AddressCommand& /*command*/) {
    app.footer("Example:\n  portolan address");
}

void addGateways(CLI::App& app, GatewaysCommand& /*command*/) {
    app.footer("Example:\n  portolan gateways --json");
}

void addDecode(CLI::App& app, DecodeCommand& command) {
    const auto join = [&command](const std::vector<std::string>& words) {
        if (words != std::vector<std::string>{"-"}) {
            command.hex = CLI::detail::join(words, " ");
        }
    };
    app.add_option_function<std::vector<std::string>>("hex", join, "The datagram; - or nothing: from standard input")
        ->type_name("HEX|-");
    app.footer(
        "Reads one datagram of PCP or NAT-PMP in hex, with or without blanks, and tells what its octets mean.\n\n"
        "Example:\n  portolan decode 00 80 00 00 00 00 03 e8 cb 00 71 2d");
}

void addSimulate(CLI::App& app, SimulateCommand& command) {
    const auto endpoint = [](std::string_view text) -> Parsed<net::ip::udp::endpoint> {
        return parseEndpoint(text, 0);
    };
    add(app, "--listen", "ADDR[:PORT]", command.listen, endpoint,
        "Where to serve (default 127.0.0.1, on a port that is free)");
    add(app, "--external", "ADDR", command.external, parseAddress,
        "The external address (default 127.0.0.2, or ::1 for an IPv6 gateway)");
    add(app, "--profile", "NAME", command.gateway, parseProfile,
        "What kind of gateway: strict (default), pcp-only, nat-pmp-only, feature-off, no-connection, "
        "refuses-port-zero, short-lifetimes, miniupnpd, slow, silent, garbage");
    app.footer(
        "A gateway for tests: answers PCP and NAT-PMP, and carries TCP and UDP from the external address to the\n"
        "mapped ports. Ends when interrupted, or after --timeout.\n\n"
        "Example:\n  portolan simulate --listen 127.0.0.1:5351");
}

/// The commands and where their options go. Not to be moved: CLI11 keeps references.
class Reader {
public:
    Reader() {
        app_.require_subcommand(1);
        app_.set_version_flag("--version", versionText, "Print the version and exit");
        app_.get_help_ptr()->description("Print this help and exit");
        app_.footer("Each command has a --help of its own.\n\nExample:\n  portolan map tcp:8080");
        add("map", "Open a port on the gateway", map_, addMap, waitsForAnswer);
        add("unmap", "Close a port that map left open", unmap_, addUnmap, waitsForAnswer);
        add(
            "keep", "Keep ports open for as long as this runs", keep_,
            [this](CLI::App& app, KeepCommand& command) { addKeep(app, command, keepSettings_); }, waitsForDeletion);
        add("address", "Ask for the external address", address_, addAddress, waitsForAnswer);
        add("gateways", "List the default routes of this host", gateways_, addGateways, waitsForNothing);
        add("decode", "Explain a datagram of PCP or NAT-PMP octet by octet", decode_, addDecode, waitsForNothing);
        add("simulate", "Be a gateway, for tests", simulate_, addSimulate, endsBySelf);
    }

    Wish read(std::span<const char* const> arguments);

private:
    template <class CommandType, class AddOptions>
    void add(const char* name, const char* help, CommandType& command, AddOptions addOptions, const char* timeoutHelp) {
        CLI::App& app = *app_.add_subcommand(name, help);
        addOptions(app, command);
        if constexpr (requires { command.via; }) {
            addGateway(app, command.via);
        }
        addCommon(app, command.common, timeoutHelp);
        app.final_callback([this, &command] { chosen_ = command; });
    }

    std::string complaint(const CLI::Error& error) const;

    CLI::App app_{"Opens ports on NAT gateways and firewalls, by PCP and NAT-PMP.", "portolan"};
    MapCommand map_;
    UnmapCommand unmap_;
    KeepCommand keep_;
    KeepSettings keepSettings_;
    AddressCommand address_;
    GatewaysCommand gateways_;
    DecodeCommand decode_;
    SimulateCommand simulate_;
    std::optional<Command> chosen_;
};

/// One line: lower case, no control characters, and where to read more.
std::string Reader::complaint(const CLI::Error& error) const {
    const auto commands = app_.get_subcommands();
    const auto words = app_.remaining();
    std::string text =
        commands.empty() && !words.empty() ? "there is no command \"" + words.front() + '"' : error.what();
    std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
    const auto isUpper = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (text.size() > 1 && isUpper(text[0]) && !isUpper(text[1])) {
        text[0] = static_cast<char>(text[0] - 'A' + 'a');
    }
    const std::string command = commands.empty() ? "" : commands.back()->get_name() + ' ';
    return text + " (see portolan " + command + "--help)";
}

Wish Reader::read(std::span<const char* const> arguments) {
    try {
        app_.parse(static_cast<int>(arguments.size()), arguments.data());
    } catch (const CLI::CallForHelp&) {
        return Saying{app_.help()};
    } catch (const CLI::CallForVersion&) {
        return Saying{std::string{versionText} + "\n"};
    } catch (const CLI::Error& error) {
        return UsageError{complaint(error)};
    }
    const auto unfit = std::visit(
        [](const auto& command) -> std::optional<UsageError> {
            if constexpr (requires { conflict(command); }) {
                return conflict(command);
            } else if constexpr (requires { command.via; }) {
                return conflict(command.via);
            }
            return std::nullopt;
        },
        *chosen_);
    return unfit ? Wish{*unfit} : Wish{std::move(*chosen_)};
}

} // namespace

Wish readCommandLine(std::span<const char* const> arguments) {
    return Reader{}.read(arguments);
}

bool wantsJson(std::span<const char* const> arguments) {
    return std::any_of(arguments.begin(), arguments.end(),
                       [](const char* argument) { return std::string_view{argument} == "--json"; });
}

} // namespace portolan::cli
