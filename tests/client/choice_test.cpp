// SPDX-License-Identifier: MIT
// Which gateway is asked, and from where.
#include "house.hpp"
#include "system_calls.hpp"

#include <iostream>
#include <string>

namespace {

/// How a map() of this client ends; nothing it sends arrives.
portolan::Error failureOf(portolan::Client& client, net::io_context& context) {
    const SendFault lost;
    std::optional<portolan::Error> outcome;
    client.map({.internalPort = 8080},
               [&](const portolan::result<portolan::Mapping>& mapping) { outcome = mapping.error(); });
    context.restart();
    while (!outcome) {
        context.run_one();
    }
    return *outcome;
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_choice)

BOOST_AUTO_TEST_CASE(a_source_of_another_family_than_the_gateways_is_refused) {
    net::io_context context;
    portolan::ClientOptions options;
    options.gateway = {net::ip::make_address("127.0.0.1"), 5351};
    options.source = net::ip::make_address("::1");
    portolan::Client client{context.get_executor(), options};
    const portolan::Error error = failureOf(client, context);
    BOOST_TEST((error.code == portolan::Errc::invalidRequest));
    BOOST_TEST(error.message().find("different families") != std::string::npos, error.message());
}

BOOST_AUTO_TEST_CASE(a_gateway_and_a_source_of_ipv4_may_be_written_as_ipv6) {
    House house;
    portolan::ClientOptions options;
    options.gateway = {net::ip::make_address("::ffff:127.0.0.1"), house.gateway->endpoint().port()};
    options.source = net::ip::make_address("::ffff:127.0.0.1");
    house.client.emplace(house.context.get_executor(), options);
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(mapping.has_value(), why(mapping));
        BOOST_TEST((co_await mapping.value().release()).has_value());
    }(house));
}

BOOST_AUTO_TEST_CASE(a_burst_of_calls_reads_the_routing_table_once) {
    net::io_context context;
    portolan::ClientOptions options;
    options.timeout = std::chrono::milliseconds{5};
    options.releaseTimeout = std::chrono::milliseconds{1};
    portolan::Client client{context.get_executor(), options};
    if (const portolan::Error first = failureOf(client, context); first.code != portolan::Errc::noAnswer) {
        std::cout << "skip: this host has no gateway: " << first.message() << '\n';
        return;
    }
    const unsigned before = netlinkSockets;
    BOOST_TEST(before > 0U);
    for (int call = 0; call < 5; ++call) {
        failureOf(client, context);
    }
    BOOST_TEST(netlinkSockets == before);
}

BOOST_AUTO_TEST_SUITE_END()
