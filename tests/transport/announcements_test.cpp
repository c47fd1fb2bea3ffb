// SPDX-License-Identifier: MIT
#include <array>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

import portolan.net;
import portolan.transport;

using namespace portolan;
using boost::unit_test::label;
using transport::Announcements;

namespace {

const net::ip::address loopback = net::ip::make_address("127.0.0.1");

/// A port that nobody else on this host uses.
std::uint16_t freePort(net::io_context& context) {
    return net::ip::udp::socket{context, {net::ip::udp::v4(), 0}}.local_endpoint().port();
}

/// What a listener has heard.
struct Listener {
    Listener(net::io_context& context, std::uint16_t port)
        : announcements(std::make_shared<Announcements>(context.get_executor(), port,
                                                        [this](const net::ip::udp::endpoint&, wire::Bytes datagram) {
                                                            heard.append(datagram.begin(), datagram.end());
                                                        })) {}

    std::string heard;
    std::shared_ptr<Announcements> announcements;
};

/// Sends a text to this address and port from loopback.
void send(net::io_context& context, std::string_view text, const char* address, std::uint16_t port) {
    net::ip::udp::socket socket{context, {net::ip::address_v4::loopback(), 0}};
    socket.set_option(net::ip::multicast::outbound_interface{net::ip::address_v4::loopback()});
    socket.send_to(net::buffer(text.data(), text.size()), {net::ip::make_address(address), port});
}

} // namespace

BOOST_AUTO_TEST_SUITE(transport_announcements)

BOOST_AUTO_TEST_CASE(all_who_listen_hear_what_is_sent_to_all_hosts, *label("C6887-120") * label("C6886-023")) {
    net::io_context context;
    const std::uint16_t port = freePort(context);
    Listener one{context, port};
    Listener other{context, port};
    BOOST_TEST(!one.announcements->listenOn(loopback, 0));
    BOOST_TEST(!other.announcements->listenOn(loopback, 0));
    send(context, "news", "224.0.0.1", port);
    while (one.heard.empty() || other.heard.empty()) {
        context.run_one();
    }
    BOOST_TEST(one.heard == "news");
    BOOST_TEST(other.heard == "news");
}

BOOST_AUTO_TEST_CASE(what_is_sent_to_this_host_alone_is_not_taken, *label("C6886-023")) {
    net::io_context context;
    const std::uint16_t port = freePort(context);
    Listener listener{context, port};
    BOOST_TEST(!listener.announcements->listenOn(loopback, 0));
    send(context, "forged ", "127.0.0.1", port);
    send(context, "news", "224.0.0.1", port);
    while (listener.heard.empty()) {
        context.run_one();
    }
    BOOST_TEST(listener.heard == "news");
}

BOOST_AUTO_TEST_CASE(interfaces_that_are_gone_are_not_listened_at) {
    net::io_context context;
    Listener listener{context, freePort(context)};
    (void)listener.announcements->listenOn(net::ip::make_address("::1"), 1); // where there is IPv6
    listener.announcements->keepOnly({});
    context.run(); // to its end: nothing is waited for
    BOOST_TEST(listener.heard.empty());
}

BOOST_AUTO_TEST_CASE(one_who_does_not_listen_any_more_leaves_nothing_to_wait_for) {
    net::io_context context;
    Listener listener{context, freePort(context)};
    BOOST_TEST(!listener.announcements->listenOn(loopback, 0));
    listener.announcements->close();
    context.run();
    BOOST_TEST(listener.heard.empty());
}

BOOST_AUTO_TEST_SUITE_END()
