// SPDX-License-Identifier: MIT
// The commands that `portolan keep --exec` runs on a change.
#include "keeping.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <string>
#include <sys/stat.h>

using namespace portolan::testing;

BOOST_AUTO_TEST_SUITE(apps_keep_hook)

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

BOOST_AUTO_TEST_CASE(a_hook_inherits_no_socket) {
    const Folder folder;
    const std::string port = std::to_string(UdpSocket{}.port());
    Keeping keeping{{"udp:" + port, "--reserve", "--exec", "ls -l /proc/self/fd >" + folder.file("descriptors")}};
    (void)keeping.grant(40123);
    BOOST_TEST(keeping.end().status == 0);
    const std::string descriptors = folder.read("descriptors");
    BOOST_TEST(descriptors.find(" -> ") != std::string::npos, descriptors);
    BOOST_TEST(descriptors.find("socket:") == std::string::npos, descriptors);
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

BOOST_AUTO_TEST_SUITE_END()
