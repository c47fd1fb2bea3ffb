// SPDX-License-Identifier: MIT
#include "upnp/support/invariants.hpp"

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

import portolan.upnp;

namespace portolan::testing {

namespace {

using namespace upnp;

constexpr wire::Address gateway = wire::Address::v4(192, 168, 1, 1);
constexpr wire::Address neighbour = wire::Address::v4(192, 168, 1, 9);

Trust trust() {
    return {gateway, {{gateway, 120}}};
}

bool isPrintable(std::string_view text) {
    return std::ranges::none_of(text, [](char letter) {
        const auto octet = static_cast<unsigned char>(letter);
        return octet < 0x20 || octet == 0x7f;
    });
}

bool isSound(const Url& url) {
    return url.host == gateway && url.port != 0 && url.target.starts_with('/') && isPrintable(url.target) &&
           url.target.find(' ') == std::string::npos;
}

std::string_view textOf(std::span<const std::uint8_t> octets) {
    return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

/// What the reader makes of octets that come in pieces of this size; nothing if it refuses them.
std::optional<HttpResponse> readInPieces(std::span<const std::uint8_t> octets, std::size_t piece) {
    HttpReader reader;
    while (!octets.empty()) {
        const auto done = reader.handleOctets(octets.first(std::min(piece, octets.size())));
        if (!done) {
            return std::nullopt;
        }
        if (done.value()) {
            return reader.take();
        }
        octets = octets.subspan(std::min(piece, octets.size()));
    }
    return reader.handleEnd() ? std::optional{reader.take()} : std::nullopt;
}

template <class Action>
bool tells(const HttpResponse& response) {
    const auto answer = answerTo<Action>(response);
    return answer || isPrintable(answer.error().message());
}

} // namespace

std::string_view brokenSsdp(std::span<const std::uint8_t> octets) {
    const auto message = parseSsdp(octets);
    if (!message) {
        return isPrintable(message.error().message()) ? "" : "an error is one line";
    }
    Search search{trust(), ssdpPort, true};
    search.start(TimePoint{});
    search.handleResponse(TimePoint{}, gateway, message.value());
    search.handleResponse(TimePoint{}, neighbour, message.value());
    for (const Candidate& candidate : search.candidates()) {
        if (!isSound(candidate.location)) {
            return "a candidate is the gateway";
        }
    }
    return "";
}

std::string_view brokenHttp(std::span<const std::uint8_t> octets) {
    if (octets.empty()) {
        return "";
    }
    const std::size_t piece = 1 + std::size_t{octets[0]};
    octets = octets.subspan(1);
    const auto whole = readInPieces(octets, octets.size() + 1);
    const auto pieces = readInPieces(octets, piece);
    const HttpLimits limits;
    if (whole && (whole->body.size() > limits.body || whole->fields.size() > limits.fields)) {
        return "a response is within its limits";
    }
    if (whole && pieces && (whole->status != pieces->status || whole->body != pieces->body)) {
        return "the pieces do not matter";
    }
    return "";
}

std::string_view brokenDescription(std::span<const std::uint8_t> octets) {
    const auto description = parseDescription(textOf(octets), {gateway, 5000, "/rootDesc.xml"}, trust());
    if (!description) {
        return isPrintable(description.error().message()) ? "" : "an error is one line";
    }
    const Description& read = description.value();
    for (const Service& service : read.services) {
        if (!isSound(service.control)) {
            return "a service is the gateway's";
        }
        if (!isPrintable(service.type) || service.type.find('"') != std::string::npos) {
            return "a service type fits a header field";
        }
    }
    for (const std::string& text : {read.deviceType, read.name, read.friendlyName, read.manufacturer, read.modelName}) {
        if (!isPrintable(text)) {
            return "a text is one line";
        }
    }
    return "";
}

std::string_view brokenSoap(std::span<const std::uint8_t> octets) {
    for (const unsigned status : {200U, 500U}) {
        const HttpResponse response{status, {}, std::string{textOf(octets)}};
        const bool told = tells<GetStatusInfo>(response) && tells<GetExternalIpAddress>(response) &&
                          tells<AddPortMapping>(response) && tells<AddAnyPortMapping>(response) &&
                          tells<DeletePortMapping>(response) && tells<GetSpecificPortMappingEntry>(response) &&
                          tells<GetGenericPortMappingEntry>(response) && tells<GetFirewallStatus>(response) &&
                          tells<AddPinhole>(response) && tells<UpdatePinhole>(response);
        if (!told) {
            return "an error is one line";
        }
        if (const auto any = answerTo<AddAnyPortMapping>(response); any && any.value().externalPort == 0) {
            return "a granted port is one";
        }
    }
    return "";
}

std::string_view brokenConversation(std::span<const std::uint8_t> octets) {
    Config config;
    config.gateway = gateway;
    config.clientAddress = wire::Address::v4(192, 168, 1, 57);
    config.onLink = trust().onLink;
    ControlPoint point{config};
    TimePoint now;
    // Every second input is taken for the answer to a description that was sound.
    const bool described = octets.size() % 2 == 0;
    const std::string_view root = "<root><device><service><serviceType>urn:x:service:WANIPConnection:1</serviceType>"
                                  "<controlURL>/c</controlURL></service></device></root>";
    const bool asked = point.handleRequest(now, {.internalPort = 8080}).has_value();
    unsigned requests = 0;
    for (unsigned steps = 0; asked && steps < 2000; ++steps) {
        while (point.pollDatagram()) {
        }
        if (point.stage() == Stage::searching) {
            point.handleDatagram(now, {gateway, 1900}, octets);
            constexpr std::string_view found = "HTTP/1.1 200 OK\r\nST: x:InternetGatewayDevice:1\r\nLOCATION: "
                                               "http://192.168.1.1:5000/\r\n\r\n";
            point.handleDatagram(now, {gateway, 1900},
                                 {reinterpret_cast<const std::uint8_t*>(found.data()), found.size()});
        }
        if (const auto exchange = point.pollExchange(now)) {
            ++requests;
            if (!isSound(exchange->url)) {
                return "nobody but the gateway is asked";
            }
            const bool isRoot = exchange->octets.starts_with("GET ");
            const std::string_view body = isRoot && described ? root : textOf(octets);
            point.handleResponse(now, exchange->id, {200, {}, std::string{body}});
        }
        while (const auto event = point.pollEvent()) {
            if (!isPrintable(event->detail) || !isPrintable(event->error.message())) {
                return "an event is fit to be shown";
            }
        }
        const auto next = point.nextTimeout();
        if (!next || *next > TimePoint{std::chrono::hours{1}}) {
            break;
        }
        now = std::max(now, *next);
        point.handleTimeout(now);
    }
    return requests <= 1000 ? "" : "little is asked";
}

} // namespace portolan::testing
