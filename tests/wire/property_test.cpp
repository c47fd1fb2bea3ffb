// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <variant>

#include "support/invariants.hpp"
#include "support/octets.hpp"

import portolan.wire;

// What holds for every message and every run of octets, on seeded random ones.

using namespace portolan::wire;
using portolan::testing::brokenInvariant;
using portolan::testing::Octets;
using portolan::testing::spacedHex;

namespace {

constexpr unsigned seed = 20130401;

/// Random messages; the options and bodies they view live until the next one is made.
class Generator {
public:
    explicit Generator(unsigned from) : random_(from) {}

    Datagram next() {
        writer_ = OptionWriter{optionRoom_};
        switch (below(14)) {
        case 0:
            return AnnounceRequest{address(), options()};
        case 1:
            return AnnounceResponse{resultCode(), number(), options()};
        case 2:
            return fill(MapRequest{});
        case 3:
            return fill(MapResponse{});
        case 4:
            return withRemotePeer(fill(PeerRequest{}));
        case 5:
            return withRemotePeer(fill(PeerResponse{}));
        case 6:
            return rawRequest();
        case 7:
            return RawResponse{{rawOpcode(), resultCode(), number(), number()}, body()};
        case 8:
            return VersionRejection{version(), static_cast<Opcode>(below(128)), number(), number()};
        case 9:
            return NatPmpAddressRequest{};
        case 10:
            return NatPmpAddressResponse{natPmpResult(), number(), Address::v4(octet(), octet(), octet(), octet())};
        case 11:
            return NatPmpMapRequest{protocol(), port(), port(), number()};
        case 12:
            return NatPmpMapResponse{protocol(), natPmpResult(), number(), port(), port(), number()};
        default:
            return NatPmpRefusal{octet(), NatPmpResult::unsupportedVersion, number()};
        }
    }

    unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }

    std::uint8_t octet() { return static_cast<std::uint8_t>(random_()); }

private:
    std::uint32_t number() { return static_cast<std::uint32_t>(random_()); }

    std::uint16_t port() { return static_cast<std::uint16_t>(random_()); }

    Protocol protocol() { return below(2) == 0 ? Protocol::udp : Protocol::tcp; }

    NatPmpResult natPmpResult() { return static_cast<NatPmpResult>(below(2) == 0 ? 0 : 2 + below(65000)); }

    Opcode rawOpcode() { return static_cast<Opcode>(3 + below(125)); }

    /// Any code but UNSUPP_VERSION, whose answers are messages of another type.
    ResultCode resultCode() {
        const std::uint8_t code = octet();
        return static_cast<ResultCode>(code == 1 ? 0 : code);
    }

    /// Any version but that of NAT-PMP.
    std::uint8_t version() { return static_cast<std::uint8_t>(1 + below(255)); }

    Address address() {
        if (below(2) == 0) {
            return Address::v4(octet(), octet(), octet(), octet());
        }
        Address any;
        std::ranges::generate(any.octets, [this] { return octet(); });
        return any;
    }

    Bytes body() {
        const std::size_t size = std::size_t{4} * below(269);
        std::ranges::generate(body_, [this] { return octet(); });
        return Bytes{body_}.first(size);
    }

    Options options() {
        for (unsigned count = below(5); count > 0; --count) {
            switch (below(9)) {
            case 0:
                (void)writer_.add(ThirdParty{address()});
                break;
            case 1:
                (void)writer_.add(PreferFailure{});
                break;
            case 2:
                (void)writer_.add(Filter{octet(), port(), address()});
                break;
            case 3:
                (void)writer_.add(PortSet{port(), port(), below(2) == 0});
                break;
            case 4:
                (void)writer_.add(CheckpointRequired{});
                break;
            case 5:
                (void)writer_.add(ThirdPartyId{body().first(below(9) / 2)});
                break;
            case 6:
                (void)writer_.add(Description::of("caméra"));
                break;
            case 7:
                (void)writer_.add(prefix64());
                break;
            default:
                (void)writer_.add(RawOption{static_cast<OptionCode>(octet()), body().first(below(9) / 2)});
                break;
            }
        }
        return writer_.options();
    }

    Prefix64 prefix64() {
        constexpr std::array<std::uint8_t, 6> lengths{4, 5, 6, 7, 8, 12};
        Prefix64 option;
        option.prefixLength = lengths[below(6)];
        std::ranges::generate(option.octets, [this] { return octet(); });
        option.ipv4 = Ipv4Prefixes{body().first(std::size_t{below(3)} * Ipv4Prefixes::entrySize)};
        return option;
    }

    RawRequest rawRequest() {
        const Opcode opcode = rawOpcode();
        const bool hasResult = opcode == Opcode::authentication;
        return {{opcode, number(), address()}, body(), hasResult ? resultCode() : ResultCode::success};
    }

    template <class Message>
    Message fill(Message message) {
        if constexpr (requires { message.resultCode; }) {
            message.resultCode = resultCode();
            message.epochSeconds = number();
            message.assignedPort = port();
            message.assignedAddress = address();
        } else {
            message.clientAddress = address();
            message.suggestedPort = port();
            message.suggestedAddress = address();
        }
        message.lifetimeSeconds = number();
        std::ranges::generate(message.nonce.octets, [this] { return octet(); });
        message.protocol = static_cast<Protocol>(octet());
        message.internalPort = port();
        message.options = options();
        return message;
    }

    template <class Message>
    Message withRemotePeer(Message message) {
        message.remotePort = port();
        message.remoteAddress = address();
        return message;
    }

    std::mt19937 random_;
    std::array<std::uint8_t, 200> optionRoom_{};
    std::array<std::uint8_t, 1076> body_{};
    OptionWriter writer_{optionRoom_};
};

} // namespace

BOOST_AUTO_TEST_SUITE(wire_property)

BOOST_AUTO_TEST_CASE(a_message_is_read_as_it_was_written) {
    Generator generator{seed};
    for (int round = 0; round < 20000; ++round) {
        const Datagram message = generator.next();
        std::array<std::uint8_t, maxMessageSize> room{};
        const auto size = encode(message, room);
        if (!size || !(decode(std::span{room}.first(size.value())) == result<Datagram>{message})) {
            BOOST_ERROR("seed " << seed << ", round " << round << ", type " << message.index() << ": "
                                << spacedHex(std::span{room}.first(size ? size.value() : 0)));
            return;
        }
    }
}

BOOST_AUTO_TEST_CASE(the_invariants_hold_for_random_octets) {
    Generator generator{seed};
    for (int round = 0; round < 20000; ++round) {
        Octets bytes(generator.below(128));
        std::ranges::generate(bytes, [&generator] { return generator.octet(); });
        if (bytes.size() > 1) {
            bytes[0] = generator.below(2) == 0 ? 0 : 2;
            bytes[1] &= 0x83;
        }
        if (const auto broken = brokenInvariant(bytes); !broken.empty()) {
            BOOST_ERROR(broken << "; seed " << seed << ", round " << round << ": " << spacedHex(bytes));
            return;
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
