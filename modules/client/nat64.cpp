// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

module portolan;

import portolan.transport;

namespace portolan {

Nat64::Nat64(std::vector<std::uint8_t> options)
    : options_(std::make_shared<const std::vector<std::uint8_t>>(std::move(options))) {}

std::vector<std::pair<net::ip::address_v6, unsigned>> Nat64::prefixes() const {
    std::vector<std::pair<net::ip::address_v6, unsigned>> all;
    if (!options_) {
        return all;
    }
    for (const wire::RawOption& raw : wire::Options::readable(*options_)) {
        const auto option = wire::interpret(raw);
        const auto* prefix = option ? std::get_if<wire::Prefix64>(&option.assume_value()) : nullptr;
        if (prefix != nullptr) {
            all.emplace_back(net::ip::address_v6{prefix->prefixAddress().octets}, prefix->prefixLength * 8U);
        }
    }
    return all;
}

std::optional<net::ip::address_v6> Nat64::synthesize(const net::ip::address_v4& destination) const {
    if (!options_) {
        return std::nullopt;
    }
    const auto address = wire::synthesize(wire::Options::readable(*options_), destination.to_bytes());
    return address ? std::optional{net::ip::address_v6{address->octets}} : std::nullopt;
}

} // namespace portolan
