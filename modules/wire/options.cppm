// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>

export module portolan.wire:options;

import :refusal;
import :octets;
import :option_code;
import :prefix64;
import :option;

namespace portolan::wire {

/// The octets of the option at `at`: header, data and padding (RFC 6887 §7.3). One addition and one mask, because each
/// step of a walk over options waits for it.
constexpr std::size_t encodedOptionSize(const std::uint8_t* at) noexcept {
    return (std::size_t{load16(at + 2)} + 4 + 3) & ~std::size_t{3};
}

} // namespace portolan::wire

export namespace portolan::wire {

/// The options of a message: a view over well-formed TLVs, walked in the order of appearance.
class Options {
public:
    class Iterator {
    public:
        using value_type = RawOption;
        using difference_type = std::ptrdiff_t;
        using iterator_concept = std::forward_iterator_tag;

        constexpr Iterator() noexcept = default;

        constexpr Iterator(const std::uint8_t* at, std::uint16_t offset) noexcept : at_(at), offset_(offset) {}

        [[nodiscard]] constexpr RawOption operator*() const noexcept {
            return {static_cast<OptionCode>(at_[0]), Bytes{at_ + 4, load16(at_ + 2)}, offset_};
        }

        constexpr Iterator& operator++() noexcept {
            const std::size_t size = encodedOptionSize(at_);
            at_ += size;
            offset_ = static_cast<std::uint16_t>(offset_ + size);
            return *this;
        }

        constexpr Iterator operator++(int) noexcept {
            Iterator before = *this;
            ++*this;
            return before;
        }

        friend constexpr bool operator==(const Iterator& a, const Iterator& b) noexcept { return a.at_ == b.at_; }

    private:
        const std::uint8_t* at_ = nullptr;
        std::uint16_t offset_ = 0;
    };

    constexpr Options() noexcept = default;

    /// Checks the structure of `octets`, which start at `offset` of a datagram: every header and all data, padded to
    /// a multiple of 4, must fit. Otherwise `truncatedOption` at the offset of the option that does not.
    [[nodiscard]] static constexpr result<Options> check(Bytes octets, std::uint16_t offset = 0) noexcept {
        const std::size_t sound = soundPrefix(octets);
        if (sound != octets.size()) {
            return Refusal{Fault::truncatedOption, static_cast<std::uint16_t>(offset + sound)};
        }
        return Options{octets, offset};
    }

    /// The options up to the first that is not well formed: what can be read of an error response, which copies
    /// the request's options whatever they were and may cut them (RFC 6887 §8.2).
    [[nodiscard]] static constexpr Options readable(Bytes octets, std::uint16_t offset = 0) noexcept {
        return Options{octets.first(soundPrefix(octets)), offset};
    }

    [[nodiscard]] constexpr Iterator begin() const noexcept { return {octets_.data(), offset_}; }

    [[nodiscard]] constexpr Iterator end() const noexcept {
        return {octets_.data() + octets_.size(), static_cast<std::uint16_t>(offset_ + octets_.size())};
    }

    [[nodiscard]] constexpr bool empty() const noexcept { return octets_.empty(); }

    /// The encoded options, padding included.
    [[nodiscard]] constexpr Bytes octets() const noexcept { return octets_; }

    /// The same options in the same order, wherever they stand.
    friend constexpr bool operator==(const Options& a, const Options& b) noexcept { return std::ranges::equal(a, b); }

private:
    constexpr Options(Bytes octets, std::uint16_t offset) noexcept : octets_(octets), offset_(offset) {}

    static constexpr std::size_t soundPrefix(Bytes octets) noexcept {
        std::size_t at = 0;
        while (octets.size() - at >= 4) {
            const std::size_t size = encodedOptionSize(octets.data() + at);
            if (octets.size() - at < size) {
                break;
            }
            at += size;
        }
        return at;
    }

    Bytes octets_;
    std::uint16_t offset_ = 0;
};

/// Writes options one after another into the caller's room; `options()` views what was written.
/// The first write that does not fit is refused with `noRoom` and changes nothing.
class OptionWriter {
public:
    constexpr explicit OptionWriter(Room room) noexcept : room_(room) {}

    constexpr result<void> add(const ThirdParty& option) noexcept;
    constexpr result<void> add(PreferFailure option) noexcept;
    constexpr result<void> add(const Filter& option) noexcept;
    constexpr result<void> add(const RawOption& option) noexcept;
    constexpr result<void> add(const ThirdPartyId& option) noexcept;
    constexpr result<void> add(const Description& option) noexcept;
    constexpr result<void> add(const Prefix64& option) noexcept;
    constexpr result<void> add(const PortSet& option) noexcept;
    constexpr result<void> add(CheckpointRequired option) noexcept;

    /// Writes the header and the padding of an option of any code; the caller fills the room for its data.
    [[nodiscard]] constexpr result<Room> begin(OptionCode code, std::size_t dataSize) noexcept;

    [[nodiscard]] constexpr Options options() const noexcept { return Options::readable(room_.first(size_)); }

private:
    /// Writes the header and the padding of an option and returns where its data goes; null if it does not fit.
    constexpr std::uint8_t* open(OptionCode code, std::size_t size) noexcept;

    [[nodiscard]] constexpr Refusal noRoom() const noexcept {
        return {Fault::noRoom, static_cast<std::uint16_t>(size_)};
    }

    Room room_;
    std::size_t size_ = 0;
};

constexpr std::uint8_t* OptionWriter::open(OptionCode code, std::size_t size) noexcept {
    const std::size_t padded = roundUpToFour(size);
    if (size > 0xffff || room_.size() - size_ < 4 + padded) {
        return nullptr;
    }
    std::uint8_t* at = room_.data() + size_;
    at[0] = static_cast<std::uint8_t>(code);
    at[1] = 0;
    store16(at + 2, static_cast<std::uint16_t>(size));
    storeZeros(at + 4 + size, padded - size);
    size_ += 4 + padded;
    return at + 4;
}

constexpr result<void> OptionWriter::add(const ThirdParty& option) noexcept {
    std::uint8_t* data = open(OptionCode::thirdParty, 16);
    if (data == nullptr) {
        return noRoom();
    }
    storeArray(data, option.internalAddress.octets);
    return boost::outcome_v2::success();
}

constexpr result<void> OptionWriter::add(PreferFailure /*option*/) noexcept {
    if (open(OptionCode::preferFailure, 0) == nullptr) {
        return noRoom();
    }
    return boost::outcome_v2::success();
}

constexpr result<void> OptionWriter::add(const Filter& option) noexcept {
    std::uint8_t* data = open(OptionCode::filter, 20);
    if (data == nullptr) {
        return noRoom();
    }
    data[0] = 0;
    data[1] = option.prefixLength;
    store16(data + 2, option.remotePort);
    storeArray(data + 4, option.remoteAddress.octets);
    return boost::outcome_v2::success();
}

constexpr result<Room> OptionWriter::begin(OptionCode code, std::size_t dataSize) noexcept {
    std::uint8_t* data = open(code, dataSize);
    if (data == nullptr) {
        return noRoom();
    }
    return Room{data, dataSize};
}

constexpr result<void> OptionWriter::add(const RawOption& option) noexcept {
    std::uint8_t* data = open(option.code, option.data.size());
    if (data == nullptr) {
        return noRoom();
    }
    std::copy_n(option.data.data(), option.data.size(), data);
    return boost::outcome_v2::success();
}

constexpr result<void> OptionWriter::add(const ThirdPartyId& option) noexcept {
    return add(RawOption{OptionCode::thirdPartyId, option.id});
}

constexpr result<void> OptionWriter::add(const Description& option) noexcept {
    return add(RawOption{OptionCode::description, option.text});
}

// The count is written even where it is zero, as RFC 7225 §4.1 demands of a request.
constexpr result<void> OptionWriter::add(const Prefix64& option) noexcept {
    const Bytes list = option.ipv4.octets();
    std::uint8_t* data = open(OptionCode::prefix64, 16 + list.size());
    if (data == nullptr) {
        return noRoom();
    }
    store16(data, option.prefixLength);
    storeArray(data + 2, option.octets);
    store16(data + 14, static_cast<std::uint16_t>(option.ipv4.size()));
    storeOctets(data + 16, list);
    return boost::outcome_v2::success();
}

constexpr result<void> OptionWriter::add(const PortSet& option) noexcept {
    std::uint8_t* data = open(OptionCode::portSet, 5);
    if (data == nullptr) {
        return noRoom();
    }
    store16(data, option.size);
    store16(data + 2, option.firstInternalPort);
    data[4] = option.parity ? 1 : 0;
    return boost::outcome_v2::success();
}

constexpr result<void> OptionWriter::add(CheckpointRequired /*option*/) noexcept {
    return add(RawOption{OptionCode::checkpointRequired, {}});
}

} // namespace portolan::wire
