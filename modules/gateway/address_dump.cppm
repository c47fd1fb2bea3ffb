// SPDX-License-Identifier: MIT
export module portolan.gateway:address_dump;

import portolan.std;
import portolan.error;
import :netlink;
import :route;
import :source;

export namespace portolan::gateway::netlink {

/// Reads the addresses of this host of one family.
class AddressDump final : public Dump {
public:
    explicit AddressDump(Family family) noexcept;

    /// The addresses read since `begin()`, as listed.
    [[nodiscard]] const std::vector<LocalAddress>& addresses() const noexcept { return addresses_; }

private:
    void clear() override;
    bool take(wire::Bytes body) override;

    Family family_;
    std::vector<LocalAddress> addresses_;
};

/// The size of `addressRequest()`'s answer, in octets.
inline constexpr std::size_t addressRequestSize = 24;

/// A request to dump the addresses of every interface.
[[nodiscard]] std::array<std::uint8_t, addressRequestSize> addressRequest(Family family,
                                                                          std::uint32_t sequence) noexcept;

} // namespace portolan::gateway::netlink
