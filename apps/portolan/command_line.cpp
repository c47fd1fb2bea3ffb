// SPDX-License-Identifier: MIT
module;

#include "add_option.hpp"
#include <algorithm>
#include <boost/outcome/result.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

module portolan.cli;

#include "command_options.hpp"

namespace portolan::cli {

using options::add;
using options::addEach;

namespace {

constexpr const char* waitsForAnswer =
    "How long to wait for an answer (default 10; more where several addresses are tried)";
constexpr const char* waitsForAnswerOnce = "How long to wait for each answer (default 3)";
constexpr const char* waitsForSurvey = "How long to wait for what gateways answer (default 3)";
constexpr const char* waitsForNothing = "Without effect here: there is nothing to wait for";
constexpr const char* waitsForDeletion = "How long to wait for the deletion at the end (default 10)";
constexpr const char* endsBySelf = "End after this time (default: when interrupted)";

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
    const auto addPort = [&command](std::uint16_t port) { command.ports.push_back(port); };
    addEach(app, "--port", "PORT", parsePort, addPort,
            "Look at this UDP port of a capture, too, besides 5350 and 5351; may be repeated")
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
    add(app, "--port", "PORT", command.port, parsePort, "The UDP port to listen at (default 5350)");
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
    add(app, "--http-port", "PORT", command.httpPort, parsePortOrAny,
        "Where to serve UPnP IGD (default: one that is free)");
    add(app, "--ssdp-port", "PORT", command.ssdpPort, parsePortOrAny,
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
        app_.set_version_flag("--version", versionText(), "Print the version and exit");
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

    [[nodiscard]] std::string complaint(const CLI::Error& error) const;

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
        return Saying{std::string{versionText()} + "\n"};
    } catch (const CLI::Error& error) {
        return UsageError{complaint(error)};
    }
    if (!chosen_) {
        return UsageError{"there is no command (see portolan --help)"}; // a parser that asks for one has told before
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
