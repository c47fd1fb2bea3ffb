// SPDX-License-Identifier: MIT
// The UPnP IGD side of the gateway: SSDP, description and control.
export module portolan.simulator:igd_server;

import portolan.std;
import portolan.wire;
import :endpoint;
import :http;
import :igd_device;
import :random;
import :ssdp;
import :state;

export namespace portolan::simulator {

/// How a datagram came.
enum class Delivery { unicast, multicast };

/// What goes back over the connection a request came on, before that is closed.
struct HttpAnswer {
    std::string bytes;                  ///< none: nothing is answered, ever
    std::chrono::milliseconds delay{0}; ///< how late
};

} // namespace portolan::simulator

namespace portolan::simulator {

/// A datagram to send from the SSDP port.
struct Discovery {
    Endpoint to;
    std::vector<std::uint8_t> bytes;
};

/// Answers searches and requests, and announces the device. Says nothing before it knows where HTTP is served.
class IgdServer {
public:
    explicit IgdServer(State& state);

    void serve(TimePoint now, std::vector<Endpoint> http);
    void withdraw(TimePoint now);

    /// The gateway was switched off and on: what was announced before is taken back, and announced anew.
    void restart(TimePoint now);

    void handleSearch(TimePoint now, const Endpoint& from, wire::Bytes datagram, Delivery delivery);
    [[nodiscard]] HttpAnswer handleHttp(TimePoint now, const Endpoint& from, const HttpRequest& request);

    /// Announces again what would be forgotten soon.
    void handleTimeout(TimePoint now);

    [[nodiscard]] std::optional<Discovery> pollTransmit(TimePoint now);
    [[nodiscard]] std::optional<TimePoint> nextTimeout() const;

    [[nodiscard]] const std::string& descriptionPath() const noexcept { return descriptionPath_; }

    [[nodiscard]] std::uint32_t bootId() const noexcept { return bootId_; }

private:
    [[nodiscard]] bool speaks() const noexcept;
    [[nodiscard]] Endpoint servedTo(const Endpoint& host) const;
    [[nodiscard]] Presence presenceFor(const Endpoint& host) const;
    void announce(TimePoint now, bool alive);
    void answerSearch(TimePoint now, const Endpoint& from, const Search& search, Delivery delivery);
    void send(TimePoint when, const Endpoint& to, std::string_view text);
    [[nodiscard]] HttpResponse respond(TimePoint now, const Endpoint& from, const HttpRequest& request);
    [[nodiscard]] HttpResponse control(TimePoint now, const Endpoint& from, const ServiceInstance& service,
                                       const HttpRequest& request);
    [[nodiscard]] std::string noise();

    State& state_;
    Random random_;
    Device device_;
    std::string descriptionPath_;
    std::string defaultConnection_;
    std::vector<Endpoint> http_;
    std::uint32_t bootId_;
    std::optional<TimePoint> nextAnnouncement_;
    std::multimap<TimePoint, Discovery> outbox_; ///< by the time it leaves
};

} // namespace portolan::simulator
