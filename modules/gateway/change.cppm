// SPDX-License-Identifier: MIT
export module portolan.gateway:change;

import portolan.std;
import :route;
import :source;

export namespace portolan::gateway {

/// An interface of this host.
struct Interface {
    std::uint32_t index = 0;
    std::string name{};
    bool up = false; ///< switched on, and with a carrier

    friend bool operator==(const Interface&, const Interface&) = default;
};

/// What matters of this host's networks at one moment.
struct Snapshot {
    std::vector<Gateway> gateways{};       ///< of both families, best first, as `rank()` gives them
    std::vector<LocalAddress> addresses{}; ///< of both families
    std::vector<Interface> interfaces{};
    /// The address that requests to the best gateway of each family come from, where there is both.
    std::optional<wire::Address> sourceV4{};
    std::optional<wire::Address> sourceV6{};
};

/// What became of this host's networks.
enum class ChangeKind : std::uint8_t {
    gatewayAdded,      ///< there is one more default route, or the first one
    gatewayRemoved,    ///< there is one less, or none
    gatewayReplaced,   ///< the best default route of the family leads elsewhere than before
    sourceChanged,     ///< requests to the best gateway of the family come from another address
    addressAdded,      ///< this host has one more address to use
    addressDeprecated, ///< an address is for old connections only (RFC 4862 §5.5.4)
    addressRemoved,    ///< this host has one less
    interfaceUp,       ///< an interface can be used
    interfaceDown,     ///< an interface can be used no longer, or is gone
    woke,              ///< the machine was suspended
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view name(ChangeKind kind) noexcept {
    switch (kind) {
    case ChangeKind::gatewayAdded:
        return "gateway added";
    case ChangeKind::gatewayRemoved:
        return "gateway removed";
    case ChangeKind::gatewayReplaced:
        return "gateway replaced";
    case ChangeKind::sourceChanged:
        return "source changed";
    case ChangeKind::addressAdded:
        return "address added";
    case ChangeKind::addressDeprecated:
        return "address deprecated";
    case ChangeKind::addressRemoved:
        return "address removed";
    case ChangeKind::interfaceUp:
        return "interface up";
    case ChangeKind::interfaceDown:
        return "interface down";
    case ChangeKind::woke:
        return "woke";
    }
    return {};
}

/// One thing that changed; see `ChangeKind` for which fields mean something.
struct Change {
    ChangeKind kind{};
    Family family = Family::v4;             ///< of gateways, sources and addresses
    std::uint32_t interfaceIndex = 0;       ///< of gateways, addresses and interfaces
    std::optional<Gateway> gatewayBefore{}; ///< removed, or replaced
    std::optional<Gateway> gatewayAfter{};  ///< added, or put in its place
    std::optional<wire::Address> addressBefore{};
    std::optional<wire::Address> addressAfter{};
    std::chrono::nanoseconds slept{0}; ///< of `woke`

    friend bool operator==(const Change&, const Change&) = default;
};

/// What changed from one snapshot to the next: interfaces first, then addresses, gateways and sources. Nothing is told
/// of an order among gateways that are not the best, nor of their metrics.
[[nodiscard]] std::vector<Change> compare(const Snapshot& before, const Snapshot& after);

} // namespace portolan::gateway
