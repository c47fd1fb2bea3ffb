// SPDX-License-Identifier: MIT
export module portolan.wire:address;

import portolan.std;

export namespace portolan::wire {

/// An IPv4 or IPv6 address in the 16 octets that PCP carries (RFC 6887 §5): IPv4 as ::ffff:a.b.c.d.
struct Address {
    std::array<std::uint8_t, 16> octets{};

    [[nodiscard]] static constexpr Address v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) noexcept {
        return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d}};
    }

    [[nodiscard]] static constexpr Address v4(const std::array<std::uint8_t, 4>& o) noexcept {
        return v4(o[0], o[1], o[2], o[3]);
    }

    /// The all-zeros IPv4 address, ::ffff:0:0: "any, and the mapping is to be IPv4".
    [[nodiscard]] static constexpr Address anyV4() noexcept { return v4(0, 0, 0, 0); }

    /// The all-zeros IPv6 address, ::.
    [[nodiscard]] static constexpr Address anyV6() noexcept { return {}; }

    /// The all-zeros address of the same family as `of`.
    [[nodiscard]] static constexpr Address anyLike(const Address& of) noexcept { return of.isV4() ? anyV4() : anyV6(); }

    /// Whether all 96 leading bits are those of an IPv4-mapped address (RFC 6887 §5).
    [[nodiscard]] constexpr bool isV4() const noexcept {
        return std::all_of(octets.begin(), octets.begin() + 10, [](std::uint8_t o) { return o == 0; }) &&
               octets[10] == 0xff && octets[11] == 0xff;
    }

    [[nodiscard]] constexpr bool isAny() const noexcept { return *this == anyV6() || *this == anyV4(); }

    /// The last four octets, which are the address when `isV4()`.
    [[nodiscard]] constexpr std::array<std::uint8_t, 4> v4Octets() const noexcept {
        return {octets[12], octets[13], octets[14], octets[15]};
    }

    friend constexpr auto operator<=>(const Address&, const Address&) noexcept = default;
};

/// The 96-bit mapping nonce (RFC 6887 §11.1): proof that a later request comes from the mapping's owner.
struct Nonce {
    std::array<std::uint8_t, 12> octets{};

    friend constexpr auto operator<=>(const Nonce&, const Nonce&) noexcept = default;
};

} // namespace portolan::wire
