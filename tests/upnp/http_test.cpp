// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

import portolan.testing.upnp;

using namespace portolan;
using namespace portolan::upnp;
using namespace portolan::testing;

namespace {

/// What becomes of an answer that comes in pieces of this size, and whose connection is closed then.
result<HttpResponse> read(std::string_view octets, std::size_t piece = 7, const HttpLimits& limits = {}) {
    HttpReader reader{limits};
    for (std::size_t at = 0; at < octets.size(); at += piece) {
        const auto done = reader.handleOctets(octetsOf(octets.substr(at, piece)));
        if (!done) {
            return done.error();
        }
        if (done.value()) {
            return reader.take();
        }
    }
    const auto ended = reader.handleEnd();
    if (!ended) {
        return ended.error();
    }
    return reader.take();
}

std::string bodyOf(std::string_view octets) {
    const auto response = read(octets);
    return response ? response.value().body : response.error().message();
}

std::error_code errorOf(const result<HttpResponse>& response) {
    return response ? std::error_code{} : response.error().code;
}

} // namespace

BOOST_AUTO_TEST_SUITE(upnp_http)

BOOST_AUTO_TEST_CASE(a_request_is_written_as_routers_expect_it) {
    const Service service{
        ServiceKind::wanIp, 1, "urn:schemas-upnp-org:service:WANIPConnection:1", "", {gatewayAddress, 5000, "/ctl"}};
    BOOST_TEST(
        serialize(request(service, GetExternalIpAddress{})) ==
        "POST /ctl HTTP/1.1\r\n"
        "Host: 192.168.1.1:5000\r\n"
        "Content-Type: text/xml; charset=\"utf-8\"\r\n"
        "SOAPAction: \"urn:schemas-upnp-org:service:WANIPConnection:1#GetExternalIPAddress\"\r\n"
        "Connection: close\r\n"
        "Content-Length: 281\r\n"
        "\r\n"
        "<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" "
        "s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\"><s:Body><u:GetExternalIPAddress "
        "xmlns:u=\"urn:schemas-upnp-org:service:WANIPConnection:1\"></u:GetExternalIPAddress></s:Body></s:Envelope>");
}

BOOST_AUTO_TEST_CASE(a_response_with_a_length_is_whole_without_an_end) {
    HttpReader reader;
    const auto done = reader.handleOctets(octetsOf("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi and more"));
    BOOST_TEST_REQUIRE(done.has_value());
    BOOST_TEST(done.value());
    BOOST_TEST(reader.take().body == "hi");
}

BOOST_AUTO_TEST_CASE(a_response_without_a_length_lasts_until_the_end) {
    BOOST_TEST(bodyOf("HTTP/1.0 200 OK\r\nServer: x\r\n\r\nall of it") == "all of it");
}

BOOST_AUTO_TEST_CASE(chunks_are_joined) {
    BOOST_TEST(bodyOf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n\r\n") ==
               "abcde");
}

BOOST_AUTO_TEST_CASE(what_a_gateway_says_before_its_answer_is_left_aside) {
    BOOST_TEST(bodyOf("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") == "ok");
}

BOOST_AUTO_TEST_CASE(a_body_that_was_announced_longer_is_taken_as_it_came) {
    BOOST_TEST(bodyOf("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort") == "short");
}

BOOST_AUTO_TEST_CASE(the_fields_are_found_in_any_case) {
    const auto response = read("HTTP/1.1 500 Oops\r\nsErVeR: x\r\ncontent-length: 0\r\n\r\n");
    BOOST_TEST_REQUIRE(response.has_value());
    BOOST_TEST(response.value().status == 500U);
    BOOST_TEST(fieldOf(response.value().fields, "Server") == "x");
}

BOOST_AUTO_TEST_CASE(what_is_not_http_is_refused) {
    BOOST_TEST((errorOf(read("SSH-2.0-OpenSSH_9.2\r\n")) == Fault::notHttp));
    BOOST_TEST((errorOf(read("")) == Fault::notHttp));
    BOOST_TEST((errorOf(read("HTTP/1.1 200 OK\r\nServer: cut")) == Fault::notHttp));
}

BOOST_AUTO_TEST_CASE(an_announced_flood_is_refused_before_it_comes) {
    BOOST_TEST((errorOf(read("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")) == Fault::tooLarge));
}

BOOST_AUTO_TEST_CASE(an_endless_body_is_refused) {
    const std::string octets = "HTTP/1.1 200 OK\r\n\r\n" + std::string(300'000, 'x');
    BOOST_TEST((errorOf(read(octets, 4096)) == Fault::tooLarge));
}

BOOST_AUTO_TEST_CASE(an_endless_header_is_refused) {
    const std::string octets = "HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x');
    BOOST_TEST((errorOf(read(octets, 4096)) == Fault::tooLarge));
}

BOOST_AUTO_TEST_CASE(a_header_of_very_many_fields_is_refused) {
    std::string octets = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 100; ++i) {
        octets += "a: b\r\n";
    }
    BOOST_TEST((errorOf(read(octets + "\r\n", 4096)) == Fault::tooLarge));
}

BOOST_AUTO_TEST_CASE(endless_chunk_headers_are_refused) {
    const std::string octets = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(1'000'000, 'x');
    BOOST_TEST((errorOf(read(octets, 4096)) == Fault::tooLarge));
}

BOOST_AUTO_TEST_CASE(endless_promises_are_refused) {
    std::string octets;
    for (int i = 0; i < 10; ++i) {
        octets += "HTTP/1.1 100 Continue\r\n\r\n";
    }
    BOOST_TEST((errorOf(read(octets)) == Fault::notHttp));
}

BOOST_AUTO_TEST_SUITE_END()
