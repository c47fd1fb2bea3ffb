// SPDX-License-Identifier: MIT
#include <array>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

import portolan.net;
import portolan.testing.upnp;
import portolan.testing.upnp.line;

using namespace portolan;
using namespace portolan::upnp;
using namespace portolan::testing;
using namespace std::chrono_literals;

namespace {

const net::ip::address loopback = net::ip::address_v4::loopback();

/// A gateway on loopback: SSDP and HTTP on ports of its own.
class Router {
public:
    explicit Router(net::io_context& context)
        : ssdp_(context, net::ip::udp::endpoint{loopback, 0}), http_(context, net::ip::tcp::endpoint{loopback, 0}) {
        gateway.root = testing::description("ppp_only");
        gateway.location = "http://127.0.0.1:" + std::to_string(http_.local_endpoint().port()) + "/rootDesc.xml";
        net::co_spawn(context, answerSearches(), net::detached);
        net::co_spawn(context, serve(), net::detached);
    }

    [[nodiscard]] std::uint16_t searchPort() { return ssdp_.local_endpoint().port(); }

    void stop() {
        ssdp_.close();
        http_.close();
        held_.clear();
    }

    Gateway gateway;
    std::string raw;    ///< said instead of any answer of HTTP, if not empty
    bool holds = false; ///< takes connections and says nothing
    unsigned connections = 0;
    unsigned searches = 0;

private:
    net::awaitable<void> answerSearches() {
        std::array<char, 2048> room{};
        for (;;) {
            net::ip::udp::endpoint from;
            const auto [error, size] = co_await ssdp_.async_receive_from(net::buffer(room), from, net::asTuple);
            if (error) {
                co_return;
            }
            ++searches;
            if (gateway.searchable &&
                std::string_view{room.data(), size}.find("rootdevice") != std::string_view::npos) {
                const std::string answer =
                    "HTTP/1.1 200 OK\r\nST: x:InternetGatewayDevice:1\r\nLOCATION: " + gateway.location + "\r\n\r\n";
                ssdp_.send_to(net::buffer(answer), from);
            }
        }
    }

    net::awaitable<void> serve() {
        for (;;) {
            auto [error, socket] = co_await http_.async_accept(net::asTuple);
            if (error) {
                co_return;
            }
            ++connections;
            if (holds) {
                held_.push_back(std::move(socket));
            } else {
                net::co_spawn(http_.get_executor(), answer(std::move(socket)), net::detached);
            }
        }
    }

    net::awaitable<void> answer(net::ip::tcp::socket socket) {
        std::string request;
        std::array<char, 4096> room{};
        while (!isWhole(request)) {
            const auto [error, size] = co_await socket.async_read_some(net::buffer(room), net::asTuple);
            if (error) {
                co_return;
            }
            request.append(room.data(), size);
        }
        std::string said = raw;
        if (const auto response = raw.empty() ? gateway.respond(TimePoint{}, request) : std::nullopt) {
            said = "HTTP/1.1 " + std::to_string(response->status) + " x\r\n\r\n" + response->body;
        }
        co_await net::async_write(socket, net::buffer(said), net::asTuple);
    }

    static bool isWhole(const std::string& request) {
        const std::size_t head = request.find("\r\n\r\n");
        const std::size_t at = request.find("Content-Length: ");
        if (head == std::string::npos) {
            return false;
        }
        const std::size_t length = at == std::string::npos ? 0 : std::stoul(request.substr(at + 16));
        return request.size() >= head + 4 + length;
    }

    net::ip::udp::socket ssdp_;
    net::ip::tcp::acceptor http_;
    std::vector<net::ip::tcp::socket> held_;
};

/// A link to the router.
struct RouterLine : Line {
    RouterLine(net::io_context& context, Router& router, std::shared_ptr<SearchTurns> turns = {})
        : Line(context, loopback, router.searchPort(), std::move(turns)) {}
};

} // namespace

BOOST_AUTO_TEST_SUITE(upnp_link)

BOOST_AUTO_TEST_CASE(a_mapping_is_made_and_deleted_over_real_sockets) {
    net::io_context context;
    Router router{context};
    RouterLine line{context, router};
    const auto id = line.request();
    runUntil(context, [&] { return !line.events.empty(); });
    BOOST_TEST_REQUIRE(line.events.size() == 1U);
    BOOST_TEST((line.events[0].kind == EventKind::granted));
    BOOST_TEST(router.gateway.table.size() == 1U);
    BOOST_TEST(router.gateway.table.begin()->second.client == "127.0.0.1");
    line.release(id);
    runUntil(context, [&] { return line.events.size() == 2; });
    BOOST_TEST((line.events[1].kind == EventKind::released));
    BOOST_TEST(router.gateway.table.empty());
}

BOOST_AUTO_TEST_CASE(every_request_has_a_connection_of_its_own) {
    net::io_context context;
    Router router{context};
    RouterLine line{context, router};
    line.request();
    runUntil(context, [&] { return !line.events.empty(); });
    BOOST_TEST(router.connections == line.link->point().statistics().requests);
}

BOOST_AUTO_TEST_CASE(closing_breaks_off_what_is_under_way) {
    net::io_context context;
    Router router{context};
    router.holds = true;
    RouterLine line{context, router};
    line.request();
    runUntil(context, [&] { return router.connections != 0; });
    line.link->close();
    line.alarm.cancel();
    router.stop();
    context.run(); // comes to its end, as nothing waits
    BOOST_TEST(line.events.empty());
}

BOOST_AUTO_TEST_CASE(a_link_may_go_while_its_request_is_under_way) {
    net::io_context context;
    Router router{context};
    router.holds = true;
    {
        RouterLine line{context, router};
        line.request();
        runUntil(context, [&] { return router.connections != 0; });
    }
    router.stop();
    context.run();
    BOOST_TEST(router.connections == 1U);
}

BOOST_AUTO_TEST_CASE(an_endless_answer_is_broken_off) {
    net::io_context context;
    Router router{context};
    router.raw = "HTTP/1.1 200 OK\r\n\r\n" + std::string(4'000'000, 'x');
    RouterLine line{context, router};
    line.request();
    runUntil(context, [&] { return !line.events.empty(); });
    BOOST_TEST((line.events[0].error == Fault::tooLarge));
}

BOOST_AUTO_TEST_CASE(redirections_are_not_followed) {
    net::io_context context;
    Router router{context};
    router.raw = "HTTP/1.1 302 Found\r\nLocation: " + router.gateway.location + "\r\nContent-Length: 0\r\n\r\n";
    RouterLine line{context, router};
    line.request();
    runUntil(context, [&] { return !line.events.empty(); });
    BOOST_TEST((line.events[0].error == Fault::httpStatus));
    BOOST_TEST(router.connections == 1U);
}

BOOST_AUTO_TEST_CASE(a_closed_port_is_told) {
    net::io_context context;
    Router router{context};
    net::ip::tcp::acceptor other{context, net::ip::tcp::endpoint{loopback, 0}};
    router.gateway.location = "http://127.0.0.1:" + std::to_string(other.local_endpoint().port()) + "/";
    other.close();
    RouterLine line{context, router};
    line.request();
    runUntil(context, [&] { return !line.events.empty(); });
    BOOST_TEST((line.events[0].error == std::errc::connection_refused));
}

BOOST_AUTO_TEST_CASE(links_of_an_interface_search_one_after_the_other) {
    net::io_context context;
    Router first{context};
    Router second{context};
    first.gateway.searchable = false;
    const auto turns = std::make_shared<SearchTurns>();
    RouterLine one{context, first, turns};
    RouterLine two{context, second, turns};
    one.request();
    two.request();
    BOOST_TEST((one.link->point().stage() == Stage::searching));
    BOOST_TEST((two.link->point().stage() == Stage::waiting));
    runUntil(context, [&] { return second.searches != 0; });
    BOOST_TEST((one.link->point().stage() != Stage::searching));
    runUntil(context, [&] { return !two.events.empty(); });
    BOOST_TEST((two.events[0].kind == EventKind::granted));
}

BOOST_AUTO_TEST_SUITE_END()
