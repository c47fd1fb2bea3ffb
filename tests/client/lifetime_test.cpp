// SPDX-License-Identifier: MIT
#include "house.hpp"

#include <algorithm>
#include <utility>

BOOST_AUTO_TEST_SUITE(client_lifetime)

BOOST_AUTO_TEST_CASE(a_dropped_handle_is_deleted_in_the_background) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(mapping.has_value());
        BOOST_TEST(h.mapped() == 1U);
    }(house));
    house.runUntil([&] { return house.mapped() == 0; });
}

BOOST_AUTO_TEST_CASE(a_detached_mapping_is_left_standing) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        mapping.value().detach();
        // A round trip after it: had anything been sent for the mapping, it would have arrived.
        BOOST_TEST((co_await h.client->externalAddress()).has_value());
    }(house));
    const auto left = house.gateway->mappings();
    BOOST_TEST(std::ranges::count(left, 8080, [](const auto& mapping) { return mapping.internal.port; }) == 1);
}

BOOST_AUTO_TEST_CASE(a_mapping_left_standing_is_deleted_with_its_nonce) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        const portolan::Nonce nonce = mapping.value().info().nonce;
        mapping.value().detach();
        const auto unmapped = co_await h.client->unmap({.internalPort = 8080, .nonce = nonce});
        BOOST_TEST(unmapped.has_value(), why(unmapped));
    }(house));
    BOOST_TEST(house.mapped() == 0U);
}

BOOST_AUTO_TEST_CASE(a_mapping_left_standing_is_not_deleted_with_another_nonce) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        mapping.value().detach();
        const auto unmapped = co_await h.client->unmap({.internalPort = 8080, .nonce = portolan::Nonce{{1, 2, 3}}});
        BOOST_TEST_REQUIRE(!unmapped.has_value());
        BOOST_TEST((unmapped.error().code == portolan::wire::ResultCode::notAuthorized));
    }(house));
    BOOST_TEST(house.mapped() == 1U);
}

BOOST_AUTO_TEST_CASE(a_mapping_left_standing_is_deleted_by_another_client_with_the_same_identity) {
    portolan::ClientOptions options;
    options.identity = portolan::Identity::random();
    House house{{}, options};
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        mapping.value().detach();
        portolan::Client another{h.context.get_executor(), h.options};
        const auto unmapped = co_await another.unmap({.internalPort = 8080});
        BOOST_TEST(unmapped.has_value(), why(unmapped));
    }(house));
    BOOST_TEST(house.mapped() == 0U);
}

BOOST_AUTO_TEST_CASE(a_mapping_left_standing_is_taken_over_by_another_client_with_the_same_identity) {
    portolan::ClientOptions options;
    options.identity = portolan::Identity::random();
    House house{{}, options};
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        const auto before = mapping.value().info();
        mapping.value().detach();
        portolan::Client another{h.context.get_executor(), h.options};
        const auto again = co_await another.map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(again.has_value(), why(again));
        BOOST_TEST(again.value().info().externalPort == before.externalPort);
        BOOST_TEST((again.value().info().nonce == before.nonce));
        BOOST_TEST(h.mapped() == 1U);
    }(house));
}

BOOST_AUTO_TEST_CASE(a_mapping_is_deleted_by_nat_pmp_where_the_gateway_has_no_pcp) {
    House house{simulator::Config::natPmpOnly()};
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        mapping.value().detach();
        const auto unmapped = co_await h.client->unmap({.internalPort = 8080});
        BOOST_TEST(unmapped.has_value(), why(unmapped));
    }(house));
    BOOST_TEST(house.mapped() == 0U);
}

BOOST_AUTO_TEST_CASE(a_moved_handle_owns_the_mapping) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto first = co_await h.client->map({.internalPort = 8080});
        auto second = co_await h.client->map({.internalPort = 8081});
        second.value() = std::move(first.value()); // drops 8081
        BOOST_TEST(second.value().info().internalPort == 8080);
        BOOST_TEST((co_await second.value().release()).has_value());
    }(house));
    house.runUntil([&] { return house.mapped() == 0; });
}

BOOST_AUTO_TEST_CASE(mappings_outlive_the_client_that_made_them) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        h.client.reset();
        BOOST_TEST(mapping.value().info().held);
        BOOST_TEST((co_await mapping.value().release()).has_value());
    }(house));
    BOOST_TEST(house.mapped() == 0U);
}

BOOST_AUTO_TEST_CASE(the_context_runs_out_of_work_when_nothing_is_held) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        BOOST_TEST((co_await mapping.value().release()).has_value());
    }(house));
    house.gateway->close();
    house.context.restart();
    house.context.run_for(std::chrono::seconds{20});
    BOOST_TEST(house.context.stopped());
}

BOOST_AUTO_TEST_SUITE_END()
