// SPDX-License-Identifier: MIT
module;

export module portolan.gateway:news;

export namespace portolan::gateway {

/// Which of a system's tables may have changed, by what the system told unasked. What became of them is another
/// question: they have to be read again.
struct News {
    bool routes = false; ///< a default route, or a part of a split one
    bool addresses = false;
    bool links = false;
    bool lost = false; ///< something was told that nobody heard, or that makes no sense

    [[nodiscard]] constexpr bool any() const noexcept { return routes || addresses || links || lost; }

    constexpr News& operator|=(const News& other) noexcept {
        routes = routes || other.routes;
        addresses = addresses || other.addresses;
        links = links || other.links;
        lost = lost || other.lost;
        return *this;
    }

    friend bool operator==(const News&, const News&) = default;
};

} // namespace portolan::gateway
