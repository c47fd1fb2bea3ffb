// SPDX-License-Identifier: MIT
module;

#include <array>
#include <boost/outcome/result.hpp>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <vector>

module portolan.session;

import :table_walk;

namespace portolan::session {

using wire::ResultCode;
using wire::drafts::Next;

namespace {

/// No gateway has so many mappings.
constexpr std::size_t mostMappings = 200'000;

} // namespace

TableWalk::TableWalk(const wire::drafts::GetFilter& filter, wire::drafts::NextVersion version,
                     const std::vector<wire::OptionCode>& options)
    : filter_(filter), version_(version) {
    for (const wire::OptionCode code : options) {
        wanted_.push_back(static_cast<std::uint8_t>(code));
    }
}

wire::result<std::size_t> TableWalk::writeRequest(const wire::Address& client, wire::Room room) const {
    std::array<std::uint8_t, wire::maxMessageSize> optionRoom{};
    wire::OptionWriter writer{optionRoom};
    Next locator = trail_.empty() ? Next{} : trail_.back();
    locator.end = false;
    locator.rest = wanted_;
    if (const auto written = writeNext(writer, locator, version_); !written) {
        return written.error();
    }
    return encode(wire::drafts::GetRequest{client, filter_, writer.options()}, room);
}

std::vector<WalkedMapping> TableWalk::handle(const wire::drafts::GetResponse& response) {
    std::vector<WalkedMapping> found;
    if (over_) {
        return found;
    }
    if (response.resultCode != ResultCode::success) {
        const bool gone =
            response.resultCode == wire::drafts::noSuchMapping || response.resultCode == wire::drafts::ambiguousMapping;
        if (!gone) {
            end(response.resultCode);
        } else if (trail_.empty()) {
            end(std::nullopt); // nothing to begin with
        } else {
            stepBack();
        }
        return found;
    }
    bool ended = true; // an answer without any mapping has nothing behind it
    for (const wire::RawOption raw : response.options) {
        if (raw.code != wire::drafts::next) {
            continue;
        }
        const auto next = wire::drafts::readNext(raw, version_);
        if (!next) {
            end(ResultCode::malformedOption);
            return found;
        }
        Next mapping = next.assume_value();
        ended = mapping.end;
        const wire::Bytes options = std::exchange(mapping.rest, {});
        if (seen_.insert(keyOf(mapping)).second) {
            trail_.push_back(mapping);
            found.push_back({mapping, {options.begin(), options.end()}});
        } else if (trail_.empty() || !trail_.back().names(mapping)) {
            trail_.push_back(mapping); // seen before the walk went back; it goes on from there all the same
        }
    }
    fruitless_ = found.empty() ? fruitless_ + 1 : 0;
    if (ended) {
        end(std::nullopt);
    } else if (fruitless_ > seen_.size() + 8 || seen_.size() > mostMappings) {
        end(ResultCode::malformedRequest);
    }
    return found;
}

void TableWalk::stepBack() {
    trail_.pop_back();
    if (++fruitless_ > 2 * seen_.size() + 8) {
        end(ResultCode::malformedRequest);
    }
}

void TableWalk::end(std::optional<ResultCode> failure) noexcept {
    over_ = true;
    failure_ = failure;
}

TableWalk::Key TableWalk::keyOf(const Next& mapping) noexcept {
    return {mapping.protocol, mapping.internalAddress, mapping.externalAddress, mapping.internalPort,
            mapping.externalPort};
}

} // namespace portolan::session
