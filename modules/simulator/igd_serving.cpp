// SPDX-License-Identifier: MIT
module;

#include <chrono>
#include <fmt/format.h>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

module portolan.simulator;

import portolan.net;
import :asio_endpoint;
import :http;
import :igd_device;
import :igd_sockets;
import :serving;

// How a gateway on real sockets serves UPnP IGD.
namespace portolan::simulator {

namespace {

std::vector<Endpoint> endpointsOf(const IgdSockets& sockets) {
    std::vector<Endpoint> endpoints;
    for (const auto& each : sockets.http()) {
        endpoints.push_back(toEndpoint(each));
    }
    return endpoints;
}

} // namespace

bool Serving::hasIgd() const noexcept {
    return gateway_.config().igd.version != IgdVersion::off;
}

IgdHooks Serving::igdHooks() {
    const auto tell = [this](const Endpoint& from, const std::string& what) {
        if (options_.log) {
            options_.log(fmt::format("from {} port {}: {}", from.address, from.port, what));
        }
    };
    return {[this, tell](const Endpoint& from, wire::Bytes datagram, Delivery delivery) {
                tell(from, delivery == Delivery::unicast ? "a search" : "a search by multicast");
                gateway_.handleSearch(now(), from, datagram, delivery);
                pump();
            },
            [this, tell](const Endpoint& from, const HttpRequest& request) {
                tell(from, fmt::format("{} {}", request.method, request.target));
                HttpAnswer answer = gateway_.handleHttp(now(), from, request);
                pump();
                return answer;
            }};
}

net::error_code Serving::listenIgd() {
    const net::error_code error = igd_->open();
    if (!error) {
        gateway_.serveIgd(now(), endpointsOf(*igd_));
    } else {
        requests_.close();
    }
    return error;
}

// A gateway that moves is found at another port after it was restarted.
void Serving::followRestart() {
    if (std::exchange(bootId_, gateway_.bootId()) == bootId_ || !gateway_.config().igd.quirks.movesOnRestart) {
        return;
    }
    if (igd_->isOpen()) {
        if (const net::error_code error = igd_->moveHttp(); error && options_.log) {
            options_.log(fmt::format("cannot serve HTTP at another port: {}", error.message()));
        }
        gateway_.serveIgd(now(), endpointsOf(*igd_));
    }
}

std::optional<std::string> Serving::descriptionUrl() const {
    return hasIgd() ? std::optional{originOf(toEndpoint(igd_->http().front())) + gateway_.descriptionPath()}
                    : std::nullopt;
}

std::optional<net::ip::udp::endpoint> Serving::ssdpEndpoint() const {
    return hasIgd() ? std::optional{igd_->ssdp().front()} : std::nullopt;
}

} // namespace portolan::simulator
