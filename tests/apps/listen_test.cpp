// SPDX-License-Identifier: MIT
// portolan listen, with announcements that the test sends to all hosts by way of loopback.
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <nlohmann/json.hpp>
#include <string>

#include "announcer.hpp"
#include "capture.hpp"
#include "process.hpp"
#include "support/octets.hpp"
#include "support/temporary_folder.hpp"

using namespace portolan::testing;

BOOST_AUTO_TEST_SUITE(apps_listen)

BOOST_AUTO_TEST_CASE(tells_an_announcement_its_source_and_its_epoch) {
    const Announcer announcer;
    Process listen{{"listen", "--port", announcer.port(), "--count", "1", "--json"}};
    BOOST_TEST(listen.readJson().at("event") == "listening");
    announcer.announce(octets("02 80 00 00 00 00 00 00 00 00 00 07 00 00 00 00 00 00 00 00 00 00 00 00"));
    const auto heard = listen.readJson();
    BOOST_TEST(heard.at("event") == "announcement");
    BOOST_TEST(heard.at("from").at("address") == "127.0.0.1");
    BOOST_TEST(heard.at("to").at("address") == "224.0.0.1");
    BOOST_TEST(heard.at("epoch_s") == 7);
    BOOST_TEST(heard.at("message").at("opcode") == "ANNOUNCE");
    const Finished finished = listen.finish();
    BOOST_TEST(finished.status == 0);
    BOOST_TEST(finished.out.empty());
}

BOOST_AUTO_TEST_CASE(tells_a_person_in_one_line) {
    const Announcer announcer;
    Process listen{{"listen", "--port", announcer.port(), "--count", "1"}};
    BOOST_TEST(listen.readLine().starts_with("listening at 224.0.0.1 and [ff02::1], UDP port "));
    announcer.announce(octets("00 80 00 00 00 00 00 07 cb 00 71 2d"));
    const std::string line = listen.readLine();
    BOOST_TEST(line.find("127.0.0.1:") != std::string::npos);
    BOOST_TEST(line.find("NAT-PMP address response SUCCESS: external 203.0.113.45, epoch 7 s") != std::string::npos);
    BOOST_TEST(listen.finish().status == 0);
}

BOOST_AUTO_TEST_CASE(what_is_no_message_is_told_as_that) {
    const Announcer announcer;
    Process listen{{"listen", "--port", announcer.port(), "--count", "1", "--json"}};
    listen.readJson();
    announcer.announce(octets("ff"));
    const auto heard = listen.readJson();
    BOOST_TEST(heard.at("epoch_s").is_null());
    BOOST_TEST(heard.at("message").at("error") == "message too short");
    BOOST_TEST(listen.finish().status == 0);
}

BOOST_AUTO_TEST_CASE(a_count_that_is_not_reached_in_time_is_status_4) {
    const Announcer announcer;
    const Finished finished =
        runCommand({"listen", "--port", announcer.port(), "--count", "1", "--timeout", "0.1", "--json"});
    BOOST_TEST(finished.status == 4);
    BOOST_TEST(finished.out.find("\"code\":\"NO_ANSWER\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(ends_with_status_0_when_its_time_is_up_or_it_is_interrupted) {
    const Announcer announcer;
    BOOST_TEST(runCommand({"listen", "--port", announcer.port(), "--timeout", "0.1"}).status == 0);
    Process listen{{"listen", "--port", announcer.port()}};
    listen.readLine();
    listen.signal(SIGINT);
    BOOST_TEST(listen.finish().status == 0);
}

BOOST_AUTO_TEST_CASE(a_port_that_another_program_keeps_for_itself_is_told) {
    const Announcer announcer;
    const UnsharedPort taken{announcer.port()};
    const Finished finished = runCommand({"listen", "--port", announcer.port(), "--timeout", "5"});
    BOOST_TEST(finished.status == 1);
    BOOST_TEST(finished.err.find("another program has the port for itself") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_was_heard_can_be_captured) {
    const TemporaryFolder folder;
    const std::string file = (folder.path / "heard.pcap").string();
    const Announcer announcer;
    Process listen{{"listen", "--port", announcer.port(), "--count", "1", "--json", "--pcap", file}};
    listen.readJson();
    const Octets announcement = octets("02 80 00 00 00 00 00 00 00 00 00 07 00 00 00 00 00 00 00 00 00 00 00 00");
    announcer.announce(announcement);
    BOOST_TEST(listen.finish().status == 0);
    const Capture capture = readCapture(file);
    BOOST_TEST_REQUIRE(capture.packets.size() == 1);
    BOOST_TEST(spacedHex(payloadOf(capture.packets[0].octets)) == spacedHex(announcement));
    const Octets to{capture.packets[0].octets.begin() + 16, capture.packets[0].octets.begin() + 20};
    BOOST_TEST(spacedHex(to) == "e0 00 00 01");
}

BOOST_AUTO_TEST_SUITE_END()
