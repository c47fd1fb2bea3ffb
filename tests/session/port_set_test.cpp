// SPDX-License-Identifier: MIT
// Sets of ports (RFC 7753).
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

import portolan.testing.session;

using namespace portolan;
using namespace portolan::session;
using namespace portolan::testing;
using namespace std::chrono_literals;
using boost::unit_test::label;

namespace {

MappingRequest portSet(std::uint16_t first, std::uint16_t size, bool parity = false) {
    MappingRequest wanted = mapping(first, wire::Protocol::udp);
    wanted.wishes.portSet = PortSetWish{size, parity};
    return wanted;
}

std::error_code errorOf(Session& session, const MappingRequest& wanted) {
    const auto id = session.handleRequest(TimePoint{}, wanted);
    return id ? std::error_code{} : id.error().code;
}

std::error_code errorOf(const MappingRequest& wanted) {
    Session session{testConfig()};
    return errorOf(session, wanted);
}

Octets optionsOf(const Octets& datagram) {
    return {datagram.begin() + wire::mapSize, datagram.end()};
}

/// An answer to the set that was asked for last: about this port, mapped to that one, and with this PORT_SET.
Octets answerAbout(const Trace& trace, std::uint16_t internalPort, std::uint16_t externalPort,
                   std::optional<wire::PortSet> set) {
    const auto asked = wire::decodeMapRequest(trace.taken).assume_value();
    Octets optionRoom(64);
    wire::OptionWriter writer{optionRoom};
    if (set) {
        (void)writer.add(*set);
    }
    wire::MapResponse response;
    response.lifetimeSeconds = 3600;
    response.epochSeconds = trace.epoch();
    response.nonce = asked.nonce;
    response.protocol = asked.protocol;
    response.internalPort = internalPort;
    response.assignedPort = externalPort;
    response.assignedAddress = wire::Address::v4(203, 0, 113, 45);
    response.options = writer.options();
    Octets answer(wire::maxMessageSize);
    answer.resize(wire::encode(response, answer).assume_value());
    return answer;
}

constexpr wire::Address external = wire::Address::v4(203, 0, 113, 45);

} // namespace

BOOST_AUTO_TEST_SUITE(session_port_set)

BOOST_AUTO_TEST_CASE(the_set_begins_at_the_mappings_port, *label("C7753-003") * label("C7753-016")) {
    Trace trace;
    trace.request(portSet(50000, 100, true));
    BOOST_TEST((optionsOf(trace.sends()) == octets("82 00 00 05  00 64 c3 50  01 00 00 00")));
}

BOOST_AUTO_TEST_CASE(parity_is_asked_for_only_where_it_matters, *label("C7753-005") * label("C7753-004")) {
    Trace trace;
    trace.request(portSet(50000, 100, false));
    BOOST_TEST((optionsOf(trace.sends()) == octets("82 00 00 05  00 64 c3 50  00 00 00 00")));
}

BOOST_AUTO_TEST_CASE(an_empty_set_is_refused, *label("C7753-002")) {
    BOOST_TEST((errorOf(portSet(50000, 0)) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(a_set_beyond_the_last_port_is_refused) {
    BOOST_TEST(!errorOf(portSet(65436, 100)));
    BOOST_TEST((errorOf(portSet(65437, 100)) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(as_many_as_there_are_may_begin_anywhere) {
    BOOST_TEST(!errorOf(portSet(50000, 0xffff)));
}

BOOST_AUTO_TEST_CASE(a_set_of_all_ports_is_refused) {
    BOOST_TEST((errorOf(portSet(0, 100)) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(prefer_failure_does_not_go_with_a_set, *label("C7753-010")) {
    MappingRequest wanted = portSet(50000, 100);
    wanted.suggestedPort = 50000;
    wanted.preferFailure = true;
    BOOST_TEST((errorOf(wanted) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(an_outbound_mapping_has_no_set) {
    MappingRequest wanted = outbound();
    wanted.wishes.portSet = PortSetWish{100, false};
    BOOST_TEST((errorOf(wanted) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(one_port_is_asked_for_without_the_option, *label("C7753-009")) {
    Trace trace;
    trace.request(portSet(50000, 1));
    BOOST_TEST(optionsOf(trace.sends()).empty());
}

BOOST_AUTO_TEST_CASE(several_sets_are_several_requests, *label("C7753-007") * label("C7753-001") * label("C7753-006")) {
    Trace trace;
    trace.request(portSet(50000, 100));
    trace.request(portSet(50100, 100));
    BOOST_TEST(trace.sent.size() == 2U);
    for (const Sent& sent : trace.sent) {
        BOOST_TEST(optionsOf(sent.octets).size() == 12U);
    }
}

BOOST_AUTO_TEST_CASE(two_sets_from_one_port_are_refused, *label("C7753-008")) {
    Session session{testConfig()};
    BOOST_TEST(!errorOf(session, portSet(50000, 100)));
    BOOST_TEST((errorOf(session, portSet(50000, 10)) == Errc::alreadyMapped));
}

BOOST_AUTO_TEST_CASE(sets_that_overlap_are_refused, *label("C7753-015")) {
    Session session{testConfig()};
    BOOST_TEST(!errorOf(session, portSet(50000, 100)));
    BOOST_TEST((errorOf(session, portSet(49990, 11)) == Errc::alreadyMapped));
    BOOST_TEST((errorOf(session, portSet(50099, 2)) == Errc::alreadyMapped));
    BOOST_TEST(!errorOf(session, portSet(49990, 10)));
    BOOST_TEST(!errorOf(session, portSet(50100, 2)));
}

BOOST_AUTO_TEST_CASE(a_set_and_a_single_port_in_it_are_refused, *label("C7753-015")) {
    Session session{testConfig()};
    BOOST_TEST(!errorOf(session, portSet(50000, 100)));
    BOOST_TEST((errorOf(session, mapping(50050, wire::Protocol::udp)) == Errc::alreadyMapped));
    BOOST_TEST(!errorOf(session, mapping(50050, wire::Protocol::tcp)));
    BOOST_TEST(!errorOf(session, mapping(60000, wire::Protocol::udp)));
    BOOST_TEST((errorOf(session, portSet(59990, 11)) == Errc::alreadyMapped));
}

BOOST_AUTO_TEST_CASE(the_ports_of_a_released_set_are_free) {
    Trace trace;
    trace.release(trace.hold(portSet(50000, 100))).sends();
    trace.answers({.lifetime = 0});
    BOOST_TEST(!errorOf(trace.session, mapping(50050, wire::Protocol::udp)));
}

BOOST_AUTO_TEST_CASE(a_granted_set_is_told_with_its_size) {
    Trace trace;
    const auto id = trace.hold(portSet(50000, 100));
    const std::vector<PortRange> ports{{50000, 40123, 100, external}};
    BOOST_TEST((trace.session.options(id)->ports == ports));
}

BOOST_AUTO_TEST_CASE(a_smaller_set_is_told_with_its_size) {
    Trace trace;
    const auto id = trace.request(portSet(50000, 100));
    trace.sends();
    trace.receives(answerAbout(trace, 50000, 37056, wire::PortSet{32, 50000, false}));
    BOOST_TEST(trace.expects(EventKind::granted, id).grant.external.port == 37056);
    const std::vector<PortRange> ports{{50000, 37056, 32, external}};
    BOOST_TEST((trace.session.options(id)->ports == ports));
}

BOOST_AUTO_TEST_CASE(reserved_bits_of_an_answer_are_ignored, *label("C7753-004")) {
    Trace trace;
    const auto id = trace.request(portSet(50000, 100));
    trace.sends();
    Octets answer = answerAbout(trace, 50000, 37056, wire::PortSet{32, 50000, false});
    answer[answer.size() - 4] = 0xfe;
    trace.receives(answer).expects(EventKind::granted, id);
    BOOST_TEST(trace.session.options(id)->ports.front().size == 32);
}

BOOST_AUTO_TEST_CASE(an_answer_without_a_set_is_one_port_and_no_proof, *label("C7753-011")) {
    Trace trace;
    const auto id = trace.request(portSet(50000, 100));
    trace.sends();
    trace.receives(answerAbout(trace, 50000, 37056, std::nullopt)).expects(EventKind::granted, id);
    const std::vector<PortRange> ports{{50000, 37056, 1, external}};
    BOOST_TEST((trace.session.options(id)->ports == ports));
    trace.request(portSet(51000, 100));
    BOOST_TEST(optionsOf(trace.sends()).size() == 12U);
}

BOOST_AUTO_TEST_CASE(renewal_and_deletion_have_the_set, *label("C7753-012")) {
    constexpr auto option = "82 00 00 05  00 64 c3 50  00 00 00 00";
    Trace trace;
    const auto id = trace.hold(portSet(50000, 100));
    BOOST_TEST((optionsOf(trace.within(1800s, 2250s).sends()) == octets(option)));
    trace.answers();
    const Octets deletion = trace.release(id).sends();
    BOOST_TEST((optionsOf(deletion) == octets(option)));
    BOOST_TEST(wire::decodeMapRequest(deletion).assume_value().lifetimeSeconds == 0U);
}

BOOST_AUTO_TEST_CASE(each_mapping_among_the_ports_may_be_answered_by_itself, *label("C7753-013")) {
    // The example of RFC 7753 §5.3: port 100 has a mapping, and so have the ports 101 to 199.
    Trace trace;
    const auto id = trace.request(portSet(100, 100));
    trace.sends();
    trace.receives(answerAbout(trace, 100, 100, std::nullopt)).expects(EventKind::granted, id);
    trace.receives(answerAbout(trace, 101, 201, wire::PortSet{99, 101, false})).expects(EventKind::moved, id);
    const std::vector<PortRange> ports{{100, 100, 1, external}, {101, 201, 99, external}};
    BOOST_TEST((trace.session.options(id)->ports == ports));
}

BOOST_AUTO_TEST_CASE(the_answers_of_a_renewal_change_nothing_where_nothing_changed, *label("C7753-013")) {
    Trace trace;
    const auto id = trace.request(portSet(100, 100));
    trace.sends();
    trace.receives(answerAbout(trace, 100, 100, std::nullopt));
    trace.receives(answerAbout(trace, 101, 201, wire::PortSet{99, 101, false})).clear();
    trace.within(1800s, 2250s).sends();
    trace.receives(answerAbout(trace, 100, 100, std::nullopt));
    trace.receives(answerAbout(trace, 101, 201, wire::PortSet{99, 101, false}));
    trace.expects(EventKind::renewed, id);
    trace.expectsNothing();
    BOOST_TEST(trace.session.options(id)->ports.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_set_that_begins_before_the_port_counts_from_the_port, *label("C7753-013")) {
    // The example of RFC 7753 §6.3: the ports 1 to 10 were mapped before 5 to 14 were asked for.
    Trace trace;
    const auto id = trace.request(portSet(5, 10));
    trace.sends();
    trace.receives(answerAbout(trace, 5, 1001, wire::PortSet{10, 1, false}));
    BOOST_TEST(trace.expects(EventKind::granted, id).grant.external.port == 1005);
    const std::vector<PortRange> ports{{5, 1005, 6, external}};
    BOOST_TEST((trace.session.options(id)->ports == ports));
}

BOOST_AUTO_TEST_CASE(more_ports_than_were_asked_for_are_not_taken, *label("C7753-014")) {
    Trace trace;
    const auto id = trace.request(portSet(50000, 100));
    trace.sends();
    trace.receives(answerAbout(trace, 50000, 37056, wire::PortSet{200, 50000, false}));
    BOOST_TEST(trace.session.options(id)->ports.front().size == 100);
}

BOOST_AUTO_TEST_CASE(a_set_of_other_ports_is_no_answer) {
    Trace trace;
    trace.request(portSet(50000, 100));
    trace.sends();
    trace.receives(answerAbout(trace, 50000, 37056, wire::PortSet{10, 60000, false})).expectsNothing();
}

BOOST_AUTO_TEST_CASE(an_answer_about_a_port_outside_the_set_is_ignored) {
    Trace trace;
    trace.request(portSet(50000, 100));
    trace.sends();
    trace.receives(answerAbout(trace, 50100, 37056, std::nullopt)).expectsNothing();
    BOOST_TEST(trace.session.statistics().unattributed == 1U);
}

BOOST_AUTO_TEST_CASE(after_a_restart_the_ports_begin_anew) {
    Trace trace;
    const auto id = trace.hold(portSet(50000, 100));
    trace.at(600s).gatewayRestarts().receives(announcement(0)).within(600s, 605s).sends();
    trace.receives(answerAbout(trace, 50000, 37056, wire::PortSet{32, 50000, false})).expects(EventKind::moved, id);
    const std::vector<PortRange> ports{{50000, 37056, 32, external}};
    BOOST_TEST((trace.session.options(id)->ports == ports));
}

BOOST_AUTO_TEST_CASE(a_gateway_that_cannot_read_the_option_maps_one_port) {
    Trace trace;
    const auto id = trace.request(portSet(50000, 100));
    trace.sends();
    trace.answers({.code = wire::ResultCode::malformedOption, .lifetime = 1800}).expectsNothing();
    BOOST_TEST(optionsOf(trace.sends()).empty());
    trace.answers().expects(EventKind::granted, id);
    BOOST_TEST(trace.session.options(id)->ports.front().size == 1);
    BOOST_TEST(trace.session.options(id)->dropped);
}

BOOST_AUTO_TEST_SUITE_END()
