// SPDX-License-Identifier: MIT
module;

#include <concepts>
#include <fmt/format.h>
#include <string_view>

// Everything of this module as text, through fmt: one line, for a person. Width and alignment work as they do for
// strings ("{:>15}"). Nothing is allocated for messages of ordinary length.
export module portolan.wire:format;

import :refusal;
import :address;
import :codes;
import :option_code;
import :prefix64;
import :option;
import :options;
import :header;
import :raw;
import :announce;
import :map;
import :peer;
import :nat_pmp;
import :datagram;
import :drafts;
import :rule;

namespace portolan::wire {

/// Text under construction; it allocates only past 500 characters.
using Text = fmt::memory_buffer;

void appendText(Text& to, std::string_view text);
void appendHex(Text& to, Bytes octets); ///< two digits an octet

/// UTF-8 in quotes, so that it cannot disturb a terminal or the quotes: control characters, quotes and backslashes as
/// \u and four hex digits.
void appendQuoted(Text& to, Bytes text);

void append(Text& to, const Address& address);
void append(Text& to, const Nonce& nonce);
void append(Text& to, Opcode opcode);
void append(Text& to, Protocol protocol);
void append(Text& to, ResultCode code);
void append(Text& to, NatPmpResult code);
void append(Text& to, OptionCode code);
void append(Text& to, Fault fault);
void append(Text& to, Refusal refusal);
void append(Text& to, Rule rule);
void append(Text& to, const Breach& breach);

void append(Text& to, const ThirdParty& option);
void append(Text& to, PreferFailure option);
void append(Text& to, const Filter& option);
void append(Text& to, const RawOption& option);
void append(Text& to, const ThirdPartyId& option);
void append(Text& to, const Description& option);
void append(Text& to, const Ipv4Prefix& prefix);
void append(Text& to, const Prefix64& option);
void append(Text& to, const PortSet& option);
void append(Text& to, CheckpointRequired option);
void append(Text& to, const Option& option);
void append(Text& to, const Options& options);

void append(Text& to, const AnnounceRequest& message);
void append(Text& to, const AnnounceResponse& message);
void append(Text& to, const MapRequest& message);
void append(Text& to, const MapResponse& message);
void append(Text& to, const PeerRequest& message);
void append(Text& to, const PeerResponse& message);
void append(Text& to, const RequestHeader& header);
void append(Text& to, const ResponseHeader& header);
void append(Text& to, const RawRequest& message);
void append(Text& to, const RawResponse& message);
void append(Text& to, const VersionRejection& message);
void append(Text& to, NatPmpAddressRequest message);
void append(Text& to, const NatPmpAddressResponse& message);
void append(Text& to, const NatPmpMapRequest& message);
void append(Text& to, const NatPmpMapResponse& message);
void append(Text& to, const NatPmpRefusal& message);
void append(Text& to, const Datagram& message);

namespace drafts {

void append(Text& to, const GetFilter& filter);
void append(Text& to, const GetRequest& message);
void append(Text& to, const GetResponse& message);
void append(Text& to, const Next& option);

} // namespace drafts

/// Formats a value as the string that `append` makes of it.
template <class Value>
struct TextFormatter : fmt::formatter<fmt::string_view> {
    auto format(const Value& value, fmt::format_context& context) const {
        Text text;
        append(text, value);
        return fmt::formatter<fmt::string_view>::format({text.data(), text.size()}, context);
    }
};

template <class Value, class... Values>
concept OneOf = (std::same_as<Value, Values> || ...);

template <class Value>
concept AddressOrNonce = OneOf<Value, Address, Nonce>;

template <class Value>
concept Code = OneOf<Value, Opcode, Protocol, ResultCode, NatPmpResult, OptionCode>;

template <class Value>
concept Complaint = OneOf<Value, Fault, Refusal, Rule, Breach>;

template <class Value>
concept OneOption = OneOf<Value, ThirdParty, PreferFailure, Filter, RawOption, ThirdPartyId, Description, Prefix64,
                          PortSet, CheckpointRequired>;

template <class Value>
concept AddressRange = OneOf<Value, Ipv4Prefix>;

template <class Value>
concept Draft = OneOf<Value, drafts::GetFilter, drafts::GetRequest, drafts::GetResponse, drafts::Next>;

template <class Value>
concept Message = OneOf<Value, AnnounceRequest, AnnounceResponse, MapRequest, MapResponse, PeerRequest, PeerResponse,
                        RequestHeader, ResponseHeader, RawRequest, RawResponse, VersionRejection, NatPmpAddressRequest,
                        NatPmpAddressResponse, NatPmpMapRequest, NatPmpMapResponse, NatPmpRefusal>;

} // namespace portolan::wire

/// An address in the text of RFC 5952, IPv4-mapped ones as a.b.c.d; a nonce as 24 hex digits.
template <portolan::wire::AddressOrNonce Value>
struct fmt::formatter<Value> : portolan::wire::TextFormatter<Value> {};

/// The name of a code, or the number of one that has no name.
template <portolan::wire::Code Value>
struct fmt::formatter<Value> : portolan::wire::TextFormatter<Value> {};

/// "message too short", and of a refusal also "at octet 20"; of a breach the field, "protocol: PEER needs a protocol".
template <portolan::wire::Complaint Value>
struct fmt::formatter<Value> : portolan::wire::TextFormatter<Value> {};

/// "192.0.2.0/24".
template <portolan::wire::AddressRange Value>
struct fmt::formatter<Value> : portolan::wire::TextFormatter<Value> {};

/// "GET request: tcp, ..."; of a NEXT one mapping: "tcp 192.0.2.7:80 -> 203.0.113.45:4080, 3600 s left".
template <portolan::wire::Draft Value>
struct fmt::formatter<Value> : portolan::wire::TextFormatter<Value> {};

/// "FILTER 198.51.100.0/24 port 80", "PORT_SET 100 ports from 50000"; of an option without a type of its own the length
/// and the data in hex.
template <portolan::wire::OneOption Value>
struct fmt::formatter<Value> : portolan::wire::TextFormatter<Value> {};

/// "MAP response SUCCESS: tcp 8080, assigned 203.0.113.45:40123, lifetime 3600 s, epoch 123456 s, nonce 4f2a...".
template <portolan::wire::Message Value>
struct fmt::formatter<Value> : portolan::wire::TextFormatter<Value> {};

// These three are ranges or variants, for which fmt's own headers have partial specialisations: ours must be full.
template <>
struct fmt::formatter<portolan::wire::Option> : portolan::wire::TextFormatter<portolan::wire::Option> {};

/// All options, separated by "; ".
template <>
struct fmt::formatter<portolan::wire::Options> : portolan::wire::TextFormatter<portolan::wire::Options> {};

template <>
struct fmt::formatter<portolan::wire::Datagram> : portolan::wire::TextFormatter<portolan::wire::Datagram> {};
