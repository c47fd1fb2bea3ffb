// SPDX-License-Identifier: MIT
// `portolan keep`: what it tells of its mappings, and how it ends.
#include "keeping.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <sys/stat.h>

using namespace portolan::testing;

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

BOOST_AUTO_TEST_SUITE_END()
