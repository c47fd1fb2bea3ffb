// SPDX-License-Identifier: MIT
// `portolan keep` as its users have it. The test is the gateway, so that it can do at any moment what gateways do.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

#include "process.hpp"
#include "support/octets.hpp"
#include "udp_socket.hpp"

using namespace portolan::testing;
using Json = nlohmann::ordered_json;

namespace {

/// A folder that is gone at the end.
struct Folder {
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "portolan-keep-XXXXXX").string();
        path = ::mkdtemp(name.data());
    }

    ~Folder() { std::filesystem::remove_all(path); }

    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] std::string file(const char* name) const { return (path / name).string(); }

    [[nodiscard]] std::string write(const char* name, const std::string& text) const {
        std::ofstream{path / name} << text;
        return file(name);
    }

    [[nodiscard]] std::string read(const char* name) const {
        std::ifstream stream{path / name};
        return {std::istreambuf_iterator<char>{stream}, {}};
    }

    std::filesystem::path path;
};

std::uint32_t lifetimeOf(const Octets& request) {
    return static_cast<std::uint32_t>(request[4]) << 24 | static_cast<std::uint32_t>(request[5]) << 16 |
           static_cast<std::uint32_t>(request[6]) << 8 | request[7];
}

/// The PCP MAP request `request`, granted: the external address is 203.0.113.45.
Octets granted(Octets request, std::uint16_t port, std::uint8_t lastOfAddress = 45) {
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
Octets deleted(Octets request) {
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

/// What a service manager listens on; its name is in the environment of programs started meanwhile.
struct Manager {
    Manager() : name(folder.file("notify")), socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::copy(name.begin(), name.end(), &address.sun_path[0]);
        BOOST_TEST_REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        timeval patience{.tv_sec = 20, .tv_usec = 0};
        ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    }

    ~Manager() {
        ::unsetenv("NOTIFY_SOCKET");
        ::unsetenv("WATCHDOG_USEC");
        ::close(socket);
    }

    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;

    /// The next message that contains `wanted`; fails the test if none comes.
    std::string hear(const std::string& wanted) const {
        for (;;) {
            std::string text(4096, '\0');
            const ssize_t size = ::recv(socket, text.data(), text.size(), 0);
            BOOST_TEST_REQUIRE(size > 0, "the manager did not hear " << wanted);
            text.resize(static_cast<std::size_t>(size));
            if (text.find(wanted) != std::string::npos) {
                return text;
            }
        }
    }

    Folder folder;
    std::string name;
    int socket;
};

} // namespace

BOOST_AUTO_TEST_SUITE(apps_keep)

BOOST_AUTO_TEST_CASE(tells_that_a_mapping_was_granted) {
    Keeping keeping{{"tcp:8080"}};
    const Json event = keeping.grant(40123);
    BOOST_TEST(event.at("event") == "granted");
    BOOST_TEST(event.at("internal").at("port") == 8080);
    BOOST_TEST(event.at("external").dump() == R"({"address":"203.0.113.45","port":40123})");
    BOOST_TEST(keeping.end().status == 0);
}

BOOST_AUTO_TEST_CASE(tells_that_a_mapping_moved_and_from_where) {
    Keeping keeping{{"tcp:8080"}};
    (void)keeping.grant(40123);
    keeping.gateway.answer(granted(keeping.request, 40999)); // a Mapping Update (RFC 6887 §14.2)
    const Json event = keeping.process.readJson();
    BOOST_TEST(event.at("event") == "moved");
    BOOST_TEST(event.at("external").at("port") == 40999);
    BOOST_TEST(event.at("old_external").at("port") == 40123);
}

BOOST_AUTO_TEST_CASE(releases_what_it_holds_when_told_to_end) {
    Keeping keeping{{"tcp:8080"}};
    (void)keeping.grant(40123);
    const Finished finished = keeping.end();
    BOOST_TEST(finished.status == 0);
    BOOST_TEST(onlyObject(finished.out).at("event") == "released");
}

BOOST_AUTO_TEST_CASE(leaves_what_it_holds_where_told_to) {
    Keeping keeping{{"tcp:8080", "--leave"}};
    (void)keeping.grant(40123);
    keeping.process.signal(SIGTERM);
    BOOST_TEST(keeping.process.finish().status == 0);
    BOOST_TEST(!keeping.gateway.hasDatagram());
}

BOOST_AUTO_TEST_CASE(ends_in_time_also_if_the_gateway_does_not_confirm) {
    Keeping keeping{{"tcp:8080"}};
    (void)keeping.grant(40123);
    keeping.process.signal(SIGTERM);
    BOOST_TEST(keeping.process.finish().status == 0);
}

BOOST_AUTO_TEST_CASE(a_second_run_has_the_nonce_of_the_first) {
    Keeping keeping{{"tcp:8080"}};
    (void)keeping.grant(40123);
    keeping.process.signal(SIGKILL);
    (void)keeping.process.finish();
    Process again{keeping.words({"tcp:8080"})};
    const Octets request = keeping.gateway.receive();
    BOOST_TEST(Octets(request.begin() + 24, request.begin() + 36) ==
                   Octets(keeping.request.begin() + 24, keeping.request.begin() + 36),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_port_file_follows_the_port) {
    const Folder folder;
    Keeping keeping{{"tcp:8080", "--port-file", folder.file("port")}};
    (void)keeping.grant(40123);
    BOOST_TEST(folder.read("port") == "40123\n");
    keeping.gateway.answer(granted(keeping.request, 40999));
    (void)keeping.process.readJson();
    BOOST_TEST(folder.read("port") == "40999\n");
    (void)keeping.end();
    BOOST_TEST(folder.read("port").empty());
}

BOOST_AUTO_TEST_CASE(a_hook_is_told_everything) {
    const Folder folder;
    const std::string script = folder.write("hook", "#!/bin/sh\n"
                                                    "echo \"$1 $PORTOLAN_EVENT $PORTOLAN_PROTOCOL "
                                                    "$PORTOLAN_INTERNAL_PORT $PORTOLAN_EXTERNAL_ADDRESS "
                                                    "$PORTOLAN_EXTERNAL_PORT $PORTOLAN_OLD_EXTERNAL_PORT "
                                                    "$PORTOLAN_LIFETIME_S $PORTOLAN_VIA\" >>\"$2\"\n");
    ::chmod(script.c_str(), 0700);
    Keeping keeping{{"tcp:8080", "--exec", script + " {port} " + folder.file("log")}};
    (void)keeping.grant(40123);
    const Finished finished = keeping.end();
    BOOST_TEST(finished.status == 0);
    const std::string log = folder.read("log");
    BOOST_TEST(log.starts_with("40123 granted tcp 8080 203.0.113.45 40123 0 7200 pcp\n"), log);
    BOOST_TEST(log.find("released tcp 8080") != std::string::npos, log);
}

BOOST_AUTO_TEST_CASE(hooks_run_one_at_a_time) {
    const Folder folder;
    const std::string script = folder.write("hook", "#!/bin/sh\n"
                                                    "mkdir \"$1/running\" || echo overlap >>\"$1/log\"\n"
                                                    "sleep 0.05\n"
                                                    "rmdir \"$1/running\"\n"
                                                    "echo ran >>\"$1/log\"\n");
    ::chmod(script.c_str(), 0700);
    Keeping keeping{{"tcp:8080", "udp:8080", "--exec", script + " " + folder.path.string()}};
    (void)keeping.grant(40123);
    (void)keeping.grant(40124);
    keeping.process.signal(SIGTERM);
    for (int deletions = 0; deletions < 2;) {
        const Octets request = keeping.gateway.receive();
        if (lifetimeOf(request) == 0) {
            keeping.gateway.answer(deleted(request));
            ++deletions;
        }
    }
    BOOST_TEST(keeping.process.finish().status == 0);
    const std::string log = folder.read("log");
    BOOST_TEST(log.find("overlap") == std::string::npos, log);
    BOOST_TEST(log.find("ran") != std::string::npos, log);
}

BOOST_AUTO_TEST_CASE(a_hook_that_fails_is_reported_and_nothing_else) {
    Keeping keeping{{"tcp:8080", "--exec", "exit 3"}};
    (void)keeping.grant(40123);
    const Json warning = keeping.process.readJson();
    BOOST_TEST(warning.at("event") == "warning");
    BOOST_TEST(warning.at("message").get<std::string>().find("ended with status 3") != std::string::npos);
    BOOST_TEST(keeping.end().status == 0);
}

BOOST_AUTO_TEST_CASE(a_hook_that_takes_too_long_is_ended) {
    Keeping keeping{{"tcp:8080", "--exec-timeout", "1", "--exec", "sleep 600"}};
    (void)keeping.grant(40123);
    const Json warning = keeping.process.readJson();
    BOOST_TEST(warning.at("message").get<std::string>().find("took too long") != std::string::npos, warning.dump());
    BOOST_TEST(keeping.end().status == 0);
}

BOOST_AUTO_TEST_CASE(a_hook_does_not_write_into_the_json) {
    Keeping keeping{{"tcp:8080", "--exec", "echo nonsense"}};
    (void)keeping.grant(40123);
    const Finished finished = keeping.end();
    BOOST_TEST(finished.out.find("nonsense") == std::string::npos);
    BOOST_TEST(finished.err.find("nonsense") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_port_file_takes_no_place_but_a_files) {
    const Folder folder;
    const std::string fifo = folder.file("fifo");
    BOOST_TEST_REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    Keeping keeping{{"tcp:8080", "--port-file", fifo}};
    BOOST_TEST(keeping.grant(40123).at("event") == "warning");
    BOOST_TEST(std::filesystem::is_fifo(fifo));
}

BOOST_AUTO_TEST_CASE(a_port_file_that_cannot_be_written_is_reported) {
    Keeping keeping{{"tcp:8080", "--port-file", "/nonexistent/port"}};
    BOOST_TEST(keeping.grant(40123).at("event") == "warning");
    BOOST_TEST(keeping.process.readJson().at("event") == "granted");
}

BOOST_AUTO_TEST_CASE(mappings_are_read_from_a_file) {
    const Folder folder;
    const std::string config = folder.write("keep.toml", "[[mapping]]\nports = \"tcp:8081\"\n");
    Keeping keeping{{"--config", config}};
    BOOST_TEST(keeping.grant(40123).at("internal").at("port") == 8081);
}

BOOST_AUTO_TEST_CASE(a_hangup_reads_the_file_anew) {
    const Folder folder;
    const std::string config = folder.write("keep.toml", "[[mapping]]\nports = \"tcp:8081\"\n");
    Keeping keeping{{"--config", config}};
    (void)keeping.grant(40123);
    (void)folder.write("keep.toml", "[[mapping]]\nports = \"tcp:8082\"\n");
    keeping.process.signal(SIGHUP);
    bool deletedOld = false;
    bool askedNew = false;
    while (!deletedOld || !askedNew) {
        const Octets request = keeping.gateway.receive();
        const bool old = request[41] == (8081 & 0xff);
        deletedOld = deletedOld || (old && lifetimeOf(request) == 0);
        askedNew = askedNew || (!old && lifetimeOf(request) != 0);
        BOOST_TEST_REQUIRE((old || lifetimeOf(request) != 0));
        keeping.gateway.answer(lifetimeOf(request) == 0 ? deleted(request) : granted(request, 40124));
    }
    BOOST_TEST(askedNew);
}

BOOST_AUTO_TEST_CASE(a_hangup_with_a_damaged_file_changes_nothing) {
    const Folder folder;
    const std::string config = folder.write("keep.toml", "[[mapping]]\nports = \"tcp:8081\"\n");
    Keeping keeping{{"--config", config}};
    (void)keeping.grant(40123);
    (void)folder.write("keep.toml", "[[mapping]\n");
    keeping.process.signal(SIGHUP);
    const Json warning = keeping.process.readJson();
    BOOST_TEST(warning.at("event") == "warning");
    BOOST_TEST(warning.at("message").get<std::string>().find("line 1") != std::string::npos, warning.dump());
    BOOST_TEST(!keeping.gateway.hasDatagram());
}

BOOST_AUTO_TEST_CASE(a_hangup_with_a_folder_in_the_files_place_changes_nothing) {
    const Folder folder;
    const std::string config = folder.write("keep.toml", "[[mapping]]\nports = \"tcp:8081\"\n");
    Keeping keeping{{"--config", config}};
    (void)keeping.grant(40123);
    std::filesystem::remove(config);
    std::filesystem::create_directory(config);
    keeping.process.signal(SIGHUP);
    BOOST_TEST(keeping.process.readJson().at("event") == "warning");
    BOOST_TEST(keeping.end().status == 0);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_refuses_is_told_of_once) {
    Keeping keeping{{"tcp:8080"}};
    Octets request = keeping.gateway.receive();
    const Octets header = octets("02 81 00 08  00 00 00 01  00 01 e2 40  00 00 00 00  00 00 00 00  00 00 00 00");
    for (int round = 0; round < 2; ++round) {
        std::copy(header.begin(), header.end(), request.begin());
        keeping.gateway.answer(request);
        request = keeping.gateway.receive();
    }
    keeping.gateway.answer(granted(request, 40123));
    const Json refused = keeping.process.readJson();
    BOOST_TEST(refused.at("event") == "refused");
    BOOST_TEST(refused.at("code") == "NO_RESOURCES");
    BOOST_TEST(keeping.process.readJson().at("event") == "granted");
}

BOOST_AUTO_TEST_CASE(tells_its_manager_when_it_is_ready_and_when_it_ends) {
    const Manager manager;
    Keeping keeping{{"tcp:8080"}};
    (void)keeping.grant(40123);
    BOOST_TEST(manager.hear("STATUS=1 of 1").find("203.0.113.45:40123") != std::string::npos);
    (void)manager.hear("READY=1");
    (void)keeping.end();
    (void)manager.hear("STOPPING=1");
}

BOOST_AUTO_TEST_CASE(tells_its_manager_of_a_reload) {
    const Manager manager;
    const Folder folder;
    const std::string config = folder.write("keep.toml", "[[mapping]]\nports = \"tcp:8081\"\n");
    Keeping keeping{{"--config", config}};
    (void)keeping.grant(40123);
    (void)manager.hear("READY=1");
    keeping.process.signal(SIGHUP);
    BOOST_TEST(manager.hear("RELOADING=1").find("MONOTONIC_USEC=") != std::string::npos);
    (void)manager.hear("READY=1");
}

BOOST_AUTO_TEST_CASE(feeds_the_watchdog) {
    const Manager manager;
    ::setenv("WATCHDOG_USEC", "100000", 1);
    Keeping keeping{{"tcp:8080"}};
    (void)keeping.grant(40123);
    for (int meal = 0; meal < 3; ++meal) {
        (void)manager.hear("WATCHDOG=1");
    }
}

BOOST_AUTO_TEST_CASE(ends_though_the_watchdog_is_never_fed_enough) {
    const Manager manager;
    ::setenv("WATCHDOG_USEC", "1", 1);
    Keeping keeping{{"tcp:8080"}};
    (void)keeping.grant(40123);
    BOOST_TEST(keeping.end().status == 0);
}

BOOST_AUTO_TEST_CASE(a_folder_for_a_file_is_status_2) {
    const Folder folder;
    BOOST_TEST(runCommand({"keep", "--config", folder.path.string()}).status == 2);
}

BOOST_AUTO_TEST_CASE(nothing_to_keep_is_status_2) {
    const Finished finished = runCommand({"keep"});
    BOOST_TEST(finished.status == 2);
    BOOST_TEST(finished.err.find("nothing to keep") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_there_is_status_2) {
    const Finished finished = runCommand({"keep", "--config", "/nonexistent/keep.toml"});
    BOOST_TEST(finished.status == 2);
    BOOST_TEST(finished.err.find("/nonexistent/keep.toml cannot be read") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
