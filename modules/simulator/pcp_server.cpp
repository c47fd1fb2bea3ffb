// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

module portolan.simulator;

import :state;
import :pcp_options;
import :pcp_map;
import :pcp_peer;
import :pcp_get;
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

/// Room for the options of a message with that many octets before them.
wire::Room roomBehind(Buffer& buffer, std::size_t fixedSize) {
    return wire::Room{buffer}.first(wire::maxMessageSize - fixedSize);
}

/// Options that go into a response: those of the request that were processed, as they came.
void echo(wire::OptionWriter& writer, const Asked& asked) {
    for (const wire::RawOption& option : asked.processed) {
        (void)writer.add(option); // they fitted the request
    }
}

/// What of the optional range was granted. An impostor has echoed them already, granted or not.
void addGranted(wire::OptionWriter& writer, const Assigned& assigned, const Quirks& quirks) {
    if (quirks.echoesUnknownOptions) {
        return;
    }
    if (assigned.portSet) {
        (void)writer.add(*assigned.portSet);
    }
    if (assigned.checkpointed) {
        (void)writer.add(wire::CheckpointRequired{});
    }
    if (assigned.portReserved) {
        (void)writer.begin(wire::drafts::portReservation, 0);
    }
}

/// The prefixes of the NAT64, in their order and as many as fit (RFC 7225 §4.2): with lists before those without.
void addPrefixes(wire::OptionWriter& writer, const std::vector<Nat64Prefix>& prefixes) {
    for (const bool listed : {true, false}) {
        for (const Nat64Prefix& configured : prefixes) {
            Buffer listRoom{};
            const auto list = wire::Ipv4Prefixes::write(configured.ipv4, listRoom);
            if (list && list.assume_value().empty() != listed) {
                wire::Prefix64 option = configured.prefix;
                option.ipv4 = list.assume_value();
                (void)writer.add(option);
            }
        }
    }
}

const std::vector<Nat64Prefix>& prefixesFor(const Nat64Config& config, const wire::Address& client) {
    const auto own = config.ofClients.find(client);
    return own == config.ofClients.end() ? config.prefixes : own->second;
}

/// Options of a Mapping Update (RFC 6887 §14.2): those the mapping was made with, but none of the optional range.
wire::Options mappingOptions(wire::OptionWriter& writer, const Mapping& row) {
    if (row.thirdParty) {
        (void)writer.add(wire::ThirdParty{row.internal.address});
    }
    if (!row.partyId.empty()) {
        (void)writer.add(wire::ThirdPartyId{row.partyId});
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
        return opcode == wire::drafts::get ? wire::drafts::getSize : wire::headerSize;
    }
}

} // namespace

Answers PcpServer::answer(TimePoint now, const Endpoint& from, wire::Bytes request) {
    const auto refused = [&](const Denial& denial, Parsed parsed) {
        return Answers{refuse(now, request, denial, parsed)};
    };
    if (request[0] != wire::pcpVersion) {
        return {rejectVersion(now, request)};
    }
    if (request.size() < wire::headerSize) {
        return {};
    }
    if (const auto problem = frameProblem(request)) {
        return refused(*problem, Parsed::no);
    }
    const auto header = wire::decodeRequestHeader(request);
    if (!header || header.assume_value().clientAddress != from.address) {
        return refused({ResultCode::addressMismatch}, Parsed::yes);
    }
    if (!offers(header.assume_value().opcode)) {
        return refused({ResultCode::unsuppOpcode}, Parsed::yes);
    }
    if (state_.config.pcp.requiresAuthentication && header.assume_value().opcode != Opcode::announce) {
        return refused({ResultCode::authenticationRequired}, Parsed::yes);
    }
    const auto options = wire::Options::check(request.subspan(minimumSize(header.assume_value().opcode)));
    if (!options) {
        return refused({ResultCode::malformedOption}, Parsed::no);
    }
    auto granted = dispatch(now, from, request);
    return granted ? std::move(granted).assume_value() : refused(granted.assume_error(), Parsed::yes);
}

std::optional<Denial> PcpServer::frameProblem(wire::Bytes request) const noexcept {
    const bool sound = request.size() <= wire::maxMessageSize && request.size() % 4 == 0 &&
                       request.size() >= minimumSize(static_cast<Opcode>(request[1]));
    return sound ? std::nullopt : std::optional{Denial{ResultCode::malformedRequest}};
}

bool PcpServer::offers(Opcode opcode) const noexcept {
    return opcode == Opcode::announce || (opcode == Opcode::map && state_.config.pcp.map) ||
           (opcode == Opcode::peer && state_.config.pcp.peer) ||
           (opcode == wire::drafts::get && state_.config.pcp.drafts.get);
}

Granted<Answers> PcpServer::dispatch(TimePoint now, const Endpoint& from, wire::Bytes request) {
    const auto opcode = static_cast<Opcode>(request[1]);
    if (opcode == Opcode::map) {
        return map(now, from, request);
    }
    auto single = opcode == wire::drafts::get ? get(state_, now, from, request)
                  : opcode == Opcode::peer    ? peer(now, from, request)
                                              : announce(now, from, request);
    if (!single) {
        return single.assume_error();
    }
    return Answers{std::move(single).assume_value()};
}

Granted<Answer> PcpServer::announce(TimePoint now, const Endpoint& from, wire::Bytes request) {
    const auto decoded = wire::decodeAnnounceRequest(request);
    if (!decoded) {
        return Denial{ResultCode::malformedRequest};
    }
    const auto asked = readOptions(state_.config, Opcode::announce, false, from, decoded.assume_value().options);
    if (!asked) {
        return asked.assume_error();
    }
    Buffer optionRoom{};
    Buffer room{};
    wire::OptionWriter writer{roomBehind(optionRoom, wire::headerSize)};
    echo(writer, asked.assume_value());
    if (asked.assume_value().prefix64 && !state_.config.quirks.echoesUnknownOptions) {
        addPrefixes(writer, prefixesFor(state_.config.pcp.nat64, from.address));
    }
    return toAnswer(
        room, encode(wire::AnnounceResponse{.epochSeconds = state_.epoch(now), .options = writer.options()}, room));
}

Granted<Answers> PcpServer::map(TimePoint now, const Endpoint& from, wire::Bytes datagram) {
    const auto decoded = wire::decodeMapRequest(datagram);
    if (!decoded) {
        return Denial{ResultCode::malformedRequest};
    }
    const wire::MapRequest& request = decoded.assume_value();
    const bool deletes = request.lifetimeSeconds == 0;
    const auto asked = readOptions(state_.config, Opcode::map, deletes, from, request.options);
    if (!asked) {
        return asked.assume_error();
    }
    Answers answers;
    for (const auto& each : MapOperation{state_, now, from, request, asked.assume_value()}.run()) {
        answers.push_back(each ? mapped(now, request, each.assume_value(), asked.assume_value(), from)
                               : refuse(now, datagram, each.assume_error(), Parsed::yes));
    }
    return answers;
}

Answer PcpServer::mapped(TimePoint now, const wire::MapRequest& request, const Assigned& assigned, const Asked& asked,
                         const Endpoint& from) const {
    Buffer optionRoom{};
    Buffer room{};
    wire::OptionWriter writer{roomBehind(optionRoom, wire::mapSize)};
    const Endpoint shown = request.lifetimeSeconds == 0 ? assigned.external : state_.reported(assigned.external);
    auto response = respondTo<wire::MapResponse>(request, shown, assigned.lifetimeSeconds, state_.epoch(now));
    response.internalPort = assigned.internalPort.value_or(request.internalPort);
    echo(writer, asked);
    addGranted(writer, assigned, state_.config.quirks);
    const Nat64Config& nat64 = state_.config.pcp.nat64;
    if ((asked.prefix64 || nat64.unasked) && !state_.config.quirks.echoesUnknownOptions) {
        addPrefixes(writer, prefixesFor(nat64, from.address));
    }
    response.options = writer.options();
    return toAnswer(room, encode(response, room));
}

Granted<Answer> PcpServer::peer(TimePoint now, const Endpoint& from, wire::Bytes datagram) {
    const auto decoded = wire::decodePeerRequest(datagram);
    if (!decoded) {
        return Denial{ResultCode::malformedRequest};
    }
    const wire::PeerRequest& request = decoded.assume_value();
    const auto asked = readOptions(state_.config, Opcode::peer, false, from, request.options);
    if (!asked) {
        return asked.assume_error();
    }
    const auto granted = PeerOperation{state_, now, from, request, asked.assume_value()}.run();
    if (!granted) {
        return granted.assume_error();
    }
    Buffer optionRoom{};
    Buffer room{};
    wire::OptionWriter writer{roomBehind(optionRoom, wire::peerSize)};
    const Assigned& assigned = granted.assume_value();
    auto response = respondTo<wire::PeerResponse>(request, state_.reported(assigned.external), assigned.lifetimeSeconds,
                                                  state_.epoch(now));
    response.remotePort = request.remotePort;
    response.remoteAddress = request.remoteAddress;
    echo(writer, asked.assume_value());
    addGranted(writer, assigned, state_.config.quirks);
    response.options = writer.options();
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
    Buffer optionRoom{};
    Buffer room{};
    wire::OptionWriter writer{roomBehind(optionRoom, wire::headerSize)};
    const Nat64Config& nat64 = state_.config.pcp.nat64;
    if (nat64.announced && nat64.ofClients.empty()) {
        addPrefixes(writer, nat64.prefixes);
    }
    return toAnswer(
        room, encode(wire::AnnounceResponse{.epochSeconds = state_.epoch(now), .options = writer.options()}, room));
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
