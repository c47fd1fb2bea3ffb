// SPDX-License-Identifier: MIT
export module portolan.upnp:search;

import portolan.std;
import portolan.session;
import :error;
import :url;
import :ssdp;

export namespace portolan::upnp {

using session::Duration;
using session::Endpoint;
using session::TimePoint;

/// A datagram to send.
struct SearchDatagram {
    Endpoint to;
    bool toGroup = false; ///< by multicast, to the link that the gateway is on
    std::string octets;
};

/// A device that may be the gateway, by its own words.
struct Candidate {
    Url location;           ///< of the description; admitted
    bool isGateway = false; ///< it says to be one, not just a device
    bool isAsked = false;   ///< it answers from the very address that the gateway is asked at
    std::string name;       ///< USN
    std::optional<std::uint32_t> bootId;
};

/// The search for a gateway by SSDP, on one link in one family of addresses: every target to the gateway itself and to
/// all devices, as some answer the one and some the other, repeated while nobody answers. A machine like
/// `ControlPoint`, which drives it.
class Search {
public:
    /// `port` is `ssdpPort`, but for tests.
    Search(const Trust& trust, std::uint16_t port, bool byGroup);

    /// Begins anew, and forgets what was found.
    void start(TimePoint now);

    void stop() noexcept { phase_ = Phase::off; }

    [[nodiscard]] bool isUnderWay() const noexcept { return phase_ == Phase::on; }

    /// Takes the answer to a search. False: it tells nothing new, or cannot be the gateway's.
    bool handleResponse(TimePoint now, const wire::Address& from, const SsdpMessage& message);

    /// True: the search has come to its end.
    bool handleTimeout(TimePoint now);

    [[nodiscard]] std::optional<SearchDatagram> pollDatagram();

    [[nodiscard]] std::optional<TimePoint> nextTimeout() const noexcept;

    /// Who answered, the most likely first; answers for the same description are one.
    [[nodiscard]] std::vector<Candidate> candidates() const;

    /// Why the last answer that was no use was none.
    [[nodiscard]] const std::optional<Error>& refusal() const noexcept { return refusal_; }

private:
    enum class Phase : std::uint8_t { off, on };

    void sendRound();
    bool keep(Candidate candidate);

    Trust trust_;
    std::uint16_t port_;
    bool byGroup_;
    Phase phase_ = Phase::off;
    unsigned round_ = 0; ///< next
    TimePoint started_;
    TimePoint end_;
    std::deque<SearchDatagram> datagrams_;
    std::vector<Candidate> candidates_;
    std::optional<Error> refusal_;
};

} // namespace portolan::upnp
