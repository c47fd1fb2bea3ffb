// SPDX-License-Identifier: MIT
// Big-endian loads and stores at a pointer whose room the caller has checked. Not exported from the module:
// bounds are checked once a message, not once a field.
export module portolan.wire:octets;

import portolan.std;

namespace portolan::wire {

constexpr std::uint16_t load16(const std::uint8_t* at) noexcept {
    return static_cast<std::uint16_t>((at[0] << 8) | at[1]);
}

constexpr std::uint32_t load32(const std::uint8_t* at) noexcept {
    return (std::uint32_t{at[0]} << 24) | (std::uint32_t{at[1]} << 16) | (std::uint32_t{at[2]} << 8) | at[3];
}

template <std::size_t N>
constexpr std::array<std::uint8_t, N> loadArray(const std::uint8_t* at) noexcept {
    std::array<std::uint8_t, N> octets{};
    std::copy_n(at, N, octets.begin());
    return octets;
}

// Stored as one array, which becomes one store instruction; octet by octet they would stay single stores.

constexpr void store16(std::uint8_t* at, std::uint16_t value) noexcept {
    const auto bigEndian = static_cast<std::uint16_t>((value >> 8) | (value << 8));
    const auto octets =
        std::bit_cast<std::array<std::uint8_t, 2>>(std::endian::native == std::endian::little ? bigEndian : value);
    std::copy_n(octets.begin(), 2, at);
}

constexpr void store32(std::uint8_t* at, std::uint32_t value) noexcept {
    const std::uint32_t bigEndian = (value >> 24) | ((value >> 8) & 0xff00) | ((value << 8) & 0xff0000) | (value << 24);
    const auto octets =
        std::bit_cast<std::array<std::uint8_t, 4>>(std::endian::native == std::endian::little ? bigEndian : value);
    std::copy_n(octets.begin(), 4, at);
}

template <std::size_t N>
constexpr void storeArray(std::uint8_t* at, const std::array<std::uint8_t, N>& octets) noexcept {
    std::copy_n(octets.begin(), N, at);
}

constexpr void storeOctets(std::uint8_t* at, std::span<const std::uint8_t> octets) noexcept {
    std::copy_n(octets.data(), octets.size(), at);
}

constexpr void storeZeros(std::uint8_t* at, std::size_t count) noexcept {
    std::fill_n(at, count, std::uint8_t{0});
}

constexpr std::size_t roundUpToFour(std::size_t size) noexcept {
    return (size + 3) & ~std::size_t{3};
}

} // namespace portolan::wire
