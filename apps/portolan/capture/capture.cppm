// SPDX-License-Identifier: MIT
export module portolan.cli:capture;

import portolan.std;
import portolan;
import portolan.wire;
import :failure;

export namespace portolan::cli {

/// What reading or writing a capture comes to.
template <class T>
using CaptureResult = boost::outcome_v2::basic_result<T, Failure, boost::outcome_v2::policy::terminate>;

/// A UDP datagram between two hosts, both of IPv4 or both of IPv6.
struct UdpPacket {
    wire::Address source;
    std::uint16_t sourcePort = 0;
    wire::Address destination;
    std::uint16_t destinationPort = 0;
    wire::Bytes payload;
    std::size_t missing = 0; ///< octets of the payload that the capture has left out
};

/// The datagram with its headers of IP and UDP, checksums included. Time to live and what else only the network knows
/// are made up.
[[nodiscard]] std::vector<std::uint8_t> ipPacket(const UdpPacket& datagram);

/// What a packet is to one who looks for UDP.
enum class Shape : std::uint8_t {
    whole,         ///< a datagram
    firstFragment, ///< the beginning of one, with its ports
    laterFragment, ///< a further piece of one, without ports
    malformed,     ///< meant to be one, perhaps: `fault` tells what is wrong
    foreign,       ///< something else
};

/// What was found in a packet.
struct PacketReading {
    Shape shape = Shape::foreign;
    UdpPacket udp{};              ///< of a fragment and of what is malformed as far as it is known
    std::uint32_t fragmentId = 0; ///< of fragments
    std::string_view fault{};
};

/// Whether links of this kind (libpcap's DLT_ values) can be read: Ethernet, Linux cooked (both versions), raw IP,
/// and loopback of BSD.
[[nodiscard]] bool isKnownLink(int linkType) noexcept;

/// Reads a packet of such a link, VLAN tags included. Any octets are safe. The payload views them.
[[nodiscard]] PacketReading readPacket(int linkType, wire::Bytes octets) noexcept;

/// A capture under way: a file that tshark and Wireshark read, complete after each datagram. Of its owner alone,
/// because nonces prove the ownership of mappings.
class CaptureFile {
public:
    /// Begins the file, in place of one that is there.
    [[nodiscard]] static CaptureResult<std::shared_ptr<CaptureFile>> create(const std::string& path);

    ~CaptureFile();
    CaptureFile(const CaptureFile&) = delete;
    CaptureFile& operator=(const CaptureFile&) = delete;

    /// Adds a datagram with the time of the system's clock. False if it could not be written.
    bool add(Direction direction, const net::ip::udp::endpoint& local, const net::ip::udp::endpoint& remote,
             wire::Bytes datagram);

private:
    struct State;
    explicit CaptureFile(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

/// A packet of a capture.
struct CapturedPacket {
    std::uint64_t frame = 0;       ///< its number, from 1
    std::chrono::nanoseconds time; ///< since the epoch of Unix
    wire::Bytes octets;            ///< good until the next is read
    std::size_t left = 0;          ///< octets that the capture has left out
};

/// A capture that was made before, here or elsewhere: pcap or pcapng.
class CaptureReader {
public:
    /// Opens a file; "-" is standard input.
    [[nodiscard]] static CaptureResult<std::unique_ptr<CaptureReader>> open(const std::string& path);

    ~CaptureReader();
    CaptureReader(const CaptureReader&) = delete;
    CaptureReader& operator=(const CaptureReader&) = delete;

    [[nodiscard]] int linkType() const noexcept;

    /// The next packet; none at the end. An error ends the reading: what came before it stands.
    [[nodiscard]] CaptureResult<std::optional<CapturedPacket>> next();

private:
    struct State;
    explicit CaptureReader(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
    std::uint64_t frames_ = 0;
};

/// Whether one datagram can be the answer to the other: of the same protocol, opcode and mapping, or a refusal of the
/// version. A request that cannot be read is answered by its opcode alone.
[[nodiscard]] bool answers(wire::Bytes request, wire::Bytes response) noexcept;

/// What a datagram is to those before it.
enum class Part : std::uint8_t {
    request,        ///< asked for the first time
    retransmission, ///< asked again, because no answer came
    answer,         ///< the first answer to a request
    repeatedAnswer, ///< another one
    announcement,   ///< a response that nobody asked for, sent to all hosts
    unrelated,      ///< a response to nothing that was seen
};

struct Role {
    Part part{};
    std::uint64_t request = 0;            ///< the frame of the request, where there is one: its last transmission
    std::uint64_t first = 0;              ///< the frame of its first transmission
    unsigned transmissions = 1;           ///< of the request so far
    std::chrono::nanoseconds roundTrip{}; ///< since the last transmission
};

/// Finds out which datagram answers which.
class Conversation {
public:
    [[nodiscard]] Role add(std::uint64_t frame, std::chrono::nanoseconds time, const UdpPacket& datagram);

    /// The frames of the first transmissions of requests that were not answered, in order.
    [[nodiscard]] std::vector<std::uint64_t> unanswered() const;

private:
    struct Request {
        std::uint64_t first = 0;
        std::uint64_t last = 0;
        unsigned transmissions = 1;
        std::chrono::nanoseconds lastTime{};
        std::vector<std::uint8_t> octets;
        bool answered = false;
    };

    /// Client, its port, server, its port.
    using Way = std::tuple<wire::Address, std::uint16_t, wire::Address, std::uint16_t>;

    [[nodiscard]] Role asked(std::uint64_t frame, std::chrono::nanoseconds time, const UdpPacket& datagram);
    [[nodiscard]] Role answered(std::chrono::nanoseconds time, const UdpPacket& datagram);

    std::map<Way, std::deque<Request>> requests_; ///< the oldest first
    std::vector<std::uint64_t> forgotten_;        ///< unanswered ones among those that are no longer kept
};

} // namespace portolan::cli
