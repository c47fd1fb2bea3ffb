// SPDX-License-Identifier: MIT
// What leaves this host when a mapping is asked for. The test is the gateway.
#include "house.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <set>
#include <string>
#include <vector>

using boost::unit_test::label;
namespace wire = portolan::wire;

namespace {

/// A datagram and whom it came from.
struct Received {
    net::ip::udp::endpoint from;
    std::vector<std::uint8_t> octets;
};

/// A socket that takes requests and answers nothing.
struct Mute {
    net::io_context context;
    net::ip::udp::socket socket{context, {net::ip::address_v4::loopback(), 0}};

    [[nodiscard]] portolan::ClientOptions options() const {
        portolan::ClientOptions options;
        options.gateway = socket.local_endpoint();
        options.timeout = std::chrono::seconds{60};
        return options;
    }

    /// Has a client ask for this mapping; the first datagram that comes of it.
    Received ask(portolan::Client& client, const portolan::MapRequest& request) {
        client.map(request, [](const portolan::result<portolan::Mapping>&) {});
        Received received{{}, std::vector<std::uint8_t>(2048)};
        bool came = false;
        socket.async_receive_from(net::buffer(received.octets), received.from, [&](net::error_code, std::size_t size) {
            received.octets.resize(size);
            came = true;
        });
        while (!came) {
            context.run_one();
        }
        return received;
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(client_request_socket)

BOOST_AUTO_TEST_CASE(the_first_datagram_asks_for_the_mapping,
                     *label("C6887-001") * label("C6887-017") * label("C6887-019")) {
    Mute gateway;
    portolan::Client client{gateway.context.get_executor(), gateway.options()};
    const Received request = gateway.ask(client, {.internalPort = 8080});
    const auto decoded = wire::decodeMapRequest(request.octets);
    BOOST_TEST_REQUIRE(decoded.has_value());
    BOOST_TEST(decoded.assume_value().internalPort == 8080);
}

BOOST_AUTO_TEST_CASE(the_address_in_a_request_is_the_one_it_comes_from, *label("C6887-141")) {
    Mute gateway;
    portolan::Client client{gateway.context.get_executor(), gateway.options()};
    const Received request = gateway.ask(client, {.internalPort = 8080});
    const auto inside = wire::decodeMapRequest(request.octets).assume_value().clientAddress;
    BOOST_TEST((inside == wire::Address::v4(request.from.address().to_v4().to_bytes())));
}

BOOST_AUTO_TEST_CASE(clients_ask_from_ports_that_nobody_can_foretell, *label("C6887-021")) {
    Mute gateway;
    std::vector<int> ports;
    for (int count = 0; count < 20; ++count) {
        portolan::Client client{gateway.context.get_executor(), gateway.options()};
        ports.push_back(gateway.ask(client, {.internalPort = 8080}).from.port());
    }
    BOOST_TEST(std::set<int>(ports.begin(), ports.end()).size() > 15U);
    int neighbours = 0;
    for (std::size_t at = 1; at < ports.size(); ++at) {
        neighbours += std::abs(ports[at] - ports[at - 1]) <= 2 ? 1 : 0;
    }
    BOOST_TEST(neighbours < 5);
}

BOOST_AUTO_TEST_CASE(without_an_identity_no_two_mappings_share_a_nonce, *label("C6887-077")) {
    Mute gateway;
    portolan::Client one{gateway.context.get_executor(), gateway.options()};
    portolan::Client other{gateway.context.get_executor(), gateway.options()};
    const auto nonceOf = [&](portolan::Client& client) {
        return wire::decodeMapRequest(gateway.ask(client, {.internalPort = 8080}).octets).assume_value().nonce;
    };
    const wire::Nonce first = nonceOf(one);
    BOOST_TEST((first != nonceOf(other)));
}

BOOST_AUTO_TEST_CASE(for_another_host_nothing_is_asked_unless_the_network_is_declared_trusted, *label("C6887-108")) {
    Mute gateway;
    portolan::Client client{gateway.context.get_executor(), gateway.options()};
    const auto other = net::ip::make_address("127.0.0.77");
    std::optional<portolan::Error> refused;
    client.map({.internalPort = 8080, .thirdParty = other},
               [&](const portolan::result<portolan::Mapping>& mapping) { refused = mapping.error(); });
    gateway.context.run();
    BOOST_TEST_REQUIRE(refused.has_value());
    BOOST_TEST((refused->code == portolan::Errc::invalidRequest));
    BOOST_TEST(refused->message().find("fully trusted") != std::string::npos, refused->message());
    BOOST_TEST(gateway.socket.available() == 0U);
}

BOOST_AUTO_TEST_CASE(for_another_host_nothing_is_deleted_unless_the_network_is_declared_trusted, *label("C6887-108")) {
    Mute gateway;
    portolan::Client client{gateway.context.get_executor(), gateway.options()};
    std::optional<portolan::Error> refused;
    client.unmap({.internalPort = 8080, .thirdParty = net::ip::make_address("127.0.0.77")},
                 [&](const portolan::result<void>& unmapped) { refused = unmapped.error(); });
    gateway.context.run();
    BOOST_TEST_REQUIRE(refused.has_value());
    BOOST_TEST((refused->code == portolan::Errc::invalidRequest));
    BOOST_TEST(gateway.socket.available() == 0U);
}

BOOST_AUTO_TEST_CASE(in_a_network_that_is_declared_trusted_another_host_is_named) {
    Mute gateway;
    portolan::ClientOptions options = gateway.options();
    options.trustedNetwork = true;
    portolan::Client client{gateway.context.get_executor(), options};
    const Received request =
        gateway.ask(client, {.internalPort = 8080, .thirdParty = net::ip::make_address("127.0.0.77")});
    const auto decoded = wire::decodeMapRequest(request.octets);
    BOOST_TEST_REQUIRE(decoded.has_value());
    const wire::RawOption option = *decoded.assume_value().options.begin();
    BOOST_TEST((option.code == wire::OptionCode::thirdParty));
    BOOST_TEST(option.data.back() == 77);
}

BOOST_AUTO_TEST_SUITE_END()
