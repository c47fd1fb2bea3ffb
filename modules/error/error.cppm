// SPDX-License-Identifier: MIT
export module portolan.error;

import portolan.std;
export import portolan.wire;

export namespace portolan {

/// What Portolan itself found; what a gateway answered is a `wire::ResultCode` or `wire::NatPmpResult`.
enum class Errc {
    noGateway = 1,       ///< no default route of the wanted family
    gatewayUnknown,      ///< the default route is a point-to-point link without a next hop: name the gateway
    noSourceAddress,     ///< no usable local address towards the gateway
    noAnswer,            ///< nothing that could be attributed came back in time
    unreachable,         ///< the gateway or its port is unreachable (ICMP), so nothing serves there
    versionNotSupported, ///< the gateway speaks neither PCP version 2 nor NAT-PMP, or not the one asked for
    invalidRequest,      ///< the request cannot be sent as it stands
    alreadyMapped,       ///< this client already holds a mapping of that protocol and internal port
    otherExternal,       ///< the gateway granted another external port than the only one acceptable
    notAvailable,        ///< the gateway's protocol cannot express the request (NAT-PMP has no options)
    cancelled,           ///< the operation was cancelled, or its client is gone
    mappingLost,         ///< the mapping is no longer held
    leftStanding,        ///< the gateway did not confirm the deletion of a mapping, and may have it until it expires
};

[[nodiscard]] const std::error_category& portolanCategory() noexcept; ///< of `Errc`
[[nodiscard]] const std::error_category& pcpCategory() noexcept;      ///< of `wire::ResultCode`
[[nodiscard]] const std::error_category& natPmpCategory() noexcept;   ///< of `wire::NatPmpResult`

[[nodiscard]] inline std::error_code make_error_code(Errc code) noexcept {
    return {static_cast<int>(code), portolanCategory()};
}

/// An error and what a program or a person may want to know about it.
struct Error {
    std::error_code code;
    /// How long the same request should not be repeated, where the gateway said so (RFC 6887 §7.4).
    std::optional<std::chrono::seconds> retryAfter{};
    /// What was tried and what came back, as the end of a sentence; may be empty.
    std::string detail{};
    /// The gateway's own external address, where its refusal gave it away: `wire::reachOf` tells what lies beyond it.
    std::optional<wire::Address> gatewayExternal{};

    Error(std::error_code error) noexcept : code(error) {} // NOLINT(google-explicit-constructor)

    Error(Errc error) noexcept : code(make_error_code(error)) {} // NOLINT(google-explicit-constructor)

    Error(Errc error, std::string what) noexcept : code(make_error_code(error)), detail(std::move(what)) {}

    Error(std::error_code error, std::string what) noexcept : code(error), detail(std::move(what)) {}

    /// "message of the code: detail".
    [[nodiscard]] std::string message() const;
};

/// So that Outcome knows an `Error` carries an `std::error_code`.
[[nodiscard]] inline std::error_code make_error_code(const Error& error) noexcept {
    return error.code;
}

/// What `result::value()` does where there is none: a programmer's error, as it was not asked for first.
[[noreturn]] inline void outcome_throw_as_system_error_with_payload(const Error& error) {
    throw std::system_error{error.code, error.detail};
}

/// The value, or why not.
template <class T>
using result = boost::outcome_v2::result<T, Error>;

} // namespace portolan

export namespace portolan::wire {

[[nodiscard]] inline std::error_code make_error_code(ResultCode code) noexcept {
    return {static_cast<int>(code), pcpCategory()};
}

[[nodiscard]] inline std::error_code make_error_code(NatPmpResult code) noexcept {
    return {static_cast<int>(code), natPmpCategory()};
}

} // namespace portolan::wire

template <>
struct std::is_error_code_enum<portolan::Errc> : std::true_type {};

template <>
struct std::is_error_code_enum<portolan::wire::ResultCode> : std::true_type {};

template <>
struct std::is_error_code_enum<portolan::wire::NatPmpResult> : std::true_type {};
