// SPDX-License-Identifier: MIT
export module portolan.upnp:ssdp;

import portolan.std;
import :error;

export namespace portolan::upnp {

/// Where devices are searched and announce themselves (UDA 1.1 §1).
inline constexpr std::uint16_t ssdpPort = 1900;
inline constexpr wire::Address ssdpGroupV4 = wire::Address::v4(239, 255, 255, 250);
/// ff02::c, the link-local one of the groups of IPv6 (UDA 1.1 annex A).
inline constexpr wire::Address ssdpGroupV6{{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0c}};

/// What is searched. Some gateways answer to one of them only; the last is answered by devices of any kind.
inline constexpr std::array<std::string_view, 6> searchTargets{
    "urn:schemas-upnp-org:device:InternetGatewayDevice:2", "urn:schemas-upnp-org:device:InternetGatewayDevice:1",
    "urn:schemas-upnp-org:service:WANIPConnection:2",      "urn:schemas-upnp-org:service:WANIPConnection:1",
    "urn:schemas-upnp-org:service:WANPPPConnection:1",     "upnp:rootdevice",
};

/// Devices answer within so many seconds (MX).
inline constexpr unsigned searchSeconds = 2;

/// The octets of an M-SEARCH for `target` that is sent to this address and port (UDA 1.1 §1.3.2).
[[nodiscard]] std::string searchMessage(std::string_view target, const wire::Address& to, std::uint16_t port);

/// What a datagram of SSDP is.
enum class SsdpKind : std::uint8_t {
    response, ///< the answer to a search
    alive,    ///< the device is there
    update,   ///< it goes on by another BOOTID
    byebye,   ///< it goes
};

/// What a device says of itself. All texts are as written, and may be empty.
struct SsdpMessage {
    SsdpKind kind{};
    std::string target;                  ///< ST or NT
    std::string name;                    ///< USN
    std::string location;                ///< of the description
    std::optional<std::uint32_t> bootId; ///< another one after each restart; of an update, the next
};

/// Reads a datagram, with header fields in any case. Errors: `Fault::notHttp`, `Fault::tooLarge`; `Fault::httpStatus`
/// for the refusal of a search; `Fault::badArgument` for what is neither an answer nor an announcement.
[[nodiscard]] result<SsdpMessage> parseSsdp(wire::Bytes datagram);

/// Whether ST, NT or USN speak of a gateway, not of a device of any kind.
[[nodiscard]] bool isGatewayTarget(std::string_view target) noexcept;

} // namespace portolan::upnp
