// SPDX-License-Identifier: MIT
#pragma once

#include <boost/test/unit_test.hpp>
#include <cstdint>

import portolan.simulator.stage;

namespace portolan::simulator::stage {

/// A gateway, a host behind it that asks, and its service.
struct Scene {
    net::io_context context;
    Server gateway{context.get_executor()};
    Host host{context, gateway.endpoint()};
    tcp::acceptor service{context, {net::ip::address_v4::loopback(), 0}};

    [[nodiscard]] std::uint16_t port() const { return service.local_endpoint().port(); }

    net::awaitable<tcp::endpoint> mapService() {
        const auto response = co_await host.map(mapRequest(wire::Protocol::tcp, port()));
        BOOST_TEST_REQUIRE((response.resultCode == wire::ResultCode::success));
        co_return toAsio<tcp>(Endpoint{response.assignedAddress, response.assignedPort});
    }
};

} // namespace portolan::simulator::stage
