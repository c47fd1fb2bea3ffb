// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <chrono>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>

module portolan.cli;

import portolan.transport;
import :interrupt;

namespace portolan::cli {

namespace {

using simulator::Change;
using simulator::Forwarding;

std::string_view nameOf(Change change) {
    switch (change) {
    case Change::mapped:
        return "mapped";
    case Change::renewed:
        return "renewed";
    case Change::moved:
        return "moved";
    case Change::deleted:
        return "deleted";
    case Change::expired:
        return "expired";
    case Change::lost:
        return "lost";
    }
    return "changed";
}

std::string_view nameOf(Forwarding what) {
    switch (what) {
    case Forwarding::opened:
        return "opened";
    case Forwarding::refused:
        return "refused";
    case Forwarding::unserved:
        return "unserved";
    case Forwarding::closed:
        return "closed";
    }
    return "changed";
}

bool isEnd(Change change) {
    return change == Change::deleted || change == Change::expired || change == Change::lost;
}

Json toJson(const simulator::Endpoint& endpoint) {
    return {{"address", fmt::format("{}", endpoint.address)}, {"port", endpoint.port}};
}

std::string toText(const simulator::Endpoint& endpoint) {
    return cli::toText(transport::toAsio(endpoint.address), endpoint.port);
}

/// Tells what the gateway does, an event a line.
class Narrator {
public:
    explicit Narrator(Output& output) : output_(output) {}

    void listening(const simulator::Server& server, const net::ip::address& external, bool forwards);
    void changed(const simulator::Event& event);
    void forwarding(simulator::MappingId id, Forwarding what, const simulator::Endpoint& peer);

private:
    Output& output_;
    std::unordered_map<simulator::MappingId, simulator::Mapping> mappings_;
};

void Narrator::listening(const simulator::Server& server, const net::ip::address& external, bool forwards) {
    const net::ip::udp::endpoint endpoint = server.endpoint();
    if (output_.json()) {
        output_.object(Json{{"event", "listening"},
                            {"address", endpoint.address().to_string()},
                            {"port", endpoint.port()},
                            {"external", external.to_string()},
                            {"forwards", forwards}});
        return;
    }
    output_.line(fmt::format("serving PCP and NAT-PMP on {}, external address {}",
                             cli::toText(endpoint.address(), endpoint.port()), external.to_string()));
    if (!forwards) {
        output_.remark(fmt::format("{} is no address of this host: mapped ports are not opened", external.to_string()));
    }
}

void Narrator::changed(const simulator::Event& event) {
    const simulator::Mapping& mapping = event.mapping;
    const std::string_view what = nameOf(event.change);
    if (isEnd(event.change)) {
        mappings_.erase(mapping.id);
    } else {
        mappings_.insert_or_assign(mapping.id, mapping);
    }
    const auto lifetime = std::chrono::ceil<std::chrono::seconds>(mapping.expiry - mapping.refreshed);
    if (!output_.json()) {
        const std::string rest = isEnd(event.change) ? "" : fmt::format(" for {} s", lifetime.count());
        output_.line(fmt::format("{} {} {} -> {}{}", what, mapping.protocol, toText(mapping.external),
                                 toText(mapping.internal), rest));
        return;
    }
    Json object{{"event", isEnd(event.change) ? "unmapped" : what},
                {"protocol", fmt::format("{}", mapping.protocol)},
                {"internal", toJson(mapping.internal)},
                {"external", toJson(mapping.external)}};
    if (isEnd(event.change)) {
        object["reason"] = what;
    } else {
        object["lifetime_s"] = lifetime.count();
    }
    object["via"] = mapping.natPmp ? "nat-pmp" : "pcp";
    output_.object(object);
}

void Narrator::forwarding(simulator::MappingId id, Forwarding what, const simulator::Endpoint& peer) {
    const auto found = mappings_.find(id);
    const std::optional<simulator::Mapping> mapping =
        found == mappings_.end() ? std::nullopt : std::optional{found->second};
    if (!output_.json()) {
        output_.line(fmt::format("forwarding {}: {}{}", nameOf(what), toText(peer),
                                 mapping ? fmt::format(" -> {}", toText(mapping->external)) : ""));
        return;
    }
    Json object{{"event", "forwarded"}, {"what", nameOf(what)}, {"peer", toJson(peer)}};
    object["protocol"] = mapping ? Json(fmt::format("{}", mapping->protocol)) : Json(nullptr);
    object["external"] = mapping ? toJson(mapping->external) : Json(nullptr);
    object["internal"] = mapping ? toJson(mapping->internal) : Json(nullptr);
    output_.object(object);
}

/// Whether ports can be opened on this address.
bool isOfThisHost(const net::any_io_executor& executor, const net::ip::address& address) {
    net::error_code error;
    net::ip::udp::socket socket{executor};
    const net::ip::udp::endpoint endpoint{address, 0};
    socket.open(endpoint.protocol(), error);
    if (!error) {
        socket.bind(endpoint, error);
    }
    return !error;
}

simulator::ServerOptions optionsOf(const SimulateCommand& command, bool forwards, Narrator& narrator, Output& output) {
    simulator::ServerOptions options;
    options.config = command.gateway;
    if (!options.config.externalAddresses.empty()) { // a profile without a connection has none
        options.config.externalAddresses = {transport::toWire(command.external)};
    }
    options.listen = command.listen;
    options.forwards = forwards;
    options.onEvent = [&narrator](const simulator::Event& event) { narrator.changed(event); };
    options.onForwarding = [&narrator](simulator::MappingId id, Forwarding what, const simulator::Endpoint& peer) {
        narrator.forwarding(id, what, peer);
    };
    options.log = [&output](std::string_view text) { output.detail(text); };
    return options;
}

net::awaitable<ExitStatus> serve(const SimulateCommand& command, Interrupt& interrupt, Output& output) {
    const net::any_io_executor executor = co_await net::this_coro::executor;
    const bool forwards = isOfThisHost(executor, command.external);
    Narrator narrator{output};
    simulator::Server server{executor, optionsOf(command, forwards, narrator, output)};
    narrator.listening(server, command.external, forwards);
    net::steady_timer limit{executor};
    if (command.common.timeout) {
        limit.expires_after(*command.common.timeout);
        limit.async_wait([&interrupt](net::error_code error) {
            if (!error) {
                interrupt.raise();
            }
        });
    }
    co_await interrupt.wait();
    server.close();
    co_return ExitStatus::done;
}

} // namespace

ExitStatus execute(const SimulateCommand& command, Output& output) {
    return runTask([&](Interrupt& interrupt) -> net::awaitable<ExitStatus> {
        try {
            co_return co_await serve(command, interrupt, output);
        } catch (const net::system_error& error) {
            const std::error_code code = error.code();
            co_return output.fail(explain(
                Error{code, fmt::format("--listen {}", cli::toText(command.listen.address(), command.listen.port()))}));
        }
    });
}

} // namespace portolan::cli
