// SPDX-License-Identifier: MIT
module;

#include <array>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

module portolan.testing.session;

import :trace;

namespace portolan::testing {

using namespace session;

namespace {

void check(bool good, const std::string& what, const Where& where) {
    BOOST_CHECK_MESSAGE(good, where.file_name() << ":" << where.line() << ": " << what);
}

std::string seconds(Duration time) {
    return std::to_string(static_cast<double>(time.count()) / 1000.0) + " s";
}

std::string text(const Event& event) {
    return std::string{name(event.kind)} + (event.error ? " (" + event.error.message() + ")" : "");
}

template <class Response, class Request>
Response responseTo(const Request& request, const Answer& answer) {
    const bool copies = answer.code != wire::ResultCode::success || request.lifetimeSeconds == 0;
    Response response;
    response.resultCode = answer.code;
    response.lifetimeSeconds = answer.lifetime;
    response.epochSeconds = answer.epoch.value_or(1000);
    response.nonce = request.nonce;
    response.protocol = request.protocol;
    response.internalPort = request.internalPort;
    response.assignedPort = copies ? request.suggestedPort : answer.port;
    response.assignedAddress = copies ? request.suggestedAddress : answer.address;
    response.options = request.options;
    return response;
}

template <class Message>
Octets encoded(const Message& message) {
    Octets room(wire::maxMessageSize);
    room.resize(wire::encode(message, room).assume_value());
    return room;
}

} // namespace

Config testConfig(std::uint64_t seed) {
    Config config;
    config.server = {wire::Address::v4(192, 168, 1, 1), wire::serverPort};
    config.clientAddress = wire::Address::v4(192, 168, 1, 57);
    config.seed = seed;
    return config;
}

Config natPmpConfig(std::uint64_t seed) {
    Config config = testConfig(seed);
    config.speak = Speak::natPmp;
    return config;
}

MappingRequest mapping(std::uint16_t internalPort, wire::Protocol protocol) {
    MappingRequest wanted;
    wanted.protocol = protocol;
    wanted.internalPort = internalPort;
    wanted.nonce = {{0x4f, 0x2a, 0x9c, 0x01, 0x7b, 0xe3, 0xd8, 0x56, 0x0d, 0x91, 0xac, 0x44}};
    return wanted;
}

MappingRequest outbound(std::uint16_t internalPort) {
    MappingRequest wanted = mapping(internalPort);
    wanted.remote = Endpoint{wire::Address::v4(198, 51, 100, 7), 5222};
    return wanted;
}

Octets answerTo(std::span<const std::uint8_t> request, const Answer& answer) {
    if (const auto map = wire::decodeMapRequest(request)) {
        return encoded(responseTo<wire::MapResponse>(map.assume_value(), answer));
    }
    const auto peer = wire::decodePeerRequest(request);
    if (!peer) {
        BOOST_ERROR("cannot answer what is neither MAP nor PEER request: " << spacedHex(request));
        return {};
    }
    auto response = responseTo<wire::PeerResponse>(peer.assume_value(), answer);
    response.remotePort = peer.assume_value().remotePort;
    response.remoteAddress = peer.assume_value().remoteAddress;
    return encoded(response);
}

Octets natPmpAnswerTo(std::span<const std::uint8_t> request, const NatPmpAnswer& answer) {
    const auto asked = wire::decodeNatPmpMapRequest(request);
    if (!asked) {
        BOOST_ERROR("cannot answer what is no NAT-PMP mapping request: " << spacedHex(request));
        return {};
    }
    const wire::NatPmpMapRequest& map = asked.assume_value();
    const bool empty = answer.code != wire::NatPmpResult::success || map.lifetimeSeconds == 0;
    const wire::NatPmpMapResponse response{map.protocol,
                                           answer.code,
                                           answer.epoch.value_or(1000),
                                           map.internalPort,
                                           empty ? std::uint16_t{0} : answer.port,
                                           empty ? 0 : answer.lifetime};
    Octets room(wire::maxMessageSize);
    room.resize(wire::encode(response, room).assume_value());
    return room;
}

Octets announcement(std::uint32_t epoch) {
    Octets datagram(wire::headerSize);
    const wire::AnnounceResponse response{wire::ResultCode::success, epoch, {}};
    datagram.resize(wire::encode(response, datagram).assume_value());
    return datagram;
}

Trace::Trace(const Config& config) : session(config), server(config.server) {}

MappingId Trace::request(const MappingRequest& wanted, Where where) {
    const auto id = session.handleRequest(now, wanted);
    check(id.has_value(), "the request is refused", where);
    drain(where);
    return id ? id.assume_value() : MappingId{};
}

MappingId Trace::requestDeletion(const MappingRequest& unwanted, Where where) {
    const auto id = session.handleDelete(now, unwanted);
    check(id.has_value(), "the deletion is refused", where);
    drain(where);
    return id ? id.assume_value() : MappingId{};
}

MappingId Trace::query(Where where) {
    const auto id = session.handleAddressQuery(now, mapping().nonce);
    check(id.has_value(), "the query is refused", where);
    drain(where);
    return id ? id.assume_value() : MappingId{};
}

MappingId Trace::probe(Where where) {
    const auto id = session.handleProbe(now);
    check(id.has_value(), "the probe is refused", where);
    drain(where);
    return id ? id.assume_value() : MappingId{};
}

Trace& Trace::release(MappingId id, Where where) {
    session.handleRelease(now, id);
    drain(where);
    return *this;
}

Trace& Trace::detach(MappingId id, Where where) {
    session.handleDetach(id);
    drain(where);
    return *this;
}

Trace& Trace::receives(std::string_view hex, Where where) {
    return receives(octets(hex), where);
}

Trace& Trace::receives(std::span<const std::uint8_t> datagram, Where where) {
    return receivesFrom(server, datagram, where);
}

Trace& Trace::receivesFrom(const Endpoint& from, std::span<const std::uint8_t> datagram, Where where) {
    session.handleDatagram(now, from, datagram);
    drain(where);
    return *this;
}

bool Trace::announcedBy(const Endpoint& from, std::span<const std::uint8_t> datagram, Where where) {
    const bool heeded = session.handleAnnouncement(now, from, datagram);
    drain(where);
    return heeded;
}

Trace& Trace::answers(const Answer& answer, Where where) {
    Answer dated = answer;
    dated.epoch = answer.epoch.value_or(epoch());
    return receives(answerTo(taken, dated), where);
}

Trace& Trace::answersByNatPmp(const NatPmpAnswer& answer, Where where) {
    NatPmpAnswer dated = answer;
    dated.epoch = answer.epoch.value_or(epoch());
    return receives(natPmpAnswerTo(taken, dated), where);
}

MappingId Trace::hold(const MappingRequest& wanted, const Answer& answer, Where where) {
    const MappingId id = request(wanted, where);
    (void)sends(where);
    answers(answer, where);
    (void)expects(EventKind::granted, id, where);
    return id;
}

Trace& Trace::clear() {
    sent.clear();
    events.clear();
    return *this;
}

Trace& Trace::wayReturns(Where where) {
    session.handleReturn(now);
    drain(where);
    return *this;
}

Trace& Trace::unreachable(Where where) {
    session.handleUnreachable(now);
    drain(where);
    return *this;
}

void Trace::drain(Where where) {
    std::array<std::uint8_t, wire::maxMessageSize> room{};
    while (const std::size_t size = session.pollTransmit(now, room)) {
        sent.push_back({now, Octets(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size))});
    }
    while (auto event = session.pollEvent()) {
        events.push_back(std::move(*event));
    }
    const auto next = session.nextTimeout();
    check(!next || *next > now, "at " + seconds(elapsed()) + " the next deadline is not ahead", where);
}

/// Goes to the next deadline if it comes before `until`, otherwise there.
bool Trace::step(TimePoint until, Where where) {
    const auto next = session.nextTimeout();
    if (!next || *next > until) {
        now = until;
        return false;
    }
    now = std::max(now, *next);
    session.handleTimeout(now);
    drain(where);
    return true;
}

Trace& Trace::at(Duration time, Where where) {
    check(TimePoint{} + time >= now, "time goes back to " + seconds(time), where);
    while (step(TimePoint{} + time, where)) {
    }
    return *this;
}

Trace& Trace::answeredUntil(Duration time, const Answer& answer, Where where) {
    do {
        while (!sent.empty()) {
            taken = std::move(sent.front().octets);
            sent.pop_front();
            answers(answer, where);
        }
    } while (step(TimePoint{} + time, where));
    return *this;
}

std::uint32_t Trace::epoch() const {
    return static_cast<std::uint32_t>((now - gatewayStart_).count() / 1000);
}

Trace& Trace::gatewayRestarts() {
    gatewayStart_ = now;
    return *this;
}

Trace& Trace::advance(Duration time, Where where) {
    return at(elapsed() + time, where);
}

Trace& Trace::within(Duration from, Duration to, Where where) {
    while (sent.empty() && step(TimePoint{} + to, where)) {
    }
    const Duration when = sent.empty() ? Duration::zero() : sent.front().at - TimePoint{};
    check(!sent.empty(), "nothing is sent until " + seconds(to), where);
    check(sent.empty() || (when >= from && when <= to),
          "sent at " + seconds(when) + ", not from " + seconds(from) + " to " + seconds(to), where);
    return *this;
}

Trace& Trace::sends(std::string_view hex, Where where) {
    const Octets found = sends(where);
    check(found == octets(hex), "sent " + spacedHex(found) + "\n  instead of " + spacedHex(octets(hex)), where);
    return *this;
}

Octets Trace::sends(Where where) {
    if (sent.empty()) {
        check(false, "nothing is sent at " + seconds(elapsed()), where);
        return {};
    }
    check(sent.front().at == now, "sent at " + seconds(sent.front().at - TimePoint{}) + ", not now", where);
    taken = std::move(sent.front().octets);
    sent.pop_front();
    return taken;
}

Trace& Trace::sendsNothing(Where where) {
    check(sent.empty(),
          sent.empty() ? ""
                       : "sent at " + seconds(sent.front().at - TimePoint{}) + ": " + spacedHex(sent.front().octets),
          where);
    return *this;
}

Trace& Trace::silentUntil(Duration time, Where where) {
    return at(time, where).sendsNothing(where);
}

Event Trace::expects(EventKind kind, Where where) {
    if (events.empty()) {
        check(false, "no event, where " + std::string{name(kind)} + " is expected", where);
        return {};
    }
    Event event = std::move(events.front());
    events.pop_front();
    check(event.kind == kind, "event " + text(event) + " instead of " + std::string{name(kind)}, where);
    return event;
}

Event Trace::expects(EventKind kind, MappingId id, Where where) {
    Event event = expects(kind, where);
    check(event.id == id, "the event is about another mapping", where);
    return event;
}

Trace& Trace::expectsNothing(Where where) {
    check(events.empty(), events.empty() ? "" : "event " + text(events.front()), where);
    return *this;
}

} // namespace portolan::testing
