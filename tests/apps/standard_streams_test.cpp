// SPDX-License-Identifier: MIT
// The streams that whoever started the program gave it, or did not.
#include <array>
#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <spawn.h>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "capture.hpp"
#include "simulator.hpp"
#include "support/temporary_folder.hpp"

using namespace portolan::testing;

namespace {

/// What is to be done with the descriptors of a program before it begins.
struct Descriptors {
    Descriptors() { posix_spawn_file_actions_init(&actions); }

    ~Descriptors() { posix_spawn_file_actions_destroy(&actions); }

    Descriptors(const Descriptors&) = delete;
    Descriptors& operator=(const Descriptors&) = delete;

    posix_spawn_file_actions_t actions{};
};

pid_t start(std::vector<std::string> words, const Descriptors& descriptors) {
    words.insert(words.begin(), PORTOLAN_COMMAND);
    std::vector<char*> arguments;
    for (std::string& word : words) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    pid_t id = -1;
    BOOST_TEST_REQUIRE(posix_spawn(&id, PORTOLAN_COMMAND, &descriptors.actions, nullptr, arguments.data(), environ) ==
                       0);
    return id;
}

int statusOf(pid_t id) {
    int status = -1;
    BOOST_TEST_REQUIRE(waitpid(id, &status, 0) == id);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

BOOST_AUTO_TEST_SUITE(apps_standard_streams)

BOOST_AUTO_TEST_CASE(the_shell_leaves_its_input_as_blocking_as_it_was) {
    std::array<int, 2> ends{};
    BOOST_TEST_REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
    Descriptors descriptors;
    posix_spawn_file_actions_adddup2(&descriptors.actions, ends[0], STDIN_FILENO);
    const pid_t shell = start({"shell", "--gateway", "127.0.0.1:5351"}, descriptors);
    constexpr std::string_view line = "quit\n";
    BOOST_TEST(write(ends[1], line.data(), line.size()) == static_cast<ssize_t>(line.size()));
    BOOST_TEST(statusOf(shell) == 0);
    BOOST_TEST((fcntl(ends[0], F_GETFL) & O_NONBLOCK) == 0);
    close(ends[0]);
    close(ends[1]);
}

BOOST_AUTO_TEST_CASE(a_capture_is_not_taken_for_an_output_that_was_closed) {
    const Simulator gateway;
    const TemporaryFolder folder;
    const std::string file = (folder.path / "traffic.pcap").string();
    Descriptors descriptors;
    posix_spawn_file_actions_addclose(&descriptors.actions, STDIN_FILENO);
    posix_spawn_file_actions_addclose(&descriptors.actions, STDOUT_FILENO);
    const pid_t map = start(
        {"map", "tcp:8080", "--json", "--gateway", gateway.gateway(), "--pcap", file, "--identity", gateway.identity()},
        descriptors);
    BOOST_TEST(statusOf(map) == 0);
    BOOST_TEST(readCapture(file).packets.size() >= 2U); // throws of what is no capture
}

BOOST_AUTO_TEST_SUITE_END()
