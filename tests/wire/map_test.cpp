// SPDX-License-Identifier: MIT
#include <array>
#include <boost/test/unit_test.hpp>
#include <cstdint>

import portolan.wire;

using namespace portolan::wire;

BOOST_AUTO_TEST_SUITE(wire_map)

BOOST_AUTO_TEST_CASE(a_request_is_encoded_and_decoded_without_loss) {
    std::array<std::uint8_t, 1100> room{};
    const MapRequest sent{.lifetimeSeconds = 7200,
                          .clientAddress = Address::v4(192, 168, 1, 57),
                          .nonce = {},
                          .protocol = Protocol::tcp,
                          .internalPort = 8080,
                          .suggestedPort = 0,
                          .suggestedAddress = Address::anyV4(),
                          .options = {}};
    const auto size = encode(sent, room);
    BOOST_TEST_REQUIRE(size.has_value());
    const auto read = decodeMapRequest(Bytes{room}.first(size.value()));
    BOOST_TEST_REQUIRE(read.has_value());
    BOOST_TEST(read.value().internalPort == 8080);
    static_assert([] {
        std::array<std::uint8_t, 60> r{};
        return encode(MapRequest{}, r).has_value() && decode(r).has_value();
    }());
}

BOOST_AUTO_TEST_SUITE_END()
