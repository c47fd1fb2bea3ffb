// SPDX-License-Identifier: MIT
// How long callers wait, and what they are told when that was in vain.
#include "house.hpp"
#include "system_calls.hpp"

#include <cerrno>
#include <cstdint>
#include <string>
#include <vector>

namespace {

using Steady = std::chrono::steady_clock;

portolan::ClientOptions patience(std::chrono::milliseconds timeout) {
    portolan::ClientOptions options;
    options.timeout = timeout;
    options.releaseTimeout = std::chrono::milliseconds{50};
    return options;
}

bool says(const std::string& message, const std::string& what) {
    return message.find(what) != std::string::npos;
}

/// Why a map() fails whose datagrams the system refuses with this `errno`.
portolan::Error refusedWith(int error) {
    House house{simulator::Config::silent(), patience(std::chrono::milliseconds{100})};
    const SendFault fault{error};
    std::optional<portolan::Error> outcome;
    house.client->map({.internalPort = 8080},
                      [&](const portolan::result<portolan::Mapping>& mapping) { outcome = mapping.error(); });
    house.runUntil([&] { return outcome.has_value(); });
    return *outcome;
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_waiting)

BOOST_AUTO_TEST_CASE(a_firewall_of_this_host_is_named) {
    const portolan::Error error = refusedWith(EPERM);
    BOOST_TEST((error.code == portolan::Errc::noAnswer));
    BOOST_TEST(says(error.message(), "the system refused to send"), error.message());
    BOOST_TEST(says(error.message(), "firewall"), error.message());
}

BOOST_AUTO_TEST_CASE(a_missing_way_is_told_at_once_and_not_taken_for_an_answer) {
    for (const int code : {ENETUNREACH, EHOSTUNREACH, ENETDOWN, ENODEV, EADDRNOTAVAIL, EHOSTDOWN}) {
        const portolan::Error error = refusedWith(code);
        BOOST_TEST((error.code == portolan::Errc::unreachable), error.message());
        BOOST_TEST(says(error.message(), "cannot send"), error.message());
        BOOST_TEST(!says(error.message(), "ICMP"), error.message());
    }
}

BOOST_AUTO_TEST_CASE(what_was_asked_for_others_is_not_counted) {
    House house{simulator::Config::silent(), patience(std::chrono::milliseconds{200})};
    std::vector<std::string> messages;
    for (std::uint16_t port = 8080; port < 8083; ++port) {
        house.client->map({.internalPort = port}, [&](const portolan::result<portolan::Mapping>& mapping) {
            messages.push_back(mapping.error().message());
        });
    }
    house.runUntil([&] { return messages.size() == 3; });
    for (const std::string& message : messages) {
        BOOST_TEST(says(message, " 1 time in 0.2 s"), message);
    }
}

BOOST_AUTO_TEST_CASE(each_caller_for_the_address_waits_for_as_long) {
    constexpr std::chrono::milliseconds timeout{200};
    House house{simulator::Config::silent(), patience(timeout)};
    unsigned ended = 0;
    const auto wait = [&](House& h) -> net::awaitable<void> {
        const Steady::time_point began = Steady::now();
        const auto address = co_await h.client->externalAddress();
        BOOST_TEST(!address.has_value());
        BOOST_TEST((Steady::now() - began >= timeout - std::chrono::milliseconds{2}));
        ++ended;
    };
    net::co_spawn(house.context, wait(house), net::detached);
    net::steady_timer later{house.context, timeout / 2};
    later.async_wait([&](net::error_code) { net::co_spawn(house.context, wait(house), net::detached); });
    house.runUntil([&] { return ended == 2; });
}

BOOST_AUTO_TEST_CASE(whoever_waits_for_ever_has_an_answer) {
    portolan::ClientOptions options;
    options.timeout = std::chrono::milliseconds::max();
    options.releaseTimeout = std::chrono::milliseconds::max();
    House house{simulator::Config::slow(std::chrono::milliseconds{20}), options};
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(mapping.has_value(), why(mapping));
        BOOST_TEST((co_await h.client->externalAddress()).has_value());
        BOOST_TEST((co_await mapping.value().release()).has_value());
    }(house));
}

BOOST_AUTO_TEST_SUITE_END()
