// SPDX-License-Identifier: MIT
module;

#include "../support/octets.hpp"
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

module portolan.test.route_messages;

import portolan.test.gateway;

namespace portolan::testing {

using gateway::route_socket::RouteLayout;

namespace {

const std::array<RouteLayout, 6> all{gateway::route_socket::darwin,     gateway::route_socket::freeBsd(8),
                                     gateway::route_socket::freeBsd(4), gateway::route_socket::openBsd(8),
                                     gateway::route_socket::openBsd(4), gateway::route_socket::netBsd};

template <class T>
void store(Octets& octets, std::size_t at, T value) {
    std::memcpy(octets.data() + at, &value, sizeof value);
}

// RTF_*.
constexpr std::uint32_t up = 0x1;
constexpr std::uint32_t viaGateway = 0x3;
constexpr std::uint32_t host = 0x5;

} // namespace

std::span<const RouteLayout> layouts() {
    return all;
}

RouteWriter& RouteWriter::message(std::uint32_t flags, std::uint16_t interfaceIndex, std::uint8_t type) {
    close();
    start_ = octets_.size();
    octets_.resize(octets_.size() + layout_.headerSize);
    octets_[*start_ + 2] = layout_.version;
    octets_[*start_ + 3] = type;
    store(octets_, *start_ + layout_.flagsAt, flags);
    store(octets_, *start_ + layout_.indexAt, interfaceIndex);
    return layout_.headerSizeAt == 0 ? *this : header16(layout_.headerSizeAt, layout_.headerSize);
}

RouteWriter& RouteWriter::header8(std::size_t at, std::uint8_t value) {
    octets_[*start_ + at] = value;
    return *this;
}

RouteWriter& RouteWriter::header16(std::size_t at, std::uint16_t value) {
    store(octets_, *start_ + at, value);
    return *this;
}

RouteWriter& RouteWriter::link(std::uint16_t interfaceIndex, std::size_t bit) {
    Octets octets(20);
    octets[0] = 20;
    octets[1] = 18; // AF_LINK
    store(octets, 2, interfaceIndex);
    return place(static_cast<unsigned>(bit), octets);
}

RouteWriter& RouteWriter::mask(bool v4, std::uint8_t ones) {
    const std::size_t before = v4 ? 4 : 8;
    const std::size_t whole = ones / 8U;
    Octets octets(ones == 0 ? 0 : before + (ones + 7U) / 8U);
    if (!octets.empty()) {
        octets[0] = static_cast<std::uint8_t>(octets.size());
        octets[1] = 0xff; // what some kernels leave there
        std::fill_n(octets.begin() + static_cast<std::ptrdiff_t>(before), whole, std::uint8_t{0xff});
        if (ones % 8 != 0) {
            octets.back() = static_cast<std::uint8_t>(0xff00U >> ones % 8U);
        }
    }
    return place(2, octets);
}

RouteWriter& RouteWriter::place(unsigned bit, const Octets& octets) {
    std::uint32_t present = 0;
    std::memcpy(&present, octets_.data() + *start_ + layout_.addressesAt, sizeof present);
    store(octets_, *start_ + layout_.addressesAt, present | 1U << bit);
    octets_.insert(octets_.end(), octets.begin(), octets.end());
    const std::size_t used = std::max<std::size_t>(octets.size(), 1);
    const std::size_t padded = (used + layout_.alignment - 1) / layout_.alignment * layout_.alignment;
    octets_.resize(octets_.size() + padded - octets.size());
    return *this;
}

Octets RouteWriter::address(std::string_view text) const {
    const wire::Address address = testing::address(text);
    Octets octets(address.isV4() ? 16 : 28);
    octets[0] = static_cast<std::uint8_t>(octets.size());
    octets[1] = address.isV4() ? 2 : layout_.familyV6;
    const std::span from = std::span{address.octets}.subspan(address.isV4() ? 12 : 0);
    std::ranges::copy(from, octets.begin() + (address.isV4() ? 4 : 8));
    return octets;
}

void RouteWriter::close() {
    if (start_) {
        store(octets_, *start_, static_cast<std::uint16_t>(octets_.size() - *start_));
    }
}

const Octets& RouteWriter::octets() {
    close();
    return octets_;
}

Octets homeRoutes(const RouteLayout& layout) {
    RouteWriter writer{layout};
    writer.message(viaGateway).destination("0.0.0.0").router("192.168.1.1").mask(true, 0);
    writer.message(up).destination("192.168.1.0").link(2).mask(true, 24);
    writer.message(host).destination("192.168.1.1").link(2);
    writer.message(viaGateway | 0x8).destination("0.0.0.0").router("127.0.0.1").mask(true, 0); // reject
    writer.message(viaGateway)
        .destination("::")
        .router("fe80:2::1")
        .mask(false, 0)
        .link(2, 4)
        .interfaceAddress("2001:db8::5");
    writer.message(up).destination("2001:db8::").link(2).mask(false, 64);
    return writer.octets();
}

Octets keptRoutes(std::string_view system) {
    return packet("route_socket/" + std::string{system});
}

} // namespace portolan::testing
