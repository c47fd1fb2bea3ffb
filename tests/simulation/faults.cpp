// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <fmt/format.h>
#include <utility>
#include <vector>

module portolan.simulation;

// What befalls clients, gateways and the network.
namespace portolan::simulation {

using namespace std::chrono_literals;

void World::apply(const Fault& fault) {
    switch (fault.kind) {
    case FaultKind::reboot:
    case FaultKind::resetting:
    case FaultKind::readdress:
        applyToGateway(fault);
        return;
    case FaultKind::weather:
        say(fmt::format("weather: {} of 1000 lost, {} doubled, {} overtaken, {} to {} ms", fault.weather.loss,
                        fault.weather.duplication, fault.weather.reordering, fault.weather.delay.count(),
                        (fault.weather.delay + fault.weather.jitter).count()));
        network_.setWeather(fault.weather);
        return;
    default:
        applyToClient(fault);
    }
}

void World::applyToGateway(const Fault& fault) {
    Router& router = routers_[fault.who];
    if (fault.kind == FaultKind::reboot) {
        say(fmt::format("gateway {} is down for {} s", fault.who, fault.lasting.count() / 1000));
        router.stop(now_ + fault.lasting, fault.which % 2 == 1);
    } else if (fault.kind == FaultKind::resetting) {
        say(fmt::format("gateway {} loses its mappings", fault.who));
        router.loseState(now_);
    } else {
        say(fmt::format("gateway {} gets another address", fault.who));
        router.readdress(now_, fault.which);
    }
    drainRouter(fault.who);
    for (std::size_t i = 0; i < clients_.size(); ++i) {
        observe(i);
    }
}

void World::applyToClient(const Fault& fault) {
    Client& client = clients_[fault.who];
    const std::uint16_t port = client.plan().wishes[fault.which].internalPort;
    switch (fault.kind) {
    case FaultKind::cut:
        say(fmt::format("client {} is cut off for {} s", fault.who, fault.lasting.count() / 1000));
        network_.cut(fault.who, now_ + fault.lasting);
        return;
    case FaultKind::suspend:
        say(fmt::format("client {} sleeps for {} s", fault.who, fault.lasting.count() / 1000));
        client.suspend(now_ + fault.lasting);
        network_.noteTrouble(fault.who, now_ + fault.lasting);
        break;
    case FaultKind::forge:
        forge(fault.who, 1 + fault.which);
        return;
    case FaultKind::release:
        if (!client.isAsleep()) {
            say(fmt::format("client {} wants {} no more", fault.who, port));
            client.release(now_, fault.which);
        }
        break;
    case FaultKind::request:
        if (!client.isAsleep()) {
            say(fmt::format("client {} wants {}", fault.who, port));
            client.request(now_, fault.which, fault.flag);
        }
        break;
    default:
        return;
    }
    drainClient(fault.who);
}

namespace {

template <class Message>
Octets octetsOf(const Message& message) {
    std::array<std::uint8_t, wire::maxMessageSize> room{};
    const std::size_t size = encode(message, room).value();
    return {room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size)};
}

/// An answer about a mapping by somebody who knows all of it but its nonce.
Octets guessedAnswer(Dice& dice, const Wish& wish, const session::Grant& grant) {
    wire::MapResponse response;
    response.resultCode = dice.perMille(500) ? wire::ResultCode::success : wire::ResultCode::notAuthorized;
    response.lifetimeSeconds = static_cast<std::uint32_t>(dice.below(10000));
    response.epochSeconds = static_cast<std::uint32_t>(dice.below(100));
    response.nonce = grant.nonce;
    response.nonce.octets[dice.below(12)] ^= static_cast<std::uint8_t>(1 + dice.below(255));
    response.protocol = wish.protocol;
    response.internalPort = wish.internalPort;
    response.assignedPort = static_cast<std::uint16_t>(1 + dice.below(65535));
    response.assignedAddress = wire::Address::v4(198, 51, 100, 66);
    return octetsOf(response);
}

} // namespace

/// Off-path: the forger hears nothing, but may know the mapping, and may write any source address.
void World::forge(std::size_t index, std::size_t count) {
    const Client& client = clients_[index];
    const session::Endpoint server = client.session().config().server;
    const std::array<session::Endpoint, 3> others{{{wire::Address::v4(198, 51, 100, 66), server.port},
                                                   {server.address, static_cast<std::uint16_t>(server.port + 1)},
                                                   {wire::Address::v4(192, 168, 1, 200), server.port}}};
    const auto epoch = static_cast<std::uint32_t>(dice_.below(100));
    for (std::size_t i = 0; i < count; ++i) {
        const Life* life = client.lives().empty() ? nullptr : &client.lives()[dice_.below(client.lives().size())];
        Parcel parcel{.kind = ParcelKind::forged,
                      .client = index,
                      .toAll = dice_.perMille(500),
                      .from = others[dice_.below(others.size())]};
        switch (dice_.below(4)) {
        case 0:
            parcel.octets = octetsOf(wire::AnnounceResponse{.epochSeconds = epoch, .options = {}});
            break;
        case 1:
            parcel.octets = octetsOf(wire::NatPmpAddressResponse{
                .epochSeconds = epoch, .externalAddress = wire::Address::v4(198, 51, 100, 66)});
            break;
        case 2:
            parcel.octets = client.lastHeard();
            break;
        default:
            if (life != nullptr) {
                parcel.octets = guessedAnswer(dice_, client.plan().wishes[life->wish], life->grant);
                parcel.from = server;
                parcel.toAll = false;
            }
        }
        network_.bring(now_, std::move(parcel));
    }
}

} // namespace portolan::simulation
