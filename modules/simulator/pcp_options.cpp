// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

module portolan.simulator;

import :state;
import :pcp_options;

namespace portolan::simulator {

using wire::Opcode;
using wire::OptionCode;
using wire::RawOption;
using wire::ResultCode;

namespace {

using Problem = std::optional<Denial>;

/// Reads one option after another into `asked`.
class OptionReader {
public:
    OptionReader(const Config& config, Opcode opcode, bool deletes, const Endpoint& from, Asked& asked) noexcept
        : config_(config), opcode_(opcode), deletes_(deletes), from_(from), asked_(asked) {}

    Problem read(const RawOption& raw) {
        if (raw.code == wire::oldDescription && !config_.pcp.drafts.oldDescription) {
            return Denial{ResultCode::unsuppOption};
        }
        const auto option = wire::interpret(raw);
        if (!option) {
            const bool ignored = option.error().fault == wire::Fault::notUtf8; // RFC 7220 §3
            return ignored ? Problem{} : Denial{ResultCode::malformedOption};
        }
        const Problem problem = std::visit([&](const auto& known) { return take(known, raw); }, option.assume_value());
        // a description is echoed as it is stored, and the rest of the optional range as far as it is granted
        const bool mandatory = wire::isMandatory(raw.code) && raw.code != wire::oldDescription;
        if (!problem && (mandatory || config_.quirks.echoesUnknownOptions)) {
            asked_.processed.push_back(raw);
        }
        return problem;
    }

    /// What only shows behind the last option.
    [[nodiscard]] Problem finish() const {
        const bool lacksAddress = hasPartyId_ && !asked_.thirdParty;
        if (lacksAddress) {
            return Denial{ResultCode::thirdPartyMissingOption}; // RFC 7843 §5.2
        }
        if (asked_.portSet && asked_.preferFailure && !deletes_) {
            return Denial{ResultCode::malformedOption}; // RFC 7753 §4.2
        }
        return std::nullopt;
    }

private:
    Problem take(const wire::ThirdParty& option, const RawOption& /*raw*/) {
        if (opcode_ == Opcode::announce || asked_.thirdParty) {
            return Denial{ResultCode::malformedOption};
        }
        const auto& hosts = config_.pcp.thirdPartyHosts;
        if (!config_.pcp.thirdParty || std::ranges::find(hosts, from_.address) == hosts.end()) {
            return Denial{ResultCode::unsuppOption}; // RFC 6887 §13.1
        }
        if (option.internalAddress == from_.address) {
            return Denial{ResultCode::malformedRequest}; // RFC 6887 §13.1
        }
        asked_.thirdParty = true;
        asked_.internalAddress = option.internalAddress;
        return std::nullopt;
    }

    Problem take(wire::PreferFailure /*option*/, const RawOption& /*raw*/) {
        if (opcode_ == Opcode::peer) {
            return Denial{ResultCode::malformedRequest}; // RFC 6887 §12.1
        }
        if (!config_.pcp.preferFailure) {
            return Denial{ResultCode::unsuppOption};
        }
        if (opcode_ != Opcode::map || asked_.preferFailure) {
            return Denial{ResultCode::malformedOption};
        }
        asked_.preferFailure = true;
        return std::nullopt;
    }

    Problem take(const wire::Filter& option, const RawOption& /*raw*/) {
        if (config_.pcp.maxFilters == 0) {
            return Denial{ResultCode::unsuppOption};
        }
        if (opcode_ != Opcode::map) {
            return Denial{ResultCode::malformedOption};
        }
        asked_.filters.push_back(option);
        return std::nullopt;
    }

    Problem take(const RawOption& option, const RawOption& /*raw*/) {
        if (option.code == wire::drafts::portReservation && config_.pcp.drafts.portReservation) {
            asked_.portReservation = opcode_ == Opcode::map;
        }
        return wire::isMandatory(option.code) ? Problem{Denial{ResultCode::unsuppOption}} : std::nullopt;
    }

    // RFC 7843 §5.2
    Problem take(const wire::ThirdPartyId& option, const RawOption& /*raw*/) {
        const ThirdPartyIdConfig& offered = config_.pcp.thirdPartyId;
        if (!offered.enabled) {
            return Denial{ResultCode::unsuppOption};
        }
        if (opcode_ == Opcode::announce || hasPartyId_) {
            return Denial{ResultCode::malformedOption};
        }
        if (offered.length && option.id.size() != *offered.length) {
            return Denial{ResultCode::unsuppThirdPartyIdLength};
        }
        hasPartyId_ = true;
        asked_.partyId.assign(option.id.begin(), option.id.end());
        return std::ranges::find(offered.known, asked_.partyId) == offered.known.end()
                   ? Problem{Denial{ResultCode::thirdPartyIdUnknown}}
                   : std::nullopt;
    }

    Problem take(const wire::Prefix64& /*option*/, const RawOption& /*raw*/) {
        if (asked_.prefix64) {
            return Denial{ResultCode::malformedOption}; // RFC 7225 §4.1: one in a request
        }
        asked_.prefix64 = opcode_ != Opcode::peer;
        return std::nullopt;
    }

    // RFC 7753 §4.2
    Problem take(const wire::PortSet& option, const RawOption& /*raw*/) {
        if (config_.pcp.maxPortSet < 2 || opcode_ != Opcode::map) {
            return std::nullopt;
        }
        if (hasPortSet_ || (option.size == 0 && !deletes_)) {
            return Denial{ResultCode::malformedOption};
        }
        hasPortSet_ = true;
        if (option.size > 1) {
            asked_.portSet = option;
        }
        return std::nullopt;
    }

    Problem take(wire::CheckpointRequired /*option*/, const RawOption& /*raw*/) {
        if (config_.pcp.maxCheckpoints == 0 || opcode_ == Opcode::announce) {
            return std::nullopt;
        }
        if (asked_.checkpoint) {
            return Denial{ResultCode::malformedOption};
        }
        asked_.checkpoint = true;
        return std::nullopt;
    }

    // RFC 7220 §3: what is stored may be cut.
    Problem take(const wire::Description& option, const RawOption& raw) {
        if (config_.pcp.maxDescription == 0 || opcode_ == Opcode::announce) {
            return std::nullopt;
        }
        if (asked_.description) {
            return Denial{ResultCode::malformedOption};
        }
        const wire::Description kept{wire::cutUtf8(option.text, config_.pcp.maxDescription)};
        asked_.description = std::string{kept.view()};
        if (!config_.quirks.echoesUnknownOptions) {
            asked_.processed.push_back({raw.code, kept.text});
        }
        return std::nullopt;
    }

    const Config& config_;
    Opcode opcode_;
    bool deletes_;
    const Endpoint& from_;
    Asked& asked_;
    bool hasPartyId_ = false;
    bool hasPortSet_ = false;
};

} // namespace

Granted<Asked> readOptions(const Config& config, Opcode opcode, bool deletes, const Endpoint& from,
                           const wire::Options& options) {
    Asked asked;
    asked.internalAddress = from.address;
    OptionReader reader{config, opcode, deletes, from, asked};
    for (const RawOption raw : options) {
        if (const Problem problem = reader.read(raw)) {
            return *problem;
        }
    }
    if (const Problem problem = reader.finish()) {
        return *problem;
    }
    return asked;
}

Granted<std::vector<wire::Filter>> applyFilters(const Config& config, std::vector<wire::Filter> filters,
                                                const std::vector<wire::Filter>& asked) {
    for (const wire::Filter& filter : asked) {
        if (filter.prefixLength == 0) {
            filters.clear();
        } else if (std::ranges::find(filters, filter) == filters.end()) {
            filters.push_back(filter);
        }
    }
    if (!asked.empty() && filters.size() > config.pcp.maxFilters) {
        return Denial{ResultCode::excessiveRemotePeers};
    }
    return filters;
}

} // namespace portolan::simulator
