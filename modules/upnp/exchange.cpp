// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

module portolan.upnp;

import :record;

namespace portolan::upnp {

namespace {

/// Answers to actions are small; descriptions may be longer.
constexpr HttpLimits actionLimits{.head = 16 * 1024, .fields = 64, .body = 64 * 1024};

/// So many requests in a row without a usable answer, and the gateway is searched anew: its port may be another now.
constexpr unsigned mostTroubles = 3;

/// From one search to the next, whatever goes wrong.
constexpr Duration rediscoveryGap = std::chrono::seconds{30};

/// Whether the gateway itself said no, in the words of UPnP.
bool isRefusal(const Error& error) {
    return error.code.category() == igdCategory();
}

} // namespace

bool ControlPoint::holdsAnything() const noexcept {
    return std::ranges::any_of(records_, [](const auto& entry) { return entry.second.phase == Phase::held; });
}

std::optional<SearchDatagram> ControlPoint::pollDatagram() {
    auto datagram = search_.pollDatagram();
    statistics_.searches += datagram ? 1 : 0;
    return datagram;
}

std::optional<HttpExchange> ControlPoint::pollExchange(TimePoint now) {
    if (exchange_ || now < ceiling_.next()) {
        return std::nullopt;
    }
    switch (stage_) {
    case Stage::describing: {
        const Url& url = candidates_[candidate_].location;
        return ask(now, Ask::description, url, {"GET", url.target, hostText(url), {}, {}});
    }
    case Stage::choosing: {
        const Service& service = options_[option_].service;
        if (service.kind == ServiceKind::ipv6Firewall) {
            return ask(now, Ask::firewall, service.control, request(service, GetFirewallStatus{}));
        }
        return pollAddress_ ? ask(now, Ask::address, service.control, request(service, GetExternalIpAddress{}))
                            : ask(now, Ask::status, service.control, request(service, GetStatusInfo{}));
    }
    case Stage::ready:
        return askAboutRecord(now);
    default:
        return std::nullopt;
    }
}

/// How the gateway is, and then its address.
std::optional<HttpExchange> ControlPoint::askAboutGateway(TimePoint now) {
    return pollAddress_ ? ask(now, Ask::address, service_->control, request(*service_, GetExternalIpAddress{}))
                        : ask(now, Ask::status, service_->control, request(*service_, GetStatusInfo{}));
}

/// Whether something is to be made, while nothing is held that would have had the gateway looked at all the time: the
/// address that would be told may be of any age.
bool ControlPoint::makesFirst() const {
    const auto isWanted = [&](MappingId id) {
        const auto at = records_.find(id);
        return at != records_.end() && at->second.phase == Phase::wanted && at->second.step != Step::idle;
    };
    return !holdsAnything() && std::ranges::any_of(line_, isWanted);
}

std::optional<HttpExchange> ControlPoint::askAboutRecord(TimePoint now) {
    const bool looks = !byPinhole() && (now >= pollAt_ || pollAddress_);
    if (looks && makesFirst()) {
        return askAboutGateway(now);
    }
    while (!line_.empty()) {
        const auto at = records_.find(line_.front());
        line_.pop_front();
        if (at == records_.end() || at->second.step == Step::idle) {
            continue;
        }
        Record& record = at->second;
        if (record.phase == Phase::leaving && (record.step == Step::add || record.step == Step::renew)) {
            begin(now, record); // it is wanted no more, while it stood in line
            continue;
        }
        record.mayStand |= record.step == Step::add;
        ++record.asked;
        return ask(now, Ask::record, service_->control, requestOf(record), record.id);
    }
    return looks && holdsAnything() ? askAboutGateway(now) : std::nullopt;
}

std::optional<HttpExchange> ControlPoint::ask(TimePoint now, Ask what, const Url& url, const HttpRequest& request,
                                              std::optional<MappingId> record) {
    ceiling_.transmitted(now);
    ++statistics_.requests;
    const auto id = static_cast<ExchangeId>(++lastExchange_);
    exchange_ = Exchange{id, what, record, now, now + config_.requestTimeout};
    return HttpExchange{id, url, serialize(request), what == Ask::description ? HttpLimits{} : actionLimits};
}

HttpRequest ControlPoint::requestOf(const Record& record) const {
    const wire::Protocol protocol = record.request.protocol;
    switch (record.step) {
    case Step::list:
        return request(*service_, GetGenericPortMappingEntry{record.index});
    case Step::add:
        if (byPinhole()) {
            return request(*service_,
                           AddPinhole{protocol, config_.clientAddress, record.request.internalPort, leaseOf(record)});
        }
        return usesAny(record) ? request(*service_, AddAnyPortMapping{mappingOf(record)})
                               : request(*service_, AddPortMapping{mappingOf(record)});
    case Step::renew:
        return request(*service_, UpdatePinhole{record.pinhole.value_or(0), leaseOf(record)});
    case Step::remove:
        return byPinhole() ? request(*service_, DeletePinhole{record.pinhole.value_or(0)})
                           : request(*service_, DeletePortMapping{protocol, record.port});
    case Step::ask:
        return request(*service_, GetExternalIpAddress{});
    case Step::look:
    case Step::idle:
        break;
    }
    return request(*service_, GetSpecificPortMappingEntry{protocol, record.port});
}

void ControlPoint::handleResponse(TimePoint now, ExchangeId id, const HttpResponse& response) {
    if (!isUnderWay(id)) {
        return; // given up meanwhile
    }
    const Exchange exchange = *std::exchange(exchange_, std::nullopt);
    statistics_.roundTrip = now - exchange.begun;
    // What the gateway did not say in the words of UPnP is no answer.
    const auto take = [&](const auto& answer, auto handle) {
        if (!answer && !isRefusal(answer.error())) {
            unanswered(now, exchange, answer.error());
            return;
        }
        gatewayAnswered();
        handle(answer);
    };
    switch (exchange.ask) {
    case Ask::description:
        if (response.status != 200) {
            unanswered(now, exchange, Error{Fault::httpStatus});
        } else {
            described(now, parseDescription(response.body, candidates_[candidate_].location, trust_));
        }
        break;
    case Ask::status:
        take(answerTo<GetStatusInfo>(response), [&](const auto& answer) { statusAnswered(now, answer); });
        break;
    case Ask::address:
        take(answerTo<GetExternalIpAddress>(response), [&](const auto& answer) { addressAnswered(now, answer); });
        break;
    case Ask::firewall:
        take(answerTo<GetFirewallStatus>(response), [&](const auto& answer) {
            firewallAnswered(answer);
            optionAnswered(now);
        });
        break;
    case Ask::record:
        if (const auto at = records_.find(*exchange.record); at != records_.end()) {
            recordAnswered(now, exchange, at->second, response);
        }
        break;
    }
    handleTimeout(now);
}

void ControlPoint::recordAnswered(TimePoint now, const Exchange& exchange, Record& record,
                                  const HttpResponse& response) {
    const auto take = [&](const auto& answer, auto handle) {
        if (!answer && !isRefusal(answer.error())) {
            unanswered(now, exchange, answer.error());
            return;
        }
        gatewayAnswered();
        // A look that is answered says nothing of whether what follows it will be.
        const bool isLook = record.step == Step::look || record.step == Step::list;
        record.silent = isLook ? record.silent : std::uint8_t{0};
        record.step = Step::idle;
        handle(answer);
    };
    switch (record.step) {
    case Step::look:
        take(answerTo<GetSpecificPortMappingEntry>(response), [&](const auto& answer) { looked(now, record, answer); });
        return;
    case Step::list:
        take(answerTo<GetGenericPortMappingEntry>(response), [&](const auto& answer) { listed(now, record, answer); });
        return;
    case Step::add:
        if (byPinhole()) {
            take(answerTo<AddPinhole>(response), [&](const auto& answer) { pinholeAdded(now, record, answer); });
        } else if (usesAny(record)) {
            take(answerTo<AddAnyPortMapping>(response), [&](const auto& answer) {
                answer ? added(now, record, answer.value().externalPort) : notAdded(now, record, answer.error());
            });
        } else {
            take(answerTo<AddPortMapping>(response), [&](const auto& answer) {
                answer ? added(now, record, record.port) : notAdded(now, record, answer.error());
            });
        }
        return;
    case Step::renew:
        take(answerTo<UpdatePinhole>(response), [&](const auto& answer) { pinholeRenewed(now, record, answer); });
        return;
    case Step::remove: {
        const auto end = [&](const auto& answer) { removed(now, record, answer ? nullptr : &answer.error()); };
        byPinhole() ? take(answerTo<DeletePinhole>(response), end) : take(answerTo<DeletePortMapping>(response), end);
        return;
    }
    case Step::ask:
        take(answerTo<GetExternalIpAddress>(response), [&](const auto& answer) { queryAnswered(now, record, answer); });
        return;
    case Step::idle:
        return;
    }
}

void ControlPoint::handleFailure(TimePoint now, ExchangeId id, std::error_code error) {
    if (isUnderWay(id)) {
        const Exchange exchange = *std::exchange(exchange_, std::nullopt);
        unanswered(now, exchange, error);
        handleTimeout(now);
    }
}

void ControlPoint::unanswered(TimePoint now, const Exchange& exchange, const Error& error) {
    ++statistics_.failures;
    if (exchange.ask == Ask::description) {
        nextCandidate(now, error);
        return;
    }
    if (stage_ == Stage::choosing) {
        optionError_ = error;
        optionAnswered(now);
        return;
    }
    if (exchange.ask == Ask::record) {
        if (const auto at = records_.find(*exchange.record); at != records_.end()) {
            recordUnanswered(now, at->second, error);
        }
    } else {
        pollAddress_ = false;
        pollAt_ = now + std::min<Duration>(config_.pollInterval, std::chrono::seconds{10} * (troubles_ + 1));
    }
    trouble(now, error);
}

void ControlPoint::trouble(TimePoint now, const Error& error) {
    ++troubles_;
    const bool isElsewhere = error.code == Fault::httpStatus || error.code == std::errc::connection_refused;
    if ((isElsewhere || troubles_ >= mostTroubles) && now >= lastSearch_ + rediscoveryGap && anythingWanted()) {
        discover(now);
    }
}

} // namespace portolan::upnp
