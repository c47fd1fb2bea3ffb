// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <chrono>
#include <fmt/format.h>
#include <string>
#include <utility>
#include <vector>

module portolan.cli;

import :held;
import :interrupt;
import :way;

namespace portolan::cli {

namespace {

PeerRequest requestOf(const PeerCommand& command) {
    PeerRequest request;
    request.protocol = command.ports.protocol;
    request.internalPort = command.ports.internalPort;
    request.remoteAddress = command.remote.address();
    request.remotePort = command.remote.port();
    request.externalPort = command.ports.externalPort;
    request.lifetime = command.lifetime;
    request.nonce = command.nonce;
    return request;
}

void report(const PeerCommand& command, const MappingInfo& info, Output& output) {
    if (output.json()) {
        Json told = toJson("mapped", info);
        told["remote"] = toJson(info.remoteAddress, info.remotePort);
        output.object(told);
        return;
    }
    reportMapping(info, output);
    output.line(command.keep ? "It is renewed until this program is interrupted (Ctrl-C)."
                             : "It lasts for that time, and longer where its connection does.");
}

} // namespace

ExitStatus execute(const PeerCommand& command, Output& output) {
    const Asking asking{
        command.via,
        fmt::format("{} towards {}", toText(command.ports), toText(command.remote.address(), command.remote.port())),
        output};
    return runTask([&](Interrupt& interrupt) -> net::awaitable<ExitStatus> {
        ClientOptions options = clientOptions(command.via, command.common);
        options.identity = identityFor(command.via, output);
        options.follow = command.keep;
        Client client{co_await net::this_coro::executor, options};
        auto peer = co_await client.peer(requestOf(command), interrupt.token());
        asking.cameBack(summarize(peer));
        if (!peer) {
            co_return output.fail(explain(peer.error()));
        }
        report(command, peer.value().info(), output);
        if (command.keep) {
            std::vector<Mapping> held;
            held.push_back(std::move(peer.value()));
            co_return co_await keepMappings(std::move(held), interrupt, output);
        }
        peer.value().detach();
        co_return ExitStatus::done;
    });
}

} // namespace portolan::cli
