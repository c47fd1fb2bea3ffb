// SPDX-License-Identifier: MIT
// Servers that are named instead of the gateway: of several addresses, and several of them.
#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "house.hpp"

using boost::unit_test::label;
using portolan::Direction;
using portolan::Families;
using portolan::PcpServer;
using Endpoint = net::ip::udp::endpoint;

namespace {

/// A datagram that was sent, and where to.
struct Sent {
    Endpoint to;
    std::vector<std::uint8_t> octets;

    [[nodiscard]] std::vector<std::uint8_t> nonce() const { return {octets.begin() + 24, octets.begin() + 36}; }
};

/// A port of 127.0.0.1 at which nobody is.
Endpoint nobody(net::io_context& context) {
    const net::ip::udp::socket socket{context, {net::ip::address_v4::loopback(), 0}};
    return socket.local_endpoint();
}

/// A gateway, a second one, and a client of servers.
struct Servers : House {
    explicit Servers(const char* secondAt = "127.0.0.1") {
        simulator::ServerOptions serverOptions;
        serverOptions.config.announce.onStart = false;
        serverOptions.config.seed += static_cast<std::uint64_t>(::getpid()) + 1;
        serverOptions.config.ipv6Firewall = net::ip::make_address(secondAt).is_v6();
        serverOptions.listen = {net::ip::make_address(secondAt), 0};
        serverOptions.forwards = false;
        second.emplace(context.get_executor(), std::move(serverOptions));
    }

    ~Servers() { client.reset(); }

    void ask(std::vector<PcpServer> servers, Families families = Families::any) {
        options.gateway.reset();
        options.servers = std::move(servers);
        options.families = families;
        options.announcementPort = 0;
        options.onDatagram = [this](Direction direction, const auto&, const auto& remote, auto octets) {
            if (direction == Direction::sent) {
                sent.push_back({remote, {octets.begin(), octets.end()}});
            }
        };
        client.emplace(context.get_executor(), options);
    }

    std::optional<simulator::Server> second;
    std::vector<Sent> sent;
};

using Reached = std::vector<portolan::Reached>;

} // namespace

BOOST_AUTO_TEST_SUITE(client_servers)

BOOST_AUTO_TEST_CASE(an_address_at_which_nobody_is_gives_way_to_the_next_at_once, *label("C7488-004")) {
    Servers house;
    house.ask({PcpServer{{nobody(house.context), house.gateway->endpoint()}}});
    house.run([](Servers& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(mapping.has_value(), why(mapping));
        BOOST_TEST((mapping.value().info().gateway.endpoint == h.gateway->endpoint()));
        auto another = co_await h.client->map({.internalPort = 8081});
        BOOST_TEST_REQUIRE(another.has_value(), why(another));
        BOOST_TEST_REQUIRE(h.sent.size() == 3U); // the second mapping is not asked for where nobody is
        BOOST_TEST((h.sent.back().to == h.gateway->endpoint()));
        BOOST_TEST((co_await mapping.value().release()).has_value());
        BOOST_TEST((co_await another.value().release()).has_value());
    }(house));
    BOOST_TEST(house.mapped() == 0U);
}

BOOST_AUTO_TEST_CASE(the_addresses_of_a_server_are_shown_one_nonce, *label("C7488-007")) {
    Servers house;
    house.ask({PcpServer{{nobody(house.context), house.gateway->endpoint()}}});
    house.run([](Servers& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(mapping.has_value(), why(mapping));
        BOOST_TEST_REQUIRE(h.sent.size() == 2U);
        BOOST_TEST((h.sent[0].to != h.sent[1].to));
        BOOST_TEST(h.sent[0].nonce() == h.sent[1].nonce());
    }(house));
}

BOOST_AUTO_TEST_CASE(a_mapping_is_not_deleted_where_it_was_asked_for_in_vain) {
    Servers house;
    house.ask({PcpServer{{nobody(house.context), house.gateway->endpoint()}}});
    house.run([](Servers& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(mapping.has_value(), why(mapping));
        mapping.value().detach();
    }(house));
    BOOST_TEST(house.sent.size() == 2U);
    BOOST_TEST(house.mapped() == 1U);
}

BOOST_AUTO_TEST_CASE(questions_are_asked_at_the_next_address_too) {
    Servers house;
    house.ask({PcpServer{{nobody(house.context), house.gateway->endpoint()}}});
    house.run([](Servers& h) -> net::awaitable<void> {
        const auto probed = co_await h.client->probe();
        BOOST_TEST_REQUIRE(probed.has_value(), why(probed));
        BOOST_TEST((probed.value().gateway.endpoint == h.gateway->endpoint()));
        const auto address = co_await h.client->externalAddress();
        BOOST_TEST(address.has_value(), why(address));
    }(house));
}

BOOST_AUTO_TEST_CASE(when_nobody_is_at_any_address_it_is_told) {
    Servers house;
    house.ask({PcpServer{{nobody(house.context), nobody(house.context)}}});
    house.run([](Servers& h) -> net::awaitable<void> {
        const auto mapping = co_await h.client->map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(!mapping.has_value());
        BOOST_TEST((mapping.error().code == portolan::Errc::unreachable), mapping.error().message());
        const std::size_t before = h.sent.size();
        const auto again = co_await h.client->map({.internalPort = 8080}); // begins anew
        BOOST_TEST(!again.has_value());
        BOOST_TEST(h.sent.size() > before);
    }(house));
}

BOOST_AUTO_TEST_CASE(an_address_that_does_not_answer_any_more_is_left_for_another, *label("C7488-006")) {
    Servers house;
    house.ask({PcpServer{{house.gateway->endpoint(), house.second->endpoint()}}});
    house.run([](Servers& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(mapping.has_value(), why(mapping));
        BOOST_TEST((mapping.value().info().gateway.endpoint == h.gateway->endpoint()));
        h.gateway->close();
        auto another = co_await h.client->map({.internalPort = 8081});
        BOOST_TEST_REQUIRE(another.has_value(), why(another));
        BOOST_TEST((another.value().info().gateway.endpoint == h.second->endpoint()));
        const auto moved = co_await mapping.value().changed();
        BOOST_TEST((moved.value().kind == portolan::ChangeKind::moved));
        BOOST_TEST((mapping.value().info().gateway.endpoint == h.second->endpoint()));
        BOOST_TEST((co_await mapping.value().release()).has_value());
        BOOST_TEST((co_await another.value().release()).has_value());
    }(house));
    BOOST_TEST(house.second->mappings().empty());
}

BOOST_AUTO_TEST_CASE(single_requests_go_to_the_first_server) {
    Servers house;
    house.ask({PcpServer{{house.second->endpoint()}}, PcpServer{{house.gateway->endpoint()}}});
    house.run([](Servers& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(mapping.has_value(), why(mapping));
        BOOST_TEST((mapping.value().info().gateway.endpoint == h.second->endpoint()));
    }(house));
}

BOOST_AUTO_TEST_CASE(a_mapping_is_had_at_all_servers_at_once, *label("C7488-008") * label("C7488-009")) {
    Servers house;
    house.ask({PcpServer{{house.gateway->endpoint()}}, PcpServer{{house.second->endpoint()}}});
    house.run([](Servers& h) -> net::awaitable<void> {
        auto all = co_await h.client->mapAll({.internalPort = 8080});
        BOOST_TEST_REQUIRE(all.has_value(), why(all));
        BOOST_TEST_REQUIRE(all.value().size() == 2U);
        BOOST_TEST((all.value()[0].gateway.endpoint == h.gateway->endpoint()));
        BOOST_TEST((all.value()[1].gateway.endpoint == h.second->endpoint()));
        BOOST_TEST_REQUIRE(h.sent.size() == 2U);
        BOOST_TEST(h.sent[0].nonce() != h.sent[1].nonce());
        for (portolan::Reached& one : all.value()) {
            BOOST_TEST_REQUIRE(one.mapping.has_value(), why(one.mapping));
            BOOST_TEST((co_await one.mapping.value().release()).has_value());
        }
    }(house));
    BOOST_TEST(house.mapped() == 0U);
    BOOST_TEST(house.second->mappings().empty());
}

BOOST_AUTO_TEST_CASE(what_one_of_them_refuses_is_told_beside_what_the_others_grant) {
    Servers house;
    house.ask({PcpServer{{nobody(house.context)}}, PcpServer{{house.second->endpoint()}}});
    house.run([](Servers& h) -> net::awaitable<void> {
        auto all = co_await h.client->mapAll({.internalPort = 8080});
        BOOST_TEST_REQUIRE(all.has_value(), why(all));
        BOOST_TEST_REQUIRE(all.value().size() == 2U);
        BOOST_TEST((all.value()[0].mapping.error().code == portolan::Errc::unreachable));
        BOOST_TEST((all.value()[0].gateway.endpoint == h.sent[0].to));
        BOOST_TEST(all.value()[1].mapping.has_value(), why(all.value()[1].mapping));
    }(house));
}

BOOST_AUTO_TEST_CASE(that_all_of_them_refuse_is_an_error_which_tells_of_each) {
    Servers house;
    const std::vector<PcpServer> servers{PcpServer{{nobody(house.context)}}, PcpServer{{nobody(house.context)}}};
    house.ask(servers);
    house.run([](Servers& h) -> net::awaitable<void> {
        const auto all = co_await h.client->mapAll({.internalPort = 8080});
        BOOST_TEST_REQUIRE(!all.has_value());
        BOOST_TEST((all.error().code == portolan::Errc::unreachable));
        for (const PcpServer& server : h.options.servers) {
            const std::string port = std::to_string(server.addresses.front().port());
            BOOST_TEST(all.error().message().find(port) != std::string::npos, all.error().message());
        }
    }(house));
}

BOOST_AUTO_TEST_CASE(both_families_of_a_server_are_two_mappings) {
    Servers house{"::1"};
    house.ask({PcpServer{{house.gateway->endpoint(), house.second->endpoint()}}}, Families::both);
    house.run([](Servers& h) -> net::awaitable<void> {
        auto all = co_await h.client->mapAll({.internalPort = 8080});
        BOOST_TEST_REQUIRE(all.has_value(), why(all));
        BOOST_TEST_REQUIRE(all.value().size() == 2U);
        BOOST_TEST((all.value()[0].families == Families::v4));
        BOOST_TEST_REQUIRE(all.value()[0].mapping.has_value(), why(all.value()[0].mapping));
        BOOST_TEST(all.value()[0].mapping.value().info().internalAddress.is_v4());
        BOOST_TEST((all.value()[1].families == Families::v6));
        BOOST_TEST_REQUIRE(all.value()[1].mapping.has_value(), why(all.value()[1].mapping));
        BOOST_TEST(all.value()[1].mapping.value().info().internalAddress.is_v6());
    }(house));
}

BOOST_AUTO_TEST_CASE(where_ipv4_is_wanted_the_ipv4_address_of_a_server_is_asked, *label("C7488-001")) {
    Servers house{"::1"};
    house.ask({PcpServer{{house.second->endpoint(), house.gateway->endpoint()}}}, Families::v4);
    house.run([](Servers& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(mapping.has_value(), why(mapping));
        BOOST_TEST((h.sent.front().to == h.gateway->endpoint()));
    }(house));
}

BOOST_AUTO_TEST_CASE(a_server_without_an_address_of_the_family_cannot_be_asked) {
    Servers house{"::1"};
    house.ask({PcpServer{{house.second->endpoint(), {net::ip::make_address("::1"), 1}}}}, Families::v4);
    house.run([](Servers& h) -> net::awaitable<void> {
        const auto mapping = co_await h.client->map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(!mapping.has_value());
        BOOST_TEST((mapping.error().code == portolan::Errc::noGateway), mapping.error().message());
        BOOST_TEST(h.sent.empty());
    }(house));
}

BOOST_AUTO_TEST_CASE(who_cancels_leaves_nothing_at_any_of_them) {
    Servers house;
    net::ip::udp::socket silent{house.context, {net::ip::address_v4::loopback(), 0}};
    house.ask({PcpServer{{house.gateway->endpoint()}}, PcpServer{{silent.local_endpoint()}}});
    net::cancellation_signal signal;
    std::optional<portolan::Error> outcome;
    house.client->mapAll({.internalPort = 8080},
                         net::bind_cancellation_slot(
                             signal.slot(), [&](const portolan::result<Reached>& all) { outcome = all.error(); }));
    house.runUntil([&] { return house.mapped() == 1U; });
    BOOST_TEST(!outcome.has_value()); // it waits for the other one
    signal.emit(net::cancellation_type::terminal);
    house.runUntil([&] { return outcome.has_value() && house.mapped() == 0U; });
    BOOST_TEST((outcome->code == portolan::Errc::cancelled));
}

BOOST_AUTO_TEST_SUITE_END()
