// SPDX-License-Identifier: MIT
// What Linux tells of its descriptors, in /proc.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <memory>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <sys/socket.h>

import portolan.net;
import portolan.transport;

using namespace portolan;

namespace {

/// The descriptor of the socket of this process that is bound to this port of IPv4, or of IPv6.
std::optional<int> descriptorOf(std::uint16_t port, bool v4 = true) {
    for (const auto& file : std::filesystem::directory_iterator{"/proc/self/fd"}) {
        const int descriptor = std::stoi(file.path().filename().string());
        sockaddr_in6 address{}; // which has its family and port where one of IPv4 has them
        socklen_t size = sizeof address;
        if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
            address.sin6_family == (v4 ? AF_INET : AF_INET6) && ntohs(address.sin6_port) == port) {
            return descriptor;
        }
    }
    return std::nullopt;
}

/// Whether this process has a timer of the clock that counts suspend (CLOCK_BOOTTIME is 7).
bool hasTimerThatCountsSuspend() {
    for (const auto& file : std::filesystem::directory_iterator{"/proc/self/fdinfo"}) {
        std::ifstream info{file.path()};
        for (std::string line; std::getline(info, line);) {
            if (line == "clockid: 7") {
                return true;
            }
        }
    }
    return false;
}

} // namespace

BOOST_AUTO_TEST_SUITE(transport_linux)

BOOST_AUTO_TEST_CASE(no_child_process_inherits_the_socket_of_a_link) {
    net::io_context context;
    const net::ip::address loopback = net::ip::address_v4::loopback();
    const net::ip::udp::socket gateway{context, {loopback, 0}};
    const auto link = std::make_shared<transport::Link>(
        net::make_strand(context), transport::LinkConfig{gateway.local_endpoint(), loopback, {}}, [] {});
    BOOST_TEST_REQUIRE(link->open().has_value());
    const auto descriptor = descriptorOf(link->localPort());
    BOOST_TEST_REQUIRE(descriptor.has_value());
    BOOST_TEST((::fcntl(*descriptor, F_GETFD) & FD_CLOEXEC) != 0);
}

BOOST_AUTO_TEST_CASE(an_alarm_counts_the_time_of_a_suspend, *boost::unit_test::label("C6887-051")) {
    net::io_context context;
    const transport::Alarm alarm{net::make_strand(context)};
    BOOST_TEST(hasTimerThatCountsSuspend());
}

BOOST_AUTO_TEST_CASE(datagrams_go_as_far_as_was_said, *boost::unit_test::label("C7723-006")) {
    net::io_context context;
    for (const net::ip::address& address : {net::ip::make_address("127.0.0.1"), net::ip::make_address("::1")}) {
        net::ip::udp::socket gateway{context, {address, 0}};
        const auto link = std::make_shared<transport::Link>(
            net::make_strand(context),
            transport::LinkConfig{.gateway = gateway.local_endpoint(), .source = address, .hops = 3}, [] {});
        BOOST_TEST_REQUIRE(link->open().has_value());
        const auto descriptor = descriptorOf(link->localPort(), address.is_v4());
        BOOST_TEST_REQUIRE(descriptor.has_value());
        int hops = 0;
        socklen_t size = sizeof hops;
        const bool v4 = address.is_v4();
        BOOST_TEST_REQUIRE(::getsockopt(*descriptor, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_TTL : IPV6_UNICAST_HOPS,
                                        &hops, &size) == 0);
        BOOST_TEST(hops == 3);
    }
}

BOOST_AUTO_TEST_SUITE_END()
