// SPDX-License-Identifier: MIT
// A month of a busy client's life: nothing drifts, grows or is lost.
#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#ifdef __GLIBC__
#include <malloc.h>
#endif

import portolan.session;

using namespace portolan;
using namespace portolan::session;
using namespace std::chrono_literals;

namespace {

constexpr std::uint16_t mappings = 10'000;
constexpr Duration roundTrip = 20ms;

/// Octets that the program holds on the heap; 0 where that cannot be told (sanitizers have a heap of their own).
std::size_t heapInUse() {
#ifdef __GLIBC__
    return mallinfo2().uordblks;
#else
    return 0;
#endif
}

/// A session, and a gateway that grants everything it is asked for as it is asked for it.
class Month {
public:
    Month() {
        for (std::uint16_t port = 1; port <= mappings; ++port) {
            MappingRequest request;
            request.internalPort = port;
            request.lifetime = 24h;
            request.nonce.octets[0] = static_cast<std::uint8_t>(port >> 8);
            request.nonce.octets[1] = static_cast<std::uint8_t>(port & 0xff);
            BOOST_TEST_REQUIRE(session_.handleRequest(now_, request).has_value());
        }
    }

    void runUntil(TimePoint end) {
        for (drain(); now_ < end; drain()) {
            now_ = end;
            if (const auto timeout = session_.nextTimeout()) {
                now_ = std::min(now_, *timeout);
            }
            if (!answers_.empty()) {
                now_ = std::min(now_, answers_.front().first);
            }
            session_.handleTimeout(now_);
            while (!answers_.empty() && answers_.front().first <= now_) {
                session_.handleDatagram(now_, server_, answers_.front().second);
                answers_.pop_front();
            }
        }
    }

    [[nodiscard]] const Session& session() const { return session_; }

    std::array<std::uint64_t, 8> seen{}; ///< events, by kind

    [[nodiscard]] std::uint64_t count(EventKind kind) const { return seen.at(static_cast<std::size_t>(kind)); }

private:
    static Config config() {
        Config config;
        config.server = server_;
        config.clientAddress = wire::Address::v4(192, 168, 1, 57);
        config.seed = 1;
        return config;
    }

    void drain() {
        std::array<std::uint8_t, wire::maxMessageSize> room{};
        while (const std::size_t size = session_.pollTransmit(now_, room)) {
            answer(wire::Bytes{room}.first(size));
        }
        while (const auto event = session_.pollEvent()) {
            ++seen.at(static_cast<std::size_t>(event->kind));
        }
    }

    void answer(wire::Bytes datagram) {
        const auto request = wire::decodeMapRequest(datagram).assume_value();
        wire::MapResponse response;
        response.lifetimeSeconds = request.lifetimeSeconds;
        response.epochSeconds = static_cast<std::uint32_t>((now_ - TimePoint{}).count() / 1000);
        response.nonce = request.nonce;
        response.protocol = request.protocol;
        response.internalPort = request.internalPort;
        response.assignedPort = request.internalPort;
        response.assignedAddress = wire::Address::v4(203, 0, 113, 45);
        std::vector<std::uint8_t> octets(wire::mapSize);
        BOOST_TEST_REQUIRE(wire::encode(response, octets).has_value());
        answers_.emplace_back(now_ + roundTrip, std::move(octets));
    }

    static constexpr Endpoint server_{wire::Address::v4(192, 168, 1, 1), wire::serverPort};
    Session session_{config()};
    TimePoint now_;
    std::deque<std::pair<TimePoint, std::vector<std::uint8_t>>> answers_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(session_month)

BOOST_AUTO_TEST_CASE(ten_thousand_mappings_are_held_for_a_month_without_drift_loss_or_growth) {
    Month month;
    month.runUntil(TimePoint{1h});
    const std::size_t afterAnHour = heapInUse();
    BOOST_TEST(month.count(EventKind::granted) == mappings);

    month.runUntil(TimePoint{30 * 24h});
    const std::size_t afterAMonth = heapInUse();
    BOOST_TEST_MESSAGE("octets in use after an hour: " << afterAnHour << ", after a month: " << afterAMonth);
    BOOST_TEST(afterAMonth <= afterAnHour + afterAnHour / 100);
    BOOST_TEST(month.session().size() == mappings);
    BOOST_TEST(month.count(EventKind::granted) == mappings);
    BOOST_TEST(month.count(EventKind::lost) == 0U);
    BOOST_TEST(month.count(EventKind::moved) == 0U);
    BOOST_TEST(month.count(EventKind::recovered) == 0U);
    BOOST_TEST(month.count(EventKind::refused) == 0U);
    // One datagram for each renewal, and a renewal each half to five eighths of a day (RFC 6887 §11.2.1).
    BOOST_TEST(month.session().statistics().transmitted == mappings + month.count(EventKind::renewed));
    BOOST_TEST(month.count(EventKind::renewed) >= 30 * 8 / 5 * std::uint64_t{mappings} - mappings);
    BOOST_TEST(month.count(EventKind::renewed) <= 30 * 2 * std::uint64_t{mappings});
}

BOOST_AUTO_TEST_SUITE_END()
