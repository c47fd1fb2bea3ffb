// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/try.hpp>

export module portolan.upnp:actions;

import portolan.std;
import :error;
import :http;
import :description;
import :soap;

export namespace portolan::upnp {

// Each action of WANIPConnection, WANPPPConnection and WANIPv6FirewallControl that Portolan uses: what it asks, and
// what is answered. Hosts are literals: a gateway that is given a name may wait for its resolver.

/// An action without an answer, but that it was done.
struct Nothing {
    [[nodiscard]] static result<Nothing> read(const SoapAnswer& answer);
};

/// GetStatusInfo (WANIPConnection:2 §2.4.5).
struct GetStatusInfo {
    static constexpr std::string_view action = "GetStatusInfo";

    struct Answer {
        bool connected = false;                     ///< "Connected", or "Up" as some say
        std::string status;                         ///< `printable()`
        std::optional<std::chrono::seconds> uptime; ///< of the connection
        [[nodiscard]] static result<Answer> read(const SoapAnswer& answer);
    };

    [[nodiscard]] SoapArguments arguments() const { return {}; }
};

/// GetExternalIPAddress (WANIPConnection:2 §2.4.18).
struct GetExternalIpAddress {
    static constexpr std::string_view action = "GetExternalIPAddress";

    struct Answer {
        wire::Address address = wire::Address::anyV4(); ///< all zeros if the gateway has none
        [[nodiscard]] static result<Answer> read(const SoapAnswer& answer);
    };

    [[nodiscard]] SoapArguments arguments() const { return {}; }
};

/// A mapping as a gateway has it, or is to have it. The remote host is always anyone.
struct PortMapping {
    wire::Protocol protocol = wire::Protocol::tcp; ///< TCP or UDP
    std::uint16_t externalPort = 0;
    std::uint16_t internalPort = 0;
    /// The internal client. Nothing: the gateway names one that is no literal address.
    std::optional<wire::Address> internalClient;
    bool enabled = true;
    std::string description;       ///< as written
    std::chrono::seconds lease{0}; ///< 0 = permanent; of an entry, what is left
};

/// AddPortMapping (WANIPConnection:2 §2.4.16).
struct AddPortMapping {
    static constexpr std::string_view action = "AddPortMapping";
    using Answer = Nothing;

    [[nodiscard]] SoapArguments arguments() const;

    PortMapping mapping;
};

/// AddAnyPortMapping (WANIPConnection:2 §2.4.17): the gateway takes another external port where that is taken.
struct AddAnyPortMapping {
    static constexpr std::string_view action = "AddAnyPortMapping";

    struct Answer {
        std::uint16_t externalPort = 0;
        [[nodiscard]] static result<Answer> read(const SoapAnswer& answer);
    };

    [[nodiscard]] SoapArguments arguments() const;

    PortMapping mapping;
};

/// DeletePortMapping (WANIPConnection:2 §2.4.14).
struct DeletePortMapping {
    static constexpr std::string_view action = "DeletePortMapping";
    using Answer = Nothing;

    [[nodiscard]] SoapArguments arguments() const;

    wire::Protocol protocol = wire::Protocol::tcp;
    std::uint16_t externalPort = 0;
};

/// GetSpecificPortMappingEntry (WANIPConnection:2 §2.4.13).
struct GetSpecificPortMappingEntry {
    static constexpr std::string_view action = "GetSpecificPortMappingEntry";

    /// Without protocol and external port, which the question has.
    struct Answer : PortMapping {
        [[nodiscard]] static result<Answer> read(const SoapAnswer& answer);
    };

    [[nodiscard]] SoapArguments arguments() const;

    wire::Protocol protocol = wire::Protocol::tcp;
    std::uint16_t externalPort = 0;
};

/// GetGenericPortMappingEntry (WANIPConnection:2 §2.4.12): `ErrorCode::specifiedArrayIndexInvalid` ends the list.
struct GetGenericPortMappingEntry {
    static constexpr std::string_view action = "GetGenericPortMappingEntry";

    struct Answer : PortMapping {
        [[nodiscard]] static result<Answer> read(const SoapAnswer& answer);
    };

    [[nodiscard]] SoapArguments arguments() const;

    std::uint16_t index = 0;
};

/// GetFirewallStatus (WANIPv6FirewallControl:1 §2.5.1).
struct GetFirewallStatus {
    static constexpr std::string_view action = "GetFirewallStatus";

    struct Answer {
        bool firewallEnabled = false;
        bool inboundPinholeAllowed = false;
        [[nodiscard]] static result<Answer> read(const SoapAnswer& answer);
    };

    [[nodiscard]] SoapArguments arguments() const { return {}; }
};

/// AddPinhole (WANIPv6FirewallControl:1 §2.5.3): to this host and port, from anyone.
struct AddPinhole {
    static constexpr std::string_view action = "AddPinhole";

    struct Answer {
        std::uint16_t uniqueId = 0;
        [[nodiscard]] static result<Answer> read(const SoapAnswer& answer);
    };

    [[nodiscard]] SoapArguments arguments() const;

    wire::Protocol protocol = wire::Protocol::tcp;
    wire::Address internalClient;
    std::uint16_t internalPort = 0;
    std::chrono::seconds lease{3600}; ///< 1 s up to a day
};

/// UpdatePinhole (WANIPv6FirewallControl:1 §2.5.4).
struct UpdatePinhole {
    static constexpr std::string_view action = "UpdatePinhole";
    using Answer = Nothing;

    [[nodiscard]] SoapArguments arguments() const;

    std::uint16_t uniqueId = 0;
    std::chrono::seconds lease{3600};
};

/// DeletePinhole (WANIPv6FirewallControl:1 §2.5.5).
struct DeletePinhole {
    static constexpr std::string_view action = "DeletePinhole";
    using Answer = Nothing;

    [[nodiscard]] SoapArguments arguments() const;

    std::uint16_t uniqueId = 0;
};

/// The request for an action.
template <class Action>
[[nodiscard]] HttpRequest request(const Service& service, const Action& action) {
    return soapRequest(service, Action::action, action.arguments());
}

/// Reads the answer to an action: its arguments, or why not, as `readSoap` says; `Fault::badArgument` if an argument is
/// missing or makes no sense.
template <class Action>
[[nodiscard]] result<typename Action::Answer> answerTo(const HttpResponse& response) {
    BOOST_OUTCOME_TRY(const SoapAnswer answer, readSoap(Action::action, response));
    return Action::Answer::read(answer);
}

} // namespace portolan::upnp
