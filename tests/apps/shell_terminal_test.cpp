// SPDX-License-Identifier: MIT
// portolan shell at a terminal: editing, history, completion, Ctrl-C and Ctrl-D.
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <string>

#include "simulator.hpp"
#include "support/temporary_folder.hpp"
#include "terminal.hpp"
#include "udp_socket.hpp"

using namespace portolan::testing;

namespace {

constexpr const char* prompt = "portolan> ";
constexpr const char* ctrlC = "\x03";
constexpr const char* ctrlD = "\x04";
constexpr const char* up = "\x1b[A";

/// A shell at a terminal, with a home of its own, that has shown its first prompt.
struct Session : TemporaryFolder {
    explicit Session(const std::string& gateway, const std::string& state = {})
        : terminal({"shell", "--gateway", gateway, "--timeout", "15"},
                   {"XDG_STATE_HOME=" + (state.empty() ? path.string() : state), "LC_ALL=C"}) {
        terminal.expect(prompt);
    }

    Terminal terminal;
};

} // namespace

BOOST_AUTO_TEST_SUITE(apps_shell_terminal)

BOOST_AUTO_TEST_CASE(obeys_what_is_typed_and_asks_for_more) {
    const Simulator gateway;
    Session session{gateway.gateway()};
    session.terminal.type("announce\r");
    session.terminal.expect("ANNOUNCE response SUCCESS");
    session.terminal.expect(prompt);
    session.terminal.type("quit\r");
    BOOST_TEST(session.terminal.finish() == 0);
}

BOOST_AUTO_TEST_CASE(a_line_that_fails_does_not_end_it) {
    Session session{"127.0.0.1:5351"};
    session.terminal.type("nonsense\r");
    session.terminal.expect("there is no command \"nonsense\"");
    session.terminal.expect(prompt);
    session.terminal.type(ctrlD);
    BOOST_TEST(session.terminal.finish() == 0);
}

BOOST_AUTO_TEST_CASE(completes_a_command_and_lists_what_fits) {
    Session session{"127.0.0.1:5351"};
    session.terminal.type("sho\t\r");
    session.terminal.expect("lifetime  7200 s");
    session.terminal.expect(prompt);
    session.terminal.type("map tcp:1 pre\t\t");
    session.terminal.expect("prefer_failure  prefix64=");
    session.terminal.type(ctrlC);
    BOOST_TEST(session.terminal.finish() == 0);
}

BOOST_AUTO_TEST_CASE(recalls_earlier_lines) {
    Session session{"127.0.0.1:5351"};
    session.terminal.type("set lifetime 77\r");
    session.terminal.expect(prompt);
    session.terminal.type("set lifetime 88\r");
    session.terminal.expect(prompt);
    session.terminal.type(std::string{up} + up + "\r");
    session.terminal.expect(prompt);
    session.terminal.type("show\r");
    session.terminal.expect("lifetime  77 s");
}

BOOST_AUTO_TEST_CASE(recalls_lines_of_an_earlier_run) {
    const TemporaryFolder home;
    {
        Session first{"127.0.0.1:5351", home.path.string()};
        first.terminal.type("set lifetime 77\r");
        first.terminal.expect(prompt);
        first.terminal.type(ctrlD);
        BOOST_TEST(first.terminal.finish() == 0);
    }
    using std::filesystem::perms;
    const auto mode = std::filesystem::status(home.path / "portolan" / "shell_history").permissions();
    BOOST_TEST((mode == (perms::owner_read | perms::owner_write)));
    Session second{"127.0.0.1:5351", home.path.string()};
    second.terminal.type(std::string{up} + "\r");
    second.terminal.expect(prompt);
    second.terminal.type("show\r");
    second.terminal.expect("lifetime  77 s");
}

BOOST_AUTO_TEST_CASE(ctrl_c_ends_a_wait_and_then_the_shell) {
    UdpSocket silent;
    Session session{silent.name()};
    session.terminal.type("set timeout 600\r");
    session.terminal.expect(prompt);
    session.terminal.type("map tcp:8080\r");
    silent.receive();
    session.terminal.type(ctrlC);
    session.terminal.expect("interrupted while waiting for an answer");
    session.terminal.expect(prompt);
    session.terminal.type(ctrlC);
    BOOST_TEST(session.terminal.finish() == 0);
}

BOOST_AUTO_TEST_CASE(understands_characters_of_several_octets) {
    UdpSocket gateway;
    Session session{gateway.name()};
    session.terminal.type("set timeout 0.05\r");
    session.terminal.expect(prompt);
    session.terminal.type("map udp:5000 description=\"cam\xc3\xa9ra\"\r");
    const Octets request = gateway.receive();
    BOOST_TEST(spacedHex({request.begin() + 60, request.end()}) == "80 00 00 07 63 61 6d c3 a9 72 61 00");
}

BOOST_AUTO_TEST_SUITE_END()
