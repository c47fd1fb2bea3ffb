// SPDX-License-Identifier: MIT
export module portolan.gateway:link_dump;

import portolan.std;
import portolan.error;
import :change;
import :netlink;

export namespace portolan::gateway::netlink {

/// Reads the interfaces of this host.
class LinkDump final : public Dump {
public:
    LinkDump() noexcept;

    /// The interfaces read since `begin()`, as listed.
    [[nodiscard]] const std::vector<Interface>& interfaces() const noexcept { return interfaces_; }

private:
    void clear() override;
    bool take(wire::Bytes body) override;

    std::vector<Interface> interfaces_;
};

/// The size of `linkRequest()`'s answer, in octets.
inline constexpr std::size_t linkRequestSize = 32;

/// A request to dump every interface.
[[nodiscard]] std::array<std::uint8_t, linkRequestSize> linkRequest(std::uint32_t sequence) noexcept;

} // namespace portolan::gateway::netlink
