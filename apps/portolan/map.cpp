// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <fmt/format.h>
#include <string>
#include <utility>
#include <vector>

module portolan.cli;

import :held;
import :interrupt;
import :place;
import :reservation;
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
    request.thirdPartyId = command.thirdPartyId;
    request.description = command.description;
    request.portSet = command.portSet;
    request.prefix64 = command.prefix64;
    request.checkpoint = command.checkpoint;
    return request;
}

ClientOptions optionsOf(const MapCommand& command, Output& output) {
    ClientOptions options = clientOptions(command.via, command.common);
    options.identity = identityFor(command.via, output);
    options.trustedNetwork = command.thirdParty || command.checkpoint; // either of these options declares that
    options.follow = command.keep;
    options.onWarning = [&output, ports = command.ports](const Error& warning) {
        if (warning.code == Errc::leftStanding) {
            output.warn(fmt::format("{}; to delete it: portolan unmap {}, with the same options for the gateway",
                                    warning.message(), toText(PortSpec{ports.protocol, ports.internalPort, 0})));
        }
    };
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
    const GatewayOptions& via = command.via;
    if (via.gateway || !via.servers.empty() || via.anycast || via.families != Families::any || via.asksSeveral()) {
        const net::ip::udp::endpoint& gateway = info.gateway.endpoint;
        text += fmt::format(" --gateway {}", toText(gateway.address(), gateway.port()));
    }
    if (!via.interfaceName.empty() || (via.asksSeveral() && !info.gateway.interfaceName.empty())) {
        text +=
            fmt::format(" --interface {}", via.interfaceName.empty() ? info.gateway.interfaceName : via.interfaceName);
    }
    if (command.via.source) {
        text += fmt::format(" --source {}", command.via.source->to_string());
    }
    if (command.via.speak == Speak::natPmp) {
        text += " --protocol nat-pmp";
    } else if (info.via == Via::upnp) {
        text += " --protocol upnp";
    }
    if (command.via.searchPort) {
        text += fmt::format(" --ssdp-port {}", *command.via.searchPort);
    }
    if (command.thirdParty) {
        text += fmt::format(" --third-party {}", command.thirdParty->to_string());
    }
    if (!command.thirdPartyId.empty()) {
        text += " --third-party-id " + plainHex(command.thirdPartyId);
    }
    if (command.portSet) {
        text += fmt::format(" --port-set {}", command.portSet->size);
    }
    return text;
}

/// What is mapped, and how to delete it where it is left standing.
void report(const MapCommand& command, const MappingInfo& info, Output& output) {
    if (output.json()) {
        Json told = toJson("mapped", info);
        if (command.asksOptions()) {
            told["options"] = optionsJson(info);
        }
        output.object(told);
        return;
    }
    reportMapping(info, output);
    if (command.asksOptions()) {
        reportOptions(info, command.portSet ? command.portSet->size : 0U, output);
    }
    if (!command.keep && info.via == Via::upnp && info.internalAddress.is_v6()) {
        output.line(
            "It is left standing for that time: nobody can tell whose a pinhole of UPnP is, to delete it sooner.");
    } else if (!command.keep) {
        output.line("It is left standing for that time. To delete it sooner:");
        output.line("  " + unmapCommand(command, info));
    }
}

/// What came of it at each of several places.
void report(const MapCommand& command, const std::vector<Reached>& all, Output& output) {
    for (const Reached& one : all) {
        if (one.mapping) {
            report(command, one.mapping.value().info(), output);
            continue;
        }
        const Failure failure = explain(one.mapping.error());
        if (!output.json()) {
            output.remark(fmt::format("not at {}: {}", placeText(one.gateway, one.families), failure.message));
            continue;
        }
        Json told{{"event", "failed"}};
        told.update(placeJson(one.gateway, one.families));
        told.update(toJson(failure));
        output.object(told);
    }
}

/// Keeps what is held until the user has enough, or leaves it standing.
net::awaitable<ExitStatus> hold(const MapCommand& command, std::vector<Mapping> held, Interrupt& interrupt,
                                Output& output) {
    if (command.keep) {
        if (!output.json()) {
            output.line(fmt::format("{} kept until this program is interrupted (Ctrl-C).",
                                    held.size() == 1 ? "It is" : "They are"));
        }
        co_return co_await keepMappings(std::move(held), interrupt, output);
    }
    for (Mapping& mapping : held) {
        mapping.detach();
    }
    co_return ExitStatus::done;
}

net::awaitable<ExitStatus> obtainSeveral(const MapCommand& command, const Asking& asking, Interrupt& interrupt,
                                         Output& output) {
    Client client{co_await net::this_coro::executor, optionsOf(command, output)};
    auto all = co_await client.mapAll(requestOf(command), interrupt.token());
    asking.cameBack(all ? fmt::format("outcomes of {}", all.value().size()) : all.error().message());
    if (!all) {
        co_return output.fail(explain(all.error()));
    }
    report(command, all.value(), output);
    std::vector<Mapping> held;
    for (Reached& one : all.value()) {
        if (one.mapping) {
            held.push_back(std::move(one.mapping.value()));
        }
    }
    co_return co_await hold(command, std::move(held), interrupt, output);
}

/// Asks for the mapping, and then keeps it or leaves it standing.
net::awaitable<ExitStatus> obtain(const MapCommand& command, const Asking& asking, Interrupt& interrupt,
                                  Output& output) {
    Client client{co_await net::this_coro::executor, optionsOf(command, output)};
    auto mapping = co_await client.map(requestOf(command), interrupt.token());
    asking.cameBack(summarize(mapping));
    if (!mapping) {
        co_return output.fail(explain(mapping.error()));
    }
    report(command, mapping.value().info(), output);
    std::vector<Mapping> held;
    held.push_back(std::move(mapping.value()));
    co_return co_await hold(command, std::move(held), interrupt, output);
}

} // namespace

ExitStatus execute(const MapCommand& command, Output& output) {
    if (command.dryRun) {
        return showRequest(command, output);
    }
    const Asking asking{command.via, toText(command.ports), output};
    return runTask([&](Interrupt& interrupt) -> net::awaitable<ExitStatus> {
        if (command.via.asksSeveral()) {
            co_return co_await obtainSeveral(command, asking, interrupt, output);
        }
        if (!command.reserve) {
            co_return co_await obtain(command, asking, interrupt, output);
        }
        const auto reserved = reserve(co_await net::this_coro::executor, command.ports, command.via);
        if (!reserved) {
            co_return output.fail(explain(reserved.error(), reservationAdvice(reserved.error())));
        }
        co_return co_await obtain(command, asking, interrupt, output);
    });
}

} // namespace portolan::cli
