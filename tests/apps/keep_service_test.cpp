// SPDX-License-Identifier: MIT
// `portolan keep` as a service: its file, its reload, and what its manager hears.
#include "keeping.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace portolan::testing;

namespace {

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

BOOST_AUTO_TEST_SUITE(apps_keep_service)

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

BOOST_AUTO_TEST_CASE(tells_its_manager_when_it_is_ready_and_when_it_ends) {
    const Manager manager;
    Keeping keeping{{"tcp:8080"}};
    (void)keeping.grant(40123);
    BOOST_TEST(manager.hear("STATUS=1 of 1").find("203.0.113.45:40123") != std::string::npos);
    (void)manager.hear("READY=1");
    (void)keeping.end();
    (void)manager.hear("STOPPING=1");
}

BOOST_AUTO_TEST_CASE(a_hangup_ends_it_where_there_is_no_file_to_read) {
    Keeping keeping{{"tcp:8080"}};
    (void)keeping.grant(40123);
    keeping.process.signal(SIGHUP);
    const Octets deletion = keeping.gateway.receive();
    BOOST_TEST(lifetimeOf(deletion) == 0U);
    keeping.gateway.answer(deleted(deletion));
    BOOST_TEST(keeping.process.finish().status == 0);
}

BOOST_AUTO_TEST_CASE(a_status_of_many_mappings_is_one_that_systemd_takes) {
    const Manager manager;
    const Folder folder;
    std::string config;
    for (int port = 10'001; port <= 10'300; ++port) {
        config += "[[mapping]]\nports = \"udp:" + std::to_string(port) + "\"\n";
    }
    Keeping keeping{{"--config", folder.write("keep.toml", config), "--timeout", "0.1"}}; // nobody answers
    const std::string status = manager.hear("STATUS=");
    BOOST_TEST(status.starts_with("STATUS=0 of 300 mapped: "), status);
    BOOST_TEST(status.ends_with(" more"), status);
    BOOST_TEST(status.size() < 2048U);
    (void)manager.hear("READY=1");
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
