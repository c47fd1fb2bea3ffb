// SPDX-License-Identifier: MIT
module;

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <memory>
#include <utility>

module portolan.testing.upnp.line;

import portolan.net;
import portolan.transport;
import portolan.upnp;

namespace portolan::testing {

Line::Line(net::io_context& context, const net::ip::address& loopback, std::uint16_t searchPort,
           std::shared_ptr<upnp::SearchTurns> turns)
    : alarm(context.get_executor()) {
    upnp::LinkConfig config;
    config.gateway = loopback;
    config.source = loopback;
    config.announcementPort = 0;
    config.turns = std::move(turns);
    config.point.searchPort = searchPort;
    config.point.searchByGroup = false;
    config.point.requestsPerSecond = 0;
    link = std::make_shared<upnp::Link>(context.get_executor(), config, [this] { rest(); });
    BOOST_TEST_REQUIRE(link->open().has_value());
}

Line::~Line() {
    link->close();
    alarm.cancel(); // it would call what is gone
}

session::MappingId Line::request(const upnp::MappingRequest& wanted) {
    const auto id = link->point().handleRequest(transport::now(), wanted);
    BOOST_TEST_REQUIRE(id.has_value());
    settle();
    return id.value();
}

void Line::release(session::MappingId id) {
    link->point().handleRelease(transport::now(), id);
    settle();
}

void Line::settle() {
    link->flush();
    rest();
}

void Line::rest() {
    while (auto event = link->point().pollEvent()) {
        events.push_back(*event);
    }
    const auto next = link->point().nextTimeout();
    if (!next || !link->isOpen()) {
        alarm.cancel();
        return;
    }
    alarm.set(*next, [this] {
        link->handleTimeout(transport::now());
        rest();
    });
}

} // namespace portolan::testing
