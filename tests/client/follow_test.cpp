// SPDX-License-Identifier: MIT
// Mappings of a host whose network changes, in network namespaces that the program makes for itself.
#include "street.hpp"

#include <algorithm>
#include <string>
#include <vector>

using portolan::ChangeKind;
using portolan::Mapping;
using portolan::MappingEvent;
using namespace std::chrono_literals;
using boost::unit_test::label;

namespace {

/// A street where TCP port 8080 is mapped by the client, and what is told of it is collected.
struct Held : Street {
    explicit Held(bool v6 = false) : Street(v6) {}

    void hold(portolan::MapRequest request = {.internalPort = 8080}) {
        run([](Held& street, portolan::MapRequest wanted) -> net::awaitable<void> {
            auto granted = co_await street.client->map(std::move(wanted));
            BOOST_TEST_REQUIRE(granted.has_value(), why(granted));
            street.mapping.emplace(std::move(granted.value()));
            net::co_spawn(street.context, street.collect(), net::detached);
        }(*this, std::move(request)));
        wait(10ms); // until somebody listens
    }

    net::awaitable<void> collect() {
        for (;;) {
            auto event = co_await mapping->changed();
            if (!event) {
                co_return;
            }
            events.push_back(std::move(event.value()));
        }
    }

    /// Runs until an event of this kind has come.
    MappingEvent await(ChangeKind kind) {
        const auto found = [&] { return std::ranges::find(events, kind, &MappingEvent::kind); };
        runUntil([&] { return found() != events.end(); });
        return *found();
    }

    /// "moved renewed", the kinds of what was told.
    [[nodiscard]] std::string told() const {
        std::string text;
        for (const MappingEvent& event : events) {
            text += (text.empty() ? "" : " ") + std::string{name(event.kind)};
        }
        return text;
    }

    void release() {
        run([](Held& street) -> net::awaitable<void> {
            const auto released = co_await street.mapping->release();
            BOOST_TEST(released.has_value(), why(released));
        }(*this));
    }

    std::optional<Mapping> mapping{};
    std::vector<MappingEvent> events{};
};

} // namespace

BOOST_AUTO_TEST_SUITE(client_follow)

BOOST_AUTO_TEST_CASE(a_mapping_moves_to_the_gateway_that_the_default_route_leads_to) {
    Held street;
    ip("-4 route add default via 10.0.1.1");
    street.start();
    street.hold();
    ip("-4 route replace default via 10.0.2.1");
    const MappingEvent event = street.await(ChangeKind::moved);
    BOOST_TEST(event.before.gateway.endpoint.address().to_string() == "10.0.1.1");
    BOOST_TEST(event.before.externalAddress.to_string() == "203.0.113.1");
    BOOST_TEST(event.after.gateway.endpoint.address().to_string() == "10.0.2.1");
    BOOST_TEST(event.after.externalAddress.to_string() == "203.0.113.2");
    BOOST_TEST(event.after.internalAddress.to_string() == "10.0.2.2");
    BOOST_TEST(event.after.externalPort == event.before.externalPort);
    BOOST_TEST((event.after.nonce != event.before.nonce));
    BOOST_TEST(event.after.held);
    BOOST_TEST(street.mapping->info().gateway.endpoint.address().to_string() == "10.0.2.1");
    street.runUntil([&] { return street.first.mappings().empty(); });
    BOOST_TEST(street.second.mappings().size() == 1U);
    BOOST_TEST(street.told() == "moved");
}

BOOST_AUTO_TEST_CASE(what_a_mapping_was_asked_for_with_moves_with_it) {
    Held street;
    ip("-4 route add default via 10.0.1.1");
    street.start();
    street.hold({.internalPort = 8080, .description = "web server", .portSet = portolan::PortSetWish{4, false}});
    ip("-4 route replace default via 10.0.2.1");
    const MappingEvent event = street.await(ChangeKind::moved);
    BOOST_TEST((event.after.description == "web server"));
    BOOST_TEST_REQUIRE(!event.after.ports.empty());
    BOOST_TEST(event.after.ports.front().externalAddress.to_string() == "203.0.113.2");
    BOOST_TEST_REQUIRE(!street.second.mappings().empty());
    BOOST_TEST(street.second.mappings().front().description == "web server");
}

BOOST_AUTO_TEST_CASE(a_change_of_a_mapping_that_has_moved_reaches_the_gateway_that_has_it) {
    Held street;
    ip("-4 route add default via 10.0.1.1");
    street.start();
    street.hold({.internalPort = 8080, .description = "old"});
    ip("-4 route replace default via 10.0.2.1");
    street.await(ChangeKind::moved);
    street.run([](Held& held) -> net::awaitable<void> {
        const auto changed = co_await held.mapping->change({.description = "new"});
        BOOST_TEST(changed.has_value(), why(changed));
    }(street));
    street.await(ChangeKind::renewed);
    BOOST_TEST_REQUIRE(street.second.mappings().size() == 1U);
    BOOST_TEST(street.second.mappings().front().description == "new");
}

BOOST_AUTO_TEST_CASE(the_handle_goes_with_the_mapping_from_gateway_to_gateway) {
    Held street;
    ip("-4 route add default via 10.0.1.1");
    street.start();
    street.hold();
    for (const char* router : {"10.0.2.1", "10.0.1.1", "10.0.2.1"}) {
        street.events.clear();
        ip(std::string{"-4 route replace default via "} + router);
        BOOST_TEST(street.await(ChangeKind::moved).after.gateway.endpoint.address().to_string() == router);
    }
    street.release();
    street.runUntil([&] { return street.first.mappings().empty() && street.second.mappings().empty(); });
}

BOOST_AUTO_TEST_CASE(a_mapping_left_standing_after_it_moved_stands) {
    Held street;
    ip("-4 route add default via 10.0.1.1");
    street.start();
    street.hold();
    ip("-4 route replace default via 10.0.2.1");
    street.await(ChangeKind::moved);
    street.mapping->detach();
    street.wait(500ms);
    BOOST_TEST(street.second.mappings().size() == 1U);
    BOOST_TEST(!street.mapping->info().held);
}

BOOST_AUTO_TEST_CASE(a_call_of_map_that_waits_for_an_answer_moves_too) {
    Held street;
    ip("-4 route add default via 10.0.1.1");
    street.start();
    street.hold({.internalPort = 8081}); // so that somebody listens to the network
    Street::silence(1);
    std::optional<Mapping> late;
    street.client->map({.internalPort = 8080}, [&](portolan::result<Mapping> granted) {
        BOOST_TEST_REQUIRE(granted.has_value(), why(granted));
        late.emplace(std::move(granted.value()));
    });
    street.wait(300ms);
    ip("-4 route replace default via 10.0.2.1");
    street.runUntil([&] { return late.has_value(); });
    BOOST_TEST(late->info().gateway.endpoint.address().to_string() == "10.0.2.1");
    BOOST_TEST(street.second.mappings().size() == 2U);
}

BOOST_AUTO_TEST_CASE(many_mappings_move_each_once) {
    Held street;
    ip("-4 route add default via 10.0.1.1");
    street.start();
    street.hold();
    std::vector<Mapping> others;
    for (std::uint16_t port = 10'000; port < 10'200; ++port) {
        street.client->map({.internalPort = port},
                           [&](portolan::result<Mapping> granted) { others.push_back(std::move(granted.value())); });
    }
    street.runUntil([&] { return others.size() == 200U; });
    const auto before = street.second.gateway->counters();
    ip("-4 route replace default via 10.0.2.1");
    street.runUntil([&] { return street.second.mappings().size() == 201U && street.first.mappings().empty(); });
    street.wait(1s);
    BOOST_TEST(street.second.gateway->counters().pcpRequests[1] - before.pcpRequests[1] == 201U);
}

BOOST_AUTO_TEST_CASE(what_the_new_gateway_does_not_grant_is_told_to_be_lost_and_comes_back_with_the_old_one) {
    Held street;
    ip("-4 route add default via 10.0.1.1");
    portolan::ClientOptions options;
    options.timeout = 700ms;
    street.start(options);
    street.hold();
    street.second.gateway->pause();
    ip("-4 route replace default via 10.0.2.1");
    street.await(ChangeKind::refused);
    BOOST_TEST(street.told() == "lost refused");
    BOOST_TEST(!street.mapping->info().held);
    BOOST_TEST(street.first.mappings().size() == 1U); // nobody knows what the next change is
    ip("-4 route replace default via 10.0.1.1");
    const MappingEvent event = street.await(ChangeKind::granted);
    BOOST_TEST(event.after.gateway.endpoint.address().to_string() == "10.0.1.1");
    BOOST_TEST(street.first.mappings().size() == 1U);
    street.release();
    street.runUntil([&] { return street.first.mappings().empty(); });
}

BOOST_AUTO_TEST_CASE(a_gateway_that_is_back_before_another_answered_still_has_what_it_had) {
    Held street;
    ip("-4 route add default via 10.0.1.1");
    street.start();
    street.hold();
    const auto granted = street.mapping->info();
    Street::silence(2);
    ip("-4 route replace default via 10.0.2.1");
    street.wait(1s);
    BOOST_TEST(!street.mapping->info().held);
    ip("-4 route replace default via 10.0.1.1");
    street.runUntil([&] { return street.mapping->info().held; });
    BOOST_TEST(street.mapping->info().externalPort == granted.externalPort);
    BOOST_TEST((street.mapping->info().nonce == granted.nonce));
    BOOST_TEST(street.first.mappings().size() == 1U);
    BOOST_TEST(street.events.empty());
}

BOOST_AUTO_TEST_CASE(a_gateway_that_was_gone_for_a_while_is_asked_whether_all_still_stands) {
    Held street;
    ip("-4 route add default via 10.0.1.1");
    street.start();
    street.hold();
    const auto granted = street.mapping->info();
    ip("link set eth1 down");
    street.wait(5s); // longer than a renewal may follow the last request
    BOOST_TEST(street.events.empty());
    ip("link set eth1 up");
    ip("-4 route add default via 10.0.1.1");
    const MappingEvent event = street.await(ChangeKind::renewed);
    BOOST_TEST(event.after.externalPort == granted.externalPort);
    BOOST_TEST((event.after.nonce == granted.nonce));
    BOOST_TEST(street.first.mappings().size() == 1U);
    BOOST_TEST(street.told() == "renewed");
}

BOOST_AUTO_TEST_CASE(a_gateway_that_lost_its_state_while_it_was_gone_has_it_recovered) {
    Held street;
    ip("-4 route add default via 10.0.1.1");
    street.start();
    street.hold();
    ip("link set eth1 down");
    street.wait(5s);
    street.first.gateway->resetState();
    ip("link set eth1 up");
    ip("-4 route add default via 10.0.1.1");
    street.await(ChangeKind::recovered);
    BOOST_TEST(street.first.mappings().size() == 1U);
}

BOOST_AUTO_TEST_CASE(another_address_of_the_host_is_mapped_from_itself_and_the_old_one_is_given_back,
                     *label("C6887-049") * label("C6887-050")) {
    Held street{true};
    ip("-6 route add default via 2001:db8:1::1");
    street.start();
    street.hold();
    BOOST_TEST(street.mapping->info().internalAddress.to_string() == "2001:db8:1::5");
    ip("-6 addr add 2001:db8:1::6/64 dev eth1 nodad");
    ip("-6 addr change 2001:db8:1::5/64 dev eth1 preferred_lft 0 valid_lft 600");
    const MappingEvent event = street.await(ChangeKind::moved);
    BOOST_TEST(event.before.internalAddress.to_string() == "2001:db8:1::5");
    BOOST_TEST(event.after.internalAddress.to_string() == "2001:db8:1::6");
    street.runUntil([&] { return street.first.mappings().size() == 1U; });
    const auto mapping = street.first.mappings().front();
    BOOST_TEST(fmt::format("{}", mapping.internal.address) == "2001:db8:1::6");
    BOOST_TEST(fmt::format("{}", mapping.client.address) == "2001:db8:1::6"); // where the answer went
}

BOOST_AUTO_TEST_CASE(an_address_that_is_gone_at_once_is_replaced_all_the_same) {
    Held street;
    ip("-4 route add default via 10.0.1.1");
    street.start();
    street.hold();
    ip("addr flush dev eth1");
    ip("addr add 10.0.1.77/24 dev eth1");
    ip("-4 route replace default via 10.0.1.1");
    const MappingEvent event = street.await(ChangeKind::moved);
    BOOST_TEST(event.after.internalAddress.to_string() == "10.0.1.77");
    BOOST_TEST(street.told() == "moved");
}

BOOST_AUTO_TEST_CASE(a_gateway_that_was_named_is_kept_whatever_becomes_of_the_default_route) {
    Held street;
    ip("-4 route add default via 10.0.1.1");
    portolan::ClientOptions options;
    options.gateway = {net::ip::make_address("10.0.1.1"), 0};
    street.start(options);
    street.hold();
    ip("-4 route replace default via 10.0.2.1");
    street.wait(1500ms);
    BOOST_TEST(street.events.empty());
    BOOST_TEST(street.first.mappings().size() == 1U);
    BOOST_TEST(street.second.mappings().empty());
}

BOOST_AUTO_TEST_CASE(a_source_that_was_named_is_kept) {
    Held street;
    ip("-4 route add default via 10.0.1.1");
    portolan::ClientOptions options;
    options.source = net::ip::make_address("10.0.1.2");
    street.start(options);
    street.hold();
    ip("addr add 10.0.1.3/24 dev eth1");
    ip("-4 route replace default via 10.0.1.1 src 10.0.1.3");
    street.wait(1500ms);
    BOOST_TEST(street.events.empty());
    BOOST_TEST(street.mapping->info().internalAddress.to_string() == "10.0.1.2");
}

BOOST_AUTO_TEST_CASE(an_interface_that_was_named_is_kept_though_another_one_goes_first) {
    Held street;
    ip("-4 route add default via 10.0.1.1 metric 10");
    ip("-4 route add default via 10.0.2.1 metric 20");
    portolan::ClientOptions options;
    options.interfaceName = "eth2";
    street.start(options);
    street.hold();
    BOOST_TEST(street.mapping->info().gateway.interfaceName == "eth2");
    ip("-4 route delete default via 10.0.1.1");
    ip("-4 route add default via 10.0.1.1 metric 5");
    street.wait(1500ms);
    BOOST_TEST(street.events.empty());
    BOOST_TEST(street.second.mappings().size() == 1U);
    BOOST_TEST(street.first.mappings().empty());
}

BOOST_AUTO_TEST_CASE(the_default_route_of_an_interface_may_be_in_a_table_of_its_own) {
    Held street;
    ip("-4 route add default via 10.0.1.1");
    ip("-4 route add default via 10.0.2.1 table 52");
    portolan::ClientOptions options;
    options.interfaceName = "eth2";
    street.start(options);
    street.hold();
    BOOST_TEST(street.second.mappings().size() == 1U);
    BOOST_TEST(street.first.mappings().empty());
}

BOOST_AUTO_TEST_CASE(an_interface_that_is_not_there_is_an_error_that_names_it) {
    Held street;
    portolan::ClientOptions options;
    options.interfaceName = "eth7";
    street.start(options);
    street.run([](Held& held) -> net::awaitable<void> {
        const auto mapping = co_await held.client->map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(!mapping.has_value());
        BOOST_TEST((mapping.error().code == portolan::Errc::noGateway));
        BOOST_TEST(mapping.error().detail == "there is no interface eth7");
    }(street));
}

BOOST_AUTO_TEST_CASE(two_routers_of_the_same_address_are_told_apart_by_their_interfaces, *label("C6887-090")) {
    Held street;
    // Both links are the same network, and the first one leads there.
    street.second.space.enter();
    ip("addr add 10.0.1.1/24 dev lan0");
    street.host.enter();
    ip("addr add 10.0.1.22/24 dev eth2");
    for (const char* name : {"all", "eth1", "eth2"}) {
        std::ofstream{fmt::format("/proc/sys/net/ipv4/conf/{}/rp_filter", name)} << 0;
    }
    ip("-4 route add default via 10.0.1.1 dev eth1");
    portolan::ClientOptions options;
    options.follow = false;
    street.start(options);
    street.hold({.internalPort = 8080, .lifetime = 10s});
    // Now it is the second: a renewal leaves by the first all the same, where the mapping was made.
    ip("-4 route replace default via 10.0.1.1 dev eth2");
    ip("-4 route delete 10.0.1.0/24 dev eth1");
    const auto granted = street.first.mappings().front().refreshed;
    street.await(ChangeKind::renewed);
    BOOST_TEST((street.first.mappings().front().refreshed > granted));
    BOOST_TEST(street.second.gateway->counters().datagramsIn == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
