// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <memory>

import portolan.net;
import portolan.transport;

using namespace portolan;

BOOST_AUTO_TEST_SUITE(transport_taken_port)

BOOST_AUTO_TEST_CASE(a_port_that_cannot_be_had_for_announcements_is_told_once) {
    net::io_context context;
    const net::ip::udp::socket taken{context, {net::ip::make_address("224.0.0.1"), 0}}; // not shared
    const net::ip::address loopback = net::ip::address_v4::loopback();
    const auto announcements = std::make_shared<transport::Announcements>(
        context.get_executor(), taken.local_endpoint().port(), [](const net::ip::udp::endpoint&, wire::Bytes) {});
    BOOST_TEST((announcements->listenOn(loopback, 0) == std::errc::address_in_use));
    BOOST_TEST(!announcements->listenOn(loopback, 0));
    announcements->close();
    BOOST_TEST(!announcements->listenOn(loopback, 0));
}

BOOST_AUTO_TEST_SUITE_END()
