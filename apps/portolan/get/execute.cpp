// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

module portolan.cli;

import portolan.session;
import portolan.transport;
import :interrupt;
import :table;
import :way;

namespace portolan::cli {

namespace {

using Clock = std::chrono::steady_clock;

/// RFC 6887 §8.1.1: IRT.
constexpr std::chrono::seconds firstWait{3};

/// The usual time for one answer.
constexpr std::chrono::seconds usualTimeout{10};

/// Asks one question after the other by a socket of its own.
class Asker {
public:
    Asker(const GetCommand& command, const net::ip::udp::endpoint& gateway)
        : tap_(command.via.recording.tap), timeout_(command.common.timeout.value_or(usualTimeout)), gateway_(gateway) {
        finishWrites();
    }

    [[nodiscard]] result<void> connect(const net::ip::address& source) { return probe_.connect(gateway_, source); }

    [[nodiscard]] wire::Address client() const { return transport::toWire(probe_.local().address()); }

    /// The answer, or why there is none.
    [[nodiscard]] result<std::vector<std::uint8_t>> ask(wire::Bytes request) {
        const auto deadline = Clock::now() + timeout_;
        unsigned sent = 0;
        for (Clock::duration wait = firstWait; Clock::now() < deadline && !probe_.isInterrupted(); wait *= 2) {
            if (const net::error_code error = probe_.send(request)) {
                return Error{error, fmt::format("cannot send to {}", name())};
            }
            ++sent;
            show(Direction::sent, request);
            auto answer = await(request, std::min(deadline, Clock::now() + wait));
            if (!answer || !answer.value().empty()) {
                return answer;
            }
        }
        if (probe_.isInterrupted()) {
            return Errc::cancelled;
        }
        return Error{Errc::noAnswer,
                     fmt::format("asked {} {} time{} in {:.1f} s, and nothing came back that answers", name(), sent,
                                 sent == 1 ? "" : "s", std::chrono::duration<double>{timeout_}.count())};
    }

private:
    /// Empty: the time is up.
    [[nodiscard]] result<std::vector<std::uint8_t>> await(wire::Bytes request, Clock::time_point until) {
        std::vector<std::uint8_t> datagram;
        for (;;) {
            const net::error_code error = probe_.receive(datagram, until);
            if (error == net::error::would_block) {
                return std::vector<std::uint8_t>{};
            }
            if (error) {
                return Error{Errc::unreachable, fmt::format("{} is closed or cannot be reached (ICMP)", name())};
            }
            show(Direction::received, datagram);
            if (answers(request, datagram)) {
                return datagram;
            }
        }
    }

    void show(Direction direction, wire::Bytes datagram) const {
        if (tap_) {
            tap_(direction, probe_.local(), gateway_, datagram);
        }
    }

    [[nodiscard]] std::string name() const { return toText(gateway_.address(), gateway_.port()); }

    Probe probe_;
    DatagramTap tap_;
    std::chrono::milliseconds timeout_;
    net::ip::udp::endpoint gateway_;
};

/// Tells all that the gateway has, in the order in which it does.
result<void> walkAll(const TableQuery& query, Asker& asker, TableTeller& teller) {
    std::array<std::uint8_t, wire::maxMessageSize> room{};
    for (session::TableWalk walk = walkOf(query); !walk.isOver();) {
        const auto size = walk.writeRequest(asker.client(), room);
        if (!size) {
            return Error{Errc::invalidRequest, "too many options are asked for"};
        }
        const auto answer = asker.ask(wire::Bytes{room}.first(size.assume_value()));
        if (!answer) {
            return answer.error();
        }
        const auto response = wire::drafts::decodeGetResponse(answer.value());
        if (!response) {
            return Error{Errc::versionNotSupported, "it does not answer GET in PCP version 2"};
        }
        for (const session::WalkedMapping& found : walk.handle(response.assume_value())) {
            teller.tell(found);
        }
        if (const auto failure = walk.failure()) {
            return make_error_code(*failure);
        }
    }
    return boost::outcome_v2::success();
}

/// What to do about a refusal: GET is a draft that few gateways know, in two forms.
std::string advice(const TableQuery& query, const Error& error) {
    using enum wire::ResultCode;
    if (error.code == make_error_code(unsuppOpcode)) {
        return "GET is a draft that few gateways know";
    }
    if (error.code == make_error_code(malformedOption) || error.code == make_error_code(malformedRequest)) {
        return fmt::format("it may know the other form of NEXT (--next {})",
                           query.next == wire::drafts::NextVersion::withNonce ? 1 : 2);
    }
    if (error.code == make_error_code(unsuppOption)) {
        return query.options.empty() ? "it does not know NEXT, so it cannot tell more than one mapping"
                                     : "leave out --with";
    }
    if (error.code == make_error_code(notAuthorized)) {
        return "it does not show its table to this host";
    }
    return {};
}

} // namespace

ExitStatus execute(const GetCommand& command, Output& output) {
    const auto way = wayFor(command.via);
    if (!way) {
        return output.fail(explain(way.error()));
    }
    const auto& [gateway, interfaceName, source] = way.value();
    if (!gateway) {
        return output.fail(explain(UsageError{"--source needs --gateway here"}));
    }
    const Asking asking{command.via, "its mapping table", output};
    Asker asker{command, *gateway};
    if (const auto connected = asker.connect(source); !connected) {
        return output.fail(explain(connected.error()));
    }
    TableTeller teller{command.query.next, output};
    const auto walked = walkAll(command.query, asker, teller);
    asking.cameBack(walked ? "all of it" : walked.error().message());
    if (!walked) {
        return output.fail(explain(walked.error(), advice(command.query, walked.error())));
    }
    teller.end();
    return ExitStatus::done;
}

} // namespace portolan::cli
