// SPDX-License-Identifier: MIT
// `portolan keep` under pressure: readers that do not read, and gateways that never rest or never answer.
#include "keeping.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace portolan::testing;

namespace {

/// Waits until the file holds this port.
void awaitPort(const Folder& folder, const char* name, int port) {
    const auto deadline = std::chrono::steady_clock::now() + Process::patience;
    const std::string wanted = std::to_string(port) + "\n";
    while (folder.read(name) != wanted && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    BOOST_TEST_REQUIRE(folder.read(name) == wanted);
}

/// Moves the mapping of `request` from port to port, `count` times, as fast as the program follows.
void moveAbout(UdpSocket& gateway, const Octets& request, const Folder& folder, int count) {
    for (int move = 1; move <= count; ++move) {
        gateway.answer(granted(request, static_cast<std::uint16_t>(40000 + move)));
        if (move % 50 == 0 || move == count) { // so that no datagram is lost on its way
            awaitPort(folder, "port", 40000 + move);
        }
    }
}

std::vector<std::string> linesOf(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

} // namespace

BOOST_AUTO_TEST_SUITE(apps_keep_pressure)

BOOST_AUTO_TEST_CASE(goes_on_while_nobody_reads_what_it_says_and_says_it_when_somebody_does) {
    constexpr int moves = 240; // more than a pipe holds
    const Folder folder;
    Keeping keeping{{"tcp:8080", "--port-file", folder.file("port")}};
    (void)keeping.grant(40000);
    moveAbout(keeping.gateway, keeping.request, folder, moves);
    for (int move = 1; move <= moves; ++move) {
        const Json event = keeping.process.readJson();
        BOOST_TEST(event.at("event") == "moved");
        BOOST_TEST(event.at("external").at("port") == 40000 + move);
    }
}

BOOST_AUTO_TEST_CASE(ends_though_nobody_reads_what_it_says) {
    const Folder folder;
    Keeping keeping{{"tcp:8080", "--port-file", folder.file("port")}};
    (void)keeping.grant(40000);
    moveAbout(keeping.gateway, keeping.request, folder, 240);
    keeping.process.signal(SIGTERM);
    keeping.gateway.answer(deleted(keeping.gateway.receive()));
    const auto deadline = std::chrono::steady_clock::now() + Process::patience;
    while (!folder.read("port").empty() && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    BOOST_TEST(folder.read("port").empty());
    BOOST_TEST(keeping.process.finish().status == 0);
}

BOOST_AUTO_TEST_CASE(tells_a_person_of_few_of_many_changes_and_how_many_it_left_out) {
    const Folder folder;
    UdpSocket gateway;
    Process process{{"keep", "tcp:8080", "--gateway", gateway.name(), "--identity", folder.file("identity"),
                     "--port-file", folder.file("port")}};
    const Octets request = gateway.receive();
    gateway.answer(granted(request, 40000));
    moveAbout(gateway, request, folder, 50);
    process.signal(SIGTERM);
    gateway.answer(deleted(gateway.receive()));
    const std::vector<std::string> lines = linesOf(process.finish().out);
    BOOST_TEST_REQUIRE(lines.size() == 11U);
    BOOST_TEST(lines.front().find("is mapped to 203.0.113.45:40000") != std::string::npos, lines.front());
    BOOST_TEST(lines.back().find("was released (41 things") != std::string::npos, lines.back());
}

BOOST_AUTO_TEST_CASE(a_silent_gateway_holds_it_no_longer_than_its_timeout) {
    constexpr std::size_t count = 200;
    std::vector<std::string> words{"--timeout", "0.2"};
    for (std::size_t at = 0; at < count; ++at) {
        words.push_back("tcp:" + std::to_string(10000 + at));
    }
    Keeping keeping{words};
    std::thread granting{[&] {
        for (std::set<std::uint16_t> ports; ports.size() < count;) {
            const Octets request = keeping.gateway.receive();
            const auto port = static_cast<std::uint16_t>(request[40] << 8 | request[41]);
            keeping.gateway.answer(granted(request, static_cast<std::uint16_t>(port + 30000)));
            ports.insert(port);
        }
    }};
    for (std::size_t held = 0; held < count;) {
        held += keeping.process.readJson().at("event") == "granted" ? 1 : 0;
    }
    granting.join();
    keeping.process.signal(SIGTERM);
    const Finished finished = keeping.process.finish();
    BOOST_TEST(finished.status == 0);
    std::size_t deletions = 0;
    while (keeping.gateway.hasDatagram()) {
        deletions += lifetimeOf(keeping.gateway.receive()) == 0 ? 1 : 0;
    }
    // The tries of all of them take many seconds, since no more than 64 are under way at once.
    BOOST_TEST(deletions < count);
    const std::vector<std::string> lines = linesOf(finished.out);
    BOOST_TEST(std::ranges::count_if(lines, [](const std::string& line) {
                   return line.find("\"event\":\"released\"") != std::string::npos;
               }) == static_cast<std::ptrdiff_t>(count));
}

BOOST_AUTO_TEST_SUITE_END()
