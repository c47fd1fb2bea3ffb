// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

module portolan.session;

import :record;
import :table;
import :soundness;
import :outgoing;

// What comes of the options that a gateway need not know.

namespace portolan::session {

const GrantedOptions* Session::options(MappingId id) const {
    const auto at = table_.find(id);
    return at && table_[*at].extras && table_[*at].extras->wishes.any() ? &table_[*at].extras->granted : nullptr;
}

result<void> Session::handleChange(TimePoint now, MappingId id, const MappingChange& change) {
    const auto at = table_.find(id);
    if (!at || table_[*at].isQuery || table_[*at].phase == Phase::leaving) {
        return Errc::mappingLost;
    }
    if (const std::string_view fault = change.description ? faultOf(*change.description) : ""; !fault.empty()) {
        return Error{Errc::invalidRequest, std::string{fault}};
    }
    Record& record = table_[*at];
    Extras changed = record.extras ? *record.extras : Extras{};
    if (change.description) {
        changed.wishes.description = change.description;
    }
    changed.wishes.checkpoint = change.checkpoint.value_or(changed.wishes.checkpoint);
    changed.changed = true;
    if (!fits(changed)) {
        return Error{Errc::invalidRequest, "a request has at most 1100 octets, options included"};
    }
    if (record.extras) {
        *record.extras = std::move(changed);
    } else {
        record.extras = std::make_unique<Extras>(std::move(changed));
    }
    if (record.phase == Phase::held && record.exchange == Exchange::idle) {
        renewSoon(now, *at);
    }
    runDue(now);
    return boost::outcome_v2::success();
}

/// A renewal that is not to wait for its time.
void Session::renewSoon(TimePoint now, Index at) {
    const Record& record = table_[at];
    const TimePoint soon = std::max({now, record.lastSent + renewalFloor, record.holdUntil});
    idleUntil(at, std::min(soon, record.expiry()));
}

/// Keeps what a success says of the options: one that does not come back was not taken (RFC 7220 §3, RFC 7767 §3.2).
void Session::noteOptions(Record& record, const wire::Options& options) {
    if (!record.extras || !record.extras->wishes.any()) {
        return;
    }
    GrantedOptions& granted = record.extras->granted;
    granted.description.reset();
    granted.checkpointed = false;
    for (const wire::RawOption& raw : options) {
        const auto option = wire::interpret(raw);
        if (!option) {
            continue;
        }
        if (const auto* text = std::get_if<wire::Description>(&option.assume_value())) {
            granted.description = std::string{text->view()};
        }
        granted.checkpointed =
            granted.checkpointed || std::holds_alternative<wire::CheckpointRequired>(option.assume_value());
    }
}

/// NAT-PMP has no options: of what was wished for, only the mapping was to be had.
void Session::notePlainGrant(Record& record, std::uint16_t externalPort, const wire::Address& externalAddress) {
    if (!record.extras) {
        return;
    }
    noteOptions(record, {});
    record.extras->granted.dropped = true;
    if (record.extras->wishes.portSet) {
        record.extras->granted.ports = {{record.internalPort, externalPort, 1, externalAddress}};
    }
}

/// A gateway that does not take the options that it may leave out is asked with fewer of them.
bool Session::retriedPlainer(Index at, wire::ResultCode code) {
    Record& record = table_[at];
    const bool aboutOptions = code == wire::ResultCode::malformedOption || code == wire::ResultCode::unsuppOption;
    if (!aboutOptions || record.exchange == Exchange::idle || !record.extras || !makePlainer(*record.extras)) {
        return false;
    }
    record.transmissions = 0;
    record.wait = Duration::zero();
    enqueue(at);
    return true;
}

/// Keeps the prefixes of a message that has any: they take the place of all that this server told before (RFC 7225
/// §4.3).
void Session::notePrefixes(const wire::Options& options) {
    std::vector<std::uint8_t> told;
    for (const wire::RawOption& raw : options) {
        const auto option = raw.code == wire::OptionCode::prefix64 ? wire::interpret(raw) : wire::Refusal{};
        if (option) {
            const std::size_t begin = told.size();
            told.resize(begin + wire::maxMessageSize);
            wire::OptionWriter writer{wire::Room{told}.subspan(begin)};
            (void)writer.add(std::get<wire::Prefix64>(option.assume_value()));
            told.resize(begin + writer.options().octets().size());
        }
    }
    if (!told.empty()) {
        prefixesRevision_ += told == prefixes_ ? 0 : 1;
        prefixes_ = std::move(told);
    }
}

void Session::forgetPrefixes() {
    prefixesRevision_ += prefixes_.empty() ? 0 : 1;
    prefixes_.clear();
}

} // namespace portolan::session
