// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

// What was proposed for PCP and never became a standard, but is met: reading a gateway's mapping table with GET and
// NEXT (draft-boucadair-pcp-failure), and pairs of ports for RTP and RTCP with PORT_RESERVATION. Its numbers are not
// assigned. Nothing of it is sent unless a program asks for it by these names.
export module portolan.wire:drafts;

import :refusal;
import :address;
import :codes;
import :octets;
import :header;
import :option_code;
import :option;
import :options;
import :mapping_body;

export namespace portolan::wire::drafts {

inline constexpr auto get = static_cast<Opcode>(98);                   ///< reads the mapping table
inline constexpr auto next = static_cast<OptionCode>(131);             ///< one mapping, and where a walk goes on
inline constexpr auto portReservation = static_cast<OptionCode>(132);  ///< the next port, too; without data
inline constexpr auto noSuchMapping = static_cast<ResultCode>(130);    ///< the walk's last mapping is gone
inline constexpr auto ambiguousMapping = static_cast<ResultCode>(131); ///< several mappings are meant
inline constexpr std::uint16_t getSize = 64; ///< octets of a GET message without options, in both directions

/// The names of the drafts' numbers; empty for any other.
[[nodiscard]] constexpr std::string_view name(Opcode opcode) noexcept {
    return opcode == get ? "GET" : "";
}

[[nodiscard]] constexpr std::string_view name(ResultCode code) noexcept {
    if (code == noSuchMapping) {
        return "NONEXIST_MAP";
    }
    return code == ambiguousMapping ? "AMBIGUOUS" : "";
}

[[nodiscard]] constexpr std::string_view name(OptionCode code) noexcept {
    if (code == oldDescription) {
        return "DESCRIPTION";
    }
    if (code == portReservation) {
        return "PORT_RESERVATION";
    }
    return code == next ? "NEXT" : "";
}

/// Which mappings a GET asks for; zeros are wildcards.
struct GetFilter {
    Protocol protocol{};       ///< 0: of any, and then neither port is given
    Address internalAddress{}; ///< `isAny()`: any
    Address externalAddress{}; ///< likewise
    std::uint16_t internalPort = 0;
    std::uint16_t externalPort = 0;

    friend constexpr bool operator==(const GetFilter&, const GetFilter&) noexcept = default;
};

/// GET request: opcode 98, lifetime 0.
struct GetRequest {
    Address clientAddress{};
    GetFilter filter{};
    Options options{}; ///< one NEXT at most

    friend constexpr bool operator==(const GetRequest&, const GetRequest&) noexcept = default;
};

/// GET response; the filter is a copy of the request's.
struct GetResponse {
    ResultCode resultCode = ResultCode::success;
    std::uint32_t lifetimeSeconds = 0; ///< of an error, as long as it should be assumed to last
    std::uint32_t epochSeconds = 0;
    GetFilter filter{};
    Options options{}; ///< a NEXT for each mapping; of an error response as far as they can be read

    friend constexpr bool operator==(const GetResponse&, const GetResponse&) noexcept = default;
};

/// The two forms of NEXT: the later one has the mapping's nonce in front.
enum class NextVersion : std::uint8_t { withoutNonce = 1, withNonce = 2 };

/// NEXT: in a request the last mapping seen, or zeros to begin with; in a response one mapping.
struct Next {
    Nonce nonce{}; ///< of the later form only
    Protocol protocol{};
    bool end = false; ///< in a request: this mapping alone; in a response: nothing comes behind it
    Address internalAddress{};
    Address externalAddress{};
    std::uint32_t remainingSeconds = 0;
    std::uint16_t internalPort = 0;
    std::uint16_t externalPort = 0;
    /// In a request the codes of the options wanted, an octet each; in a response the mapping's options, encoded.
    Bytes rest{};

    /// The mapping's options in a response; `truncatedOption` at an offset within `rest`.
    [[nodiscard]] constexpr result<Options> options() const noexcept { return Options::check(rest); }

    /// Whether both name the same mapping; how long it lives and what else it has may differ.
    [[nodiscard]] constexpr bool names(const Next& other) const noexcept {
        return protocol == other.protocol && internalAddress == other.internalAddress &&
               externalAddress == other.externalAddress && internalPort == other.internalPort &&
               externalPort == other.externalPort;
    }

    friend constexpr bool operator==(const Next& a, const Next& b) noexcept {
        return a.names(b) && a.nonce == b.nonce && a.end == b.end && a.remainingSeconds == b.remainingSeconds &&
               std::ranges::equal(a.rest, b.rest);
    }
};

/// PORT_RESERVATION: the external port is even, and the port behind it is reserved as long, for RTP and RTCP.
struct PortReservation {
    friend constexpr bool operator==(PortReservation, PortReservation) noexcept = default;
};

/// Octets of a NEXT without what follows its ports.
[[nodiscard]] constexpr std::size_t nextSize(NextVersion version) noexcept {
    return version == NextVersion::withNonce ? 56 : 44;
}

/// Reads a NEXT; refuses another code and less data than its fields need.
[[nodiscard]] constexpr result<Next> readNext(const RawOption& raw, NextVersion version) noexcept {
    if (raw.code != next || raw.data.size() < nextSize(version)) {
        return Refusal{Fault::badOptionLength, static_cast<std::uint16_t>(raw.offset + 2)};
    }
    const std::uint8_t* at = raw.data.data();
    Next option;
    if (version == NextVersion::withNonce) {
        option.nonce = {loadArray<12>(at)};
        at += 12;
    }
    option.protocol = static_cast<Protocol>(at[0]);
    option.end = at[3] != 0;
    option.internalAddress = {loadArray<16>(at + 4)};
    option.externalAddress = {loadArray<16>(at + 20)};
    option.remainingSeconds = load32(at + 36);
    option.internalPort = load16(at + 40);
    option.externalPort = load16(at + 42);
    option.rest = raw.data.subspan(nextSize(version));
    return option;
}

/// Writes a NEXT behind the options that `writer` has; `noRoom` if it does not fit.
[[nodiscard]] constexpr result<void> writeNext(OptionWriter& writer, const Next& option, NextVersion version) noexcept {
    const auto room = writer.begin(next, nextSize(version) + option.rest.size());
    if (!room) {
        return room.error();
    }
    std::uint8_t* at = room.assume_value().data();
    if (version == NextVersion::withNonce) {
        storeArray(at, option.nonce.octets);
        at += 12;
    }
    at[0] = static_cast<std::uint8_t>(option.protocol);
    storeZeros(at + 1, 2);
    at[3] = option.end ? 1 : 0;
    storeArray(at + 4, option.internalAddress.octets);
    storeArray(at + 20, option.externalAddress.octets);
    store32(at + 36, option.remainingSeconds);
    store16(at + 40, option.internalPort);
    store16(at + 42, option.externalPort);
    storeOctets(at + 44, option.rest);
    return boost::outcome_v2::success();
}

} // namespace portolan::wire::drafts

namespace portolan::wire::drafts {

constexpr GetFilter loadFilter(const std::uint8_t* at) noexcept {
    return {static_cast<Protocol>(at[24]),
            {loadArray<16>(at + 28)},
            {loadArray<16>(at + 44)},
            load16(at + 60),
            load16(at + 62)};
}

constexpr void storeBody(std::uint8_t* at, const GetFilter& filter, const Options& options) noexcept {
    at[24] = static_cast<std::uint8_t>(filter.protocol);
    storeZeros(at + 25, 3);
    storeArray(at + 28, filter.internalAddress.octets);
    storeArray(at + 44, filter.externalAddress.octets);
    store16(at + 60, filter.internalPort);
    store16(at + 62, filter.externalPort);
    storeOctets(at + getSize, options.octets());
}

} // namespace portolan::wire::drafts

export namespace portolan::wire::drafts {

/// Refuses as `decodeRequestHeader` does, then another opcode, less than 64 octets and options not well formed.
[[nodiscard]] constexpr result<GetRequest> decodeGetRequest(Bytes datagram) noexcept {
    if (const auto refusal = refuseRequestHeader(datagram)) {
        return *refusal;
    }
    if (const auto refusal = refuseBody(datagram, get, getSize)) {
        return *refusal;
    }
    const auto options = Options::check(datagram.subspan(getSize), getSize);
    if (!options) {
        return options.error();
    }
    return GetRequest{loadRequestHeader(datagram.data()).clientAddress, loadFilter(datagram.data()),
                      options.assume_value()};
}

/// Refuses as `decodeResponseHeader` does, then another opcode, less than 64 octets and, on success, options not well
/// formed.
[[nodiscard]] constexpr result<GetResponse> decodeGetResponse(Bytes datagram) noexcept {
    if (const auto refusal = refuseResponseHeader(datagram)) {
        return *refusal;
    }
    if (const auto refusal = refuseBody(datagram, get, getSize)) {
        return *refusal;
    }
    const auto options = responseOptions(datagram, getSize);
    if (!options) {
        return options.error();
    }
    const ResponseHeader header = loadResponseHeader(datagram.data());
    return GetResponse{header.resultCode, header.lifetimeSeconds, header.epochSeconds, loadFilter(datagram.data()),
                       options.assume_value()};
}

/// Writes the message and returns its size in octets.
[[nodiscard]] constexpr result<std::size_t> encode(const GetRequest& message, Room room) noexcept {
    const auto size = encodedSize(getSize, message.options.octets(), room);
    if (size) {
        store(room.data(), RequestHeader{get, 0, message.clientAddress});
        storeBody(room.data(), message.filter, message.options);
    }
    return size;
}

/// Writes the message and returns its size in octets.
[[nodiscard]] constexpr result<std::size_t> encode(const GetResponse& message, Room room) noexcept {
    const auto size = encodedSize(getSize, message.options.octets(), room);
    if (size) {
        store(room.data(), ResponseHeader{get, message.resultCode, message.lifetimeSeconds, message.epochSeconds});
        storeBody(room.data(), message.filter, message.options);
    }
    return size;
}

} // namespace portolan::wire::drafts
