// SPDX-License-Identifier: MIT
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

import portolan.simulator.igd_script;

using namespace portolan::simulator;
using namespace portolan::simulator::script;
using Progress = HttpReader::Progress;
namespace data = boost::unit_test::data;

namespace {

const std::string sound = "POST /ctl HTTP/1.1\r\nHost: 192.168.1.1:5000\r\nSOAPAction: \"x#y\"\r\nContent-Length: "
                          "5\r\n\r\nhello";

} // namespace

BOOST_AUTO_TEST_SUITE(simulator_http)

BOOST_AUTO_TEST_CASE(reads_a_request_however_it_is_cut) {
    for (std::size_t first = 0; first <= sound.size(); ++first) {
        HttpReader reader;
        (void)reader.put(sound.substr(0, first));
        BOOST_TEST_REQUIRE((reader.put(sound.substr(first)) == Progress::complete));
        BOOST_TEST(reader.request().target == "/ctl");
        BOOST_TEST(reader.request().body == "hello");
    }
}

BOOST_AUTO_TEST_CASE(reads_a_request_octet_by_octet) {
    HttpReader reader;
    for (std::size_t at = 0; at + 1 < sound.size(); ++at) {
        BOOST_TEST_REQUIRE((reader.put(sound.substr(at, 1)) == Progress::more));
    }
    BOOST_TEST((reader.put(sound.substr(sound.size() - 1)) == Progress::complete));
}

BOOST_AUTO_TEST_CASE(finds_fields_whatever_the_case_of_their_names) {
    HttpReader reader;
    (void)reader.put(sound);
    BOOST_TEST_REQUIRE(reader.request().field("SOAPACTION") != nullptr);
    BOOST_TEST(*reader.request().field("soapaction") == "\"x#y\"");
    BOOST_TEST(reader.request().field("MAN") == nullptr);
}

BOOST_AUTO_TEST_CASE(reads_a_body_in_chunks) {
    HttpReader reader;
    BOOST_TEST((reader.put("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n") ==
                Progress::complete));
    BOOST_TEST(reader.request().body == "hello");
}

BOOST_AUTO_TEST_CASE(too_long_a_header_is_431) {
    HttpReader reader;
    std::string text = "GET / HTTP/1.1\r\n";
    while (text.size() < 9000) {
        text += "X-Filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n";
    }
    BOOST_TEST((reader.put(text) == Progress::broken));
    BOOST_TEST(reader.status() == 431U);
}

BOOST_DATA_TEST_CASE(too_large_a_body_is_413,
                     data::make({"Content-Length: 70000\r\n\r\n", "Content-Length: 4294967296\r\n\r\n"}), rest) {
    HttpReader reader;
    BOOST_TEST((reader.put(std::string{"POST / HTTP/1.1\r\n"} + rest) == Progress::broken));
    BOOST_TEST(reader.status() == 413U);
}

BOOST_AUTO_TEST_CASE(a_body_in_chunks_is_bounded_too) {
    HttpReader reader;
    auto progress = reader.put("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int chunk = 0; chunk < 100 && progress == Progress::more; ++chunk) {
        progress = reader.put("1000\r\n" + std::string(0x1000, 'x') + "\r\n");
    }
    BOOST_TEST((progress == Progress::broken));
}

BOOST_DATA_TEST_CASE(what_is_no_request_is_400,
                     data::make({"hello\r\n\r\n", "\x16\x03\x01\x02 tls", "GET / HTTP/9.9\r\n\r\n",
                                 "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n",
                                 "GET / HTTP/1.1\r\nno colon\r\n\r\n"}),
                     text) {
    HttpReader reader;
    BOOST_TEST((reader.put(text) == Progress::broken));
    BOOST_TEST(reader.status() == 400U);
    BOOST_TEST((reader.put(sound) == Progress::broken));
}

BOOST_AUTO_TEST_CASE(damage_makes_no_mapping_and_no_crash) {
    constexpr std::uint32_t seed = 6970;
    std::mt19937 random{seed};
    IgdScene scene;
    const HttpRequest request = soapRequest("/ctl/WANIPConn1", "urn:schemas-upnp-org:service:WANIPConnection:1",
                                            "AddPortMapping", PortMapping{.client = "192.168.1.99"}.arguments());
    const std::string whole = "POST " + request.target + " HTTP/1.1\r\nSOAPAction: " + request.fields.front().second +
                              "\r\nContent-Length: " + std::to_string(request.body.size()) + "\r\n\r\n" + request.body;
    for (int round = 0; round < 3000; ++round) {
        std::string damaged = whole;
        for (std::uint32_t changes = 1 + random() % 6; changes > 0; --changes) {
            damaged[random() % damaged.size()] = static_cast<char>(random());
        }
        damaged.resize(random() % 4 == 0 ? random() % damaged.size() : damaged.size());
        BOOST_TEST_CONTEXT("seed " << seed << ", round " << round) {
            HttpReader reader;
            if (reader.put(damaged) == Progress::complete) {
                BOOST_REQUIRE_NO_THROW(scene.fetch(reader.request()));
            }
        }
    }
    BOOST_TEST(scene.gateway.mappings().empty()); // the client is another host throughout
}

BOOST_AUTO_TEST_SUITE_END()
