// SPDX-License-Identifier: MIT
module;

#include <array> // the comparison of addresses, and of lists of them, which importers do not see
#include <bit>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstdint>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

module portolan.cli;

import portolan.transport;
import :interrupt;
import :signals;

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

/// The external address, if the gateway has one.
struct External {
    std::optional<net::ip::address> address;
    bool forwards = false; ///< whether mapped ports can be opened there
};

/// Tells what the gateway does, an event a line.
class Narrator {
public:
    explicit Narrator(Output& output) : output_(output) {}

    void listening(const simulator::Server& server, const External& external, const simulator::Config& config);
    void restarts();
    void readdressed(const net::ip::address& address);
    void changed(const simulator::Event& event);
    void forwarding(simulator::MappingId id, Forwarding what, const simulator::Endpoint& peer);

private:
    void portControl(std::string_view spoken, const std::string& where, const External& external);

    Output& output_;
    std::unordered_map<simulator::MappingId, simulator::Mapping> mappings_;
};

/// Where UPnP IGD is served; null if it is not.
Json igdJson(const simulator::Server& server, simulator::IgdVersion version) {
    const auto ssdp = server.ssdpEndpoint();
    if (!ssdp) {
        return nullptr;
    }
    return {{"version", static_cast<int>(version)},
            {"description", *server.descriptionUrl()},
            {"ssdp", {{"address", ssdp->address().to_string()}, {"port", ssdp->port()}}}};
}

/// What is spoken on the port of PCP and NAT-PMP. To what is not spoken it says so there, or nothing.
std::string_view spokenBy(const simulator::Config& config) {
    if (config.pcp.enabled && config.natPmp.enabled) {
        return "PCP and NAT-PMP";
    }
    return config.pcp.enabled ? "PCP alone" : config.natPmp.enabled ? "NAT-PMP alone" : "neither PCP nor NAT-PMP";
}

void Narrator::listening(const simulator::Server& server, const External& external, const simulator::Config& config) {
    const net::ip::udp::endpoint endpoint = server.endpoint();
    if (output_.json()) {
        output_.object(Json{{"event", "listening"},
                            {"address", endpoint.address().to_string()},
                            {"port", endpoint.port()},
                            {"external", external.address ? Json(external.address->to_string()) : Json(nullptr)},
                            {"forwards", external.forwards},
                            {"igd", igdJson(server, config.igd.version)}});
        return;
    }
    portControl(spokenBy(config), cli::toText(endpoint.address(), endpoint.port()), external);
    if (const auto ssdp = server.ssdpEndpoint()) {
        output_.line(fmt::format("serving UPnP IGD:{} at {}, searches on {}", static_cast<int>(config.igd.version),
                                 *server.descriptionUrl(), cli::toText(ssdp->address(), ssdp->port())));
    }
}

void Narrator::portControl(std::string_view spoken, const std::string& where, const External& external) {
    if (!external.address) {
        output_.line(fmt::format("serving {} on {}, no external address", spoken, where));
        return;
    }
    const std::string address = external.address->to_string();
    output_.line(fmt::format("serving {} on {}, external address {}", spoken, where, address));
    if (!external.forwards) {
        output_.remark(fmt::format("{} is no address of this host: mapped ports are not opened", address));
    }
}

void Narrator::restarts() {
    if (output_.json()) {
        output_.object(Json{{"event", "restarted"}});
    } else {
        output_.line("restarting, without the mappings");
    }
}

void Narrator::readdressed(const net::ip::address& address) {
    if (output_.json()) {
        output_.object(Json{{"event", "readdressed"}, {"external", address.to_string()}});
    } else {
        output_.line(fmt::format("the external address is now {}", address.to_string()));
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
    const bool forEver = mapping.expiry == simulator::never;
    const auto lifetime = std::chrono::ceil<std::chrono::seconds>(mapping.expiry - mapping.refreshed);
    if (!output_.json()) {
        const std::string duration = forEver ? " for ever" : fmt::format(" for {} s", lifetime.count());
        const std::string rest = isEnd(event.change) ? "" : duration;
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
        object["lifetime_s"] = forEver ? Json(nullptr) : Json(lifetime.count());
    }
    object["via"] = mapping.isUpnp() ? "upnp" : (mapping.natPmp ? "nat-pmp" : "pcp");
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

/// What the user has the gateway do while it serves: SIGUSR1 restarts it, SIGUSR2 gives it another external address.
class Demands {
public:
    Demands(const net::any_io_executor& executor, simulator::Server& server, Narrator& narrator,
            std::optional<net::ip::address> external)
        : signals_(executor), server_(server), narrator_(narrator), external_(std::move(external)) {
        hear(signals_, {Sign::first, Sign::second});
        await();
        finishWrites();
    }

private:
    void await() {
        signals_.async_wait([this](net::error_code error, int number) {
            if (!error) {
                obey(number);
                await();
            }
        });
    }

    void obey(int number) {
        if (signOf(number) == Sign::first) {
            narrator_.restarts();
            server_.resetState();
        } else if (const auto other = neighbour()) {
            narrator_.readdressed(*other);
            server_.setExternalAddress(*other);
            external_ = other;
        }
    }

    /// The address that differs in the last bit, so that a second demand brings the first one back; none of ::1.
    [[nodiscard]] std::optional<net::ip::address> neighbour() const {
        if (!external_) {
            return std::nullopt;
        }
        wire::Address octets = transport::toWire(*external_);
        octets.octets.back() ^= 1;
        const net::ip::address other = transport::toAsio(octets);
        return other.is_unspecified() ? std::nullopt : std::optional{other};
    }

    net::signal_set signals_;
    simulator::Server& server_;
    Narrator& narrator_;
    std::optional<net::ip::address> external_;
};

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

External externalOf(const SimulateCommand& command, const net::any_io_executor& executor) {
    if (command.gateway.externalAddresses.empty()) { // a profile without a connection
        return {};
    }
    const net::ip::address usual = command.listen.address().is_v4()
                                       ? net::ip::address{net::ip::address_v4{{127, 0, 0, 2}}}
                                       : net::ip::address{net::ip::address_v6::loopback()};
    const bool ofProfile = command.gateway.externalAddresses != simulator::Config{}.externalAddresses;
    const net::ip::address address =
        command.external.value_or(ofProfile ? transport::toAsio(command.gateway.externalAddresses.front()) : usual);
    return {address, isOfThisHost(executor, address)};
}

simulator::ServerOptions optionsOf(const SimulateCommand& command, const External& external, Narrator& narrator,
                                   Output& output) {
    simulator::ServerOptions options;
    options.config = command.gateway;
    // Gateways that serve one host side by side are not to choose the same external ports.
    std::array<std::uint8_t, sizeof options.config.seed> seed{};
    transport::fillRandom(seed);
    options.config.seed = std::bit_cast<std::uint64_t>(seed);
    if (external.address) {
        options.config.externalAddresses = {transport::toWire(*external.address)};
    }
    options.config.igd.version = command.igd.value_or(command.gateway.igd.version);
    if (command.drafts) {
        options.config.pcp.drafts.get = true;
        options.config.pcp.drafts.next = *command.drafts;
    }
    options.listen = command.listen;
    options.httpPort = command.httpPort;
    options.ssdpPort = command.ssdpPort;
    options.forwards = external.forwards;
    options.onEvent = [&narrator](const simulator::Event& event) { narrator.changed(event); };
    options.onForwarding = [&narrator](simulator::MappingId id, Forwarding what, const simulator::Endpoint& peer) {
        narrator.forwarding(id, what, peer);
    };
    options.log = [&output](std::string_view text) { output.detail(text); };
    return options;
}

net::awaitable<ExitStatus> serve(const SimulateCommand& command, Interrupt& interrupt, Output& output) {
    const net::any_io_executor executor = co_await net::this_coro::executor;
    const External external = externalOf(command, executor);
    Narrator narrator{output};
    const simulator::ServerOptions options = optionsOf(command, external, narrator, output);
    simulator::Server server{executor, options};
    Demands demands{executor, server, narrator, external.address};
    narrator.listening(server, external, options.config);
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

/// Why it cannot be served there, and what to do.
Failure explainListen(const net::ip::udp::endpoint& listen, const std::error_code& code) {
    std::string advice;
    if (code == std::errc::address_in_use) {
        advice = "another program serves there: choose another port, or none for one that is free";
    } else if (code == std::errc::permission_denied) {
        advice = "ports below 1024 are for root: choose another port, or none for one that is free";
    }
    const std::string where =
        listen.port() == 0 ? listen.address().to_string() : cli::toText(listen.address(), listen.port());
    return explain(Error{code, fmt::format("--listen {}", where)}, std::move(advice));
}

} // namespace

ExitStatus execute(const SimulateCommand& command, Output& output) {
    return runTask([&](Interrupt& interrupt) -> net::awaitable<ExitStatus> {
        try {
            co_return co_await serve(command, interrupt, output);
        } catch (const net::system_error& error) {
            co_return output.fail(explainListen(command.listen, error.code()));
        }
    });
}

} // namespace portolan::cli
