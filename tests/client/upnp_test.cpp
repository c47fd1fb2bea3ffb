// SPDX-License-Identifier: MIT
#include "house.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace {

using portolan::Speak;
using portolan::Via;

simulator::Config upnpOnly(simulator::IgdVersion version = simulator::IgdVersion::v2) {
    return simulator::Config::igdOnly(version);
}

simulator::Config everything() {
    simulator::Config config;
    config.igd.version = simulator::IgdVersion::v2;
    return config;
}

portolan::ClientOptions speaking(Speak speak) {
    portolan::ClientOptions options;
    options.speak = speak;
    return options;
}

/// How long a map() takes at such a gateway, with the socket, the search and all.
std::chrono::milliseconds firstMapping(const simulator::Config& config, Speak speak) {
    House house{config, speaking(speak)};
    const auto began = std::chrono::steady_clock::now();
    house.run([](House& h) -> net::awaitable<void> {
        const auto mapping = co_await h.client->map({.internalPort = 8080});
        BOOST_TEST(mapping.has_value(), why(mapping));
    }(house));
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
}

bool mentions(const std::string& text, std::string_view words) {
    return text.find(words) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_upnp)

BOOST_AUTO_TEST_CASE(a_gateway_of_upnp_alone_maps_with_no_option_and_forgets_when_released) {
    for (const auto version : {simulator::IgdVersion::v1, simulator::IgdVersion::v2}) {
        House house{upnpOnly(version)};
        house.run([](House& h) -> net::awaitable<void> {
            auto mapping = co_await h.client->map({.internalPort = 8080, .description = "a test"});
            BOOST_TEST_REQUIRE(mapping.has_value(), why(mapping));
            const auto info = mapping.value().info();
            BOOST_TEST((info.via == Via::upnp));
            BOOST_TEST(info.held);
            BOOST_TEST(info.internalPort == 8080U);
            BOOST_TEST(info.externalAddress.to_string() == "127.0.0.2");
            BOOST_TEST(info.lifetime.count() == 7200);
            BOOST_TEST(info.description.value() == "Portolan: a test");
            BOOST_TEST(h.gateway->mappings().at(0).external.port == info.externalPort);
            BOOST_TEST(h.gateway->mappings().at(0).description == "Portolan: a test");
            const auto released = co_await mapping.value().release();
            BOOST_TEST(released.has_value(), why(released));
            BOOST_TEST(h.mapped() == 0U);
        }(house));
    }
}

BOOST_AUTO_TEST_CASE(a_gateway_of_all_protocols_maps_once_by_pcp) {
    House house{everything()};
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(mapping.has_value(), why(mapping));
        BOOST_TEST((mapping.value().info().via == Via::pcp));
        net::steady_timer later{co_await net::this_coro::executor, std::chrono::seconds{1}}; // a search would be over
        co_await later.async_wait(net::asTuple);
        BOOST_TEST(h.mapped() == 1U);
    }(house));
}

BOOST_AUTO_TEST_CASE(upnp_alone_is_spoken_where_that_is_asked_for) {
    House house{everything(), speaking(Speak::upnp)};
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(mapping.has_value(), why(mapping));
        BOOST_TEST((mapping.value().info().via == Via::upnp));
        const auto probe = co_await h.client->probe();
        BOOST_TEST_REQUIRE(!probe.has_value());
        BOOST_TEST((probe.error().code == portolan::Errc::notAvailable));
        const auto peer = co_await h.client->peer(
            {.internalPort = 8081, .remoteAddress = net::ip::make_address("198.51.100.7"), .remotePort = 443});
        BOOST_TEST_REQUIRE(!peer.has_value());
        BOOST_TEST(mentions(why(peer), "UPnP has no outbound mappings"), why(peer));
    }(house));
}

BOOST_AUTO_TEST_CASE(the_external_address_is_told_by_upnp) {
    House house{upnpOnly()};
    house.run([](House& h) -> net::awaitable<void> {
        const auto address = co_await h.client->externalAddress();
        BOOST_TEST_REQUIRE(address.has_value(), why(address));
        BOOST_TEST(address.value().to_string() == "127.0.0.2");
        BOOST_TEST(h.mapped() == 0U);
    }(house));
}

BOOST_AUTO_TEST_CASE(what_an_earlier_run_left_by_upnp_is_deleted) {
    House house{upnpOnly()};
    house.run([](House& h) -> net::awaitable<void> {
        {
            portolan::Client earlier{h.context.get_executor(), h.options};
            auto mapping = co_await earlier.map({.internalPort = 8080});
            BOOST_TEST_REQUIRE(mapping.has_value(), why(mapping));
            mapping.value().detach();
        }
        BOOST_TEST(h.mapped() == 1U);
        const auto unmapped = co_await h.client->unmap({.internalPort = 8080});
        BOOST_TEST(unmapped.has_value(), why(unmapped));
        BOOST_TEST(h.mapped() == 0U);
    }(house));
}

BOOST_AUTO_TEST_CASE(a_handle_that_is_dropped_leaves_nothing) {
    House house{upnpOnly()};
    house.run([](House& h) -> net::awaitable<void> {
        const auto mapping = co_await h.client->map({.internalPort = 8080});
        BOOST_TEST(mapping.has_value(), why(mapping));
    }(house));
    house.runUntil([&] { return house.mapped() == 0; });
}

BOOST_AUTO_TEST_CASE(what_map_gave_up_and_could_not_delete_in_time_is_told) {
    simulator::Config config = upnpOnly();
    config.quirks.delay = std::chrono::milliseconds{300};
    std::vector<portolan::Error> warnings;
    auto options = speaking(Speak::upnp);
    options.releaseTimeout = std::chrono::milliseconds{1};
    options.onWarning = [&](const portolan::Error& warning) { warnings.push_back(warning); };
    House house{config, options};
    net::cancellation_signal signal;
    house.client->map({.internalPort = 8080},
                      net::bind_cancellation_slot(signal.slot(), [](const portolan::result<portolan::Mapping>&) {}));
    house.runUntil([&] { return house.mapped() == 1; }); // and the answer that says so is late
    signal.emit(net::cancellation_type::terminal);
    house.runUntil([&] { return !warnings.empty(); });
    BOOST_TEST_REQUIRE(warnings.size() == 1U);
    BOOST_TEST((warnings.front().code == portolan::Errc::leftStanding));
    BOOST_TEST(mentions(warnings.front().message(), "tcp 8080 at 127.0.0.1"), warnings.front().message());
    BOOST_TEST(house.mapped() == 1U);
}

BOOST_AUTO_TEST_CASE(what_map_gave_up_before_it_was_asked_for_is_no_matter) {
    std::size_t warnings = 0;
    auto options = speaking(Speak::upnp);
    options.timeout = std::chrono::milliseconds{20};
    options.releaseTimeout = std::chrono::milliseconds{1};
    options.onWarning = [&](const portolan::Error&) { ++warnings; };
    House house{simulator::Config::silent(), options};
    house.run([](House& h) -> net::awaitable<void> {
        const auto mapping = co_await h.client->map({.internalPort = 8080});
        BOOST_TEST(!mapping.has_value());
    }(house));
    house.client.reset();
    house.context.run_for(std::chrono::milliseconds{50});
    BOOST_TEST(warnings == 0U);
}

BOOST_AUTO_TEST_CASE(a_search_in_vain_is_told_with_the_rest) {
    auto options = speaking(Speak::any);
    options.timeout = std::chrono::milliseconds{300};
    House house{simulator::Config::silent(), options};
    options.gateway = house.gateway->endpoint();
    options.searchPort = house.gateway->endpoint().port(); // nobody answers searches there
    portolan::Client client{house.context.get_executor(), options};
    house.run([](portolan::Client& asked) -> net::awaitable<void> {
        const auto mapping = co_await asked.map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(!mapping.has_value());
        BOOST_TEST((mapping.error().code == portolan::Errc::noAnswer));
        BOOST_TEST(mentions(why(mapping), "PCP and NAT-PMP"), why(mapping));
        BOOST_TEST(mentions(why(mapping), "by UPnP"), why(mapping));
    }(client));
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_refused_is_not_called_an_answer) {
    simulator::Config config = upnpOnly();
    config.igd.quirks.location = "http://127.0.0.1:1/rootDesc.xml";
    House house{config, speaking(Speak::upnp)};
    house.run([](House& h) -> net::awaitable<void> {
        const auto mapping = co_await h.client->map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(!mapping.has_value());
        BOOST_TEST(mentions(why(mapping), "asked 127.0.0.1 by UPnP"), why(mapping));
    }(house));
}

BOOST_AUTO_TEST_CASE(a_gateway_on_loopback_is_not_searched_unless_its_port_is_named) {
    auto options = speaking(Speak::any);
    options.timeout = std::chrono::milliseconds{100};
    House house{simulator::Config::silent(), options};
    house.run([](House& h) -> net::awaitable<void> {
        const auto mapping = co_await h.client->map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(!mapping.has_value());
        BOOST_TEST(!mentions(why(mapping), "UPnP"), why(mapping));
    }(house));
}

BOOST_AUTO_TEST_CASE(the_search_and_its_answers_are_seen_by_who_looks_at_the_traffic) {
    std::size_t searches = 0;
    std::size_t answers = 0;
    auto options = speaking(Speak::upnp);
    options.onDatagram = [&](portolan::Direction direction, const auto& local, const auto&, auto octets) {
        const std::string_view text{reinterpret_cast<const char*>(octets.data()), octets.size()};
        searches += direction == portolan::Direction::sent && text.starts_with("M-SEARCH") ? 1U : 0U;
        answers += direction == portolan::Direction::received && text.starts_with("HTTP/1.1 200") ? 1U : 0U;
        BOOST_TEST(local.port() != 0);
    };
    House house{upnpOnly(), options};
    house.run([](House& h) -> net::awaitable<void> {
        const auto address = co_await h.client->externalAddress();
        BOOST_TEST(address.has_value(), why(address));
    }(house));
    BOOST_TEST(searches == 6U); // nobody but the gateway is asked on loopback
    BOOST_TEST(answers != 0U);
}

/// Told in milliseconds; held to much more than the 20 ms that it takes at most, as other programs run beside this.
BOOST_AUTO_TEST_CASE(the_first_mapping_is_as_soon_as_by_the_gateways_own_protocol_alone) {
    const auto soonest = [](const simulator::Config& config, Speak speak) {
        return std::min({firstMapping(config, speak), firstMapping(config, speak), firstMapping(config, speak)});
    };
    const auto compare = [&](std::string_view name, const simulator::Config& config, Speak own) {
        const auto alone = soonest(config, own);
        const auto raced = soonest(config, Speak::any);
        BOOST_TEST_MESSAGE(name << ": " << raced.count() << " ms, alone " << alone.count() << " ms");
        BOOST_TEST((raced - alone).count() <= 200);
    };
    compare("PCP", simulator::Config::pcpOnly(), Speak::pcp);
    compare("NAT-PMP", simulator::Config::natPmpOnly(), Speak::natPmp);
    compare("UPnP", upnpOnly(), Speak::upnp);
    compare("all", everything(), Speak::pcp);
}

BOOST_AUTO_TEST_SUITE_END()
