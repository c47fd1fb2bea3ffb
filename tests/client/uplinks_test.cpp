// SPDX-License-Identifier: MIT
// A host with several uplinks, or with no more than what its network says of PCP servers, in network namespaces that
// the program makes for itself.
#include "street.hpp"

#include <algorithm>
#include <filesystem>
#include <sys/mount.h>
#include <vector>

using portolan::Direction;
using portolan::Families;
using portolan::Gateways;
using namespace std::chrono_literals;
using boost::unit_test::label;

namespace {

constexpr std::uint8_t announceOpcode = 0;
constexpr std::uint8_t mapOpcode = 1;

/// A datagram that the host sent or got, and the address at the other end.
struct Seen {
    Direction direction{};
    std::string remote;
    std::uint8_t opcode = 0;
};

/// A street whose client shows what it sends.
struct Watched : Street {
    void start(portolan::ClientOptions options) {
        options.announcementPort = 0;
        options.timeout = 15s;
        options.onDatagram = [this](Direction direction, const auto&, const auto& remote, auto octets) {
            seen.push_back({direction, remote.address().to_string(), static_cast<std::uint8_t>(octets[1] & 0x7fU)});
        };
        Street::start(std::move(options));
    }

    /// Whether anything was sent there.
    [[nodiscard]] bool asked(const std::string& address) const {
        return std::ranges::any_of(
            seen, [&](const Seen& one) { return one.direction == Direction::sent && one.remote == address; });
    }

    /// The host's default routes lead by both links, by the first one rather.
    static void route() {
        ip("-4 route add default via 10.0.1.1 metric 100");
        ip("-4 route add default via 10.0.2.1 metric 200");
    }

    /// A gateway of another address on the first link, or on the second one.
    void serve(End& end, const std::string& address, bool v6 = false, simulator::Config config = {}) {
        end.space.enter();
        simulator::ServerOptions options;
        options.config = std::move(config);
        options.forwards = false;
        options.config.announce.onStart = false;
        options.config.ipv6Firewall = v6;
        options.ssdpPort = 1900;
        options.listen = {net::ip::make_address(address), portolan::wire::serverPort};
        more.push_back(std::make_unique<simulator::Server>(context.get_executor(), std::move(options)));
        host.enter();
    }

    ~Watched() {
        client.reset();
        more.clear();
    }

    std::vector<std::unique_ptr<simulator::Server>> more{};
    std::vector<Seen> seen{};
};

/// The outcome of a wish at all places, which has to be a grant at each of them.
net::awaitable<std::vector<portolan::MappingInfo>> mapAll(Watched& street, std::vector<portolan::Mapping>& held) {
    auto all = co_await street.client->mapAll({.internalPort = 8080});
    BOOST_TEST_REQUIRE(all.has_value(), why(all));
    std::vector<portolan::MappingInfo> infos;
    for (portolan::Reached& one : all.value()) {
        BOOST_TEST_REQUIRE(one.mapping.has_value(), why(one.mapping));
        infos.push_back(one.mapping.value().info());
        held.push_back(std::move(one.mapping.value()));
    }
    co_return infos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_uplinks)

BOOST_AUTO_TEST_CASE(a_mapping_is_had_at_the_gateway_of_each_default_route) {
    Watched street;
    Watched::route();
    street.start({.gateways = Gateways::all});
    street.run([](Watched& s) -> net::awaitable<void> {
        std::vector<portolan::Mapping> held;
        const auto infos = co_await mapAll(s, held);
        BOOST_TEST_REQUIRE(infos.size() == 2U);
        BOOST_TEST(infos[0].internalAddress.to_string() == "10.0.1.2");
        BOOST_TEST(infos[0].externalAddress.to_string() == "203.0.113.1");
        BOOST_TEST(infos[0].gateway.interfaceName == "eth1");
        BOOST_TEST(infos[1].internalAddress.to_string() == "10.0.2.2");
        BOOST_TEST(infos[1].externalAddress.to_string() == "203.0.113.2");
        BOOST_TEST(infos[1].gateway.interfaceName == "eth2");
        BOOST_TEST((infos[0].nonce != infos[1].nonce));
    }(street));
    street.runUntil([&] { return street.first.mappings().empty() && street.second.mappings().empty(); });
}

BOOST_AUTO_TEST_CASE(routers_of_one_address_are_told_apart_by_the_interface_in_upnp_too) {
    Watched street;
    int number = 0;
    for (End* end : {&street.first, &street.second}) {
        ++number;
        end->gateway.reset();
        end->space.enter();
        ip("addr add 192.168.1.1/24 dev lan0");
        street.host.enter();
        ip(fmt::format("addr add 192.168.1.{}/24 dev eth{}", number + 10, number));
        ip(fmt::format("route add default via 192.168.1.1 dev eth{} metric {}", number, 100 * number));
        street.serve(*end, "192.168.1.1", false, simulator::Config::igdOnly(simulator::IgdVersion::v2));
    }
    street.start({.gateways = Gateways::all, .speak = portolan::Speak::upnp});
    street.run([](Watched& s) -> net::awaitable<void> {
        std::vector<portolan::Mapping> held;
        (void)co_await mapAll(s, held);
        for (std::size_t at = 0; at < 2; ++at) {
            const auto mappings = s.more[at]->mappings();
            BOOST_TEST_REQUIRE(mappings.size() == 1U);
            BOOST_TEST((mappings.front().internal.address ==
                        portolan::wire::Address::v4(192, 168, 1, static_cast<std::uint8_t>(11 + at))));
        }
    }(street));
}

BOOST_AUTO_TEST_CASE(what_is_held_at_one_uplink_does_not_move_to_another) {
    Watched street;
    Watched::route();
    street.start({.gateways = Gateways::all});
    street.run([](Watched& s) -> net::awaitable<void> {
        std::vector<portolan::Mapping> held;
        (void)co_await mapAll(s, held);
        ip("-4 route del default via 10.0.1.1");
        s.wait(1s);
        BOOST_TEST(held[0].info().held);
        BOOST_TEST(held[0].info().gateway.endpoint.address().to_string() == "10.0.1.1");
        BOOST_TEST(s.first.mappings().size() == 1U);
        BOOST_TEST(s.second.mappings().size() == 1U);
    }(street));
}

BOOST_AUTO_TEST_CASE(an_uplink_without_a_gateway_to_ask_is_told_beside_the_others) {
    Watched street;
    Watched::route();
    ip("link add wg0 type veth peer name peer0");
    ip("link set wg0 up");
    ip("link set peer0 up");
    ip("-4 route add default dev wg0 metric 50");
    street.start({.gateways = Gateways::all});
    street.run([](Watched& s) -> net::awaitable<void> {
        const auto all = co_await s.client->mapAll({.internalPort = 8080});
        BOOST_TEST_REQUIRE(all.has_value(), why(all));
        BOOST_TEST_REQUIRE(all.value().size() == 3U);
        BOOST_TEST(all.value()[0].gateway.interfaceName == "wg0");
        BOOST_TEST((all.value()[0].mapping.error().code == portolan::Errc::gatewayUnknown));
        BOOST_TEST(all.value()[1].mapping.has_value(), why(all.value()[1].mapping));
        BOOST_TEST(all.value()[2].mapping.has_value(), why(all.value()[2].mapping));
    }(street));
}

BOOST_AUTO_TEST_CASE(one_wish_opens_the_ipv4_mapping_and_the_ipv6_pinhole) {
    Watched street;
    Watched::route();
    ip("-6 route add default via 2001:db8:1::1");
    street.serve(street.first, "2001:db8:1::1", true);
    street.start({.families = Families::both});
    street.run([](Watched& s) -> net::awaitable<void> {
        std::vector<portolan::Mapping> held;
        const auto infos = co_await mapAll(s, held);
        BOOST_TEST_REQUIRE(infos.size() == 2U);
        BOOST_TEST(infos[0].externalAddress.to_string() == "203.0.113.1");
        BOOST_TEST(infos[1].internalAddress.to_string() == "2001:db8:1::5");
        BOOST_TEST(infos[1].externalAddress.to_string() == "2001:db8:1::5");
        BOOST_TEST(infos[1].externalPort == 8080);
    }(street));
}

BOOST_AUTO_TEST_CASE(a_link_is_searched_by_one_family_after_the_other) {
    Watched street;
    Watched::route();
    ip("-6 route add default via 2001:db8:1::1");
    street.first.gateway.reset();
    street.serve(street.first, "10.0.1.1", false, simulator::Config::igdOnly(simulator::IgdVersion::v2));
    street.start({.families = Families::both, .speak = portolan::Speak::upnp});
    street.run([](Watched& s) -> net::awaitable<void> {
        const auto all = co_await s.client->mapAll({.internalPort = 8080});
        BOOST_TEST_REQUIRE(all.has_value(), why(all));
        BOOST_TEST(all.value()[0].mapping.has_value(), why(all.value()[0].mapping));
    }(street));
    const auto isV6 = [](const Seen& one) { return one.remote.find(':') != std::string::npos; };
    const auto firstOfV6 = std::ranges::find_if(street.seen, isV6);
    BOOST_TEST((firstOfV6 != street.seen.end()));
    const bool answered = std::any_of(street.seen.begin(), firstOfV6,
                                      [](const Seen& one) { return one.direction == Direction::received; });
    BOOST_TEST(answered); // the search of IPv4 is over
}

BOOST_AUTO_TEST_CASE(a_host_with_ipv4_alone_has_the_mapping_and_is_told_of_ipv6) {
    Watched street;
    Watched::route();
    street.start({.families = Families::both});
    street.run([](Watched& s) -> net::awaitable<void> {
        const auto all = co_await s.client->mapAll({.internalPort = 8080});
        BOOST_TEST_REQUIRE(all.has_value(), why(all));
        BOOST_TEST_REQUIRE(all.value().size() == 2U);
        BOOST_TEST(all.value()[0].mapping.has_value(), why(all.value()[0].mapping));
        BOOST_TEST((all.value()[1].families == Families::v6));
        BOOST_TEST((all.value()[1].mapping.error().code == portolan::Errc::noGateway));
    }(street));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(client_anycast)

namespace {

/// The router of the first link serves nobody at its own address, but at the anycast one.
struct Anycast : Watched {
    explicit Anycast(bool served = true) {
        route();
        first.gateway.reset();
        first.space.enter();
        ip("addr add 192.0.0.9/32 dev lo");
        host.enter();
        if (served) {
            serve(first, "192.0.0.9");
        }
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(where_nobody_is_at_the_router_the_anycast_address_is_asked,
                     *label("C7723-001") * label("C7723-005") * label("S7723-001")) {
    Anycast street;
    street.start({.anycast = true});
    street.run([](Watched& s) -> net::awaitable<void> {
        auto mapping = co_await s.client->map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(mapping.has_value(), why(mapping));
        BOOST_TEST(mapping.value().info().gateway.endpoint.address().to_string() == "192.0.0.9");
        mapping.value().detach();
    }(street));
    BOOST_TEST(street.seen.front().remote == "10.0.1.1");
    std::vector<unsigned> opcodes;
    for (const Seen& one : street.seen) {
        if (one.remote == "192.0.0.9") { // whence the answers come as well
            opcodes.push_back(one.opcode);
        }
    }
    BOOST_TEST((opcodes == std::vector<unsigned>{announceOpcode, announceOpcode, mapOpcode, mapOpcode}));
}

BOOST_AUTO_TEST_CASE(a_router_that_answers_is_asked_alone, *label("C7723-001")) {
    Watched street;
    Watched::route();
    street.start({.anycast = true});
    street.run([](Watched& s) -> net::awaitable<void> {
        auto mapping = co_await s.client->map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(mapping.has_value(), why(mapping));
    }(street));
    BOOST_TEST(!street.asked("192.0.0.9"));
}

BOOST_AUTO_TEST_CASE(unless_it_was_asked_for_nothing_goes_there, *label("C7723-003")) {
    Anycast street;
    street.start({});
    street.run([](Watched& s) -> net::awaitable<void> {
        const auto mapping = co_await s.client->map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(!mapping.has_value());
    }(street));
    BOOST_TEST(street.asked("10.0.1.1"));
    BOOST_TEST(!street.asked("192.0.0.9"));
    BOOST_TEST(!street.asked("2001:1::1"));
}

BOOST_AUTO_TEST_CASE(where_servers_are_named_nothing_goes_there, *label("C7723-002")) {
    Anycast street;
    street.start({.servers = {portolan::PcpServer{
                      {{net::ip::make_address("10.0.1.1"), 0}, {net::ip::make_address("10.0.1.1"), 5352}}}},
                  .anycast = true});
    street.run([](Watched& s) -> net::awaitable<void> {
        const auto mapping = co_await s.client->map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(!mapping.has_value());
    }(street));
    BOOST_TEST(street.asked("10.0.1.1"));
    BOOST_TEST(!street.asked("192.0.0.9"));
}

BOOST_AUTO_TEST_CASE(where_nobody_is_there_either_no_more_than_the_question_is_sent, *label("C7723-005")) {
    Anycast street{false};
    street.start({.anycast = true});
    street.run([](Watched& s) -> net::awaitable<void> {
        const auto mapping = co_await s.client->map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(!mapping.has_value());
    }(street));
    BOOST_TEST(street.asked("192.0.0.9"));
    for (const Seen& one : street.seen) {
        BOOST_TEST((one.remote != "192.0.0.9" || one.opcode == announceOpcode));
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(client_dhcp)

namespace {

/// Has dhclient of this host leave a lease that tells of a server at 192.0.2.1, which each of the routers has for an
/// address of its own.
void learn(const std::string& interfaceName) {
    std::filesystem::create_directories("/var/lib/dhcp");
    std::ofstream{"/var/lib/dhcp/dhclient." + interfaceName + ".leases"}
        << fmt::format("lease {{\n  interface \"{}\";\n  option unknown-158 4:c0:0:2:1;\n}}\n", interfaceName);
}

/// A host whose lease files are its own, and two networks in which 192.0.2.1 is something else.
struct Learned : Watched {
    Learned() {
        if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            ::mount("tmpfs", "/var/lib", "tmpfs", 0, nullptr) != 0) {
            fmt::print("skip: no mount namespaces without being root\n");
            std::fflush(stdout);
            std::_Exit(77);
        }
        route();
        for (End* end : {&first, &second}) {
            end->gateway.reset();
            end->space.enter();
            ip("addr add 192.0.2.1/32 dev lo");
            host.enter();
            serve(*end, "192.0.2.1");
        }
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(each_server_is_asked_by_the_interface_where_it_was_learned, *label("C7291-010")) {
    Learned street;
    learn("eth1");
    learn("eth2");
    street.start({.dhcp = true});
    street.run([](Watched& s) -> net::awaitable<void> {
        std::vector<portolan::Mapping> held;
        const auto infos = co_await mapAll(s, held);
        BOOST_TEST_REQUIRE(infos.size() == 2U);
        for (const auto& info : infos) {
            BOOST_TEST(info.gateway.endpoint.address().to_string() == "192.0.2.1");
        }
        BOOST_TEST_REQUIRE(s.more[0]->mappings().size() == 1U);
        BOOST_TEST_REQUIRE(s.more[1]->mappings().size() == 1U);
        BOOST_TEST(infos[0].internalAddress != infos[1].internalAddress);
    }(street));
}

BOOST_AUTO_TEST_CASE(what_was_learned_goes_before_the_router_and_the_anycast_address, *label("C7723-002")) {
    Learned street;
    learn("eth2");
    street.start({.dhcp = true, .anycast = true});
    street.run([](Watched& s) -> net::awaitable<void> {
        auto mapping = co_await s.client->map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(mapping.has_value(), why(mapping));
        BOOST_TEST(mapping.value().info().internalAddress.to_string() == "10.0.2.2");
        BOOST_TEST(s.more[1]->mappings().size() == 1U);
    }(street));
    BOOST_TEST(!street.asked("10.0.1.1"));
    BOOST_TEST(!street.asked("192.0.0.9"));
}

BOOST_AUTO_TEST_CASE(unless_it_was_asked_for_the_leases_are_not_looked_at) {
    Learned street;
    learn("eth2");
    street.serve(street.first, "10.0.1.1");
    street.start({});
    street.run([](Watched& s) -> net::awaitable<void> {
        auto mapping = co_await s.client->map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(mapping.has_value(), why(mapping));
        BOOST_TEST(mapping.value().info().gateway.endpoint.address().to_string() == "10.0.1.1");
    }(street));
}

BOOST_AUTO_TEST_SUITE_END()
