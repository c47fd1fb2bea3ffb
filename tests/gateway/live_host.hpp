// SPDX-License-Identifier: MIT
// A host in a network namespace of its own, for tests that ask a real kernel.
#pragma once

#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <sched.h>
#include <string>
#include <string_view>
#include <unistd.h>

#include "support/print.hpp"

inline int run(const std::string& command) {
    return std::system(command.c_str()); // NOLINT(bugprone-command-processor): `ip`, with words of this file alone
}

/// Moves this process into a new network namespace; with a user namespace around it if that is what it takes.
inline bool enterNamespace() {
    if (::unshare(CLONE_NEWNET) == 0) {
        return true;
    }
    const auto user = ::getuid();
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
        return false;
    }
    std::ofstream{"/proc/self/uid_map"} << fmt::format("0 {} 1", user);
    return true;
}

/// Ends the program as CTest wants it where nothing here can run.
struct SkipWithoutNamespaces {
    SkipWithoutNamespaces() {
        if (!enterNamespace()) {
            skip("no network namespaces without being root");
        }
        if (run("ip link add probe0 type veth peer name probe1") != 0) {
            skip("ip makes no veth interfaces here");
        }
    }

    [[noreturn]] static void skip(const char* reason) {
        fmt::print("skip: {}\n", reason);
        std::fflush(stdout);
        std::_Exit(77);
    }
};

/// A host in a namespace of its own: eth0 is 192.168.1.2/24.
struct Host {
    Host() {
        BOOST_TEST_REQUIRE(enterNamespace());
        ip("link set lo up");
        ip("link add eth0 type veth peer name far0");
        ip("link set eth0 up");
        ip("link set far0 up");
        ip("addr add 192.168.1.2/24 dev eth0");
    }

    static void ip(std::string_view words) { BOOST_TEST_REQUIRE(run(fmt::format("ip {}", words)) == 0); }
};
