// SPDX-License-Identifier: MIT
// The framing of Linux's netlink (RFC 3549 §2.3), read from bytes alone so that it builds and is tested on every
// system. Numbers are in the byte order of the host that made them.
export module portolan.gateway:netlink;

import portolan.std;
import portolan.error;
import :route;

export namespace portolan::gateway::netlink {

/// The answer to one dump request, put together from the datagrams it comes in.
///
/// Call `begin()`, send a request that carries the same sequence number, then `feed()` every datagram received until
/// it returns true. Messages that carry another sequence number or another type than the dump's are ignored.
class Dump {
public:
    explicit Dump(std::uint16_t messageType) noexcept : messageType_(messageType) {}

    virtual ~Dump() = default;

    /// Forgets everything, and expects messages that carry `sequence` from here on.
    void begin(std::uint32_t sequence);

    /// Takes one datagram, which holds whole messages; true when the dump is complete. After an error the dump is
    /// void until the next `begin()`.
    ///
    /// `errc::bad_message`: a length that cannot be; `errc::no_buffer_space`: the kernel lost a part of the dump, ask
    /// again; otherwise the error that the kernel answered.
    [[nodiscard]] result<bool> feed(wire::Bytes datagram);

    /// Whether the table changed while it was read (NLM_F_DUMP_INTR): entries may be missing, or be there twice.
    [[nodiscard]] bool interrupted() const noexcept { return interrupted_; }

    /// How many messages of the dump's type were left out because their inside was malformed.
    [[nodiscard]] std::size_t malformed() const noexcept { return malformed_; }

protected:
    Dump(const Dump&) = default;
    Dump& operator=(const Dump&) = default;

private:
    virtual void clear() = 0;
    /// Takes the body of one message; false if it is malformed, and then nothing of it was kept.
    virtual bool take(wire::Bytes body) = 0;

    result<void> finish(std::uint16_t type, wire::Bytes body);

    std::uint16_t messageType_;
    std::uint32_t sequence_ = 0;
    std::size_t malformed_ = 0;
    bool interrupted_ = false;
    bool done_ = false;
};

} // namespace portolan::gateway::netlink

namespace portolan::gateway::netlink {

// Address families as Linux numbers them.
inline constexpr std::uint8_t familyV4 = 2;
inline constexpr std::uint8_t familyV6 = 10;

constexpr std::uint8_t number(Family family) noexcept {
    return family == Family::v4 ? familyV4 : familyV6;
}

/// The size of every message's header, in octets.
inline constexpr std::size_t messageHeaderSize = 16;

/// Writes the header of a dump request that fills `request`.
void storeDumpHeader(wire::Room request, std::uint16_t type, std::uint32_t sequence) noexcept;

/// The number of type `T` that starts at octet `at`, which the caller has checked to be there.
template <class T>
T load(wire::Bytes octets, std::size_t at) noexcept {
    static_assert(std::is_integral_v<T>);
    T value;
    std::memcpy(&value, octets.data() + at, sizeof value);
    return value;
}

/// The number of type `T` that is all of `octets`; none if the size differs.
template <class T>
std::optional<T> loadAll(wire::Bytes octets) noexcept {
    return octets.size() == sizeof(T) ? std::optional{load<T>(octets, 0)} : std::nullopt;
}

/// Takes a record of `length` octets, and the padding to a multiple of four behind it, off the front of `rest`.
/// None if it is shorter than its own header or longer than `rest`.
std::optional<wire::Bytes> takeRecord(wire::Bytes& rest, std::size_t header, std::size_t length) noexcept;

/// An attribute: two octets of length, two of type, then the value.
struct Attribute {
    std::uint16_t type; ///< without the two flag bits at the top
    wire::Bytes value;
};

/// Takes an attribute off the front of `rest`; none if it is malformed.
std::optional<Attribute> takeAttribute(wire::Bytes& rest) noexcept;

/// Calls `visit` with every attribute of `block` until one returns false; false then, or if the block is malformed.
template <class Visit>
bool eachAttribute(wire::Bytes block, Visit visit) {
    while (!block.empty()) {
        const std::optional<Attribute> attribute = takeAttribute(block);
        if (!attribute || !visit(*attribute)) {
            return false;
        }
    }
    return true;
}

/// The address in `octets`: 4 of them for IPv4, 16 for IPv6; none if there is another number of them.
std::optional<wire::Address> loadAddress(std::uint8_t family, wire::Bytes octets) noexcept;

} // namespace portolan::gateway::netlink
