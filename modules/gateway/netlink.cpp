// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <system_error>

module portolan.gateway;

namespace portolan::gateway::netlink {

namespace {

// struct nlmsghdr: length 4, type 2, flags 2, sequence number 4, port 4.
constexpr std::size_t typeAt = 4;
constexpr std::size_t flagsAt = 6;
constexpr std::size_t sequenceAt = 8;

constexpr std::uint16_t flagRequest = 0x01;
constexpr std::uint16_t flagMulti = 0x02;
constexpr std::uint16_t flagInterrupted = 0x10;
constexpr std::uint16_t flagDump = 0x300; // of a request only: NLM_F_ROOT and NLM_F_MATCH

constexpr std::uint16_t typeError = 2;
constexpr std::uint16_t typeDone = 3;
constexpr std::uint16_t typeOverrun = 4;

constexpr std::int32_t greatestError = 4095; // MAX_ERRNO: the kernel answers 0 or one of -4095 to -1

// struct rtattr: length 2, type 2.
constexpr std::size_t attributeHeaderSize = 4;
constexpr std::uint16_t attributeTypeMask = 0x3fff; // without NLA_F_NESTED and NLA_F_NET_BYTEORDER

template <class T>
void store(wire::Room octets, std::size_t at, T value) noexcept {
    std::memcpy(octets.data() + at, &value, sizeof value);
}

Error badMessage(const char* what) {
    return {std::make_error_code(std::errc::bad_message), what};
}

std::optional<wire::Bytes> takeMessage(wire::Bytes& rest) noexcept {
    if (rest.size() < messageHeaderSize) {
        return std::nullopt;
    }
    return takeRecord(rest, messageHeaderSize, load<std::uint32_t>(rest, 0));
}

} // namespace

void Dump::begin(std::uint32_t sequence) {
    sequence_ = sequence;
    malformed_ = 0;
    interrupted_ = false;
    done_ = false;
    clear();
}

result<bool> Dump::feed(wire::Bytes datagram) {
    while (!datagram.empty() && !done_) {
        const auto message = takeMessage(datagram);
        if (!message) {
            return badMessage("a netlink message has an impossible length");
        }
        if (load<std::uint32_t>(*message, sequenceAt) != sequence_) {
            continue;
        }
        const auto flags = load<std::uint16_t>(*message, flagsAt);
        const auto type = load<std::uint16_t>(*message, typeAt);
        const wire::Bytes body = message->subspan(messageHeaderSize);
        interrupted_ = interrupted_ || (flags & flagInterrupted) != 0;
        if (type == messageType_) {
            malformed_ += take(body) ? 0 : 1;
            done_ = (flags & flagMulti) == 0; // an answer in one message has no "done" behind it
        } else {
            BOOST_OUTCOME_TRY(finish(type, body));
        }
    }
    return done_;
}

result<void> Dump::finish(std::uint16_t type, wire::Bytes body) {
    if (type == typeOverrun) {
        return Error{std::make_error_code(std::errc::no_buffer_space), "netlink lost a part of the answer"};
    }
    if (type != typeError && type != typeDone) {
        return boost::outcome_v2::success();
    }
    if (body.size() < sizeof(std::int32_t)) { // "done" carries no status in old kernels
        done_ = type == typeDone;
        return done_ ? result<void>{boost::outcome_v2::success()} : badMessage("a netlink error is too short");
    }
    const auto status = load<std::int32_t>(body, 0);
    if (status < -greatestError) {
        return badMessage("a netlink error is out of range");
    }
    if (status < 0) {
        return Error{std::error_code{-status, std::generic_category()}, "netlink refused the request"};
    }
    done_ = done_ || type == typeDone;
    return boost::outcome_v2::success();
}

void storeDumpHeader(wire::Room request, std::uint16_t type, std::uint32_t sequence) noexcept {
    store(request, 0, static_cast<std::uint32_t>(request.size()));
    store(request, typeAt, type);
    store(request, flagsAt, static_cast<std::uint16_t>(flagRequest | flagDump));
    store(request, sequenceAt, sequence);
}

std::optional<wire::Bytes> takeRecord(wire::Bytes& rest, std::size_t header, std::size_t length) noexcept {
    if (length < header || length > rest.size()) {
        return std::nullopt;
    }
    const wire::Bytes record = rest.first(length);
    const std::size_t padding = (4 - length % 4) % 4;
    rest = rest.subspan(length + std::min(padding, rest.size() - length));
    return record;
}

std::optional<Attribute> takeAttribute(wire::Bytes& rest) noexcept {
    if (rest.size() < attributeHeaderSize) {
        return std::nullopt;
    }
    const auto record = takeRecord(rest, attributeHeaderSize, load<std::uint16_t>(rest, 0));
    if (!record) {
        return std::nullopt;
    }
    const auto type = static_cast<std::uint16_t>(load<std::uint16_t>(*record, 2) & attributeTypeMask);
    return Attribute{type, record->subspan(attributeHeaderSize)};
}

std::optional<wire::Address> loadAddress(std::uint8_t family, wire::Bytes octets) noexcept {
    if (family == familyV4 && octets.size() == 4) {
        return wire::Address::v4(octets[0], octets[1], octets[2], octets[3]);
    }
    if (family != familyV6 || octets.size() != 16) {
        return std::nullopt;
    }
    wire::Address address;
    std::copy(octets.begin(), octets.end(), address.octets.begin());
    return address;
}

} // namespace portolan::gateway::netlink
