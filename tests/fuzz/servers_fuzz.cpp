// SPDX-License-Identifier: MIT
// libFuzzer: any octets as what a DHCP server, or a file of leases, says of PCP servers. Build with the preset "fuzz";
// tests/vectors/leases and tests/vectors/dhcp*.hex show what that looks like.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>

#include "servers.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view broken = portolan::testing::brokenServersInvariant(std::span{data, size});
    if (!broken.empty()) {
        std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(broken.size()), broken.data());
        std::abort();
    }
    return 0;
}
