// SPDX-License-Identifier: MIT
// Announcements of gateways, on all interfaces of this host. Not exported.
export module portolan.cli:listening;

import portolan.std;
import portolan;
import portolan.transport;
import :commands;
import :output;

namespace portolan::cli {

/// An address of this host, and the interface that has it.
struct Place {
    net::ip::address address;
    std::uint32_t interfaceIndex = 0;
};

/// Where announcements may come in: each address of IPv4, and of IPv6 each interface but loopback's, with no address in
/// particular. One file a system defines it.
[[nodiscard]] std::vector<Place> places();

/// Hears what is announced on every interface, those included that come up later, and tells it as docs/json.md has it.
class Listening {
public:
    /// `heard` is called after each announcement was told.
    Listening(const net::any_io_executor& executor, std::uint16_t port, DatagramTap tap, Output& output,
              std::function<void()> heard);
    ~Listening();
    Listening(const Listening&) = delete;
    Listening& operator=(const Listening&) = delete;

    /// Begins; the error is why nothing can be heard by IPv4. What fails on one interface of IPv6 is
    /// told, and lived with.
    [[nodiscard]] std::optional<Failure> open();

    /// Hears no more.
    void close();

private:
    void listenEverywhere();
    void lookAgain();
    void tell(const net::ip::udp::endpoint& from, wire::Bytes datagram) const;

    std::uint16_t port_;
    DatagramTap tap_;
    Output& output_;
    std::function<void()> heard_;
    net::steady_timer timer_;
    std::shared_ptr<transport::Announcements> announcements_;
    std::shared_ptr<bool> open_ = std::make_shared<bool>(true); ///< for handlers that come too late
    std::optional<net::error_code> error_; ///< of IPv4, whose interfaces share a socket; given once
    bool begun_ = false;
};

} // namespace portolan::cli
