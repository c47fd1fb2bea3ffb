// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

module portolan.cli;

import portolan.transport;
import :way;

namespace portolan::cli {

namespace {

using Clock = std::chrono::steady_clock;

std::string milliseconds(std::chrono::nanoseconds time) {
    return fmt::format("{:.3f} ms", std::chrono::duration<double, std::milli>{time}.count());
}

/// What a datagram says, in one line.
std::string summaryOf(wire::Bytes datagram) {
    const auto decoded = wire::decode(datagram);
    return decoded ? fmt::format("{}", decoded.assume_value()) : fmt::format("no sound message: {}", decoded.error());
}

std::string toText(const net::ip::udp::endpoint& endpoint) {
    return cli::toText(endpoint.address(), endpoint.port());
}

} // namespace

/// Opens the socket, if that was not done since the last `set`.
std::optional<Failure> Shell::connect() {
    if (probe_.isOpen()) {
        return std::nullopt;
    }
    if (!server_) {
        const auto way = wayFor(GatewayOptions{});
        if (!way) {
            return explain(way.error(), "name the gateway: set server ADDR");
        }
        server_ = way.value().gateway;
    }
    const auto connected = probe_.connect(*server_, source_);
    return connected ? std::nullopt : std::optional{explain(connected.error())};
}

Nonce Shell::nonceFor(Protocol protocol, std::uint16_t internalPort) {
    if (nonce_) {
        return *nonce_;
    }
    const auto [entry, added] = nonces_.try_emplace({protocol, internalPort});
    if (added) {
        entry->second = transport::randomNonce();
    }
    return entry->second;
}

Shell::Exchange Shell::request(Words words) {
    if (const auto failure = connect()) {
        return {fail(*failure), std::nullopt};
    }
    const RequestSettings settings{
        version_, client_.value_or(transport::toWire(probe_.local().address())), lifetimeSeconds_,
        [this](Protocol protocol, std::uint16_t internalPort) { return nonceFor(protocol, internalPort); }};
    const auto built = buildRequest(words, settings);
    if (!built) {
        return {failUsage(built.error().message), std::nullopt};
    }
    if (const auto& breach = built.assume_value().breach) {
        output_.remark(fmt::format("sent all the same: {}", *breach));
    }
    return exchange(built.assume_value().octets);
}

/// Sends the request, again if that is set, until an answer to it comes.
Shell::Exchange Shell::exchange(wire::Bytes request) {
    lastAnswer_.clear();
    auto patience = std::chrono::duration_cast<Clock::duration>(timeout_);
    for (unsigned sent = 0; sent < tries_; ++sent, patience *= 2) {
        const auto now = Clock::now();
        if (const net::error_code error = probe_.send(request)) {
            const Failure failure = explain(Error{error, fmt::format("cannot send to {}", toText(*server_))});
            probe_.close(); // so that another try begins anew
            return {fail(failure), std::nullopt};
        }
        record(Direction::sent, request);
        showSent(request);
        const Exchange outcome = awaitAnswer(request, now, now + patience);
        if (outcome.status != ExitStatus::done || outcome.roundTrip) {
            return outcome;
        }
    }
    return {fail({ExitStatus::noAnswer, "timeout", "NO_ANSWER",
                  fmt::format("{} was asked {} time{}, and nothing came back that answers", toText(*server_), tries_,
                              tries_ == 1 ? "" : "s")}),
            std::nullopt};
}

/// Waits for the answer. Without an error and without a round trip, the time was up.
Shell::Exchange Shell::awaitAnswer(wire::Bytes request, Clock::time_point sent, Clock::time_point deadline) {
    std::vector<std::uint8_t> datagram;
    while (true) {
        const net::error_code error = probe_.receive(datagram, deadline);
        if (error == net::error::would_block) {
            if (!probe_.isInterrupted()) {
                return {ExitStatus::done, std::nullopt};
            }
            return {fail({ExitStatus::failed, "cancelled", "CANCELLED", "interrupted while waiting for an answer"}),
                    std::nullopt};
        }
        if (error) {
            return {
                fail({ExitStatus::noAnswer, "unreachable", "UNREACHABLE",
                      fmt::format("{} is closed or cannot be reached (ICMP): {}", toText(*server_), error.message())}),
                std::nullopt};
        }
        const auto after = Clock::now() - sent;
        record(Direction::received, datagram);
        const bool answer = answers(request, datagram);
        showReceived(datagram, after, answer);
        if (answer) {
            lastAnswer_ = std::move(datagram);
            return {ExitStatus::done, after};
        }
    }
}

void Shell::record(Direction direction, wire::Bytes datagram) {
    if (const DatagramTap& tap = command_.via.recording.tap) {
        tap(direction, probe_.local(), *server_, datagram);
    }
}

void Shell::showSent(wire::Bytes datagram) {
    if (output_.json()) {
        output_.object({{"event", "sent"},
                        {"to", toJson(server_->address(), server_->port())},
                        {"octets", datagram.size()},
                        {"hex", plainHex(datagram)},
                        {"message", toJson(datagram).object}});
        return;
    }
    output_.line(fmt::format("> {}  {} octets  {}", toText(*server_), datagram.size(), summaryOf(datagram)));
    showFields(datagram);
}

void Shell::showReceived(wire::Bytes datagram, std::chrono::nanoseconds after, bool answer) {
    if (output_.json()) {
        output_.object({{"event", "received"},
                        {"from", toJson(server_->address(), server_->port())},
                        {"after_s", std::chrono::duration<double>{after}.count()},
                        {"answer", answer},
                        {"octets", datagram.size()},
                        {"hex", plainHex(datagram)},
                        {"message", toJson(datagram).object}});
        return;
    }
    output_.line(fmt::format("< {}  {} octets after {}  {}{}", toText(*server_), datagram.size(), milliseconds(after),
                             summaryOf(datagram), answer ? "" : "  [answers something else]"));
    showFields(datagram);
}

void Shell::showFields(wire::Bytes datagram) {
    if (hex_) {
        explainDatagram(datagram, [this](std::string_view row) { output_.line(row); });
    } else if (fields_) {
        wire::annotate(datagram, [this](const wire::Field& field) {
            output_.line(fmt::format("    {:<31} {}{}", field.name, field.value,
                                     field.note.empty() ? "" : fmt::format(" ({})", field.note)));
        });
    }
}

} // namespace portolan::cli
