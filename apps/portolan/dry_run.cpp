// SPDX-License-Identifier: MIT
module;

#include <array>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <span>
#include <string>
#include <string_view>

module portolan.cli;

import portolan.race;
import portolan.session;
import portolan.transport;
import :way;

namespace portolan::cli {

namespace {

/// The nonce that `map` would have.
Nonce nonceFor(const MapCommand& command, const Way& way) {
    const auto identity = way.gateway ? knownIdentity(command.via) : std::nullopt;
    if (!identity) {
        return transport::randomNonce();
    }
    return identity->nonce({.gateway = transport::toWire(way.gateway->address()),
                            .gatewayPort = way.gateway->port(),
                            .internalAddress = transport::toWire(command.thirdParty.value_or(way.source)),
                            .protocol = command.ports.protocol,
                            .internalPort = command.ports.internalPort,
                            .externalV4 = way.source.is_v4()});
}

session::MappingRequest requestOf(const MapCommand& command, const Way& way) {
    session::MappingRequest request;
    request.protocol = command.ports.protocol;
    request.internalPort = command.ports.internalPort;
    request.suggestedPort = command.ports.externalPort;
    request.suggestedAddress = wire::Address::anyLike(transport::toWire(way.source));
    request.lifetime = command.lifetime;
    request.nonce = command.nonce ? *command.nonce : nonceFor(command, way);
    request.preferFailure = command.preferFailure;
    request.filters = command.filters;
    if (command.thirdParty) {
        request.thirdParty = transport::toWire(*command.thirdParty);
    }
    request.thirdPartyId = command.thirdPartyId;
    request.wishes = {command.description, command.portSet, command.prefix64, command.checkpoint};
    return request;
}

void show(wire::Bytes datagram, const Way& way, Output& output) {
    if (output.json()) {
        Json object{{"event", "datagram"},
                    {"to", way.gateway ? toJson(way.gateway->address(), way.gateway->port()) : Json(nullptr)},
                    {"from", way.source.to_string()},
                    {"octets", datagram.size()},
                    {"hex", plainHex(datagram)}};
        output.object(object);
        return;
    }
    output.line(spacedHex(datagram));
    if (way.gateway) {
        output.detail(
            fmt::format("to {}, from {}", toText(way.gateway->address(), way.gateway->port()), way.source.to_string()));
    }
    if (output.verbose()) {
        explainDatagram(datagram, [&output](std::string_view row) { output.detail(row); });
    }
}

} // namespace

ExitStatus showRequest(const MapCommand& command, Output& output) {
    const auto way = wayFor(command.via);
    if (!way) {
        return output.fail(explain(way.error()));
    }
    session::Config config;
    config.clientAddress = transport::toWire(way.value().source);
    config.speak = race::ofSession(command.via.speak);
    session::Session session{config};
    constexpr session::TimePoint now{};
    if (const auto asked = session.handleRequest(now, requestOf(command, way.value())); !asked) {
        return output.fail(explain(asked.error()));
    }
    std::array<std::uint8_t, wire::maxMessageSize> room{};
    while (const std::size_t size = session.pollTransmit(now, room)) {
        show(wire::Bytes{room}.first(size), way.value(), output);
    }
    return ExitStatus::done;
}

} // namespace portolan::cli
