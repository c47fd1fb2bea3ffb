// SPDX-License-Identifier: MIT
#include "house.hpp"
#include "system_calls.hpp"

#include <cstdint>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(client_release)

BOOST_AUTO_TEST_CASE(a_deletion_goes_on_when_its_caller_waits_no_longer) {
    portolan::ClientOptions options;
    options.releaseTimeout = std::chrono::milliseconds{10};
    House house{{}, options};
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(mapping.has_value(), why(mapping));
        const SendFault lost;
        const auto released = co_await mapping.value().release();
        BOOST_TEST_REQUIRE(!released.has_value());
        BOOST_TEST((released.error().code == portolan::Errc::noAnswer), why(released));
    }(house));
    house.runUntil([&] { return house.mapped() == 0; });
}

BOOST_AUTO_TEST_CASE(many_handles_dropped_at_once_are_all_deleted_by_nat_pmp) {
    portolan::ClientOptions options;
    options.releaseTimeout = std::chrono::milliseconds{1};
    House house{simulator::Config::natPmpOnly(), options};
    house.run([](House& h) -> net::awaitable<void> {
        std::vector<portolan::Mapping> mappings;
        for (std::uint16_t port = 8080; port < 8130; ++port) {
            auto mapping = co_await h.client->map({.internalPort = port});
            BOOST_TEST_REQUIRE(mapping.has_value(), why(mapping));
            mappings.push_back(std::move(mapping.value()));
        }
    }(house));
    house.runUntil([&] { return house.mapped() == 0; });
}

BOOST_AUTO_TEST_CASE(a_handle_that_was_moved_from_owns_nothing) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto first = co_await h.client->map({.internalPort = 8080});
        auto second = std::move(first.value());
        BOOST_TEST(!first.value().info().held); // NOLINT(bugprone-use-after-move)
        const auto released = co_await first.value().release();
        BOOST_TEST((!released && released.error().code == portolan::Errc::mappingLost));
        BOOST_TEST(second.info().held);
        BOOST_TEST((co_await second.release()).has_value());
    }(house));
}

BOOST_AUTO_TEST_CASE(a_handle_that_was_released_owns_nothing) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        BOOST_TEST((co_await mapping.value().release()).has_value());
        const auto again = co_await mapping.value().release();
        BOOST_TEST((!again && again.error().code == portolan::Errc::mappingLost));
        mapping.value().detach();
    }(house));
}

BOOST_AUTO_TEST_CASE(a_client_that_was_moved_from_says_so) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        const portolan::Client other = std::move(*h.client);
        const auto mapping = co_await h.client->map({.internalPort = 8080});
        BOOST_TEST((!mapping && mapping.error().code == portolan::Errc::cancelled));
        const auto unmapped = co_await h.client->unmap({.internalPort = 8080});
        BOOST_TEST((!unmapped && unmapped.error().code == portolan::Errc::cancelled));
        const auto address = co_await h.client->externalAddress();
        BOOST_TEST((!address && address.error().code == portolan::Errc::cancelled));
    }(house));
}

BOOST_AUTO_TEST_SUITE_END()
