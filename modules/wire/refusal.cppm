// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

export module portolan.wire:refusal;

export namespace portolan::wire {

/// A datagram, or part of one, to read from.
using Bytes = std::span<const std::uint8_t>;

/// Room to write a datagram into.
using Room = std::span<std::uint8_t>;

/// The largest PCP message, in octets (RFC 6887 §7).
inline constexpr std::size_t maxMessageSize = 1100;

/// What was wrong with octets that were to be decoded, or with a message that was to be encoded.
enum class Fault : std::uint8_t {
    tooShort,           ///< fewer octets than the fixed part of the message
    tooLong,            ///< more than 1100 octets (RFC 6887 §7), or more than a NAT-PMP message has
    notMultipleOfFour,  ///< a PCP length that is not a multiple of 4 (RFC 6887 §8.3)
    unsupportedVersion, ///< a version octet other than the one this message has
    wrongDirection,     ///< a response where a request was expected, or the reverse (the R bit)
    wrongOpcode,        ///< another opcode than the message decoded for
    unsuppVersion,      ///< a well-formed UNSUPP_VERSION answer, which has no body to decode (RFC 6887 §9)
    truncatedOption,    ///< an option whose length reaches past the end of the message (RFC 6887 §7.3)
    wrongResult,        ///< another result code than the message decoded for has
    badOptionLength,    ///< an option whose data is not as long as its code demands
    badPrefixLength,    ///< a FILTER prefix length outside the range of its address family (RFC 6887 §13.3)
    badPrefix64Length,  ///< a PREFIX64 length that is not 4, 5, 6, 7, 8 or 12 octets (RFC 7225 §4.1)
    reservedOctetSet,   ///< bits 64 to 71 of a NAT64's prefix are not zero (RFC 6052 §2.2)
    notUtf8,            ///< a DESCRIPTION that is not UTF-8 (RFC 7220 §2)
    noRoom,             ///< the caller's span is too small for the encoded message
};

/// A sentence part naming the fault, lower case, without a full stop.
[[nodiscard]] constexpr std::string_view describe(Fault fault) noexcept {
    switch (fault) {
    case Fault::tooShort:
        return "message too short";
    case Fault::tooLong:
        return "message too long";
    case Fault::notMultipleOfFour:
        return "length is not a multiple of 4";
    case Fault::unsupportedVersion:
        return "unsupported version";
    case Fault::wrongDirection:
        return "wrong direction (R bit)";
    case Fault::wrongOpcode:
        return "another opcode than expected";
    case Fault::unsuppVersion:
        return "an UNSUPP_VERSION answer, which has no body";
    case Fault::truncatedOption:
        return "option reaches past the end of the message";
    case Fault::wrongResult:
        return "another result code than expected";
    case Fault::badOptionLength:
        return "option data has the wrong length for its code";
    case Fault::badPrefixLength:
        return "filter prefix length out of range";
    case Fault::badPrefix64Length:
        return "prefix length is not 4, 5, 6, 7, 8 or 12 octets";
    case Fault::reservedOctetSet:
        return "bits 64 to 71 of the prefix are not zero";
    case Fault::notUtf8:
        return "not UTF-8";
    case Fault::noRoom:
        return "not enough room for the encoded message";
    }
    return "unknown fault";
}

/// Why octets could not be decoded (or a message not encoded), and at which octet of the message.
struct Refusal {
    Fault fault;
    std::uint16_t offset; ///< octet offset from the start of the datagram

    friend constexpr bool operator==(Refusal, Refusal) noexcept = default;
};

/// What a codec function returns: the value, or why not. Asking the wrong one of the two ends the program.
template <class T>
using result = boost::outcome_v2::basic_result<T, Refusal, boost::outcome_v2::policy::terminate>;

} // namespace portolan::wire
