// SPDX-License-Identifier: MIT
export module portolan.upnp:description;

import portolan.std;
import :error;
import :url;

export namespace portolan::upnp {

/// The services that open ports.
enum class ServiceKind : std::uint8_t {
    wanIp,        ///< WANIPConnection
    wanPpp,       ///< WANPPPConnection
    ipv6Firewall, ///< WANIPv6FirewallControl
};

/// The service's name as the standards have it.
[[nodiscard]] std::string_view name(ServiceKind kind) noexcept;

/// A service of a gateway.
struct Service {
    ServiceKind kind{};
    unsigned version = 1;
    std::string type; ///< the URN as the gateway writes it, which it wants to read again
    std::string id;
    Url control; ///< where actions go

    friend bool operator==(const Service&, const Service&) = default;
};

/// What a gateway says of itself. Texts are `printable()`.
struct Description {
    std::string deviceType;
    std::string name; ///< UDN: stays the same, or should
    std::string friendlyName;
    std::string manufacturer;
    std::string modelName;
    std::string modelNumber;
    std::vector<Service> services;   ///< of the kinds above, in the order of the document
    std::size_t refusedServices = 0; ///< whose URL is not the gateway's, or makes no sense
};

/// Reads a device description that came from `location`, an admitted URL (UDA 1.1 §2.3). Services may stand at any
/// depth, of any vendor's domain and with or without namespaces; what counts is the version of the service, as some
/// devices say to be older than they are. `Fault::notDescription` if there is no device, and the faults of XML;
/// `Fault::noService` if it has none of the services above.
[[nodiscard]] result<Description> parseDescription(std::string_view body, const Url& location, const Trust& trust);

} // namespace portolan::upnp
