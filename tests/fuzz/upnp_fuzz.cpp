// SPDX-License-Identifier: MIT
// libFuzzer: any octets as what a gateway says by UPnP. Built once for each property of upnp/support/invariants.hpp,
// with the preset "fuzz"; tests/vectors/upnp shows what descriptions look like.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>

#include "upnp/support/invariants.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view broken = portolan::testing::PORTOLAN_PROPERTY(std::span{data, size});
    if (!broken.empty()) {
        std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(broken.size()), broken.data());
        std::abort();
    }
    return 0;
}
