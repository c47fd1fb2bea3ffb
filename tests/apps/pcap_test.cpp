// SPDX-License-Identifier: MIT
// --pcap: what a command sent and received, as others read it.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <pcap/dlt.h>
#include <string>

#include "capture.hpp"
#include "process.hpp"
#include "simulator.hpp"
#include "support/temporary_folder.hpp"
#include "udp_socket.hpp"

using namespace portolan::testing;
namespace data = boost::unit_test::data;

namespace {

/// A folder with the name of a capture in it.
struct Place : TemporaryFolder {
    [[nodiscard]] std::string file() const { return (path / "traffic.pcap").string(); }
};

std::size_t port(const Octets& packet, std::size_t at) {
    return static_cast<std::size_t>(packet.at(at)) << 8 | packet.at(at + 1);
}

/// The first packet to the gateway, and the first back from it. There may be more: a gateway that is slow is asked
/// again, and others on this host may announce themselves.
struct Exchange {
    Exchange(const Capture& capture, int gateway) {
        for (const auto& [octets, time] : capture.packets) {
            const std::size_t ports = octets.at(0) >> 4 == 4 ? 20 : 40;
            const auto wanted = static_cast<std::size_t>(gateway);
            if (request.empty() && port(octets, ports + 2) == wanted) {
                request = octets;
            } else if (response.empty() && !request.empty() && port(octets, ports) == wanted &&
                       port(octets, ports + 2) == port(request, ports)) {
                response = octets;
            }
        }
    }

    Octets request;
    Octets response;
};

} // namespace

BOOST_AUTO_TEST_SUITE(apps_pcap)

BOOST_AUTO_TEST_CASE(a_file_that_others_could_read_is_its_owners_alone_from_then_on) {
    const Place place;
    std::ofstream{place.file()} << "old";
    std::filesystem::permissions(place.file(), std::filesystem::perms{0644});
    const Simulator gateway;
    BOOST_TEST(runCommand({"map", "tcp:8080", "--gateway", gateway.gateway(), "--pcap", place.file()}).status == 0);
    BOOST_TEST((std::filesystem::status(place.file()).permissions() == std::filesystem::perms{0600}));
}

BOOST_DATA_TEST_CASE(has_the_request_and_its_answer_with_sound_headers, data::make({"127.0.0.1", "::1"}), address) {
    const Place place;
    const Simulator gateway{"strict", address};
    const Finished finished = runCommand({"map", "tcp:8080", "--gateway", gateway.gateway(), "--pcap", place.file()});
    BOOST_TEST_REQUIRE(finished.status == 0, finished.err);
    const Capture capture = readCapture(place.file());
    BOOST_TEST(capture.linkType == DLT_RAW);
    const Exchange exchange{capture, gateway.port()};
    const Octets request = payloadOf(exchange.request);
    const Octets response = payloadOf(exchange.response);
    BOOST_TEST(request.size() == 60);
    BOOST_TEST(spacedHex({request.data(), 4}) == "02 01 00 00");
    BOOST_TEST(spacedHex({response.data(), 4}) == "02 81 00 00");
}

BOOST_AUTO_TEST_CASE(tells_who_sent_to_whom) {
    const Place place;
    const Simulator gateway;
    runCommand({"address", "--protocol", "nat-pmp", "--gateway", gateway.gateway(), "--pcap", place.file()});
    const Exchange exchange{readCapture(place.file()), gateway.port()};
    BOOST_TEST_REQUIRE(!exchange.request.empty());
    BOOST_TEST_REQUIRE(!exchange.response.empty());
    const Octets loopback = octets("7f 00 00 01 7f 00 00 01");
    BOOST_TEST(spacedHex({exchange.request.data() + 12, 8}) == spacedHex(loopback));
}

BOOST_AUTO_TEST_CASE(a_killed_program_leaves_a_whole_capture) {
    const Place place;
    const Simulator gateway;
    Process keep{{"keep", "tcp:8080", "--gateway", gateway.gateway(), "--json", "--pcap", place.file()}};
    std::string line = keep.readLine();
    while (line.find("granted") == std::string::npos) { // announcements may be beyond us here, which is told before
        BOOST_TEST_REQUIRE(!line.empty());
        line = keep.readLine();
    }
    keep.signal(SIGKILL);
    BOOST_TEST(keep.finish().status == 128 + SIGKILL);
    BOOST_TEST(readCapture(place.file()).packets.size() >= 2);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_written_is_told_and_nothing_is_sent) {
    const UdpSocket gateway;
    const Finished finished =
        runCommand({"map", "tcp:8080", "--gateway", gateway.name(), "--pcap", "/no/such/folder/traffic.pcap"});
    BOOST_TEST(finished.status == 1);
    BOOST_TEST(finished.err ==
               "portolan: --pcap: /no/such/folder/traffic.pcap cannot be written: No such file or directory\n");
    BOOST_TEST(!gateway.hasDatagram());
}

BOOST_AUTO_TEST_CASE(a_full_device_is_told_before_anything_is_sent) {
    const UdpSocket gateway;
    const Finished finished = runCommand({"map", "tcp:8080", "--gateway", gateway.name(), "--pcap", "/dev/full"});
    BOOST_TEST(finished.status == 1);
    BOOST_TEST(finished.err.find("No space left on device") != std::string::npos);
    BOOST_TEST(!gateway.hasDatagram());
}

BOOST_AUTO_TEST_CASE(a_capture_is_of_its_owner_alone) {
    const Place place;
    const Simulator gateway;
    runCommand({"address", "--gateway", gateway.gateway(), "--pcap", place.file()});
    using std::filesystem::perms;
    BOOST_TEST((std::filesystem::status(place.file()).permissions() == (perms::owner_read | perms::owner_write)));
}

BOOST_AUTO_TEST_CASE(a_dry_run_has_nothing_to_capture) {
    const Place place;
    const Finished finished =
        runCommand({"map", "tcp:8080", "--dry-run", "--source", "127.0.0.1", "--pcap", place.file()});
    BOOST_TEST(finished.status == 2);
    BOOST_TEST(!std::filesystem::exists(place.file()));
}

BOOST_DATA_TEST_CASE(standard_output_is_no_capture, data::make({"-", ""}), name) {
    BOOST_TEST(runCommand({"address", "--pcap", name}).status == 2);
}

BOOST_AUTO_TEST_SUITE_END()
