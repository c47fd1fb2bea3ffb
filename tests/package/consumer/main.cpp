// SPDX-License-Identifier: MIT
#include <array>
#include <cstdint>
#include <cstdio>

import portolan.wire;

int main() {
    std::array<std::uint8_t, 60> room{};
    const portolan::wire::MapRequest request{.lifetimeSeconds = 7200,
                                             .clientAddress = portolan::wire::Address::v4(192, 168, 1, 57),
                                             .nonce = {},
                                             .protocol = portolan::wire::Protocol::tcp,
                                             .internalPort = 8080,
                                             .suggestedPort = 0,
                                             .suggestedAddress = portolan::wire::Address::anyV4(),
                                             .options = {}};
    const auto size = encode(request, room);
    if (!size || size.value() != room.size()) {
        return 1;
    }
    std::printf("the installed package encodes a request of %zu octets\n", size.value());
}
