// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <fmt/format.h>
#include <string>
#include <utility>

module portolan.cli;

import :held;
import :interrupt;
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
    if (command.keep) {
        output.line("It is kept until this program is interrupted (Ctrl-C).");
    } else {
        output.line("It is left standing for that time. To delete it sooner:");
        output.line("  " + unmapCommand(command, info));
    }
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
    if (command.keep) {
        co_return co_await keepMapping(std::move(mapping.value()), interrupt, output);
    }
    mapping.value().detach();
    co_return ExitStatus::done;
}

} // namespace

ExitStatus execute(const MapCommand& command, Output& output) {
    if (command.dryRun) {
        return showRequest(command, output);
    }
    const Asking asking{command.via, toText(command.ports), output};
    return runTask([&](Interrupt& interrupt) -> net::awaitable<ExitStatus> {
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
