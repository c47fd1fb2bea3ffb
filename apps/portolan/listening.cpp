// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstdint>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

module portolan.cli;

import portolan.transport;
import :listening;

namespace portolan::cli {

namespace {

/// How soon an interface that came up is listened at.
constexpr std::chrono::seconds lookAgainAfter{5};

std::string timeNow() {
    return fmt::format("{:%FT%TZ}",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
}

/// The epoch that an announcement tells: what tells a restart.
std::optional<std::uint32_t> epochOf(wire::Bytes datagram) {
    const auto decoded = wire::decode(datagram);
    if (!decoded) {
        return std::nullopt;
    }
    return std::visit(
        [](const auto& message) -> std::optional<std::uint32_t> {
            if constexpr (requires { message.epochSeconds; }) {
                return message.epochSeconds;
            }
            return std::nullopt;
        },
        decoded.assume_value());
}

} // namespace

Listening::Listening(const net::any_io_executor& executor, std::uint16_t port, DatagramTap tap, Output& output,
                     std::function<void()> heard)
    : port_(port)
    , tap_(std::move(tap))
    , output_(output)
    , heard_(std::move(heard))
    , timer_(executor)
    , announcements_(std::make_shared<transport::Announcements>(
          executor, port, [this](const net::ip::udp::endpoint& from, wire::Bytes datagram) { tell(from, datagram); })) {
}

Listening::~Listening() {
    close();
}

void Listening::close() {
    *open_ = false;
    timer_.cancel();
    announcements_->close();
}

std::optional<Failure> Listening::open() {
    listenEverywhere();
    if (error_) {
        return explain(Error{*error_, fmt::format("announcements at UDP port {} cannot be heard", port_)},
                       *error_ == std::errc::address_in_use ? "another program has the port for itself" : "");
    }
    begun_ = true;
    lookAgain();
    return std::nullopt;
}

void Listening::listenEverywhere() {
    const std::vector<Place> all = places();
    std::vector<std::uint32_t> interfaces;
    for (const Place& place : all) {
        interfaces.push_back(place.interfaceIndex);
    }
    announcements_->keepOnly(interfaces);
    for (const Place& place : all) {
        const net::error_code error = announcements_->listenOn(place.address, place.interfaceIndex);
        if (!error) {
            continue;
        }
        if (place.address.is_v4()) {
            error_ = error;
        }
        if (place.address.is_v6() || begun_) {
            output_.warn(fmt::format("announcements by {} cannot be heard on interface {}: {}",
                                     place.address.is_v4() ? "IPv4" : "IPv6", place.interfaceIndex, error.message()));
        }
    }
}

void Listening::lookAgain() {
    timer_.expires_after(lookAgainAfter);
    timer_.async_wait([this, open = open_](net::error_code error) {
        if (!error && *open) {
            listenEverywhere();
            lookAgain();
        }
    });
}

void Listening::tell(const net::ip::udp::endpoint& from, wire::Bytes datagram) const {
    const net::ip::udp::endpoint to = announcements_->groupOf(from);
    if (tap_) {
        tap_(Direction::received, to, from, datagram);
    }
    const MessageJson message = toJson(datagram);
    if (output_.json()) {
        const auto epoch = epochOf(datagram);
        output_.object({{"event", "announcement"},
                        {"time", timeNow()},
                        {"from", toJson(from.address(), from.port())},
                        {"to", toJson(to.address(), to.port())},
                        {"epoch_s", epoch ? Json(*epoch) : Json(nullptr)},
                        {"octets", datagram.size()},
                        {"message", message.object}});
    } else {
        const auto decoded = wire::decode(datagram);
        output_.line(fmt::format("{}  {}  {}", timeNow(), toText(from.address(), from.port()),
                                 decoded ? fmt::format("{}", decoded.assume_value())
                                         : fmt::format("no sound message: {}", decoded.error())));
        if (output_.verbose()) {
            explainDatagram(datagram, [this](std::string_view row) { output_.line(row); });
        }
    }
    heard_();
}

} // namespace portolan::cli
