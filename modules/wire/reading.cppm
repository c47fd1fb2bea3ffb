// SPDX-License-Identifier: MIT
module;

#include <fmt/format.h>
#include <string_view>

// One field as text, by the way its octets are to be read. Not exported from the module: it serves `annotate`.
export module portolan.wire:reading;

import :refusal;
import :format;

namespace portolan::wire {

/// What is said about a field: its value, and what is remarkable about it.
struct FieldText {
    Text value;
    Text note;

    void clear() {
        value.clear();
        note.clear();
    }
};

/// Appends one more remark to those that stand; an empty one changes nothing.
void remark(FieldText& text, std::string_view note);

/// A way to read a field: says what its octets mean. There are as many octets as it needs.
using Reading = void (*)(FieldText& text, Bytes octets);

void asNumber(FieldText& text, Bytes octets);            ///< an unsigned number of 1, 2 or 4 octets
void asSeconds(FieldText& text, Bytes octets);           ///< likewise
void asRequestedLifetime(FieldText& text, Bytes octets); ///< likewise
void asOpcode(FieldText& text, Bytes octets);            ///< the R bit and the opcode
void asNatPmpOpcode(FieldText& text, Bytes octets);      ///< the same of NAT-PMP, whose opcodes mean other things
void asReserved(FieldText& text, Bytes octets);          ///< zeros that are ignored
void asResultCode(FieldText& text, Bytes octets);        ///< one octet, PCP
void asNatPmpResult(FieldText& text, Bytes octets);      ///< two octets, NAT-PMP
void asProtocol(FieldText& text, Bytes octets);
void asAddress(FieldText& text, Bytes octets);          ///< 16 octets
void asSuggestedAddress(FieldText& text, Bytes octets); ///< 16 octets, where all zeros means no preference
void asIpv4Address(FieldText& text, Bytes octets);      ///< 4 octets
void asSuggestedPort(FieldText& text, Bytes octets);    ///< where 0 means no preference
void asInternalPort(FieldText& text, Bytes octets);     ///< where 0 means all ports
void asFilterPort(FieldText& text, Bytes octets);       ///< where 0 means any port
void asFilterPrefix(FieldText& text, Bytes octets);     ///< a prefix length of a 128-bit address
void asOptionCode(FieldText& text, Bytes octets);
void asPortSetSize(FieldText& text, Bytes octets); ///< how many ports
void asEnd(FieldText& text, Bytes octets);         ///< whether more mappings follow
void asAnyAddress(FieldText& text, Bytes octets);  ///< 16 octets, where all zeros means any
void asParity(FieldText& text, Bytes octets);      ///< the last bit of an octet whose others are reserved
void asText(FieldText& text, Bytes octets);        ///< UTF-8, quoted
void asHex(FieldText& text, Bytes octets);

} // namespace portolan::wire
