// SPDX-License-Identifier: MIT
// One PCP server with several addresses, asked in virtual time: a session for each address, and the choice between
// them. What is asked goes from one session to the next as in a client.
#pragma once

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

import portolan.servers;
import portolan.testing.session;

namespace portolan::testing {

using servers::AddressChoice;
using servers::Destination;
using session::Endpoint;

/// A datagram: when it was sent, and where to.
struct SentTo {
    TimePoint at;
    Endpoint to;
    Octets octets;
};

inline std::string text(const Endpoint& endpoint) {
    return fmt::format("{}:{}", endpoint.address, endpoint.port);
}

class Talk {
public:
    /// The addresses with where packets to them come from.
    explicit Talk(std::vector<Destination> destinations, std::vector<wire::Address> anycast = {})
        : destinations_(std::move(destinations)), anycast_(std::move(anycast)) {}

    TimePoint now{};
    AddressChoice choice;
    std::deque<SentTo> sent;            ///< not yet taken
    std::vector<session::Event> events; ///< those that a program would be told
    unsigned sortings = 0;              ///< how often the addresses were sorted

    void request(const session::MappingRequest& wanted) {
        wanted_.push_back(wanted);
        choice.handleRequest();
        drain();
    }

    /// The answer to a datagram, out of the address that it went to.
    void answer(const SentTo& to, const Answer& answer = {}) {
        at(to.to).handleDatagram(now, to.to, answerTo(to.octets, answer));
        drain();
    }

    /// The answer to an ANNOUNCE.
    void answerProbe(const SentTo& to) {
        at(to.to).handleDatagram(now, to.to,
                                 octets("02 80 00 00  00 00 00 00  00 00 03 e8  00 00 00 00  00 00 00 00  "
                                        "00 00 00 00"));
        drain();
    }

    /// News of ICMP about an address.
    void unreachable(const Endpoint& from) {
        at(from).handleUnreachable(now);
        choice.handleHardError(now, from);
        drain();
    }

    /// Goes on until something is sent; the oldest that was not taken.
    SentTo next() {
        while (sent.empty() && step(TimePoint::max())) {
        }
        BOOST_TEST_REQUIRE(!sent.empty(), "nothing is sent any more");
        SentTo first = std::move(sent.front());
        sent.pop_front();
        return first;
    }

    /// Time passes, and nobody answers.
    void pass(Duration time) {
        const TimePoint until = now + time;
        while (step(until)) {
        }
        now = until;
    }

    Duration elapsed() const { return now - TimePoint{}; }

private:
    session::Session& at(const Endpoint& endpoint) {
        const auto known =
            std::ranges::find_if(sessions_, [&](const auto& session) { return session->config().server == endpoint; });
        if (known != sessions_.end()) {
            return **known;
        }
        session::Config config = testConfig(sessions_.size() + 1);
        config.server = endpoint;
        config.clientAddress = *std::ranges::find(destinations_, endpoint.address, &Destination::address)->source;
        config.maxTransmissions = servers::maxTransmissions;
        config.probeFirst = std::ranges::find(anycast_, endpoint.address) != anycast_.end();
        sessions_.push_back(std::make_unique<session::Session>(config));
        return *sessions_.back();
    }

    bool step(TimePoint until) {
        std::optional<TimePoint> next = choice.nextTimeout();
        for (const auto& session : sessions_) {
            if (const auto when = session->nextTimeout(); when && (!next || *when < *next)) {
                next = when;
            }
        }
        if (!next || *next > until) {
            return false;
        }
        now = std::max(now, *next);
        choice.handleTimeout(now);
        for (const auto& session : sessions_) {
            session->handleTimeout(now);
        }
        drain();
        return true;
    }

    void drain() {
        followChoice();
        for (bool more = true; more;) {
            more = false;
            for (auto& session : sessions_) {
                more = transmit(*session) || more;
                while (const auto event = session->pollEvent()) {
                    more = true;
                    take(*session, *event);
                }
            }
            followChoice();
        }
    }

    bool transmit(session::Session& session) {
        std::array<std::uint8_t, wire::maxMessageSize> room{};
        const std::size_t size = session.pollTransmit(now, room);
        if (size != 0) {
            sent.push_back({now, session.config().server, {room.begin(), room.begin() + size}});
        }
        return size != 0;
    }

    void take(session::Session& session, const session::Event& event) {
        const Endpoint from = session.config().server;
        choice.handleEvent(now, from, event);
        const bool ofTheNetwork = event.error == Errc::noAnswer || event.error == Errc::unreachable;
        if (!ofTheNetwork || choice.current() == from || choice.state() == AddressChoice::State::resting) {
            events.push_back(event); // else another address is asked, and nothing is lost yet
        }
    }

    /// Has the session of the address in turn ask for what is wanted, and the others for nothing more.
    void followChoice() {
        for (auto& session : sessions_) {
            if (session->isUnresponsive()) {
                choice.handleSilence(now, session->config().server);
            }
        }
        if (choice.state() == AddressChoice::State::unsorted) {
            ++sortings;
            choice.handleAddresses(now, sorted());
        }
        if (choice.state() != AddressChoice::State::asking || asked_ == choice.current()) {
            askMore();
            return;
        }
        if (asked_) {
            for (const session::MappingId id : ids_) {
                at(*asked_).handleDetach(id);
            }
        }
        ids_.clear();
        asked_ = choice.current();
        askMore();
    }

    void askMore() {
        if (choice.state() != AddressChoice::State::asking) {
            return;
        }
        while (ids_.size() < wanted_.size()) {
            session::MappingRequest request = wanted_[ids_.size()];
            request.suggestedAddress = wire::Address::anyLike(at(*asked_).config().clientAddress);
            ids_.push_back(at(*asked_).handleRequest(now, request).value());
        }
    }

    [[nodiscard]] std::vector<Endpoint> sorted() const {
        std::vector<Endpoint> endpoints;
        for (const std::size_t place : servers::destinationOrder(destinations_)) {
            if (destinations_[place].source) {
                endpoints.push_back({destinations_[place].address, wire::serverPort});
            }
        }
        return endpoints;
    }

    std::vector<Destination> destinations_;
    std::vector<wire::Address> anycast_;
    std::vector<std::unique_ptr<session::Session>> sessions_;
    std::vector<session::MappingRequest> wanted_;
    std::vector<session::MappingId> ids_; ///< of what is wanted, at the address that is asked
    std::optional<Endpoint> asked_;
};

} // namespace portolan::testing
