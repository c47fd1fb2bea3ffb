// SPDX-License-Identifier: MIT
module;

#include "command_options.hpp"
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

module portolan.cli;

import portolan.transport;

namespace portolan::cli {

void addRecording(CLI::App& app, Recording& recording) {
    const auto path = [](const std::string& text) -> Parsed<std::string> {
        if (text.empty() || text == "-") {
            return UsageError{"a capture is written to a file, which needs a name"};
        }
        return text;
    };
    add(app, "--pcap", "FILE", recording.file, path, "Write what is sent and received to this capture file");
}

void addGateways(CLI::App& app, GatewaysCommand& command) {
    const auto endpoint = [](std::string_view text) { return parseEndpoint(text, wire::serverPort); };
    add(app, "--gateway", "ADDR[:PORT]", command.gateway, endpoint,
        "Ask this one (default: those of all default routes)");
    const auto port = [](std::string_view text) -> Parsed<std::uint16_t> {
        const auto number = parseNumber(text, 1, 65'535, "a port");
        return number ? Parsed<std::uint16_t>{static_cast<std::uint16_t>(number.assume_value())}
                      : Parsed<std::uint16_t>{number.error()};
    };
    add(app, "--ssdp-port", "PORT", command.ssdpPort, port, "Where UPnP gateways are searched (default 1900)");
    app.add_flag("--routes", command.routesOnly, "List the default routes, and ask nobody");
    addRecording(app, command.recording);
    app.footer("Asks each gateway whether it speaks PCP, NAT-PMP and UPnP IGD, and changes nothing there.\n\n"
               "Example:\n  portolan gateways\n  portolan gateways --gateway 192.168.1.1 --json");
}

void addGet(CLI::App& app, GetCommand& command) {
    const auto setFilter = [&command](const std::string& text) {
        const auto ports = parsePortSpec(text);
        if (!ports) {
            throw CLI::ValidationError{"mapping", ports.error().message};
        }
        command.query.setPorts(ports.assume_value());
    };
    app.add_option_function<std::string>("mapping", setFilter, "Only these (default: all); PORT may be all")
        ->type_name("PROTO:PORT[:EXTERNAL]");
    const auto address = [](std::string_view text) -> Parsed<wire::Address> {
        BOOST_OUTCOME_TRY(const net::ip::address parsed, parseAddress(text));
        return transport::toWire(parsed);
    };
    add(app, "--internal", "ADDR", command.query.filter.internalAddress, address, "Only those of this host");
    add(app, "--external", "ADDR", command.query.filter.externalAddress, address, "Only those of this address outside");
    const auto addOptions = [&command](const std::vector<std::string>& texts) {
        for (const std::string& text : texts) {
            const auto code = parseOptionName(text);
            if (!code) {
                throw CLI::ValidationError{"--with", code.error().message};
            }
            command.query.options.push_back(code.assume_value());
        }
    };
    app.add_option_function<std::vector<std::string>>(
           "--with", addOptions, "Tell this option of each mapping, such as description; may be repeated")
        ->type_name("OPTION")
        ->allow_extra_args(false);
    add(app, "--next", "1|2", command.query.next, parseNext,
        "The form of NEXT: without the mappings' nonces, or with (default 2)");
    app.add_flag("--draft", command.drafts, "Send what is a draft and never became a standard; it has to be said");
    app.footer("Reads the gateway's mapping table by GET and NEXT, as far as it shows it to this host.\n\n"
               "Example:\n  portolan get --draft tcp:all --with description");
}

} // namespace portolan::cli
