// SPDX-License-Identifier: MIT
// --reserve: a port is asked for only by who has it (RFC 6887 §11).
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <netinet/in.h>
#include <nlohmann/json.hpp>
#include <string>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

#include "keeping.hpp"
#include "process.hpp"
#include "udp_socket.hpp"

using namespace portolan::testing;
using boost::unit_test::label;
namespace data = boost::unit_test::data;

namespace {

/// Another program of this host: has a port of 127.0.0.1, or tries to.
class Rival {
public:
    /// Port 0 is any that is free.
    explicit Rival(int type, std::uint16_t port = 0) : socket_(socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port);
        // As servers do, and it is to be of no use to them.
        const int on = 1;
        setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        error_ = bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
        if (error_ == 0 && type == SOCK_STREAM) {
            error_ = listen(socket_, 1) == 0 ? 0 : errno;
        }
    }

    Rival(const Rival&) = delete;
    Rival& operator=(const Rival&) = delete;

    ~Rival() { close(socket_); }

    [[nodiscard]] int error() const { return error_; }

    [[nodiscard]] std::uint16_t port() const {
        sockaddr_in own{};
        socklen_t size = sizeof own;
        getsockname(socket_, reinterpret_cast<sockaddr*>(&own), &size);
        return ntohs(own.sin_port);
    }

private:
    int socket_;
    int error_ = 0;
};

int typeOf(const std::string& protocol) {
    return protocol == "tcp" ? SOCK_STREAM : SOCK_DGRAM;
}

/// A port that nobody has at this moment.
std::uint16_t freePort(const std::string& protocol) {
    return Rival{typeOf(protocol)}.port();
}

std::string spec(const std::string& protocol, std::uint16_t port) {
    return protocol + ":" + std::to_string(port);
}

} // namespace

BOOST_AUTO_TEST_SUITE(apps_reserve)

BOOST_TEST_DECORATOR(*label("C6887-066"))

BOOST_DATA_TEST_CASE(map_asks_for_no_port_that_another_program_has, data::make({"tcp", "udp"}), protocol) {
    const Rival rival{typeOf(protocol)};
    const UdpSocket gateway;
    const Finished finished =
        runCommand({"map", spec(protocol, rival.port()), "--reserve", "--gateway", gateway.name(), "--json"});
    BOOST_TEST(finished.status == 1);
    const Json told = onlyObject(finished.out);
    BOOST_TEST(told.at("kind") == "system");
    BOOST_TEST(told.at("message").get<std::string>().find("another program has this port") != std::string::npos);
    BOOST_TEST(!gateway.hasDatagram());
}

BOOST_TEST_DECORATOR(*label("C6887-066"))

BOOST_DATA_TEST_CASE(map_holds_the_port_until_it_lets_the_mapping_go, data::make({"tcp", "udp"}), protocol) {
    const std::uint16_t port = freePort(protocol);
    UdpSocket gateway;
    Process process{{"map", spec(protocol, port), "--reserve", "--keep", "--gateway", gateway.name(), "--json"}};
    const Octets request = gateway.receive();
    BOOST_TEST(Rival(typeOf(protocol), port).error() == EADDRINUSE);
    gateway.answer(granted(request, 40123));
    BOOST_TEST(process.readJson().at("event") == "mapped");
    BOOST_TEST(Rival(typeOf(protocol), port).error() == EADDRINUSE);
    process.signal(SIGINT);
    gateway.answer(deleted(gateway.receive()));
    BOOST_TEST(process.finish().status == 0);
    BOOST_TEST(Rival(typeOf(protocol), port).error() == 0);
}

BOOST_AUTO_TEST_CASE(keep_asks_for_nothing_where_one_of_its_ports_is_anothers, *label("C6887-066")) {
    const Rival rival{SOCK_STREAM};
    const UdpSocket gateway;
    const Finished finished = runCommand(
        {"keep", spec("udp", freePort("udp")), spec("tcp", rival.port()), "--reserve", "--gateway", gateway.name()});
    BOOST_TEST(finished.status == 1);
    BOOST_TEST(finished.err.find(std::to_string(rival.port()) + " of tcp") != std::string::npos, finished.err);
    BOOST_TEST(!gateway.hasDatagram());
}

BOOST_AUTO_TEST_CASE(keep_holds_the_port_while_it_keeps_the_mapping, *label("C6887-066")) {
    const std::uint16_t port = freePort("tcp");
    Keeping keeping{{spec("tcp", port), "--reserve"}};
    (void)keeping.grant(40123);
    BOOST_TEST(Rival(SOCK_STREAM, port).error() == EADDRINUSE);
    BOOST_TEST(keeping.end().status == 0);
    BOOST_TEST(Rival(SOCK_STREAM, port).error() == 0);
}

BOOST_AUTO_TEST_CASE(without_reserve_a_port_may_be_a_servers) {
    const Rival server{SOCK_STREAM};
    Keeping keeping{{spec("tcp", server.port())}};
    BOOST_TEST(keeping.grant(40123).at("event") == "granted");
}

BOOST_AUTO_TEST_SUITE_END()
