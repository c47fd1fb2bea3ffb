// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

module portolan.race;

import :contest;

namespace portolan::race {

Referee::Referee(const Config& config, session::Session& session, upnp::ControlPoint* point)
    : config_(config), session_(session), point_(point) {}

result<MappingId> Referee::handleRequest(TimePoint now, const MappingRequest& request) {
    if (!speaksUpnp()) {
        return session_.handleRequest(now, request);
    }
    if (const std::string_view lacking = lacks(request); !lacking.empty()) {
        return config_.speak != Speak::upnp
                   ? session_.handleRequest(now, request)
                   : result<MappingId>{Error{Errc::notAvailable, fmt::format("UPnP has no {}", lacking)}};
    }
    const bool mapped = std::ranges::any_of(byUpnp_, [&](const auto& names) {
        const Contest& other = contests_.at(names.second);
        return other.want == Want::mapping && !other.leaving && other.request.protocol == request.protocol &&
               other.request.internalPort == request.internalPort;
    });
    if (mapped) {
        return Errc::alreadyMapped;
    }
    return begin(now, {.want = Want::mapping, .request = request},
                 [&] { return session_.handleRequest(now, request); });
}

result<MappingId> Referee::handleDelete(TimePoint now, const MappingRequest& request) {
    if (!speaksUpnp()) {
        return session_.handleDelete(now, request);
    }
    // Nobody can tell whose a pinhole is.
    const std::string_view lacking =
        point_->config().clientAddress.isV4() ? lacks(request) : "names for pinholes of earlier runs";
    if (!lacking.empty()) {
        return config_.speak != Speak::upnp
                   ? session_.handleDelete(now, request)
                   : result<MappingId>{Error{Errc::notAvailable, fmt::format("UPnP has no {}", lacking)}};
    }
    return begin(now, {.want = Want::deletion, .request = request},
                 [&] { return session_.handleDelete(now, request); });
}

result<MappingId> Referee::handleAddressQuery(TimePoint now, const wire::Nonce& nonce, std::uint16_t internalPort) {
    const auto askSession = [&] { return session_.handleAddressQuery(now, nonce, internalPort); };
    if (!speaksUpnp()) {
        return askSession();
    }
    if (!point_->config().clientAddress.isV4()) {
        return config_.speak != Speak::upnp
                   ? askSession()
                   : result<MappingId>{Error{Errc::notAvailable, "UPnP has external addresses of IPv4 only"}};
    }
    return begin(now, {.want = Want::address, .request = {}}, askSession);
}

result<MappingId> Referee::handleProbe(TimePoint now) {
    if (config_.speak == Speak::upnp) {
        return Error{Errc::notAvailable, "UPnP has no such question"};
    }
    return session_.handleProbe(now);
}

result<void> Referee::handleChange(TimePoint now, MappingId id, const session::MappingChange& change) {
    const auto at = contests_.find(id);
    if (at == contests_.end()) {
        return session_.handleChange(now, id, change);
    }
    if (!at->second.session) {
        return Error{Errc::notAvailable, "a mapping by UPnP stays as it was asked for"};
    }
    Contest& contest = at->second;
    asked_ = true;
    BOOST_OUTCOME_TRY(session_.handleChange(now, *contest.session, change));
    session::OptionWishes& wishes = contest.request.wishes; // which UPnP may be asked for yet
    wishes.description = change.description ? change.description : wishes.description;
    wishes.checkpoint = change.checkpoint.value_or(wishes.checkpoint);
    return boost::outcome_v2::success();
}

void Referee::handleRelease(TimePoint now, MappingId id) {
    const auto at = contests_.find(id);
    if (at == contests_.end()) {
        session_.handleRelease(now, id);
        return;
    }
    Contest& contest = at->second;
    if (contest.leaving || contest.want == Want::deletion) {
        return;
    }
    if (contest.want == Want::address) {
        endSession(now, contest);
        endUpnp(now, id, contest);
        erase(id);
        return;
    }
    leave(now, id, contest);
}

void Referee::handleDetach(MappingId id) {
    const auto at = contests_.find(id);
    if (at == contests_.end()) {
        session_.handleDetach(id);
        return;
    }
    if (at->second.session) {
        session_.handleDetach(*at->second.session);
    }
    if (at->second.upnp) {
        point_->handleDetach(*at->second.upnp);
    }
    erase(id);
}

bool Referee::handleAnnouncement(TimePoint now, const session::Endpoint& from, wire::Bytes datagram) {
    const bool announced = session_.handleAnnouncement(now, from, datagram);
    if (announced && point_ != nullptr) {
        point_->handleDoubt(now);
    }
    return announced;
}

void Referee::handleDoubt(TimePoint now) {
    session_.handleDoubt(now);
    if (point_ != nullptr) {
        point_->handleDoubt(now);
    }
}

void Referee::handleReturn(TimePoint now) {
    known_.reset();
    session_.handleReturn(now);
    if (point_ != nullptr) {
        point_->handleReturn(now);
    }
}

std::size_t Referee::size() const noexcept {
    const std::size_t asked = session_.size() + (point_ == nullptr ? 0 : point_->size());
    return asked != 0 ? asked : contests_.size(); // those that nobody is asked about at the moment
}

std::uint32_t Referee::transmissions(MappingId id) const {
    const auto at = contests_.find(id);
    if (at == contests_.end()) {
        return session_.transmissions(id);
    }
    const Contest& contest = at->second;
    return contest.session       ? session_.transmissions(*contest.session)
           : contest.sessionSaid ? contest.sessionSaid->transmissions
                                 : 0;
}

std::optional<MappingRequest> Referee::request(MappingId id) const {
    const auto at = contests_.find(id);
    if (at == contests_.end()) {
        return session_.request(id);
    }
    const Contest& contest = at->second;
    if (contest.leaving || contest.want != Want::mapping) {
        return std::nullopt;
    }
    if (contest.holder == Holder::session && contest.session) {
        return session_.request(*contest.session);
    }
    MappingRequest request = contest.request;
    if (contest.holder == Holder::upnp && !request.preferFailure) {
        request.suggestedPort = contest.grant.external.port;
    }
    return request;
}

const session::GrantedOptions* Referee::options(MappingId id) const {
    const auto at = contests_.find(id);
    if (at == contests_.end()) {
        return session_.options(id);
    }
    const Contest& contest = at->second;
    if (contest.holder != Holder::upnp) {
        return contest.session ? session_.options(*contest.session) : nullptr;
    }
    return contest.request.wishes.any() ? &contest.options : nullptr;
}

bool Referee::mayStandByUpnp(MappingId id) const {
    const auto at = contests_.find(id);
    return at != contests_.end() && at->second.upnp && point_->mayStand(*at->second.upnp);
}

std::optional<Error> Referee::upnpSays(MappingId id) const {
    if (!speaksUpnp()) {
        return std::nullopt;
    }
    if (const auto at = contests_.find(id); at != contests_.end()) {
        const auto& said = at->second.upnpSaid;
        return said ? Error{said->error, said->detail} : point_->soFar();
    }
    if (const auto request = session_.request(id)) {
        if (const std::string_view lacking = lacks(*request); !lacking.empty()) {
            return Error{Errc::notAvailable, fmt::format("it has no {}", lacking)};
        }
    }
    return std::nullopt;
}

} // namespace portolan::race
