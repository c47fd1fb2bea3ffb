// SPDX-License-Identifier: MIT
// A link over real sockets, with what a client would do about it.
export module portolan.testing.upnp.line;

import portolan.std;
import portolan.net;
import portolan.transport;
export import portolan.upnp;

export namespace portolan::testing {

/// A link on loopback that searches at this port, the alarm that a client would set, and the events that came.
struct Line {
    Line(net::io_context& context, const net::ip::address& loopback, std::uint16_t searchPort,
         std::shared_ptr<upnp::SearchTurns> turns = {});
    ~Line();
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    session::MappingId request(const upnp::MappingRequest& wanted = {.internalPort = 8080});
    void release(session::MappingId id);

    /// Has the link send what the control point has to say, and takes its events.
    void settle();

    std::shared_ptr<upnp::Link> link;
    transport::Alarm alarm;
    std::vector<upnp::Event> events;

private:
    void rest();
};

/// Runs handlers until this is so, or there are none.
void runUntil(net::io_context& context, auto done) {
    while (!done() && context.run_one() != 0) {
    }
}

} // namespace portolan::testing
