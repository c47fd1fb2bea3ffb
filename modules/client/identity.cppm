// SPDX-License-Identifier: MIT
export module portolan:identity;

import portolan.std;
import portolan.error;

export namespace portolan {

/// What a mapping nonce is for: there is one for each gateway, internal address, protocol, internal port and family
/// of the external address.
struct NonceScope {
    wire::Address gateway;
    std::uint16_t gatewayPort = wire::serverPort;
    wire::Address internalAddress;
    wire::Protocol protocol = wire::Protocol::tcp;
    std::uint16_t internalPort = 0;
    bool externalV4 = true;
};

/// Who a program is to its gateways: a secret of 16 octets from which the nonces of its mappings are derived, so that
/// another run of the program, or another program with the same identity, can renew and delete them (RFC 6887 §11.2,
/// §11.3.3). Nobody without the secret can guess a nonce, nor another one from it.
class Identity {
public:
    using Secret = std::array<std::uint8_t, 16>;

    explicit constexpr Identity(const Secret& secret) noexcept : secret_(secret) {}

    /// One that nobody had before, from the operating system's entropy.
    [[nodiscard]] static Identity random();

    /// The identity that a text of `text()` holds; nothing if it is not one, or was damaged.
    [[nodiscard]] static std::optional<Identity> parse(std::string_view text);

    /// One line, with a check of its own; as secret as the identity itself.
    [[nodiscard]] std::string text() const;

    [[nodiscard]] wire::Nonce nonce(const NonceScope& scope) const;

    friend bool operator==(const Identity&, const Identity&) = default;

private:
    Secret secret_;
};

/// An identity, and what was wrong with the file it should have come from.
struct KeptIdentity {
    Identity identity;
    std::optional<Error> warning;
};

/// The identity kept in the file at `path`. The file, and folders missing on the way, are made when there is none,
/// for the owner's eyes alone (mode 0600), at once or not at all. A file that cannot be read or made, or is damaged,
/// costs a warning: then the identity is a fresh one, and a damaged file is put aside as `path` + ".damaged". What
/// never was an identity is left alone.
[[nodiscard]] KeptIdentity keptIdentity(const std::string& path);

/// The same without making, moving or saying anything: nothing where there is no sound identity.
[[nodiscard]] std::optional<Identity> readIdentity(const std::string& path);

} // namespace portolan
