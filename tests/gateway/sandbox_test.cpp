// SPDX-License-Identifier: MIT
// A process that may have no netlink sockets, as systemd's RestrictAddressFamilies has it: this program's own socket()
// stands before the system's.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <string>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>

import portolan.gateway;

using namespace portolan;

namespace {

std::atomic<bool> sandboxed = false;

} // namespace

extern "C" int socket(int family, int type, int protocol) noexcept {
    if (sandboxed && family == AF_NETLINK) {
        errno = EAFNOSUPPORT;
        return -1;
    }
    return static_cast<int>(::syscall(SYS_socket, family, type, protocol));
}

BOOST_AUTO_TEST_SUITE(gateway_sandbox)

BOOST_AUTO_TEST_CASE(a_forbidden_netlink_socket_is_no_missing_route) {
    sandboxed = true;
    const auto gateway = gateway::defaultGateway(gateway::Family::v4);
    sandboxed = false;
    BOOST_TEST_REQUIRE(!gateway.has_value());
    BOOST_TEST((gateway.error().code == std::errc::address_family_not_supported), gateway.error().message());
    BOOST_TEST(gateway.error().message().find("AF_NETLINK") != std::string::npos, gateway.error().message());
}

BOOST_AUTO_TEST_SUITE_END()
