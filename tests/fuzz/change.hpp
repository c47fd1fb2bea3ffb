// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

#include "support/octets.hpp"

namespace portolan::testing {

/// One of the changes that a fuzzer makes.
inline void change(Octets& bytes, std::mt19937& random) {
    const std::size_t at = bytes.empty() ? 0 : random() % bytes.size();
    const auto here = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    const auto octet = static_cast<std::uint8_t>(random());
    switch (random() % 6) {
    case 0:
        bytes.insert(here, octet);
        return;
    case 1:
        bytes.resize(at);
        return;
    case 2:
        bytes.insert(bytes.end(), random() % 1100, octet);
        return;
    default:
        break;
    }
    if (bytes.empty()) {
        return;
    }
    switch (random() % 3) {
    case 0:
        *here ^= static_cast<std::uint8_t>(1U << octet % 8);
        return;
    case 1:
        *here = octet % 2 == 0 ? 0x00 : 0xff;
        return;
    default:
        *here = octet;
        return;
    }
}

} // namespace portolan::testing
