// SPDX-License-Identifier: MIT
// What a program is told of a mapping after it was made.
#include "house.hpp"

#include <chrono>
#include <cstdint>
#include <system_error>
#include <utility>

using portolan::ChangeKind;
using portolan::Mapping;
using portolan::MappingEvent;
using namespace std::chrono_literals;

namespace {

/// A port for announcements that nobody else on this host uses.
std::uint16_t freePort() {
    net::io_context context;
    return net::ip::udp::socket{context, {net::ip::udp::v4(), 0}}.local_endpoint().port();
}

/// A house where the gateway announces its restarts to all hosts at this port, and the client listens there.
House announcing(std::uint16_t port, std::uint16_t heard) {
    simulator::Config config;
    config.initialEpochSeconds = 1000; // so that its restart can be told from its start
    config.announce.destinations = {{portolan::wire::Address::v4(224, 0, 0, 1), port}};
    portolan::ClientOptions options;
    options.announcementPort = heard;
    return House{config, options};
}

net::awaitable<MappingEvent> next(Mapping& mapping) {
    auto event = co_await mapping.changed();
    BOOST_TEST_REQUIRE(event.has_value(), why(event));
    co_return std::move(event.value());
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_change)

BOOST_AUTO_TEST_CASE(a_new_external_address_is_told_with_the_old_one, *boost::unit_test::label("C6887-127")) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        h.gateway->setExternalAddress(net::ip::make_address("127.0.0.3"));
        const MappingEvent event = co_await next(mapping.value());
        BOOST_TEST((event.kind == ChangeKind::moved));
        BOOST_TEST(event.before.externalAddress.to_string() == "127.0.0.2");
        BOOST_TEST(event.after.externalAddress.to_string() == "127.0.0.3");
        BOOST_TEST(mapping.value().info().externalAddress.to_string() == "127.0.0.3");
    }(house));
}

BOOST_AUTO_TEST_CASE(what_nobody_waited_for_is_told_later_in_order) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        for (const char* address : {"127.0.0.3", "127.0.0.4"}) {
            h.gateway->setExternalAddress(net::ip::make_address(address));
            while (mapping.value().info().externalAddress.to_string() != address) {
                co_await net::post(net::useAwaitable);
            }
        }
        const MappingEvent first = co_await next(mapping.value());
        const MappingEvent second = co_await next(mapping.value());
        BOOST_TEST(first.after.externalAddress.to_string() == "127.0.0.3");
        BOOST_TEST(second.before.externalAddress.to_string() == "127.0.0.3");
        BOOST_TEST(second.after.externalAddress.to_string() == "127.0.0.4");
    }(house));
}

BOOST_AUTO_TEST_CASE(a_gateway_that_lost_its_state_is_told_once_the_mapping_is_back) {
    const std::uint16_t port = freePort();
    House house = announcing(port, port);
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        h.gateway->resetState();
        const MappingEvent event = co_await next(mapping.value());
        BOOST_TEST((event.kind == ChangeKind::recovered));
        BOOST_TEST(event.after.externalPort == event.before.externalPort);
        BOOST_TEST(h.mapped() == 1U);
    }(house));
}

BOOST_AUTO_TEST_CASE(two_clients_share_the_port_of_announcements, *boost::unit_test::label("C6887-120")) {
    const std::uint16_t port = freePort();
    House house = announcing(port, port);
    house.run([](House& h) -> net::awaitable<void> {
        portolan::Client another{h.context.get_executor(), h.options};
        auto mine = co_await h.client->map({.internalPort = 8080});
        auto other = co_await another.map({.internalPort = 8081});
        h.gateway->resetState();
        BOOST_TEST(((co_await next(mine.value())).kind == ChangeKind::recovered));
        BOOST_TEST(((co_await next(other.value())).kind == ChangeKind::recovered));
    }(house));
}

BOOST_AUTO_TEST_CASE(a_port_of_announcements_that_cannot_be_had_is_told_once_and_lived_with) {
    net::io_context elsewhere;
    // Not shared: bound without address reuse.
    const net::ip::udp::socket taken{elsewhere, {net::ip::make_address_v4("224.0.0.1"), 0}};
    int warnings = 0;
    portolan::ClientOptions options;
    options.announcementPort = taken.local_endpoint().port();
    options.onWarning = [&warnings](const portolan::Error& warning) {
        BOOST_TEST((warning.code == std::errc::address_in_use), warning.message());
        ++warnings;
    };
    House house{{}, options};
    house.run([](House& h) -> net::awaitable<void> {
        for (const std::uint16_t port : {std::uint16_t{8080}, std::uint16_t{8081}}) {
            auto mapping = co_await h.client->map({.internalPort = port});
            BOOST_TEST(mapping.has_value(), why(mapping));
            BOOST_TEST((co_await mapping.value().release()).has_value());
        }
    }(house));
    BOOST_TEST(warnings == 1);
}

BOOST_AUTO_TEST_CASE(the_release_is_told) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        bool told = false;
        net::co_spawn(
            h.context,
            [&]() -> net::awaitable<void> {
                const auto event = co_await mapping.value().changed();
                BOOST_TEST_REQUIRE(event.has_value(), why(event));
                BOOST_TEST((event.value().kind == ChangeKind::released));
                BOOST_TEST(event.value().before.held);
                BOOST_TEST(!event.value().after.held);
                told = true;
            },
            net::detached);
        co_await net::post(net::useAwaitable);
        BOOST_TEST((co_await mapping.value().release()).has_value());
        while (!told) {
            co_await net::post(net::useAwaitable);
        }
    }(house));
}

BOOST_AUTO_TEST_CASE(who_waits_while_the_mapping_is_left_standing_is_told_that_it_is_lost_to_the_handle) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        bool told = false;
        net::co_spawn(
            h.context,
            [&]() -> net::awaitable<void> {
                const auto event = co_await mapping.value().changed();
                BOOST_TEST((event.has_error() && event.error().code == portolan::Errc::mappingLost));
                told = true;
            },
            net::detached);
        co_await net::post(net::useAwaitable);
        mapping.value().detach();
        while (!told) {
            co_await net::post(net::useAwaitable);
        }
    }(house));
}

BOOST_AUTO_TEST_CASE(a_handle_without_a_mapping_has_nothing_to_tell) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        const Mapping moved = std::move(mapping.value());
        const auto event = co_await mapping.value().changed();
        BOOST_TEST((event.has_error() && event.error().code == portolan::Errc::mappingLost));
    }(house));
}

BOOST_AUTO_TEST_CASE(a_wait_can_be_cancelled_and_the_mapping_stays) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        net::cancellation_signal signal;
        bool told = false;
        mapping.value().changed(
            net::bind_cancellation_slot(signal.slot(), [&](const portolan::result<MappingEvent>& event) {
                BOOST_TEST((event.has_error() && event.error().code == portolan::Errc::cancelled));
                told = true;
            }));
        co_await net::post(net::useAwaitable);
        signal.emit(net::cancellation_type::terminal);
        while (!told) {
            co_await net::post(net::useAwaitable);
        }
        BOOST_TEST(mapping.value().info().held);
        BOOST_TEST(h.mapped() == 1U);
    }(house));
}

BOOST_AUTO_TEST_CASE(a_patient_map_has_its_handle_at_once_and_the_grant_as_an_event) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080, .patient = true});
        BOOST_TEST_REQUIRE(mapping.has_value(), why(mapping));
        const MappingEvent event = co_await next(mapping.value());
        BOOST_TEST((event.kind == ChangeKind::granted));
        BOOST_TEST(!event.before.held);
        BOOST_TEST(event.after.held);
        BOOST_TEST(event.after.internalPort == 8080);
        BOOST_TEST(event.after.externalPort != 0);
    }(house));
}

BOOST_AUTO_TEST_CASE(a_patient_map_tells_of_silence_and_goes_on_asking) {
    portolan::ClientOptions options;
    options.timeout = 100ms;
    House house{simulator::Config::silent(), options};
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080, .patient = true});
        const auto asked = h.gateway->counters().datagramsIn;
        const MappingEvent silence = co_await next(mapping.value());
        BOOST_TEST((silence.kind == ChangeKind::refused));
        BOOST_TEST_REQUIRE(silence.error.has_value());
        BOOST_TEST((silence.error->code == portolan::Errc::noAnswer));
        while (h.gateway->counters().datagramsIn < asked + 2) {
            co_await net::post(net::useAwaitable);
        }
    }(house));
}

BOOST_AUTO_TEST_CASE(a_patient_map_is_granted_when_the_gateway_is_back) {
    House house;
    house.gateway->pause();
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080, .patient = true});
        BOOST_TEST(((co_await next(mapping.value())).kind == ChangeKind::refused));
        h.gateway->resume();
        MappingEvent event = co_await next(mapping.value());
        while (event.kind == ChangeKind::refused) {
            event = co_await next(mapping.value());
        }
        BOOST_TEST((event.kind == ChangeKind::granted));
    }(house));
}

BOOST_AUTO_TEST_CASE(a_patient_map_tells_of_a_refusal_and_when_it_asks_again) {
    House house{simulator::Config::featureOff()};
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080, .patient = true});
        const MappingEvent event = co_await next(mapping.value());
        BOOST_TEST((event.kind == ChangeKind::refused));
        BOOST_TEST_REQUIRE(event.error.has_value());
        BOOST_TEST((event.error->code == portolan::wire::ResultCode::notAuthorized));
        BOOST_TEST(event.error->retryAfter.has_value());
    }(house));
}

BOOST_AUTO_TEST_SUITE_END()
