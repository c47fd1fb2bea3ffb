// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

module portolan.cli;

import portolan.transport;

namespace portolan::cli {

namespace {

/// What a line says besides the ports of a mapping.
struct Fields {
    std::optional<std::uint32_t> lifetime;
    std::optional<Nonce> nonce;
    std::optional<wire::Address> client;
    std::optional<wire::Address> external; ///< suggested
    std::vector<ShellOption> options;

    /// Whether anything is said that NAT-PMP has no place for.
    [[nodiscard]] bool needPcp() const { return nonce || client || external || !options.empty(); }
};

/// Any address, the unspecified one included.
Parsed<wire::Address> parseWireAddress(std::string_view text) {
    net::error_code error;
    const auto address = net::ip::make_address(std::string{text}, error);
    if (error) {
        return UsageError{fmt::format("\"{}\" is no IPv4 or IPv6 address", text)};
    }
    return transport::toWire(address);
}

/// Takes one word; false if it is no field.
Parsed<bool> takeField(std::string_view key, std::string_view value, Fields& into) {
    if (key == "lifetime") {
        BOOST_OUTCOME_TRY(const std::uint64_t seconds, parseNumber(value, 0, 0xffff'ffff, "lifetime in seconds"));
        into.lifetime = static_cast<std::uint32_t>(seconds);
    } else if (key == "nonce") {
        // The option of that name, of four octets, belongs to AUTHENTICATION and goes by its number, 4.
        BOOST_OUTCOME_TRY(into.nonce, parseNonce(value));
    } else if (key == "client") {
        BOOST_OUTCOME_TRY(into.client, parseWireAddress(value));
    } else if (key == "external") {
        BOOST_OUTCOME_TRY(into.external, parseWireAddress(value));
    } else {
        return false;
    }
    return true;
}

Parsed<Fields> parseFields(Words words, std::uint16_t internalPort) {
    Fields fields;
    for (const std::string& word : words) {
        if (word == "option") {
            continue; // may be said before one, and need not
        }
        const std::size_t equals = word.find('=');
        const std::string_view value =
            equals == std::string::npos ? std::string_view{} : std::string_view{word}.substr(equals + 1);
        BOOST_OUTCOME_TRY(const bool taken,
                          takeField(lowered(std::string_view{word}.substr(0, equals)), value, fields));
        if (!taken) {
            BOOST_OUTCOME_TRY(ShellOption option, parseOption(word, internalPort));
            fields.options.push_back(std::move(option));
        }
    }
    return fields;
}

/// The message with its options, as octets.
template <class Message>
Parsed<BuiltRequest> built(Message message, const Fields& fields, std::uint8_t version) {
    std::array<std::uint8_t, wire::maxMessageSize> optionRoom{};
    wire::OptionWriter writer{optionRoom};
    for (const ShellOption& option : fields.options) {
        if (!writer.add(wire::RawOption{option.code, option.data})) {
            return UsageError{"the options are longer than a message may be (1100 octets); raw sends what is"};
        }
    }
    if constexpr (requires { message.options; }) {
        message.options = writer.options();
    }
    std::array<std::uint8_t, wire::maxMessageSize> room{};
    const auto size = wire::encode(message, room);
    if (!size) {
        return UsageError{fmt::format("{}; raw sends what is wrong", size.error())};
    }
    BuiltRequest request{{room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size.assume_value())}, std::nullopt};
    request.octets[0] = version;
    if constexpr (requires { wire::check(message); }) {
        request.breach = wire::check(message);
    }
    return request;
}

Parsed<BuiltRequest> natPmpMapping(const PortSpec& ports, const Fields& fields, std::uint32_t lifetime) {
    if (fields.needPcp()) {
        return UsageError{"NAT-PMP has no options, nonces and addresses (set version pcp)"};
    }
    return built(wire::NatPmpMapRequest{ports.protocol, ports.internalPort, ports.externalPort, lifetime}, {},
                 wire::natPmpVersion);
}

/// What MAP and PEER have in common.
template <class Message>
Message mapping(const PortSpec& ports, const Fields& fields, const RequestSettings& settings) {
    Message message;
    message.lifetimeSeconds = fields.lifetime.value_or(settings.lifetimeSeconds);
    message.clientAddress = fields.client.value_or(settings.client);
    message.nonce = fields.nonce ? *fields.nonce : settings.nonceFor(ports.protocol, ports.internalPort);
    message.protocol = ports.protocol;
    message.internalPort = ports.internalPort;
    message.suggestedPort = ports.externalPort;
    message.suggestedAddress = fields.external.value_or(wire::Address::anyLike(message.clientAddress));
    return message;
}

Parsed<BuiltRequest> buildMap(Words words, const RequestSettings& settings) {
    const bool isDeletion = words[0] == "delete";
    if (words.size() < 2) {
        return UsageError{fmt::format("{} needs PROTO:PORT, as in {} tcp:8080", words[0], words[0])};
    }
    BOOST_OUTCOME_TRY(const PortSpec ports, parsePortSpec(words[1]));
    BOOST_OUTCOME_TRY(Fields fields, parseFields(words.subspan(2), ports.internalPort));
    if (isDeletion) {
        fields.lifetime = 0;
    }
    if (settings.version == wire::natPmpVersion) {
        return natPmpMapping(ports, fields, fields.lifetime.value_or(settings.lifetimeSeconds));
    }
    return built(mapping<wire::MapRequest>(ports, fields, settings), fields, settings.version);
}

Parsed<BuiltRequest> buildPeer(Words words, const RequestSettings& settings) {
    if (words.size() < 3) {
        return UsageError{"peer needs PROTO:PORT and the remote ADDR:PORT, as in peer tcp:8080 198.51.100.7:443"};
    }
    BOOST_OUTCOME_TRY(const PortSpec ports, parsePortSpec(words[1]));
    BOOST_OUTCOME_TRY(const net::ip::udp::endpoint remote, parseEndpoint(words[2], 0));
    BOOST_OUTCOME_TRY(const Fields fields, parseFields(words.subspan(3), ports.internalPort));
    auto message = mapping<wire::PeerRequest>(ports, fields, settings);
    message.remotePort = remote.port();
    message.remoteAddress = transport::toWire(remote.address());
    return built(message, fields, settings.version);
}

Parsed<BuiltRequest> buildAnnounce(Words words, const RequestSettings& settings) {
    BOOST_OUTCOME_TRY(const Fields fields, parseFields(words.subspan(1), 0));
    if (fields.lifetime || fields.nonce || fields.external) {
        return UsageError{"ANNOUNCE has neither lifetime, nonce nor external address"};
    }
    return built(wire::AnnounceRequest{fields.client.value_or(settings.client)}, fields, settings.version);
}

Parsed<BuiltRequest> buildRaw(Words words) {
    std::string hex;
    for (const std::string& word : words.subspan(1)) {
        hex += word + ' ';
    }
    auto octets = parseHex(hex);
    if (!octets) {
        return UsageError{fmt::format("{}, after {} octets", octets.error().message, octets.error().offset)};
    }
    return BuiltRequest{std::move(octets.assume_value()), std::nullopt};
}

} // namespace

bool isRequest(std::string_view command) noexcept {
    constexpr std::array<std::string_view, 6> requests{"map", "peer", "announce", "address", "delete", "raw"};
    return std::ranges::find(requests, command) != requests.end();
}

Parsed<BuiltRequest> buildRequest(Words words, const RequestSettings& settings) {
    const std::string& command = words[0];
    if (command == "raw") {
        return buildRaw(words);
    }
    if (command == "address") {
        if (words.size() > 1) {
            return UsageError{"address takes nothing: it is the question of NAT-PMP, which has two octets"};
        }
        return built(wire::NatPmpAddressRequest{}, {}, wire::natPmpVersion);
    }
    if (command == "map" || command == "delete") {
        return buildMap(words, settings);
    }
    if (settings.version == wire::natPmpVersion) {
        return UsageError{fmt::format("NAT-PMP has no {} (set version pcp)", command)};
    }
    return command == "peer" ? buildPeer(words, settings) : buildAnnounce(words, settings);
}

} // namespace portolan::cli
