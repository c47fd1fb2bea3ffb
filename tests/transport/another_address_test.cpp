// SPDX-License-Identifier: MIT
// Gateways that share an address and answer from their own.
#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

import portolan.net;
import portolan.session;
import portolan.transport;

using namespace portolan;

namespace {

/// A link that has asked 127.0.0.1 for a mapping, where nobody answers; 127.0.0.2 is on the link.
struct Asking {
    net::io_context context;
    net::ip::udp::socket gateway{context, {net::ip::make_address("127.0.0.1"), 0}};
    unsigned activities = 0;
    std::shared_ptr<transport::Link> link = std::make_shared<transport::Link>(
        net::make_strand(context),
        transport::LinkConfig{.gateway = gateway.local_endpoint(),
                              .isOnLink = [](const net::ip::address& from) { return from.to_string() == "127.0.0.2"; }},
        [this] { ++activities; });
    std::array<std::uint8_t, 1100> request{};
    std::size_t size = 0;

    Asking() {
        BOOST_TEST_REQUIRE(link->open().has_value());
        session::MappingRequest wanted;
        wanted.internalPort = 8080;
        wanted.nonce = transport::randomNonce();
        BOOST_TEST_REQUIRE(link->session().handleRequest(transport::now(), wanted).has_value());
        link->flush();
        size = gateway.receive(net::buffer(request));
    }

    /// Grants what was asked for, from this address and the gateway's port.
    std::optional<session::Event> answerFrom(const char* address) {
        request[1] |= 0x80;                                          // a response
        std::fill(request.begin() + 8, request.begin() + 24, 0);     // epoch and what is reserved
        std::fill(request.begin() + 42, request.begin() + 44, 0x77); // external port
        net::ip::udp::socket partner{context};
        partner.open(net::ip::udp::v4());
        partner.bind({net::ip::make_address(address), gateway.local_endpoint().port()});
        partner.send_to(net::buffer(request.data(), size), {net::ip::make_address("127.0.0.1"), link->localPort()});
        while (activities == 0) {
            context.run_one();
        }
        return link->session().pollEvent();
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(transport_another_address, Asking)

BOOST_AUTO_TEST_CASE(an_answer_from_the_link_is_taken) {
    const auto event = answerFrom("127.0.0.2");
    BOOST_TEST_REQUIRE(event.has_value());
    BOOST_TEST((event->kind == session::EventKind::granted));
}

BOOST_AUTO_TEST_CASE(an_answer_from_elsewhere_is_not) {
    BOOST_TEST(!answerFrom("127.0.0.3").has_value());
}

BOOST_AUTO_TEST_CASE(no_other_program_may_listen_at_the_port) {
    net::ip::udp::socket thief{context};
    thief.open(net::ip::udp::v4());
    thief.set_option(net::socket_base::reuse_address{true});
    net::error_code error;
    thief.bind({net::ip::make_address("127.0.0.1"), link->localPort()}, error);
    BOOST_TEST((error == net::error::address_in_use || error == net::error::access_denied)); // the latter by Windows
}

BOOST_AUTO_TEST_SUITE_END()
