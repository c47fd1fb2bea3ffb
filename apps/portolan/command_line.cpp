// SPDX-License-Identifier: MIT
module;

#include "command_options.hpp"
#include <algorithm>
#include <boost/outcome/result.hpp>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

module portolan.cli;

namespace portolan::cli {

// command_options.cpp
void addRecording(CLI::App& app, Recording& recording);
void addGateways(CLI::App& app, GatewaysCommand& command);
void addGet(CLI::App& app, GetCommand& command);

namespace {

constexpr const char* versionText = "portolan " PORTOLAN_VERSION;

constexpr const char* waitsForAnswer = "How long to wait for an answer (default 10)";
constexpr const char* waitsForAnswerOnce = "How long to wait for each answer (default 3)";
constexpr const char* waitsForSurvey = "How long to wait for what gateways answer (default 3)";
constexpr const char* waitsForNothing = "Without effect here: there is nothing to wait for";
constexpr const char* waitsForDeletion = "How long to wait for the deletion at the end (default 10)";
constexpr const char* endsBySelf = "End after this time (default: when interrupted)";

/// A port, from this one on.
template <std::uint16_t lowest>
Parsed<std::uint16_t> parsePortFrom(std::string_view text) {
    const auto number = parseNumber(text, lowest, std::numeric_limits<std::uint16_t>::max(), "a port");
    return number ? Parsed<std::uint16_t>{static_cast<std::uint16_t>(number.assume_value())}
                  : Parsed<std::uint16_t>{number.error()};
}

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
    add(app, "--ssdp-port", "PORT", options.searchPort, parsePortFrom<1>,
        "Where UPnP gateways are searched (default 1900)");
}

/// What tells a mapping from others, besides its port: `map` and `unmap` have to agree on it.
template <class MappingCommand>
void addSetAndName(CLI::App& app, MappingCommand& command) {
    add(app, "--third-party-id", "HEX", command.thirdPartyId, parseThirdPartyId,
        "Which of the hosts at the third party's address (PCP): by a name that tells nothing of a person");
    add(app, "--port-set", "N[:parity]", command.portSet, parsePortSet,
        "So many ports from this one on; parity: even to even, odd to odd (PCP)");
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
    add(app, "--third-party", "ADDR", command.thirdParty, parseAddress,
        "Map for this host instead (PCP): declares that this network is fully trusted");
    addSetAndName(app, command);
    add(app, "--description", "TEXT", command.description, parseDescription,
        "What people may read at the gateway (PCP)");
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

void addAnnounce(CLI::App& app, AnnounceCommand& /*command*/) {
    app.footer("Asks the gateway what it is, and changes nothing there.\n\nExample:\n  portolan announce");
}

void addAddress(CLI::App& app, AddressCommand& /*command*/) {
    app.footer("Example:\n  portolan address");
}

void addDecode(CLI::App& app, DecodeCommand& command) {
    const auto join = [&command](const std::vector<std::string>& words) {
        if (words != std::vector<std::string>{"-"}) {
            command.hex = CLI::detail::join(words, " ");
        }
    };
    app.add_option_function<std::vector<std::string>>("hex", join, "The datagram; - or nothing: from standard input")
        ->type_name("HEX|-");
    app.add_option("--pcap", command.pcap,
                   "Explain the conversation in this capture (pcap or pcapng; - is standard input)")
        ->type_name("FILE");
    const auto addPorts = [&command](const std::vector<std::string>& texts) {
        for (const std::string& text : texts) {
            const auto port = parseNumber(text, 1, 65'535, "port");
            if (!port) {
                throw CLI::ValidationError{"--port", port.error().message};
            }
            command.ports.push_back(static_cast<std::uint16_t>(port.assume_value()));
        }
    };
    app.add_option_function<std::vector<std::string>>(
           "--port", addPorts, "Look at this UDP port of a capture, too, besides 5350 and 5351; may be repeated")
        ->type_name("PORT")
        ->allow_extra_args(false);
    app.footer(
        "Reads one datagram of PCP or NAT-PMP in hex, with or without blanks, and tells what its octets mean; or "
        "those\n"
        "of a capture, and which answers which.\n\n"
        "Example:\n  portolan decode 00 80 00 00 00 00 03 e8 cb 00 71 2d\n  portolan decode --pcap trouble.pcapng");
}

void addListen(CLI::App& app, ListenCommand& command) {
    const auto number = [](const std::string& text) { return parseNumber(text, 1, 1'000'000'000, "count"); };
    add(app, "--count", "N", command.count, number, "End after so many");
    const auto port = [](const std::string& text) -> Parsed<std::uint16_t> {
        const auto read = parseNumber(text, 1, 65'535, "port");
        return read ? Parsed<std::uint16_t>{static_cast<std::uint16_t>(read.assume_value())} : read.error();
    };
    add(app, "--port", "PORT", command.port, port, "The UDP port to listen at (default 5350)");
    addRecording(app, command.recording);
    app.footer("Hears gateways that announce to all hosts that they started, or have another address. Ends when\n"
               "interrupted, after --count of them, or after --timeout.\n\n"
               "Example:\n  portolan listen --count 1 --timeout 60");
}

void addShell(CLI::App& app, ShellCommand& command) {
    app.add_option("--script", command.script, "Take the commands from this file (- is standard input)")
        ->type_name("FILE");
    app.add_flag("--keep-going", command.keepGoing, "Go on with a script when a command of it has failed");
    app.add_flag("--draft", command.drafts, "Send what is a draft, too (get); set drafts on does the same");
    app.footer("Sends single datagrams and shows the answers field by field. Its command help tells more.\n\n"
               "Example:\n  portolan shell --gateway 192.168.1.1");
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
        "What kind of gateway (default strict): " + profileNames());
    command.gateway = parseProfile("strict").assume_value();
    add(app, "--igd", "1|2|off", command.igd, parseIgd,
        "The version of UPnP IGD to speak (default: as the profile has it; strict: 2)");
    add(app, "--draft", "1|2", command.drafts, parseNext,
        "Let hosts read the mapping table by GET, a draft, with this form of NEXT (default: not)");
    add(app, "--http-port", "PORT", command.httpPort, parsePortFrom<0>,
        "Where to serve UPnP IGD (default: one that is free)");
    add(app, "--ssdp-port", "PORT", command.ssdpPort, parsePortFrom<0>,
        "Where to hear searches for it, multicast ones too (default: one that is free; 1900 is the standard's)");
    app.footer(
        "A gateway for tests: answers PCP, NAT-PMP and UPnP IGD, and carries TCP and UDP from the external address to\n"
        "the mapped ports. SIGUSR1 restarts it, so that it loses its mappings, and SIGUSR2 gives it another external\n"
        "address. Ends when interrupted, or after --timeout.\n\n"
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
        add("peer", "Learn, extend or make an outbound mapping", peer_, addPeer, waitsForAnswer);
        add("announce", "Ask whether a gateway is there, and what it speaks", announce_, addAnnounce, waitsForAnswer);
        add("address", "Ask for the external address", address_, addAddress, waitsForAnswer);
        add("gateways", "Tell which gateways there are, and what they speak", gateways_, addGateways, waitsForSurvey);
        add("get", "Read a gateway's mapping table (a draft)", get_, addGet, waitsForAnswer);
        add("decode", "Explain a datagram of PCP or NAT-PMP octet by octet", decode_, addDecode, waitsForNothing);
        add("listen", "Hear gateways that announce themselves", listen_, addListen, endsBySelf);
        add("shell", "Speak to a gateway by hand: an interactive protocol tester", shell_, addShell,
            waitsForAnswerOnce);
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

    CLI::App app_{"Opens ports on NAT gateways and firewalls, by PCP, NAT-PMP and UPnP.", "portolan"};
    MapCommand map_;
    UnmapCommand unmap_;
    KeepCommand keep_;
    KeepSettings keepSettings_;
    PeerCommand peer_;
    AnnounceCommand announce_;
    AddressCommand address_;
    GatewaysCommand gateways_;
    GetCommand get_;
    DecodeCommand decode_;
    ListenCommand listen_;
    ShellCommand shell_;
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
