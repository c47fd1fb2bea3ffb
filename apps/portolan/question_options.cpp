// SPDX-License-Identifier: MIT
module;

#include "add_option.hpp"
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

module portolan.cli;

import portolan.transport;

#include "command_options.hpp"

namespace portolan::cli {

using options::add;
using options::addEach;

void addGateways(CLI::App& app, GatewaysCommand& command) {
    const auto endpoint = [](std::string_view text) { return parseEndpoint(text, wire::serverPort); };
    add(app, "--gateway", "ADDR[:PORT]", command.gateway, endpoint,
        "Ask this one (default: those of all default routes)");
    add(app, "--ssdp-port", "PORT", command.ssdpPort, parsePort, "Where UPnP gateways are searched (default 1900)");
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
    const auto addOption = [&command](wire::OptionCode code) { command.query.options.push_back(code); };
    addEach(app, "--with", "OPTION", parseOptionName, addOption,
            "Tell this option of each mapping, such as description; may be repeated")
        ->allow_extra_args(false);
    add(app, "--next", "1|2", command.query.next, parseNext,
        "The form of NEXT: without the mappings' nonces, or with (default 2)");
    app.add_flag("--draft", command.drafts, "Send what is a draft and never became a standard; it has to be said");
    app.footer("Reads the gateway's mapping table by GET and NEXT, as far as it shows it to this host.\n\n"
               "Example:\n  portolan get --draft tcp:all --with description");
}

} // namespace portolan::cli
