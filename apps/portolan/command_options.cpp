// SPDX-License-Identifier: MIT
module;

#include "command_options.hpp"
#include <cstdint>
#include <string>
#include <string_view>

module portolan.cli;

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

} // namespace portolan::cli
