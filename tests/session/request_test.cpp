// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

import portolan.testing.session;

using namespace portolan;
using namespace portolan::session;
using namespace portolan::testing;
using namespace std::chrono_literals;
using boost::unit_test::label;

namespace {

wire::MapRequest read(const Octets& datagram) {
    return wire::decodeMapRequest(datagram).assume_value();
}

/// Why the request is not taken; nothing is sent then.
std::error_code errorOf(const MappingRequest& wanted, const Config& config = testConfig()) {
    Session session{config};
    const auto id = session.handleRequest(TimePoint{}, wanted);
    std::vector<std::uint8_t> room(wire::maxMessageSize);
    BOOST_TEST((id || session.pollTransmit(TimePoint{}, room) == 0));
    return id ? std::error_code{} : id.error().code;
}

/// The options of a request, as they are.
Octets optionsOf(const Octets& datagram) {
    return {datagram.begin() + wire::mapSize, datagram.end()};
}

wire::Filter filter(int prefixLength, const wire::Address& address = wire::Address::v4(198, 51, 100, 0)) {
    return {static_cast<std::uint8_t>(prefixLength), 0, address};
}

MappingRequest filtered(std::size_t filters) {
    MappingRequest wanted = mapping();
    wanted.filters.assign(filters, filter(120));
    return wanted;
}

MappingRequest exact(std::uint16_t port) {
    MappingRequest wanted = mapping();
    wanted.suggestedPort = port;
    wanted.preferFailure = true;
    return wanted;
}

MappingRequest onBehalfOf(const wire::Address& address) {
    MappingRequest wanted = mapping();
    wanted.thirdParty = address;
    return wanted;
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_request)

BOOST_AUTO_TEST_CASE(a_suggestion_is_sent_as_given) {
    Trace trace;
    MappingRequest wanted = mapping();
    wanted.suggestedPort = 6881;
    wanted.suggestedAddress = wire::Address::v4(203, 0, 113, 9);
    trace.request(wanted);
    const auto request = read(trace.sends());
    BOOST_TEST(request.suggestedPort == 6881);
    BOOST_TEST((request.suggestedAddress == wire::Address::v4(203, 0, 113, 9)));
}

BOOST_AUTO_TEST_CASE(a_mapping_of_ipv6_asks_with_sixteen_zero_octets, *label("C6887-003") * label("C6887-065")) {
    Trace trace;
    MappingRequest wanted = mapping();
    wanted.suggestedAddress = wire::Address::anyV6();
    trace.request(wanted);
    BOOST_TEST((read(trace.sends()).suggestedAddress == wire::Address{}));
}

BOOST_AUTO_TEST_CASE(the_client_address_is_the_one_configured, *label("C6887-022") * label("C6887-023")) {
    Config config = testConfig();
    config.clientAddress = wire::Address::v4(100, 64, 0, 7);
    Trace trace{config};
    trace.request(mapping());
    BOOST_TEST((read(trace.sends()).clientAddress == wire::Address::v4(100, 64, 0, 7)));
}

BOOST_AUTO_TEST_CASE(a_protocol_without_ports_has_port_0, *label("C6887-073")) {
    Trace trace;
    trace.request(mapping(0, wire::Protocol{46}));
    const auto request = read(trace.sends());
    BOOST_TEST(request.internalPort == 0);
    BOOST_TEST(request.suggestedPort == 0);
}

BOOST_AUTO_TEST_CASE(everything_is_protocol_0_and_port_0, *label("C6887-074")) {
    Trace trace;
    trace.request(mapping(0, wire::Protocol::all));
    const auto request = read(trace.sends());
    BOOST_TEST((request.protocol == wire::Protocol::all));
    BOOST_TEST(request.internalPort == 0);
}

BOOST_AUTO_TEST_CASE(all_protocols_at_one_port_is_refused, *label("C6887-068") * label("C6887-134")) {
    BOOST_TEST((errorOf(mapping(80, wire::Protocol::all)) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(a_suggested_port_for_all_ports_is_refused, *label("C6887-073")) {
    MappingRequest wanted = mapping(0);
    wanted.suggestedPort = 80;
    BOOST_TEST((errorOf(wanted) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(a_lifetime_of_nothing_is_refused) {
    MappingRequest wanted = mapping();
    wanted.lifetime = 0s;
    BOOST_TEST((errorOf(wanted) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(a_lifetime_beyond_32_bits_is_refused) {
    MappingRequest wanted = mapping();
    wanted.lifetime = std::chrono::seconds{0x100000000};
    BOOST_TEST((errorOf(wanted) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(prefer_failure_without_a_port_is_refused, *label("C6887-113")) {
    BOOST_TEST((errorOf(exact(0)) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(a_third_party_that_is_this_host_is_refused, *label("C6887-109")) {
    BOOST_TEST((errorOf(onBehalfOf(testConfig().clientAddress)) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(a_third_party_that_is_nobody_is_refused) {
    BOOST_TEST((errorOf(onBehalfOf(wire::Address::anyV6())) == Errc::invalidRequest));
    BOOST_TEST((errorOf(onBehalfOf(wire::Address::anyV4())) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(more_filters_than_fit_a_renewal_are_refused, *label("C6887-005") * label("C6887-013")) {
    BOOST_TEST(!errorOf(filtered(42)));
    BOOST_TEST((errorOf(filtered(43)) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(a_filter_of_a_senseless_length_is_refused) {
    for (const int length : {0, 96, 129}) {
        MappingRequest wanted = mapping();
        wanted.filters = {filter(length)};
        BOOST_TEST((errorOf(wanted) == Errc::invalidRequest), length);
    }
}

BOOST_AUTO_TEST_CASE(a_filter_of_the_other_family_is_refused) {
    MappingRequest wanted = mapping();
    wanted.filters = {filter(64, {{0x20, 0x01, 0x0d, 0xb8}})};
    BOOST_TEST((errorOf(wanted) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(a_mapping_is_had_only_once) {
    Trace trace;
    trace.request(mapping());
    const auto second = trace.session.handleRequest(trace.now, mapping());
    BOOST_TEST((!second && second.error().code == Errc::alreadyMapped));
}

BOOST_AUTO_TEST_CASE(a_port_may_be_mapped_for_two_protocols_and_families) {
    Trace trace;
    MappingRequest v6 = mapping();
    v6.suggestedAddress = wire::Address::anyV6();
    trace.request(mapping(8080, wire::Protocol::tcp));
    trace.request(mapping(8080, wire::Protocol::udp));
    trace.request(v6);
    BOOST_TEST(trace.sent.size() == 3U);
}

BOOST_AUTO_TEST_CASE(nat_pmp_alone_takes_nothing_it_cannot_express) {
    MappingRequest v6 = mapping();
    v6.suggestedAddress = wire::Address::anyV6();
    for (const MappingRequest& wanted : {exact(80), onBehalfOf(wire::Address::v4(192, 168, 1, 99)), filtered(1), v6,
                                         mapping(0), mapping(80, wire::Protocol::sctp)}) {
        BOOST_TEST((errorOf(wanted, natPmpConfig()) == Errc::notAvailable));
    }
}

BOOST_AUTO_TEST_CASE(a_plain_request_has_no_options, *label("C6887-111")) {
    Trace trace;
    trace.request(mapping());
    BOOST_TEST(trace.sends().size() == 60U);
}

BOOST_AUTO_TEST_CASE(filters_are_sent_as_they_are, *label("C6887-115")) {
    Trace trace;
    trace.request(filtered(1));
    BOOST_TEST((optionsOf(trace.sends()) ==
                octets("03 00 00 14  00 78 00 00  00 00 00 00  00 00 00 00  00 00 ff ff  c6 33 64 00")));
}

BOOST_AUTO_TEST_CASE(a_renewal_flushes_the_filters_before_it_sets_them, *label("C6887-117")) {
    Trace trace;
    trace.hold(filtered(1));
    BOOST_TEST((optionsOf(trace.within(1800s, 2250s).sends()) ==
                octets("03 00 00 14  00 00 00 00  00 00 00 00  00 00 00 00  00 00 00 00  00 00 00 00"
                       "03 00 00 14  00 78 00 00  00 00 00 00  00 00 00 00  00 00 ff ff  c6 33 64 00")));
}

BOOST_AUTO_TEST_CASE(a_deletion_has_no_filters, *label("C6887-116")) {
    Trace trace;
    BOOST_TEST(trace.release(trace.hold(filtered(1))).sends().size() == 60U);
}

BOOST_AUTO_TEST_CASE(a_deletion_has_no_prefer_failure, *label("C6887-113")) {
    Trace trace;
    BOOST_TEST(trace.release(trace.hold(exact(40123))).sends().size() == 60U);
}

BOOST_AUTO_TEST_CASE(a_third_party_is_named_in_the_request_and_in_its_deletion) {
    Trace trace;
    const auto id = trace.hold(onBehalfOf(wire::Address::v4(192, 168, 1, 99)));
    BOOST_TEST((optionsOf(trace.release(id).sends()) ==
                octets("01 00 00 10  00 00 00 00  00 00 00 00  00 00 ff ff  c0 a8 01 63")));
}

BOOST_AUTO_TEST_CASE(the_third_party_that_an_answer_names_tells_whose_mapping_was_granted,
                     *label("C6887-015") * label("C6887-110")) {
    Trace trace;
    trace.request(onBehalfOf(wire::Address::v4(192, 168, 1, 99)));
    trace.sends();
    const auto other = trace.request(onBehalfOf(wire::Address::v4(192, 168, 1, 98)));
    trace.receives(answerTo(trace.sends(), {})).expects(EventKind::granted, other);
}

BOOST_AUTO_TEST_CASE(an_answer_that_names_another_third_party_is_ignored, *label("C6887-110")) {
    Trace trace;
    trace.request(onBehalfOf(wire::Address::v4(192, 168, 1, 99)));
    Octets other = answerTo(trace.sends(), {});
    other.back() = 98;
    trace.receives(other).expectsNothing();
}

BOOST_AUTO_TEST_CASE(an_answer_that_names_no_third_party_is_ignored, *label("C6887-110")) {
    Trace trace;
    trace.request(onBehalfOf(wire::Address::v4(192, 168, 1, 99)));
    Octets none = answerTo(trace.sends(), {});
    none.resize(60);
    trace.receives(none).expectsNothing();
}

BOOST_AUTO_TEST_CASE(a_port_of_a_protocol_without_ports_is_refused, *label("C6887-073")) {
    BOOST_TEST((errorOf(mapping(80, wire::Protocol{46})) == Errc::invalidRequest));
    BOOST_TEST((errorOf(mapping(80, wire::Protocol{1})) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(every_protocol_with_ports_may_have_one, *label("C6887-073")) {
    for (const auto protocol : {wire::Protocol::tcp, wire::Protocol::udp, wire::Protocol::sctp, wire::Protocol::dccp,
                                wire::Protocol::udplite}) {
        BOOST_TEST(!errorOf(mapping(80, protocol)));
    }
}

BOOST_AUTO_TEST_SUITE_END()
