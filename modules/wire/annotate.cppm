// SPDX-License-Identifier: MIT
export module portolan.wire:annotate;

import portolan.std;
import :refusal;

export namespace portolan::wire {

/// A stretch of a datagram and what it says. The views are good until the visitor returns.
struct Field {
    std::size_t offset = 0; ///< from the start of the datagram
    std::size_t length = 0; ///< octets, at least 1
    /// As the RFC names it, in snake_case ("mapping_nonce"); "undecoded" for octets without a meaning here.
    std::string_view name;
    std::string_view value; ///< readable: a number, a name, an address, quoted text, or hex digits
    std::string_view note;  ///< what is remarkable about it, why it was refused; often empty
};

} // namespace portolan::wire

namespace portolan::wire {

/// Where the rows go: a visitor of any type behind a plain function.
struct FieldSink {
    void* visitor = nullptr;
    void (*put)(void* visitor, const Field& field) = nullptr;
};

void annotateInto(Bytes datagram, FieldSink sink);

} // namespace portolan::wire

export namespace portolan::wire {

/// Calls `visit` with each field of the datagram from the first octet to the last, each octet once: reserved fields,
/// option headers and padding too. A datagram that `decode` refuses is read as far as its fields reach; what follows
/// is one "undecoded" row, and the field at the octet in question carries the refusal as its note.
template <class Visitor>
void annotate(Bytes datagram, Visitor&& visit) {
    using Target = std::remove_reference_t<Visitor>;
    const auto put = [](void* visitor, const Field& field) { (*static_cast<Target*>(visitor))(field); };
    annotateInto(datagram, {const_cast<void*>(static_cast<const void*>(std::addressof(visit))), put});
}

} // namespace portolan::wire
