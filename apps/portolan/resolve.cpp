// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <cstdint>
#include <fmt/format.h>
#include <string>
#include <utility>

module portolan.cli;

#include "resolve.hpp"

namespace portolan::cli {

namespace {

/// All addresses of a name, as the system orders them.
result<PcpServer> serverOf(const ServerSpec& spec) {
    net::io_context context;
    net::ip::udp::resolver resolver{context};
    net::error_code error;
    const auto found = resolver.resolve(spec.name, std::to_string(spec.port), error);
    PcpServer server;
    for (auto entry = found.begin(); !error && entry != found.end(); ++entry) {
        server.addresses.push_back(entry->endpoint());
    }
    if (server.addresses.empty()) {
        return Error{Errc::noGateway, fmt::format("no address of {} is known{}{}", spec.name, error ? ": " : "",
                                                  error ? error.message() : "")};
    }
    return server;
}

} // namespace

result<void> resolve(GatewayOptions& via) {
    for (ServerSpec& spec : std::exchange(via.named, {})) {
        if (spec.name.empty()) {
            via.servers.push_back(std::move(spec.server));
        } else {
            BOOST_OUTCOME_TRY(auto server, serverOf(spec));
            via.servers.push_back(std::move(server));
        }
    }
    return boost::outcome_v2::success();
}

} // namespace portolan::cli
