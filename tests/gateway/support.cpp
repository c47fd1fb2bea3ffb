// SPDX-License-Identifier: MIT
module;

#include "../support/octets.hpp"
#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

module portolan.test.gateway;

namespace portolan::testing {

using gateway::Preference;

namespace {

unsigned parse(std::string_view digits, int base) {
    unsigned value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    return value;
}

/// The 16-bit groups of `text`, two octets each.
Octets groups(std::string_view text) {
    Octets octets;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(':'), text.size());
        const unsigned group = parse(text.substr(0, end), 16);
        octets.push_back(static_cast<std::uint8_t>(group >> 8));
        octets.push_back(static_cast<std::uint8_t>(group));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return octets;
}

template <class T>
void append(Octets& octets, T value) {
    std::array<std::uint8_t, sizeof(T)> raw{};
    std::memcpy(raw.data(), &value, sizeof value);
    octets.insert(octets.end(), raw.begin(), raw.end());
}

void pad(Octets& octets) {
    octets.resize((octets.size() + 3) / 4 * 4);
}

} // namespace

std::vector<Octets> recording(std::string_view name) {
    const std::string path = fmt::format("{}/netlink/{}.hex", PORTOLAN_VECTORS, name);
    std::ifstream file{path};
    if (!file) {
        throw std::runtime_error{path + " cannot be read"};
    }
    std::vector<Octets> datagrams(1);
    for (std::string line; std::getline(file, line);) {
        if (line.empty()) {
            datagrams.emplace_back();
        }
        const Octets more = octets(line);
        datagrams.back().insert(datagrams.back().end(), more.begin(), more.end());
    }
    return datagrams;
}

wire::Address address(std::string_view text) {
    if (text.find('.') != std::string_view::npos) {
        std::array<std::uint8_t, 4> octets{};
        for (std::uint8_t& octet : octets) {
            octet = static_cast<std::uint8_t>(parse(text, 10));
            text.remove_prefix(std::min(text.find('.'), text.size() - 1) + 1);
        }
        return wire::Address::v4(octets);
    }
    const std::size_t gap = std::min(text.find("::"), text.size());
    const Octets front = groups(text.substr(0, gap));
    const Octets back = groups(text.substr(std::min(gap + 2, text.size())));
    wire::Address address;
    std::copy(front.begin(), front.end(), address.octets.begin());
    std::copy(back.rbegin(), back.rend(), address.octets.rbegin());
    return address;
}

std::string describe(const gateway::Gateway& gateway) {
    std::string text =
        fmt::format("{} {} dev {} metric {} table {}", gateway.family == gateway::Family::v4 ? "v4" : "v6",
                    gateway.address ? fmt::format("{}", *gateway.address) : "none", gateway.interfaceIndex,
                    gateway.metric, gateway.table);
    if (gateway.preferredSource) {
        text += fmt::format(" src {}", *gateway.preferredSource);
    }
    if (gateway.onlyFrom) {
        text += fmt::format(" from {}/{}", gateway.onlyFrom->address, gateway.onlyFrom->length);
    }
    if (gateway.preference != Preference::medium) {
        text += gateway.preference == Preference::high ? " high" : " low";
    }
    return text + (gateway.split ? " split" : "");
}

std::string describe(std::span<const gateway::Gateway> gateways) {
    std::string text;
    for (const gateway::Gateway& gateway : gateways) {
        text += describe(gateway) + "\n";
    }
    return text;
}

Writer& Writer::message(std::uint16_t type, std::uint16_t flags, std::uint32_t sequence) {
    close();
    start_ = octets_.size();
    append(octets_, std::uint32_t{0}); // its length, known when it is closed
    append(octets_, type);
    append(octets_, flags);
    append(octets_, sequence);
    append(octets_, std::uint32_t{0});
    return *this;
}

Writer& Writer::route(gateway::Family family, std::uint8_t destinationLength, std::uint8_t type, std::uint8_t table,
                      std::uint32_t flags) {
    message(24);
    const std::uint8_t number = family == gateway::Family::v4 ? 2 : 10;
    for (const std::uint8_t octet :
         {number, destinationLength, std::uint8_t{0}, std::uint8_t{0}, table, std::uint8_t{3}, std::uint8_t{0}, type}) {
        number8(octet);
    }
    return number32(flags);
}

Writer& Writer::attribute(std::uint16_t type, std::span<const std::uint8_t> value) {
    append(octets_, static_cast<std::uint16_t>(value.size() + 4));
    append(octets_, type);
    octets_.insert(octets_.end(), value.begin(), value.end());
    pad(octets_);
    return *this;
}

Writer& Writer::attribute(std::uint16_t type, std::uint32_t value) {
    Octets octets;
    append(octets, value);
    return attribute(type, octets);
}

Writer& Writer::attribute(std::uint16_t type, const wire::Address& value) {
    return attribute(type, std::span{value.octets}.subspan(value.isV4() ? 12 : 0));
}

Writer& Writer::number8(std::uint8_t value) {
    append(octets_, value);
    return *this;
}

Writer& Writer::number32(std::uint32_t value) {
    append(octets_, value);
    return *this;
}

Writer& Writer::done() {
    return message(3).number32(0);
}

const Octets& Writer::octets() {
    close();
    return octets_;
}

void Writer::close() {
    if (octets_.empty()) {
        return;
    }
    const auto length = static_cast<std::uint32_t>(octets_.size() - start_);
    std::memcpy(octets_.data() + start_, &length, sizeof length);
    pad(octets_);
}

} // namespace portolan::testing
