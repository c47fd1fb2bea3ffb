// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

module portolan.servers;

namespace portolan::servers {

namespace {

/// What an event of a session says about the address that the session asks at.
enum class Said { nothing, answer, silence, hardError };

Said said(const session::Event& event) {
    if (event.error == Errc::noAnswer) {
        return event.kind == session::EventKind::refused ? Said::silence : Said::nothing;
    }
    if (event.error == Errc::unreachable || event.error == Errc::versionNotSupported) {
        return event.kind == session::EventKind::refused ? Said::hardError : Said::nothing;
    }
    const bool byItself = event.kind == session::EventKind::lost || event.kind == session::EventKind::released;
    return byItself ? Said::nothing : Said::answer;
}

} // namespace

std::optional<session::Endpoint> AddressChoice::current() const noexcept {
    return state_ == State::asking ? std::optional{sorted_[at_]} : std::nullopt;
}

void AddressChoice::handleAddresses(session::TimePoint now, std::vector<session::Endpoint> sorted) {
    sorted_ = std::move(sorted);
    if (const auto failed = last_ ? std::ranges::find(sorted_, *last_) : sorted_.end(); failed != sorted_.end()) {
        std::rotate(failed, std::next(failed), sorted_.end());
    }
    last_.reset();
    answered_ = false;
    enter(now, 0);
}

void AddressChoice::handleChange(session::TimePoint now, std::vector<session::Endpoint> sorted) {
    const auto before = current();
    const auto same = before ? std::ranges::find(sorted, *before) : sorted.end();
    if (same == sorted.end()) {
        handleAddresses(now, std::move(sorted));
        return;
    }
    at_ = static_cast<std::size_t>(same - sorted.begin());
    sorted_ = std::move(sorted);
}

void AddressChoice::handleEvent(session::TimePoint now, const session::Endpoint& from, const session::Event& event) {
    switch (said(event)) {
    case Said::nothing:
        return;
    case Said::silence:
        handleSilence(now, from);
        return;
    case Said::hardError:
        handleHardError(now, from);
        return;
    case Said::answer:
        break;
    }
    answered_ = answered_ || isCurrent(from);
}

void AddressChoice::handleSilence(session::TimePoint now, const session::Endpoint& from) {
    if (!isCurrent(from)) {
        return;
    }
    if (std::exchange(answered_, false)) {
        startAnew();
    } else {
        enter(now, at_ + 1);
    }
}

void AddressChoice::handleHardError(session::TimePoint now, const session::Endpoint& from) {
    if (isCurrent(from) && answered_) {
        last_ = from; // another one is to be tried at once
    }
    handleSilence(now, from);
}

void AddressChoice::handleRequest() {
    if (state_ == State::resting) {
        startAnew();
    }
}

void AddressChoice::handleTimeout(session::TimePoint now) {
    if (state_ == State::resting && restUntil_ <= now) {
        startAnew();
    }
}

std::optional<session::TimePoint> AddressChoice::nextTimeout() const noexcept {
    return state_ == State::resting ? std::optional{restUntil_} : std::nullopt;
}

void AddressChoice::enter(session::TimePoint now, std::size_t at) {
    at_ = at;
    state_ = at_ == sorted_.size() ? State::resting : State::asking;
    restUntil_ = now + restTime;
}

void AddressChoice::startAnew() {
    sorted_.clear();
    state_ = State::unsorted;
}

} // namespace portolan::servers
