// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <ranges>
#include <variant>
#include <vector>

module portolan.cli;

namespace portolan::cli {

namespace {

/// So many requests of one host to one gateway are remembered: more than any window of a client.
constexpr std::size_t memory = 512;

template <class... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};

template <class Request, class Response>
bool sameMapping(const Request& request, const Response& response) {
    return request.protocol == response.protocol && request.internalPort == response.internalPort;
}

bool matches(const wire::MapRequest& request, const wire::MapResponse& response) {
    return request.nonce == response.nonce && sameMapping(request, response);
}

bool matches(const wire::PeerRequest& request, const wire::PeerResponse& response) {
    return request.nonce == response.nonce && sameMapping(request, response) &&
           request.remotePort == response.remotePort && request.remoteAddress == response.remoteAddress;
}

/// Whether this response answers this request, both of which can be read.
bool matches(const wire::Datagram& asked, const wire::Datagram& answered) {
    return std::visit(
        Overloaded{
            [](const wire::MapRequest& a, const wire::MapResponse& b) { return matches(a, b); },
            [](const wire::PeerRequest& a, const wire::PeerResponse& b) { return matches(a, b); },
            [](const wire::AnnounceRequest&, const wire::AnnounceResponse&) { return true; },
            [](const wire::RawRequest& a, const wire::RawResponse& b) { return a.header.opcode == b.header.opcode; },
            [](const wire::NatPmpAddressRequest&, const wire::NatPmpAddressResponse&) { return true; },
            [](const wire::NatPmpMapRequest& a, const wire::NatPmpMapResponse& b) { return sameMapping(a, b); },
            [](const auto&, const wire::VersionRejection&) { return true; },
            [](const auto&, const wire::NatPmpRefusal&) { return true; },
            [](const auto&, const auto&) { return false; },
        },
        asked, answered);
}

bool isResponse(const UdpPacket& datagram) {
    const wire::Bytes octets = datagram.payload;
    // Old gateways leave the top bit out when they say "NAT-PMP only here".
    const bool fromServer = datagram.sourcePort == wire::serverPort && datagram.destinationPort != wire::serverPort;
    return (octets.size() >= 2 && (octets[1] & 0x80) != 0) || (fromServer && wire::saysNatPmpOnly(octets));
}

bool isToAll(const UdpPacket& datagram) {
    const wire::Address& to = datagram.destination;
    return datagram.destinationPort == wire::announcementPort ||
           (to.isV4() ? to.octets[12] >= 224 : to.octets[0] == 0xff);
}

} // namespace

bool answers(wire::Bytes request, wire::Bytes response) noexcept {
    if (wire::saysNatPmpOnly(response)) {
        return true;
    }
    const auto asked = wire::decode(request);
    const auto answered = wire::decode(response);
    if (asked && answered) {
        return matches(asked.assume_value(), answered.assume_value());
    }
    return !asked && request.size() >= 2 && response.size() >= 2 && response[1] == (request[1] | 0x80);
}

Role Conversation::add(std::uint64_t frame, std::chrono::nanoseconds time, const UdpPacket& datagram) {
    return isResponse(datagram) ? answered(time, datagram) : asked(frame, time, datagram);
}

Role Conversation::asked(std::uint64_t frame, std::chrono::nanoseconds time, const UdpPacket& datagram) {
    std::deque<Request>& sent =
        requests_[{datagram.source, datagram.sourcePort, datagram.destination, datagram.destinationPort}];
    for (Request& request : sent | std::views::reverse) {
        if (!request.answered && std::ranges::equal(request.octets, datagram.payload)) {
            request.last = frame;
            request.lastTime = time;
            ++request.transmissions;
            return {Part::retransmission, frame, request.first, request.transmissions};
        }
    }
    if (sent.size() == memory) {
        if (!sent.front().answered) {
            forgotten_.push_back(sent.front().first);
        }
        sent.pop_front();
    }
    sent.push_back({frame, frame, 1, time, {datagram.payload.begin(), datagram.payload.end()}});
    return {Part::request, frame, frame};
}

Role Conversation::answered(std::chrono::nanoseconds time, const UdpPacket& datagram) {
    const auto found =
        requests_.find({datagram.destination, datagram.destinationPort, datagram.source, datagram.sourcePort});
    if (found != requests_.end()) {
        // An open request first, the newest of them: what came before was given up, or lost its answer.
        for (const bool open : {true, false}) {
            for (Request& request : found->second | std::views::reverse) {
                if (request.answered != open && answers(request.octets, datagram.payload)) {
                    request.answered = true;
                    return {open ? Part::answer : Part::repeatedAnswer, request.last, request.first,
                            request.transmissions, time - request.lastTime};
                }
            }
        }
    }
    return {isToAll(datagram) ? Part::announcement : Part::unrelated};
}

std::vector<std::uint64_t> Conversation::unanswered() const {
    std::vector<std::uint64_t> frames = forgotten_;
    for (const auto& [way, sent] : requests_) {
        for (const Request& request : sent) {
            if (!request.answered) {
                frames.push_back(request.first);
            }
        }
    }
    std::ranges::sort(frames);
    return frames;
}

} // namespace portolan::cli
