// SPDX-License-Identifier: MIT
// `portolan keep`, and a gateway that does at any moment what gateways do: the test itself.
#pragma once

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "process.hpp"
#include "support/octets.hpp"
#include "support/temporary_folder.hpp"
#include "udp_socket.hpp"

namespace portolan::testing {

using Json = nlohmann::ordered_json;

/// A folder, and what is in it.
struct Folder : TemporaryFolder {
    [[nodiscard]] std::string file(const char* name) const { return (path / name).string(); }

    [[nodiscard]] std::string write(const char* name, const std::string& text) const {
        std::ofstream{path / name} << text;
        return file(name);
    }

    [[nodiscard]] std::string read(const char* name) const {
        std::ifstream stream{path / name};
        return {std::istreambuf_iterator<char>{stream}, {}};
    }
};

inline std::uint32_t lifetimeOf(const Octets& request) {
    return static_cast<std::uint32_t>(request[4]) << 24 | static_cast<std::uint32_t>(request[5]) << 16 |
           static_cast<std::uint32_t>(request[6]) << 8 | request[7];
}

/// The PCP MAP request `request`, granted: the external address is 203.0.113.45.
inline Octets granted(Octets request, std::uint16_t port, std::uint8_t lastOfAddress = 45) {
    const Octets header = octets("02 81 00 00  00 00 1c 20  00 01 e2 40  00 00 00 00  00 00 00 00  00 00 00 00");
    std::copy(header.begin(), header.end(), request.begin());
    const Octets external{static_cast<std::uint8_t>(port >> 8),
                          static_cast<std::uint8_t>(port & 0xff),
                          0,
                          0,
                          0,
                          0,
                          0,
                          0,
                          0,
                          0,
                          0,
                          0,
                          0xff,
                          0xff,
                          203,
                          0,
                          113,
                          lastOfAddress};
    std::copy(external.begin(), external.end(), request.begin() + 42);
    request.resize(60);
    return request;
}

/// The answer to the deletion `request`.
inline Octets deleted(Octets request) {
    const Octets header = octets("02 81 00 00  00 00 00 00  00 01 e2 40  00 00 00 00  00 00 00 00  00 00 00 00");
    std::copy(header.begin(), header.end(), request.begin());
    request.resize(60);
    return request;
}

/// `portolan keep`, and the gateway it asks.
struct Keeping {
    explicit Keeping(std::vector<std::string> arguments) : process{words(std::move(arguments))} {}

    std::vector<std::string> words(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(),
                         {"keep", "--json", "--gateway", gateway.name(), "--identity", folder.file("identity")});
        return arguments;
    }

    /// Takes the first request and grants it; what the program says of it.
    Json grant(std::uint16_t port) {
        request = gateway.receive();
        gateway.answer(granted(request, port));
        return process.readJson();
    }

    /// Ends the program and confirms the deletion of its mapping.
    Finished end() {
        process.signal(SIGTERM);
        Octets deletion = gateway.receive();
        while (lifetimeOf(deletion) != 0) {
            deletion = gateway.receive();
        }
        gateway.answer(deleted(deletion));
        return process.finish();
    }

    Folder folder;
    UdpSocket gateway;
    Process process;
    Octets request;
};

} // namespace portolan::testing
