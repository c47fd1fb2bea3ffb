// SPDX-License-Identifier: MIT
// What the extensions of PCP add to a mapping.
export module portolan.session:mapping_options;

import portolan.std;
import portolan.error;

export namespace portolan::session {

/// Contiguous ports instead of one, from the mapping's internal port on (RFC 7753).
struct PortSetWish {
    std::uint16_t size = 0; ///< 1 to 65535; 65535 = as many as the gateway has. The gateway may grant fewer
    bool parity = false;    ///< even ports to even ones and odd to odd, if the gateway can (RFC 4787 §4.2.2)

    friend bool operator==(const PortSetWish&, const PortSetWish&) = default;
};

/// What may be asked for with a mapping. A gateway that does not know of it maps all the same.
struct OptionWishes {
    std::optional<std::string> description{}; ///< for people: UTF-8, at most 1016 octets; empty erases (RFC 7220)
    std::optional<PortSetWish> portSet{};     ///< of an inbound mapping
    bool prefix64 = false;                    ///< tell the prefixes of a NAT64 (RFC 7225); of an inbound mapping
    bool checkpoint = false; ///< keep its state in more than one place (RFC 7767 §5: in trusted networks only)

    [[nodiscard]] bool any() const noexcept { return description || portSet || prefix64 || checkpoint; }
};

/// A change of what a mapping is asked for with; what is not set stays as it is.
struct MappingChange {
    std::optional<std::string> description{}; ///< empty erases
    std::optional<bool> checkpoint{};
};

/// Ports that a gateway mapped together: internal ones from `internalPort` on, external ones from `externalPort` on.
struct PortRange {
    std::uint16_t internalPort = 0;
    std::uint16_t externalPort = 0;
    std::uint16_t size = 1;
    wire::Address externalAddress{};

    friend bool operator==(const PortRange&, const PortRange&) = default;
};

/// What came of them with the last grant.
struct GrantedOptions {
    std::optional<std::string> description; ///< as the gateway has it, which may be shorter; none: it took none
    std::vector<PortRange> ports;           ///< of a port set, by their internal ports
    bool checkpointed = false;
    bool dropped = false; ///< the gateway refused the options, so it was asked without some, or all
};

} // namespace portolan::session
