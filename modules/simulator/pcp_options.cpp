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
    OptionReader(const Config& config, Opcode opcode, const Endpoint& from, Asked& asked) noexcept
        : config_(config), opcode_(opcode), from_(from), asked_(asked) {}

    Problem read(const RawOption& raw) {
        const auto option = wire::interpret(raw);
        if (!option) {
            const bool ignored = option.error().fault == wire::Fault::notUtf8; // RFC 7220 §3
            return ignored ? Problem{} : Denial{ResultCode::malformedOption};
        }
        const Problem problem = std::visit([&](const auto& known) { return take(known); }, option.assume_value());
        const bool kept = wire::isMandatory(raw.code) || config_.quirks.echoesUnknownOptions;
        if (!problem && kept) {
            asked_.processed.push_back(raw);
        }
        return problem;
    }

private:
    Problem take(const wire::ThirdParty& option) {
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

    Problem take(wire::PreferFailure /*option*/) {
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

    Problem take(const wire::Filter& option) {
        if (config_.pcp.maxFilters == 0) {
            return Denial{ResultCode::unsuppOption};
        }
        if (opcode_ != Opcode::map) {
            return Denial{ResultCode::malformedOption};
        }
        asked_.filters.push_back(option);
        return std::nullopt;
    }

    static Problem take(const RawOption& option) {
        return wire::isMandatory(option.code) ? Problem{Denial{ResultCode::unsuppOption}} : std::nullopt;
    }

    static Problem take(const wire::ThirdPartyId& /*option*/) { return Denial{ResultCode::unsuppOption}; }

    static Problem take(const wire::Prefix64& /*option*/) { return std::nullopt; }

    static Problem take(const wire::PortSet& /*option*/) { return std::nullopt; }

    static Problem take(wire::CheckpointRequired /*option*/) { return std::nullopt; }

    // RFC 7220 §3: what is stored may be cut.
    Problem take(const wire::Description& option) {
        if (config_.pcp.maxDescription == 0 || opcode_ == Opcode::announce) {
            return std::nullopt;
        }
        const wire::Description kept{wire::cutUtf8(option.text, config_.pcp.maxDescription)};
        asked_.description = std::string{kept.view()};
        if (!config_.quirks.echoesUnknownOptions) {
            asked_.processed.push_back({OptionCode::description, kept.text});
        }
        return std::nullopt;
    }

    const Config& config_;
    Opcode opcode_;
    const Endpoint& from_;
    Asked& asked_;
};

} // namespace

Granted<Asked> readOptions(const Config& config, Opcode opcode, const Endpoint& from, const wire::Options& options) {
    Asked asked;
    asked.internalAddress = from.address;
    OptionReader reader{config, opcode, from, asked};
    for (const RawOption raw : options) {
        if (const Problem problem = reader.read(raw)) {
            return *problem;
        }
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
