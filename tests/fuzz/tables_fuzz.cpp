// SPDX-License-Identifier: MIT
// libFuzzer: any octets as what a kernel says of its routing tables. Build with the preset "fuzz";
// tests/vectors/netlink and tests/vectors/route_socket show what that looks like, `fuzz_tables DIRECTORY` keeps what it
// finds there.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>

#include "tables.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view broken = portolan::testing::brokenTableInvariant(std::span{data, size});
    if (!broken.empty()) {
        std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(broken.size()), broken.data());
        std::abort();
    }
    return 0;
}
