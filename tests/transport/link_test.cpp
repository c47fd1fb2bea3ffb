// SPDX-License-Identifier: MIT
#include <array>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>

import portolan.net;
import portolan.session;
import portolan.transport;

using namespace portolan;

namespace {

const net::ip::udp::endpoint loopback{net::ip::address_v4::loopback(), 0};

/// A link to a socket on loopback.
struct Pair {
    net::io_context context;
    net::ip::udp::socket gateway{context, loopback};
    unsigned activities = 0;
    std::shared_ptr<transport::Link> link = std::make_shared<transport::Link>(
        net::make_strand(context),
        transport::LinkConfig{.gateway = gateway.local_endpoint(), .source = loopback.address()},
        [this] { ++activities; });

    Pair() { BOOST_TEST_REQUIRE(link->open().has_value()); }

    void answer() {
        const std::array<std::uint8_t, 4> octets{};
        gateway.send_to(net::buffer(octets.data(), octets.size()), {loopback.address(), link->localPort()});
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(transport_link)

BOOST_AUTO_TEST_CASE(each_datagram_is_one_activity) {
    Pair pair;
    pair.answer();
    while (pair.activities == 0) {
        pair.context.run_one();
    }
    pair.context.poll();
    BOOST_TEST(pair.activities == 1U);
}

// The datagram of the first socket is seen, and while that waits for its turn on the strand, the link is opened anew.
BOOST_AUTO_TEST_CASE(what_was_seen_before_a_link_was_opened_anew_does_not_have_it_receive_twice) {
    Pair pair;
    net::ip::udp::socket other{pair.context, loopback};
    other.async_wait(net::socket_base::wait_read, [&](net::error_code) {
        pair.link->close();
        BOOST_TEST(pair.link->open().has_value());
    });
    pair.context.poll(); // all wait
    pair.answer();
    const std::array<std::uint8_t, 1> octet{};
    pair.gateway.send_to(net::buffer(octet.data(), octet.size()), other.local_endpoint());
    pair.context.poll();
    pair.activities = 0;
    pair.answer();
    while (pair.activities == 0) {
        pair.context.run_one();
    }
    pair.context.poll();
    BOOST_TEST(pair.activities == 1U);
}

// ICMP's news come as an error of the next call on the socket, of which Windows would have programs believe that a
// connection was reset.
BOOST_AUTO_TEST_CASE(goes_on_after_the_news_that_nobody_listens) {
    Pair pair;
    const net::ip::udp::endpoint place = pair.gateway.local_endpoint();
    pair.gateway.close();
    BOOST_TEST(pair.link->session().handleProbe(transport::now()).has_value());
    pair.link->flush();
    pair.context.poll();
    net::ip::udp::socket returned{pair.context, place};
    session::MappingRequest wanted;
    wanted.internalPort = 8080;
    BOOST_TEST(pair.link->session().handleRequest(transport::now(), wanted).has_value());
    pair.link->flush();
    std::array<std::uint8_t, 1100> room{};
    BOOST_TEST(returned.receive(net::buffer(room)) == 60U); // a MAP request
}

BOOST_AUTO_TEST_SUITE_END()
