// SPDX-License-Identifier: MIT
// libFuzzer: any octets as a datagram. Build with the preset "fuzz"; tests/vectors/*.hex show what packets look like,
// `fuzz_decode DIRECTORY` keeps what it finds there.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>

#include "support/invariants.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view broken = portolan::testing::brokenInvariant(std::span{data, size});
    if (!broken.empty()) {
        std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(broken.size()), broken.data());
        std::abort();
    }
    return 0;
}
