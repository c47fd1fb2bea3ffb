// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>

module portolan;

import portolan.transport;
import :identity;

namespace portolan {

namespace {

constexpr std::string_view heading = "portolan-identity-1 ";
constexpr std::size_t checkOctets = 4;

/// Octets to be hashed, in a layout of fixed places.
class Name {
public:
    void add(std::uint8_t octet) { octets_[size_++] = octet; }

    void add(std::uint16_t value) {
        add(static_cast<std::uint8_t>(value >> 8));
        add(static_cast<std::uint8_t>(value & 0xff));
    }

    void add(const wire::Address& address) {
        std::ranges::copy(address.octets, octets_.begin() + static_cast<std::ptrdiff_t>(size_));
        size_ += address.octets.size();
    }

    /// The name-based UUID (RFC 9562 §5.5) of what was added, in the namespace that the secret is.
    [[nodiscard]] boost::uuids::uuid hashed(const Identity::Secret& secret) const {
        boost::uuids::uuid space{};
        std::ranges::copy(secret, space.begin());
        return boost::uuids::name_generator_sha1{space}(octets_.data(), size_);
    }

private:
    std::array<std::uint8_t, 64> octets_{};
    std::size_t size_ = 0;
};

/// What tells a damaged text from a sound one. Other than any nonce, for its name is shorter.
std::uint32_t check(const Identity::Secret& secret) {
    Name name;
    name.add(std::uint8_t{1});
    const boost::uuids::uuid hash = name.hashed(secret);
    std::uint32_t value = 0;
    for (std::size_t at = 0; at < checkOctets; ++at) {
        value = value << 8 | hash.data[at];
    }
    return value;
}

/// Reads hexadecimal digits, all of `text`.
template <class Number>
bool readHex(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
    return error == std::errc{} && end == text.data() + text.size();
}

} // namespace

Identity Identity::random() {
    Secret secret{};
    transport::fillRandom(secret);
    return Identity{secret};
}

std::string Identity::text() const {
    std::string text{heading};
    for (const std::uint8_t octet : secret_) {
        text += fmt::format("{:02x}", octet);
    }
    return text + fmt::format(" {:08x}\n", check(secret_));
}

std::optional<Identity> Identity::parse(std::string_view text) {
    constexpr std::size_t secretDigits = 2 * std::tuple_size_v<Secret>;
    if (!text.starts_with(heading) || text.size() != heading.size() + secretDigits + 1 + 2 * checkOctets + 1) {
        return std::nullopt;
    }
    text.remove_prefix(heading.size());
    Secret secret{};
    for (std::size_t at = 0; at < secret.size(); ++at) {
        if (!readHex(text.substr(2 * at, 2), secret[at])) {
            return std::nullopt;
        }
    }
    std::uint32_t written = 0;
    if (text[secretDigits] != ' ' || text.back() != '\n' ||
        !readHex(text.substr(secretDigits + 1, 2 * checkOctets), written) || written != check(secret)) {
        return std::nullopt;
    }
    return Identity{secret};
}

wire::Nonce Identity::nonce(const NonceScope& scope) const {
    Name name;
    name.add(scope.gateway);
    name.add(scope.gatewayPort);
    name.add(scope.internalAddress);
    name.add(static_cast<std::uint8_t>(scope.protocol));
    name.add(scope.internalPort);
    name.add(static_cast<std::uint8_t>(scope.externalV4 ? 1 : 0));
    const boost::uuids::uuid hash = name.hashed(secret_);
    wire::Nonce nonce;
    // The octets 6 and 8 of a UUID hold its version and variant and are left out.
    std::ranges::copy_n(hash.begin(), 6, nonce.octets.begin());
    std::ranges::copy_n(hash.begin() + 9, 6, nonce.octets.begin() + 6);
    return nonce;
}

} // namespace portolan
