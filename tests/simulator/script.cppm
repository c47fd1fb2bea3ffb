// SPDX-License-Identifier: MIT
module;

#include "support/octets.hpp"

/// For tests of the gateway's core in virtual time: hosts, requests, and a clock that the test moves.
export module portolan.simulator.script;

import portolan.std;
export import portolan.simulator;

export namespace portolan::simulator::script {

using testing::octets;
using testing::Octets;
using testing::spacedHex;
using wire::Address;
using wire::Protocol;
using wire::ResultCode;
using namespace std::chrono_literals;

inline constexpr Address insideA = Address::v4(192, 168, 1, 57);
inline constexpr Address insideB = Address::v4(192, 168, 1, 58);
inline constexpr Endpoint hostA{insideA, 50001};
inline constexpr Endpoint hostB{insideB, 50002};
inline constexpr Address wan = Address::v4(203, 0, 113, 45);
inline constexpr Address otherWan = Address::v4(203, 0, 113, 46);
inline constexpr Endpoint remote{Address::v4(198, 51, 100, 7), 5222};

inline constexpr wire::Nonce nonceA{{0xaa, 1}};
inline constexpr wire::Nonce nonceB{{0xbb, 2}};

/// A strict gateway at `wan` that does not announce its start.
[[nodiscard]] inline Config atWan(Config config = {}) {
    config.externalAddresses = {wan};
    config.announce.onStart = false;
    return config;
}

/// A request under construction.
struct Request {
    Octets bytes;

    /// Appends octets, as options.
    [[nodiscard]] Request with(std::string_view hex) const {
        Request changed = *this;
        const Octets more = octets(hex);
        changed.bytes.insert(changed.bytes.end(), more.begin(), more.end());
        return changed;
    }

    /// Overwrites octets from `offset` on.
    [[nodiscard]] Request at(std::size_t offset, std::string_view hex) const {
        Request changed = *this;
        const Octets patch = octets(hex);
        std::ranges::copy(patch, changed.bytes.begin() + static_cast<std::ptrdiff_t>(offset));
        return changed;
    }

    [[nodiscard]] Request cutTo(std::size_t size) const {
        Request changed = *this;
        changed.bytes.resize(size);
        return changed;
    }
};

/// Something to send, encoded.
template <class Message>
[[nodiscard]] Request toRequest(const Message& message) {
    std::array<std::uint8_t, wire::maxMessageSize> room{};
    const std::size_t size = encode(message, room).value();
    return {{room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size)}};
}

/// A MAP request in words.
struct Map {
    Protocol protocol = Protocol::tcp;
    std::uint16_t port = 8080;
    std::uint16_t suggests = 0;
    std::uint32_t lifetime = 3600;
    wire::Nonce nonce = nonceA;
    Address client = insideA;
    Address suggestsAddress = Address::anyV4();

    operator Request() const { // NOLINT(google-explicit-constructor): it is one
        return toRequest(wire::MapRequest{lifetime, client, nonce, protocol, port, suggests, suggestsAddress, {}});
    }

    [[nodiscard]] Request with(std::string_view hex) const { return static_cast<Request>(*this).with(hex); }

    [[nodiscard]] Request at(std::size_t offset, std::string_view hex) const {
        return static_cast<Request>(*this).at(offset, hex);
    }
};

/// A PEER request in words.
struct Peer {
    Protocol protocol = Protocol::tcp;
    std::uint16_t port = 49152;
    std::uint16_t suggests = 0;
    std::uint32_t lifetime = 3600;
    wire::Nonce nonce = nonceA;
    Address client = insideA;
    Endpoint to = remote;
    Address suggestsAddress = Address::anyV4();

    operator Request() const { // NOLINT(google-explicit-constructor): it is one
        return toRequest(wire::PeerRequest{
            lifetime, client, nonce, protocol, port, suggests, suggestsAddress, to.port, to.address, {}});
    }

    [[nodiscard]] Request with(std::string_view hex) const { return static_cast<Request>(*this).with(hex); }

    [[nodiscard]] Request at(std::size_t offset, std::string_view hex) const {
        return static_cast<Request>(*this).at(offset, hex);
    }
};

[[nodiscard]] inline Request announce(const Address& client = insideA) {
    return toRequest(wire::AnnounceRequest{client, {}});
}

/// A NAT-PMP mapping request; lifetime 0 deletes.
[[nodiscard]] inline Request natPmpMap(Protocol protocol, std::uint16_t port, std::uint16_t suggests = 0,
                                       std::uint32_t lifetime = 7200) {
    return toRequest(wire::NatPmpMapRequest{protocol, port, suggests, lifetime});
}

[[nodiscard]] inline Request natPmpAddress() {
    return toRequest(wire::NatPmpAddressRequest{});
}

/// An answer; empty if there was none.
struct Reply {
    Octets bytes;

    [[nodiscard]] bool none() const { return bytes.empty(); }

    [[nodiscard]] ResultCode code() const { return wire::decodeResponseHeader(bytes).value().resultCode; }

    [[nodiscard]] std::uint32_t lifetime() const { return wire::decodeResponseHeader(bytes).value().lifetimeSeconds; }

    [[nodiscard]] std::uint32_t epoch() const { return wire::decodeResponseHeader(bytes).value().epochSeconds; }

    [[nodiscard]] wire::MapResponse map() const { return wire::decodeMapResponse(bytes).value(); }

    [[nodiscard]] wire::PeerResponse peer() const { return wire::decodePeerResponse(bytes).value(); }

    [[nodiscard]] std::uint16_t port() const { return map().assignedPort; }

    [[nodiscard]] wire::NatPmpMapResponse natPmp() const { return wire::decodeNatPmpMapResponse(bytes).value(); }

    [[nodiscard]] wire::NatPmpAddressResponse address() const {
        return wire::decodeNatPmpAddressResponse(bytes).value();
    }

    /// Octets `from` to before `to`, as spaced hex.
    [[nodiscard]] std::string hex(std::size_t from = 0, std::size_t to = wire::maxMessageSize) const {
        to = std::min(to, bytes.size());
        return spacedHex(std::span{bytes}.subspan(from, to - from));
    }
};

/// A datagram the gateway sent unasked.
struct Sent {
    TimePoint when;
    Endpoint to;
    Reply what;
};

/// A gateway and a clock.
class Scene {
public:
    explicit Scene(Config config = atWan()) : gateway(std::move(config), now) { collect(); }

    /// Sends a request and returns the answer to it; what else the gateway sends goes to `sent`.
    Reply ask(const Endpoint& from, const Request& request, Side side = Side::inside) {
        gateway.handleDatagram(now, from, request.bytes, side);
        Reply reply;
        while (auto transmit = gateway.pollTransmit()) {
            if (transmit->to == from && reply.none()) {
                reply.bytes = std::move(transmit->bytes);
            } else {
                sent.push_back({now, transmit->to, {std::move(transmit->bytes)}});
            }
        }
        return reply;
    }

    /// Lets time pass; the gateway is woken whenever it asked to be.
    void pass(TimePoint duration) {
        const TimePoint end = now + duration;
        for (auto next = gateway.nextTimeout(); next && *next <= end; next = gateway.nextTimeout()) {
            now = std::max(now, *next);
            gateway.handleTimeout(now);
            collect();
        }
        now = end;
        gateway.handleTimeout(now);
        collect();
    }

    /// Takes what the gateway sends unasked.
    void collect() {
        while (auto transmit = gateway.pollTransmit()) {
            sent.push_back({now, transmit->to, {std::move(transmit->bytes)}});
        }
    }

    /// What was sent to that endpoint, and forgets everything that was sent.
    std::vector<Sent> sentTo(const Endpoint& to) {
        std::vector<Sent> matching;
        for (Sent& each : std::exchange(sent, {})) {
            if (each.to == to) {
                matching.push_back(std::move(each));
            }
        }
        return matching;
    }

    /// The only mapping; none if there are none or several.
    [[nodiscard]] std::optional<Mapping> onlyMapping() const {
        auto all = gateway.mappings();
        return all.size() == 1 ? std::optional{std::move(all.front())} : std::nullopt;
    }

    TimePoint now{1000s};
    Gateway gateway;
    std::vector<Sent> sent;
};

} // namespace portolan::simulator::script
