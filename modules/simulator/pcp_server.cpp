// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

module portolan.simulator;

import :state;
import :pcp_options;
import :pcp_map;
import :pcp_peer;
import :pcp_server;

namespace portolan::simulator {

using wire::Opcode;
using wire::ResultCode;

namespace {

using Buffer = std::array<std::uint8_t, wire::maxMessageSize>;

// RFC 6887 §7.4: these pass soon, the others do not.
bool isShort(ResultCode code) noexcept {
    return code == ResultCode::networkFailure || code == ResultCode::noResources || code == ResultCode::userExQuota ||
           code == ResultCode::cannotProvideExternal;
}

Answer toAnswer(const Buffer& buffer, const wire::result<std::size_t>& size) {
    return size ? Answer(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size.assume_value())) : Answer{};
}

/// Options that go into a response: those of the request that were processed, as they came.
wire::Options echo(wire::OptionWriter& writer, const Asked& asked) {
    for (const wire::RawOption& option : asked.processed) {
        (void)writer.add(option); // they fitted the request
    }
    return writer.options();
}

/// Options of a Mapping Update (RFC 6887 §14.2): those the mapping was made with, but none of the optional range.
wire::Options mappingOptions(wire::OptionWriter& writer, const Mapping& row) {
    if (row.thirdParty) {
        (void)writer.add(wire::ThirdParty{row.internal.address});
    }
    if (row.preferFailure) {
        (void)writer.add(wire::PreferFailure{});
    }
    for (const wire::Filter& filter : row.filters) {
        (void)writer.add(filter);
    }
    return writer.options();
}

/// A MAP or PEER response: a success is filled from the request, an update from the row.
template <class Response, class Source>
Response respondTo(const Source& request, const Endpoint& external, std::uint32_t lifetime, std::uint32_t epoch) {
    Response response;
    response.lifetimeSeconds = lifetime;
    response.epochSeconds = epoch;
    response.nonce = request.nonce;
    response.protocol = request.protocol;
    response.internalPort = request.internalPort;
    response.assignedPort = external.port;
    response.assignedAddress = external.address;
    return response;
}

/// The fields of a row under the names they have in a request.
struct RowFields {
    wire::Nonce nonce;
    wire::Protocol protocol;
    std::uint16_t internalPort;
};

std::size_t minimumSize(Opcode opcode) noexcept {
    switch (opcode) {
    case Opcode::map:
        return wire::mapSize;
    case Opcode::peer:
        return wire::peerSize;
    default:
        return wire::headerSize;
    }
}

} // namespace

Answer PcpServer::answer(TimePoint now, const Endpoint& from, wire::Bytes request) {
    if (request[0] != wire::pcpVersion) {
        return rejectVersion(now, request);
    }
    if (request.size() < wire::headerSize) {
        return {};
    }
    if (const auto problem = frameProblem(request)) {
        return refuse(now, request, *problem, Parsed::no);
    }
    const auto header = wire::decodeRequestHeader(request);
    if (!header || header.assume_value().clientAddress != from.address) {
        return refuse(now, request, {ResultCode::addressMismatch}, Parsed::yes);
    }
    if (!offers(header.assume_value().opcode)) {
        return refuse(now, request, {ResultCode::unsuppOpcode}, Parsed::yes);
    }
    if (state_.config.pcp.requiresAuthentication && header.assume_value().opcode != Opcode::announce) {
        return refuse(now, request, {ResultCode::authenticationRequired}, Parsed::yes);
    }
    const auto options = wire::Options::check(request.subspan(minimumSize(header.assume_value().opcode)));
    if (!options) {
        return refuse(now, request, {ResultCode::malformedOption}, Parsed::no);
    }
    auto granted = dispatch(now, from, request);
    return granted ? std::move(granted).assume_value() : refuse(now, request, granted.assume_error(), Parsed::yes);
}

std::optional<Denial> PcpServer::frameProblem(wire::Bytes request) const noexcept {
    const bool sound = request.size() <= wire::maxMessageSize && request.size() % 4 == 0 &&
                       request.size() >= minimumSize(static_cast<Opcode>(request[1]));
    return sound ? std::nullopt : std::optional{Denial{ResultCode::malformedRequest}};
}

bool PcpServer::offers(Opcode opcode) const noexcept {
    return opcode == Opcode::announce || (opcode == Opcode::map && state_.config.pcp.map) ||
           (opcode == Opcode::peer && state_.config.pcp.peer);
}

Granted<Answer> PcpServer::dispatch(TimePoint now, const Endpoint& from, wire::Bytes request) {
    switch (static_cast<Opcode>(request[1])) {
    case Opcode::map:
        return map(now, from, request);
    case Opcode::peer:
        return peer(now, from, request);
    default:
        return announce(now, from, request);
    }
}

Granted<Answer> PcpServer::announce(TimePoint now, const Endpoint& from, wire::Bytes request) {
    const auto decoded = wire::decodeAnnounceRequest(request);
    if (!decoded) {
        return Denial{ResultCode::malformedRequest};
    }
    const auto asked = readOptions(state_.config, Opcode::announce, from, decoded.assume_value().options);
    if (!asked) {
        return asked.assume_error();
    }
    Buffer optionRoom{};
    Buffer room{};
    wire::OptionWriter writer{optionRoom};
    return toAnswer(room, encode(wire::AnnounceResponse{.epochSeconds = state_.epoch(now),
                                                        .options = echo(writer, asked.assume_value())},
                                 room));
}

Granted<Answer> PcpServer::map(TimePoint now, const Endpoint& from, wire::Bytes datagram) {
    const auto decoded = wire::decodeMapRequest(datagram);
    if (!decoded) {
        return Denial{ResultCode::malformedRequest};
    }
    const wire::MapRequest& request = decoded.assume_value();
    const auto asked = readOptions(state_.config, Opcode::map, from, request.options);
    if (!asked) {
        return asked.assume_error();
    }
    const auto granted = MapOperation{state_, now, from, request, asked.assume_value()}.run();
    if (!granted) {
        return granted.assume_error();
    }
    Buffer optionRoom{};
    Buffer room{};
    wire::OptionWriter writer{optionRoom};
    const auto& [external, lifetime] = granted.assume_value();
    const Endpoint shown = request.lifetimeSeconds == 0 ? external : state_.reported(external);
    auto response = respondTo<wire::MapResponse>(request, shown, lifetime, state_.epoch(now));
    response.options = echo(writer, asked.assume_value());
    return toAnswer(room, encode(response, room));
}

Granted<Answer> PcpServer::peer(TimePoint now, const Endpoint& from, wire::Bytes datagram) {
    const auto decoded = wire::decodePeerRequest(datagram);
    if (!decoded) {
        return Denial{ResultCode::malformedRequest};
    }
    const wire::PeerRequest& request = decoded.assume_value();
    const auto asked = readOptions(state_.config, Opcode::peer, from, request.options);
    if (!asked) {
        return asked.assume_error();
    }
    const auto granted = PeerOperation{state_, now, from, request, asked.assume_value()}.run();
    if (!granted) {
        return granted.assume_error();
    }
    Buffer optionRoom{};
    Buffer room{};
    wire::OptionWriter writer{optionRoom};
    const auto& [external, lifetime] = granted.assume_value();
    auto response = respondTo<wire::PeerResponse>(request, state_.reported(external), lifetime, state_.epoch(now));
    response.remotePort = request.remotePort;
    response.remoteAddress = request.remoteAddress;
    response.options = echo(writer, asked.assume_value());
    return toAnswer(room, encode(response, room));
}

Answer PcpServer::rejectVersion(TimePoint now, wire::Bytes request) const {
    return refuse(now, request, {ResultCode::unsuppVersion}, Parsed::no);
}

std::chrono::seconds PcpServer::errorLifetime(const Denial& denial) const noexcept {
    if (denial.lifetime) {
        return *denial.lifetime;
    }
    if (isShort(denial.code)) {
        return state_.config.lifetimes.shortError;
    }
    return state_.config.quirks.errorLifetimeZero ? std::chrono::seconds{0} : state_.config.lifetimes.longError;
}

// RFC 6887 §8.2: the request, cut at 1100 octets and padded, under a new header; §7.2: the last 96 bits of the
// client's address stand where they stood, if the request could not be parsed.
Answer PcpServer::refuse(TimePoint now, wire::Bytes request, const Denial& denial, Parsed parsed) const {
    constexpr std::size_t reservedAt = 12;
    constexpr std::size_t externalAddressAt = 44;
    const wire::Bytes kept = request.first(std::min(request.size(), wire::maxMessageSize));
    const bool hasBody = kept.size() > wire::headerSize;
    Buffer room{};
    const auto size = encode(wire::RawResponse{{static_cast<Opcode>(request[1]), denial.code,
                                                toWireSeconds(errorLifetime(denial)), state_.epoch(now)},
                                               hasBody ? kept.subspan(wire::headerSize) : wire::Bytes{}},
                             room);
    Answer answer = toAnswer(room, size);
    if (parsed == Parsed::no && kept.size() >= wire::headerSize) {
        std::copy_n(kept.begin() + reservedAt, wire::headerSize - reservedAt, answer.begin() + reservedAt);
    }
    if (state_.config.quirks.refusesPrivateWan && denial.code == ResultCode::noResources &&
        answer.size() >= wire::mapSize && !state_.config.externalAddresses.empty()) {
        std::ranges::copy(state_.config.externalAddresses.front().octets, answer.begin() + externalAddressAt);
    }
    return answer;
}

Answer PcpServer::restartNotice(TimePoint now) const {
    Buffer room{};
    return toAnswer(room, encode(wire::AnnounceResponse{.epochSeconds = state_.epoch(now), .options = {}}, room));
}

Answer PcpServer::update(TimePoint now, const Mapping& row, bool gone) const {
    Buffer optionRoom{};
    Buffer room{};
    wire::OptionWriter writer{optionRoom};
    const RowFields fields{row.nonce.value_or(wire::Nonce{}), row.protocol, row.internal.port};
    const Denial lost{ResultCode::cannotProvideExternal};
    const auto lifetime = toWireSeconds(gone ? errorLifetime(lost) : row.remaining(now));
    const auto fill = [&](auto response) {
        response.resultCode = gone ? lost.code : ResultCode::success;
        response.options = mappingOptions(writer, row);
        return response;
    };
    const Endpoint shown = state_.reported(row.external);
    if (row.kind == Kind::map) {
        return toAnswer(room,
                        encode(fill(respondTo<wire::MapResponse>(fields, shown, lifetime, state_.epoch(now))), room));
    }
    auto response = fill(respondTo<wire::PeerResponse>(fields, shown, lifetime, state_.epoch(now)));
    response.remotePort = row.remote.port;
    response.remoteAddress = row.remote.address;
    return toAnswer(room, encode(response, room));
}

} // namespace portolan::simulator
