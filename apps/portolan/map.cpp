// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <utility>

module portolan.cli;

import portolan.session;
import :interrupt;
import :way;

namespace portolan::cli {

namespace {

/// How long a mapping that was given up is tried to be deleted, when nobody waits for the answer.
constexpr std::chrono::milliseconds giveUpTimeout{1000};

MapRequest requestOf(const MapCommand& command) {
    MapRequest request;
    request.protocol = command.ports.protocol;
    request.internalPort = command.ports.internalPort;
    request.externalPort = command.ports.externalPort;
    request.lifetime = command.lifetime;
    request.nonce = command.nonce;
    request.preferFailure = command.preferFailure;
    request.filters = command.filters;
    request.thirdParty = command.thirdParty;
    return request;
}

ClientOptions optionsOf(const MapCommand& command, Output& output) {
    ClientOptions options = clientOptions(command.via, command.common);
    options.identity = identityFor(command.via, output);
    options.follow = command.keep;
    if (!command.keep) {
        options.releaseTimeout = std::min(options.releaseTimeout, giveUpTimeout);
    }
    return options;
}

/// The command that deletes the mapping again.
std::string unmapCommand(const MapCommand& command, const MappingInfo& info) {
    std::string text = fmt::format("portolan unmap {}", toText(PortSpec{info.protocol, info.internalPort, 0}));
    if (info.via == Via::pcp) {
        text += fmt::format(" --nonce {}", info.nonce);
    }
    if (command.via.gateway) {
        text += fmt::format(" --gateway {}", toText(command.via.gateway->address(), command.via.gateway->port()));
    }
    if (!command.via.interfaceName.empty()) {
        text += fmt::format(" --interface {}", command.via.interfaceName);
    }
    if (command.via.source) {
        text += fmt::format(" --source {}", command.via.source->to_string());
    }
    if (command.via.speak == Speak::natPmp) {
        text += " --protocol nat-pmp";
    }
    return command.thirdParty ? fmt::format("{} --third-party {}", text, command.thirdParty->to_string()) : text;
}

void report(const MapCommand& command, const MappingInfo& info, Output& output) {
    if (output.json()) {
        output.object(toJson("mapped", info));
        return;
    }
    const net::ip::udp::endpoint& gateway = info.gateway.endpoint;
    const std::string_view interfaceName = info.gateway.interfaceName;
    output.line(
        fmt::format("{} {} is mapped to {}", info.protocol, toText(info.internalAddress, info.internalPort),
                    info.externalAddress.is_unspecified()
                        ? fmt::format("port {} of an external address that the gateway did not tell", info.externalPort)
                        : toText(info.externalAddress, info.externalPort)));
    output.line(fmt::format("by {} of {}{}{}, for {} s", session::name(info.via),
                            toText(gateway.address(), gateway.port()), interfaceName.empty() ? "" : " on ",
                            interfaceName, info.lifetime.count()));
    if (command.keep) {
        output.line("It is kept until this program is interrupted (Ctrl-C).");
    } else {
        output.line("It is left standing for that time. To delete it sooner:");
        output.line("  " + unmapCommand(command, info));
    }
}

/// Keeps the mapping until the user has enough, then deletes it.
net::awaitable<ExitStatus> keep(Mapping mapping, Interrupt& interrupt, Output& output) {
    co_await interrupt.wait();
    const MappingInfo last = mapping.info();
    const auto released = co_await mapping.release(); // of a lost one too, which may be asked for anew at this moment
    if (!released && last.held) {
        co_return output.fail(explain(released.error()));
    }
    if (output.json()) {
        output.object(Json{{"event", last.held ? "released" : "lost"},
                           {"protocol", fmt::format("{}", last.protocol)},
                           {"internal", toJson(last.internalAddress, last.internalPort)}});
    } else if (last.held) {
        output.line("released");
    } else {
        output.remark("the mapping was lost meanwhile and could not be made again");
    }
    co_return ExitStatus::done;
}

/// What came back, for --verbose.
std::string summarize(const result<Mapping>& mapping) {
    if (!mapping) {
        return mapping.error().message();
    }
    const MappingInfo info = mapping.value().info();
    return fmt::format("{} by {} for {} s, epoch {} s", toText(info.externalAddress, info.externalPort),
                       session::name(info.via), info.lifetime.count(), info.epochSeconds);
}

} // namespace

ExitStatus execute(const MapCommand& command, Output& output) {
    if (command.dryRun) {
        return showRequest(command, output);
    }
    const Asking asking{command.via, toText(command.ports), output};
    return runTask([&](Interrupt& interrupt) -> net::awaitable<ExitStatus> {
        Client client{co_await net::this_coro::executor, optionsOf(command, output)};
        auto mapping = co_await client.map(requestOf(command), interrupt.token());
        asking.cameBack(summarize(mapping));
        if (!mapping) {
            co_return output.fail(explain(mapping.error()));
        }
        report(command, mapping.value().info(), output);
        if (command.keep) {
            co_return co_await keep(std::move(mapping.value()), interrupt, output);
        }
        mapping.value().detach();
        co_return ExitStatus::done;
    });
}

} // namespace portolan::cli
