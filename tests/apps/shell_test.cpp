// SPDX-License-Identifier: MIT
// portolan shell with its commands in a script.
#include <atomic>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "announcer.hpp"
#include "capture.hpp"
#include "process.hpp"
#include "simulator.hpp"
#include "support/temporary_folder.hpp"
#include "udp_socket.hpp"

using namespace portolan::testing;
using Json = nlohmann::ordered_json;
namespace data = boost::unit_test::data;

namespace {

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// Has the shell obey these lines.
Finished obeyed(std::string_view script, const std::string& gateway, std::vector<std::string> options = {}) {
    options.insert(options.begin(), {"shell", "--gateway", gateway, "--timeout", "15"});
    return runCommand(options, script);
}

/// What it says in JSON.
std::vector<Json> told(std::string_view script, const std::string& gateway) {
    std::istringstream lines{obeyed(script, gateway, {"--json"}).out};
    std::vector<Json> objects;
    for (std::string line; std::getline(lines, line);) {
        objects.push_back(Json::parse(line));
    }
    return objects;
}

} // namespace

BOOST_AUTO_TEST_SUITE(apps_shell)

BOOST_AUTO_TEST_CASE(shows_request_and_answer_field_by_field) {
    const Simulator gateway;
    const Finished finished = obeyed("map tcp:8080 lifetime=60\n", gateway.gateway());
    BOOST_TEST_REQUIRE(finished.status == 0, finished.err);
    BOOST_TEST(contains(finished.out, "octets  MAP request: tcp 8080"));
    BOOST_TEST(contains(finished.out, "    requested_lifetime              60 (seconds)\n"));
    BOOST_TEST(contains(finished.out, "MAP response SUCCESS"));
    BOOST_TEST(contains(finished.out, "    assigned_external_port "));
}

BOOST_AUTO_TEST_CASE(shows_octets_on_demand) {
    const Simulator gateway;
    const Finished finished = obeyed("set hex on\nmap tcp:8080\n", gateway.gateway());
    BOOST_TEST(contains(finished.out, "  40  1f 90                    internal_port                   8080\n"));
}

BOOST_AUTO_TEST_CASE(deletes_with_the_nonce_that_it_mapped_with) {
    const Simulator gateway;
    const auto objects = told("map tcp:8080\ndelete tcp:8080\nexpect SUCCESS\n", gateway.gateway());
    BOOST_TEST_REQUIRE(objects.size() == 4);
    BOOST_TEST(objects[2].at("event") == "sent");
    BOOST_TEST(objects[2].at("message").at("requested_lifetime") == 0);
    BOOST_TEST(objects[2].at("message").at("mapping_nonce") == objects[0].at("message").at("mapping_nonce"));
    BOOST_TEST(objects[3].at("answer") == true);
    BOOST_TEST(objects[3].at("message").at("result") == "SUCCESS");
}

BOOST_AUTO_TEST_CASE(sends_what_is_wrong_where_that_is_asked_for) {
    const Simulator gateway;
    const Finished finished =
        obeyed("raw 03 01 00 00 00000000 00000000000000000000ffff7f000001\nexpect UNSUPP_VERSION\n"
               "set version 3\nmap tcp:8080\nexpect 1\n",
               gateway.gateway());
    BOOST_TEST(finished.status == 0, finished.out + finished.err);
}

BOOST_AUTO_TEST_CASE(asks_each_kind_of_question) {
    const Simulator gateway;
    const Finished finished = obeyed("announce\nexpect SUCCESS\n"
                                     "address\nexpect SUCCESS\n"
                                     "peer tcp:8081 198.51.100.7:443\nexpect SUCCESS\n"
                                     "set version nat-pmp\nmap udp:8082\nexpect SUCCESS\n",
                                     gateway.gateway());
    BOOST_TEST(finished.status == 0, finished.out + finished.err);
}

BOOST_AUTO_TEST_CASE(an_answer_that_was_not_expected_ends_the_script) {
    const Simulator gateway;
    const Finished finished = obeyed("map tcp:8080\nexpect NOT_AUTHORIZED\nshow\n", gateway.gateway());
    BOOST_TEST(finished.status == 1);
    BOOST_TEST(finished.err == "portolan: standard input, line 2: expected NOT_AUTHORIZED, and the last answer is "
                               "SUCCESS\n");
    BOOST_TEST(!contains(finished.out, "lifetime  7200"));
}

BOOST_AUTO_TEST_CASE(goes_on_when_told_and_keeps_the_first_status) {
    const Simulator gateway;
    const Finished finished = obeyed("nonsense\nmap tcp:8080\nexpect 99\n", gateway.gateway(), {"--keep-going"});
    BOOST_TEST(finished.status == 2);
    BOOST_TEST(contains(finished.out, "MAP response SUCCESS"));
}

BOOST_AUTO_TEST_CASE(sends_again_only_when_told) {
    UdpSocket silent;
    const Finished finished = obeyed("set timeout 0.05\nset tries 2\nset fields off\nmap tcp:8080\n", silent.name());
    BOOST_TEST(finished.status == 4);
    BOOST_TEST(contains(finished.err, "was asked 2 times, and nothing came back that answers"));
    const Octets first = silent.receive();
    BOOST_TEST(spacedHex(first) == spacedHex(silent.receive()));
    BOOST_TEST(!silent.hasDatagram());
}

BOOST_AUTO_TEST_CASE(a_closed_port_is_told_from_silence) {
    UdpSocket closed;
    closed.closeToAll();
    const Finished finished = obeyed("map tcp:8080\n", closed.name());
    BOOST_TEST(finished.status == 4);
    BOOST_TEST(contains(finished.err, "is closed or cannot be reached (ICMP)"));
    BOOST_TEST(finished.err.find('\n') == finished.err.size() - 1); // told once
}

BOOST_AUTO_TEST_CASE(options_stand_in_the_datagram_as_written) {
    UdpSocket gateway;
    obeyed("set timeout 0.05\nmap udp:50000 option 128=68656c6c6f description=\"caméra 1\" port_set=100:parity\n",
           gateway.name());
    const Octets request = gateway.receive();
    BOOST_TEST(spacedHex({request.begin() + 60, request.end()}) == "80 00 00 05 68 65 6c 6c 6f 00 00 00 "
                                                                   "80 00 00 09 63 61 6d c3 a9 72 61 20 31 00 00 00 "
                                                                   "82 00 00 05 00 64 c3 50 01 00 00 00");
}

BOOST_AUTO_TEST_CASE(a_broken_rule_is_told_and_the_request_sent) {
    UdpSocket gateway;
    const Finished finished = obeyed("set timeout 0.05\nmap tcp:8080 prefer_failure\n", gateway.name());
    BOOST_TEST(
        contains(finished.err, "sent all the same: PREFER_FAILURE: PREFER_FAILURE needs a suggested external port"));
    BOOST_TEST(gateway.receive().size() == 64);
}

BOOST_AUTO_TEST_CASE(repeats_and_sums_up) {
    const Simulator gateway;
    const auto objects = told("repeat 3 0.01 announce\n", gateway.gateway());
    BOOST_TEST_REQUIRE(objects.size() == 7);
    BOOST_TEST(objects[6].at("event") == "repeated");
    BOOST_TEST(objects[6].at("requests") == 3);
    BOOST_TEST(objects[6].at("answered") == 3);
}

BOOST_AUTO_TEST_CASE(hears_announcements) {
    const Announcer announcer;
    Process shell{{"shell", "--json", "--gateway", "127.0.0.1"},
                  "set port " + announcer.port() + "\nshow\nlisten 15 1\n"};
    BOOST_TEST(shell.readJson().at("port").dump() == announcer.port());
    // It begins to listen a moment after that, so it is told until it has heard.
    std::atomic<bool> heard = false;
    std::thread gateway{[&] {
        for (int i = 0; i < 150 && !heard; ++i) {
            announcer.announce(octets("02 80 00 00 00 00 00 00 00 00 00 07 00 00 00 00 00 00 00 00 00 00 00 00"));
            std::this_thread::sleep_for(std::chrono::milliseconds{100});
        }
    }};
    const std::string line = shell.readLine();
    heard = true;
    gateway.join();
    BOOST_TEST(Json::parse(line).at("epoch_s") == 7);
    BOOST_TEST(shell.finish().status == 0);
}

BOOST_AUTO_TEST_CASE(a_capture_has_what_it_sent_and_received) {
    const TemporaryFolder folder;
    const std::string file = (folder.path / "shell.pcap").string();
    const Simulator gateway;
    BOOST_TEST(obeyed("announce\nraw 00 00\n", gateway.gateway(), {"--pcap", file}).status == 0);
    const Capture capture = readCapture(file);
    BOOST_TEST_REQUIRE(capture.packets.size() == 4);
    BOOST_TEST(spacedHex(payloadOf(capture.packets[2].octets)) == "00 00");
}

BOOST_AUTO_TEST_CASE(a_script_can_be_a_file) {
    const TemporaryFolder folder;
    const std::string file = (folder.path / "test.portolan").string();
    std::ofstream{file} << "# a comment\n\nannounce # and another\nexpect SUCCESS";
    const Simulator gateway;
    const Finished finished = obeyed("", gateway.gateway(), {"--script", file});
    BOOST_TEST(finished.status == 0, finished.err);
    BOOST_TEST(contains(finished.out, "ANNOUNCE response SUCCESS"));
}

BOOST_DATA_TEST_CASE(a_script_that_cannot_be_read_is_status_2, data::make({"/no/such/script", "/tmp"}), file) {
    const Finished finished = obeyed("", "127.0.0.1", {"--script", file});
    BOOST_TEST(finished.status == 2);
    BOOST_TEST(contains(finished.err, file));
}

BOOST_DATA_TEST_CASE(what_makes_no_sense_is_status_2_and_sends_nothing,
                     data::make({"map",
                                 "map tcp",
                                 "map tcp:0",
                                 "map tcp:1 nonsense=1",
                                 "map tcp:1 300=00",
                                 "map tcp:1 1=zz",
                                 "map tcp:1 lifetime=-1",
                                 "map tcp:1 filter=1.2.3.4",
                                 "map tcp:1 prefer_failure=1",
                                 "map tcp:1 prefix64=64:ff9b::/95",
                                 "peer tcp:1",
                                 "peer tcp:1 1.2.3",
                                 "address now",
                                 "announce lifetime=1",
                                 "raw 0",
                                 "raw zz",
                                 "repeat",
                                 "repeat 0 announce",
                                 "repeat 2 quit",
                                 "repeat 2 0.1",
                                 "listen soon",
                                 "wait",
                                 "set speed 9",
                                 "set tries 0",
                                 "set hex maybe",
                                 "set server nowhere",
                                 "help nonsense",
                                 "expect",
                                 "\"open",
                                 "nonsense"}),
                     line) {
    UdpSocket gateway;
    const Finished finished = obeyed(line, gateway.name());
    BOOST_TEST(finished.status == 2);
    BOOST_TEST(finished.err.starts_with("portolan: standard input, line 1: "));
    BOOST_TEST(!gateway.hasDatagram());
}

BOOST_AUTO_TEST_CASE(an_interrupt_ends_the_script) {
    UdpSocket silent;
    Process shell{{"shell", "--gateway", silent.name()}, "set timeout 60\nmap tcp:8080\nshow\n"};
    silent.receive();
    shell.signal(SIGINT);
    const Finished finished = shell.finish();
    BOOST_TEST(finished.status == 1);
    BOOST_TEST(contains(finished.err, "line 2: interrupted while waiting for an answer"));
    BOOST_TEST(!contains(finished.out, "timeout   60"));
}

BOOST_AUTO_TEST_SUITE_END()
