// SPDX-License-Identifier: MIT
module;

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/outcome/result.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
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

void addCommon(CLI::App& app, CommonOptions& options) {
    app.add_flag("--json", options.json, "Say everything as JSON, one object a line");
    add(app, "--timeout", "SECONDS", options.timeout, parseTimeout, "How long to wait for an answer (default 10)");
    app.add_flag("-v,--verbose", options.verbose, "Say more, on standard error");
    app.set_version_flag("--version", versionText, "Print the version and exit");
    app.get_help_ptr()->description("Print this help and exit");
}

void addGateway(CLI::App& app, GatewayOptions& options) {
    const auto endpoint = [](std::string_view text) { return parseEndpoint(text, wire::serverPort); };
    add(app, "--gateway", "ADDR[:PORT]", options.gateway, endpoint,
        "The gateway to ask (default: the one of the default route)");
    add(app, "--source", "ADDR", options.source, parseAddress, "The address of this host to ask from, and to map");
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

void addDecode(CLI::App& app, std::vector<std::string>& words) {
    app.add_option("hex", words, "The datagram; - or nothing: from standard input")->type_name("HEX|-");
    app.footer("Reads one datagram of PCP or NAT-PMP in hex, with or without blanks, and tells what its octets mean.\n\n"
               "Example:\n  portolan decode 00 80 00 00 00 00 03 e8 cb 00 71 2d");
}

void addSimulate(CLI::App& app, SimulateCommand& command) {
    const auto endpoint = [](std::string_view text) -> Parsed<net::ip::udp::endpoint> {
        return parseEndpoint(text, 0);
    };
    add(app, "--listen", "ADDR[:PORT]", command.listen, endpoint,
        "Where to serve (default 127.0.0.1, on a port that is free)");
    add(app, "--external", "ADDR", command.external, parseAddress, "The external address (default 127.0.0.2)");
    add(app, "--profile", "NAME", command.gateway, parseProfile,
        "What kind of gateway: strict (default), pcp-only, nat-pmp-only, feature-off, no-connection, "
        "refuses-port-zero, short-lifetimes, miniupnpd, slow, silent, garbage");
    app.footer("A gateway for tests: answers PCP and NAT-PMP, and carries TCP and UDP from the external address to the\n"
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
        subcommand("map", "Open a port on the gateway", map_, addMap);
        subcommand("unmap", "Close a port that map left open", unmap_, addUnmap);
        subcommand("address", "Ask for the external address", address_, [](CLI::App& app, AddressCommand&) {
            app.footer("Example:\n  portolan address");
        });
        subcommand("gateways", "List the default routes of this host", gateways_, [](CLI::App& app, GatewaysCommand&) {
            app.footer("Example:\n  portolan gateways --json");
        });
        subcommand("decode", "Explain a datagram of PCP or NAT-PMP octet by octet", decode_,
                   [this](CLI::App& app, DecodeCommand&) { addDecode(app, words_); });
        subcommand("simulate", "Be a gateway, for tests", simulate_, addSimulate);
    }

    Wish read(std::span<const char* const> arguments);

private:
    template <class CommandType, class AddOptions>
    void subcommand(const char* name, const char* help, CommandType& command, AddOptions addOptions) {
        CLI::App& app = *app_.add_subcommand(name, help);
        addOptions(app, command);
        if constexpr (requires { command.via; }) {
            addGateway(app, command.via);
        }
        addCommon(app, command.common);
        app.final_callback([this, &command] { chosen_ = command; });
    }

    std::string complaint(const CLI::Error& error) const;

    CLI::App app_{"Opens ports on NAT gateways and firewalls, by PCP and NAT-PMP.", "portolan"};
    MapCommand map_;
    UnmapCommand unmap_;
    AddressCommand address_;
    GatewaysCommand gateways_;
    DecodeCommand decode_;
    SimulateCommand simulate_;
    std::vector<std::string> words_; ///< of decode
    std::optional<Command> chosen_;
};

/// One line: lower case, no control characters, and where to read more.
std::string Reader::complaint(const CLI::Error& error) const {
    std::string text = error.what();
    std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
    const bool firstWordIsCapitalised = text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a';
    if (firstWordIsCapitalised) {
        text[0] = static_cast<char>(text[0] - 'A' + 'a');
    }
    const auto parsed = app_.get_subcommands();
    text += " (see portolan ";
    text += parsed.empty() ? "" : parsed.back()->get_name() + ' ';
    return text + "--help)";
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
    std::optional<UsageError> unfit;
    if (const auto* map = std::get_if<MapCommand>(&*chosen_)) {
        unfit = conflict(*map);
    } else if (const auto* unmap = std::get_if<UnmapCommand>(&*chosen_)) {
        unfit = conflict(*unmap);
    } else if (auto* decode = std::get_if<DecodeCommand>(&*chosen_); decode && !words_.empty() && words_ != std::vector<std::string>{"-"}) {
        decode->hex.emplace();
        for (const std::string& word : words_) {
            *decode->hex += word + ' ';
        }
    }
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
