// SPDX-License-Identifier: MIT
module;

#include <array>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

module portolan.wire;

import :field_layout;
import :reading;

namespace portolan::wire {

namespace {

/// Walks one datagram and puts its fields, in order and without gaps.
class Annotator {
public:
    Annotator(Bytes datagram, FieldSink sink) noexcept : datagram_(datagram), sink_(sink), decoded_(decode(datagram)) {}

    void run();

private:
    void pcp();
    void natPmp();
    /// The fields of MAP and PEER from octet 24 on; false if the datagram is too short for them.
    bool mapping(Opcode opcode, bool response);
    void options();
    void option(const RawOption& raw);
    void prefix64(std::size_t end);
    void next(std::size_t end);
    void prefix64Data(std::size_t prefixSize);

    /// Puts the fields in order while they lie before `end`; false if one does not.
    bool fields(Layout layout, std::size_t end);

    bool fields(Layout layout) { return fields(layout, datagram_.size()); }

    void put(std::string_view name, Reading reading, std::size_t length);
    void putText(std::string_view name, std::size_t length);
    void addRefusal(const std::optional<Refusal>& refusal, std::size_t end);

    [[nodiscard]] std::uint8_t octet(std::size_t at) const { return datagram_[at]; }

    Bytes datagram_;
    FieldSink sink_;
    result<Datagram> decoded_;
    std::optional<Refusal> optionRefusal_; ///< of the option being walked
    bool zeroLifetimeDeletes_ = false;
    std::size_t at_ = 0;
    FieldText text_;
};

void Annotator::run() {
    if (datagram_.empty()) {
        return;
    }
    if (octet(0) == natPmpVersion) {
        natPmp();
    } else if (octet(0) == pcpVersion || decodeVersionRejection(datagram_)) {
        pcp();
    } else {
        put("version", asNumber, 1); // what follows is another version's business
    }
    if (at_ < datagram_.size()) {
        remark(text_, decoded_ ? "no meaning here" : "");
        put("undecoded", asHex, datagram_.size() - at_);
    }
}

void Annotator::pcp() {
    if (!fields(startLayout)) {
        return;
    }
    const bool response = (octet(1) & 0x80) != 0;
    const auto opcode = static_cast<Opcode>(octet(1) & 0x7f);
    zeroLifetimeDeletes_ = opcode == Opcode::map;
    const Layout coded = codedRequestLayout;
    const Layout plain = requestReservedLayout;
    const bool whole = response ? fields(responseLayout)
                                : fields(opcode == Opcode::authentication ? coded : plain) && fields(requestLayout);
    if (!whole) {
        return;
    }
    switch (opcode) {
    case Opcode::announce:
        options();
        return;
    case Opcode::map:
    case Opcode::peer:
        if (mapping(opcode, response)) {
            options();
        }
        return;
    case Opcode::authentication:
        if (fields(authenticationLayout)) {
            options();
        }
        return;
    }
    if (opcode == drafts::get) {
        if (fields(getLayout)) {
            options();
        }
        return;
    }
    if (at_ < datagram_.size()) {
        put("opcode_specific_information", asHex, datagram_.size() - at_);
    }
}

bool Annotator::mapping(Opcode opcode, bool response) {
    const Layout external = response ? Layout{assignedLayout} : Layout{suggestedLayout};
    return fields(mappingLayout) && fields(external) && (opcode != Opcode::peer || fields(remotePeerLayout));
}

void Annotator::options() {
    const Options sound = Options::readable(datagram_.subspan(at_), static_cast<std::uint16_t>(at_));
    for (const RawOption raw : sound) {
        option(raw);
    }
    optionRefusal_.reset();
    if (datagram_.size() - at_ >= 4) {
        fields(optionHeaderLayout); // of the first option that does not fit
    }
}

void Annotator::option(const RawOption& raw) {
    const auto meaning = interpret(raw);
    optionRefusal_ = meaning ? std::nullopt : std::optional{meaning.error()};
    const std::size_t dataEnd = at_ + 4 + raw.data.size();
    const std::size_t paddedEnd = at_ + 4 + roundUpToFour(raw.data.size());
    fields(optionHeaderLayout);
    if (raw.code == OptionCode::prefix64) {
        prefix64(dataEnd);
    } else if (raw.code == drafts::next) {
        next(dataEnd);
    } else {
        fields(layoutOf(raw.code), dataEnd);
    }
    if (at_ < dataEnd) {
        put("data", asHex, dataEnd - at_);
    }
    if (at_ < paddedEnd) {
        put("padding", asReserved, paddedEnd - at_);
    }
}

void Annotator::prefix64(std::size_t end) {
    constexpr std::size_t addressPart = 12; // the prefix and the suffix together (RFC 7225 §4.1)
    if (end - at_ < 2 + addressPart) {
        return;
    }
    const std::size_t prefixSize = load16(datagram_.data() + at_);
    fields(prefix64LengthLayout, end);
    if ((prefixSize < 4 || prefixSize > 8) && prefixSize != addressPart) {
        return;
    }
    prefix64Data(prefixSize);
    if (prefixSize < addressPart) {
        put("suffix", asHex, addressPart - prefixSize);
    }
    if (end - at_ < 2) {
        return;
    }
    const std::size_t count = load16(datagram_.data() + at_);
    fields(ipv4CountLayout, end);
    for (std::size_t i = 0; i < count && fields(ipv4PrefixLayout, end); ++i) {
    }
}

void Annotator::prefix64Data(std::size_t prefixSize) {
    Address prefix;
    storeOctets(prefix.octets.data(), datagram_.subspan(at_, prefixSize));
    append(text_.value, prefix);
    fmt::format_to(std::back_inserter(text_.value), "/{}", prefixSize * 8);
    putText("prefix64", prefixSize);
}

// Which form it has shows in its length alone: the nonce is as long as three empty options, so that a response of the
// earlier form with that much behind its ports is taken for the later one.
void Annotator::next(std::size_t end) {
    const std::size_t size = end - at_;
    if (size >= drafts::nextSize(drafts::NextVersion::withNonce)) {
        fields(nextNonceLayout, end);
    }
    if (size < drafts::nextSize(drafts::NextVersion::withoutNonce)) {
        return;
    }
    fields(nextLayout, end);
    if ((octet(1) & 0x80) == 0) {
        while (at_ < end) {
            fields(nextOptionCodeLayout, end);
        }
        return;
    }
    for (const RawOption raw : Options::readable(datagram_.first(end).subspan(at_), static_cast<std::uint16_t>(at_))) {
        if (raw.code == drafts::next) {
            return; // a mapping within a mapping has no meaning
        }
        option(raw);
    }
}

void Annotator::natPmp() {
    const bool isRefusal = decoded_ && std::holds_alternative<NatPmpRefusal>(decoded_.assume_value());
    const bool isResponse = datagram_.size() > 1 && (octet(1) & 0x80) != 0;
    put("version", asNumber, 1);
    if (at_ == datagram_.size()) {
        return;
    }
    if (isRefusal && !isResponse) {
        remark(text_, "a response without its top bit");
        put("opcode", asNumber, 1);
    } else {
        put("opcode", asNatPmpOpcode, 1);
    }
    zeroLifetimeDeletes_ = true;
    if (isRefusal) {
        fields(natPmpResponseLayout);
        return;
    }
    switch (octet(1)) {
    case 1:
    case 2:
        fields(natPmpMapRequestLayout);
        return;
    case 0x80:
        (void)(fields(natPmpResponseLayout) && fields(natPmpAddressLayout));
        return;
    case 0x81:
    case 0x82:
        (void)(fields(natPmpResponseLayout) && fields(natPmpMappingLayout));
        return;
    default:
        return;
    }
}

bool Annotator::fields(Layout layout, std::size_t end) {
    for (const FieldLayout& field : layout) {
        const std::size_t length = field.length == restOfOption ? end - at_ : field.length;
        if (end - at_ < length) {
            return false;
        }
        if (length != 0) {
            put(field.name, field.reading, length);
        }
    }
    return true;
}

void Annotator::put(std::string_view name, Reading reading, std::size_t length) {
    const Bytes octets = datagram_.subspan(at_, length);
    reading(text_, octets);
    if (reading == asRequestedLifetime && zeroLifetimeDeletes_ && load32(octets.data()) == 0) {
        remark(text_, "deletes");
    }
    putText(name, length);
}

void Annotator::putText(std::string_view name, std::size_t length) {
    const std::size_t end = at_ + length;
    addRefusal(decoded_ ? std::nullopt : std::optional{decoded_.error()}, end);
    addRefusal(optionRefusal_, end);
    const Field field{
        at_, length, name, {text_.value.data(), text_.value.size()}, {text_.note.data(), text_.note.size()}};
    sink_.put(sink_.visitor, field);
    text_.clear();
    at_ = end;
}

/// A refusal belongs to the field at its octet; one behind the last octet, to the last field.
void Annotator::addRefusal(const std::optional<Refusal>& refusal, std::size_t end) {
    if (!refusal) {
        return;
    }
    const bool inside = refusal->offset >= at_ && refusal->offset < end;
    const bool behind = refusal->offset >= datagram_.size() && end == datagram_.size();
    if (inside || behind) {
        remark(text_, describe(refusal->fault));
    }
}

} // namespace

void annotateInto(Bytes datagram, FieldSink sink) {
    Annotator{datagram, sink}.run();
}

} // namespace portolan::wire
