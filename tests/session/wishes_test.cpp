// SPDX-License-Identifier: MIT
// What mappings are asked for with beyond RFC 6887: descriptions, prefixes, checkpoints, names of third parties.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

import portolan.testing.session;

using namespace portolan;
using namespace portolan::session;
using namespace portolan::testing;
using namespace std::chrono_literals;
using boost::unit_test::label;

namespace {

/// Why the request is not taken; nothing is sent then.
std::error_code errorOf(const MappingRequest& wanted) {
    Session session{testConfig()};
    const auto id = session.handleRequest(TimePoint{}, wanted);
    std::vector<std::uint8_t> room(wire::maxMessageSize);
    BOOST_TEST((id || session.pollTransmit(TimePoint{}, room) == 0));
    return id ? std::error_code{} : id.error().code;
}

/// The options of a MAP request, as they are.
Octets optionsOf(const Octets& datagram) {
    return {datagram.begin() + wire::mapSize, datagram.end()};
}

MappingRequest described(std::string text, MappingRequest wanted = mapping()) {
    wanted.wishes.description = std::move(text);
    return wanted;
}

MappingRequest checkpointed() {
    MappingRequest wanted = mapping();
    wanted.wishes.checkpoint = true;
    return wanted;
}

MappingRequest asksForPrefixes() {
    MappingRequest wanted = mapping();
    wanted.wishes.prefix64 = true;
    return wanted;
}

MappingRequest namedThirdParty() {
    MappingRequest wanted = mapping();
    wanted.thirdParty = wire::Address::v4(192, 168, 1, 99);
    wanted.thirdPartyId = {0xab, 0xcd, 0xe0};
    return wanted;
}

/// The answer to what was taken last, with these options instead of its own.
Octets answerWith(const Trace& trace, std::string_view options) {
    Octets answer = answerTo(trace.taken, {.epoch = trace.epoch()});
    answer.resize(wire::mapSize);
    const Octets added = octets(options);
    answer.insert(answer.end(), added.begin(), added.end());
    return answer;
}

constexpr Answer malformedOption{.code = wire::ResultCode::malformedOption, .lifetime = 1800};
constexpr auto abc = "80 00 00 03  61 62 63 00";
constexpr auto abcBlank = "80 00 00 04  61 62 63 20";
// 2001:db8:122:300::/56 for 192.0.2.0/24, and 2001:db8:122::/48 for 198.51.100.0/24.
constexpr auto twoPrefixes =
    "81 00 00 16  00 07 20 01  0d b8 01 22  03 00 00 00  00 00 00 01  00 18 c0 00  02 00 00 00"
    "81 00 00 16  00 06 20 01  0d b8 01 22  00 00 00 00  00 00 00 01  00 18 c6 33  64 00 00 00";

std::size_t prefixesOf(const Session& session) {
    std::size_t count = 0;
    for ([[maybe_unused]] const wire::RawOption raw : session.prefixes()) {
        ++count;
    }
    return count;
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_wishes)

BOOST_AUTO_TEST_CASE(a_description_is_sent_as_it_is, *label("C7220-002")) {
    Trace trace;
    trace.request(described("abc"));
    BOOST_TEST((optionsOf(trace.sends()) == octets(abc)));
}

BOOST_AUTO_TEST_CASE(a_description_that_is_not_utf_8_is_refused, *label("C7220-001")) {
    BOOST_TEST((errorOf(described("\xff\xfe")) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(a_description_with_a_terminator_is_refused, *label("C7220-002")) {
    BOOST_TEST((errorOf(described(std::string("abc\0", 4))) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(a_description_of_more_than_1016_octets_is_refused, *label("C7220-004")) {
    BOOST_TEST(!errorOf(described(std::string(1016, 'a'))));
    BOOST_TEST((errorOf(described(std::string(1017, 'a'))) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(options_that_do_not_fit_together_are_refused, *label("C6887-013")) {
    MappingRequest wanted = described(std::string(1016, 'a'));
    wanted.filters = {{120, 0, wire::Address::v4(198, 51, 100, 0)}};
    BOOST_TEST((errorOf(wanted) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(nothing_is_described_that_was_not_asked_for, *label("C7220-008")) {
    Trace trace;
    trace.request(mapping());
    BOOST_TEST(optionsOf(trace.sends()).empty());
}

BOOST_AUTO_TEST_CASE(what_the_gateway_stored_is_told, *label("C7220-005")) {
    Trace trace;
    const auto id = trace.request(described("abcdef"));
    trace.sends();
    trace.receives(answerWith(trace, abc));
    BOOST_TEST((trace.session.options(id)->description == "abc"));
}

BOOST_AUTO_TEST_CASE(a_description_that_does_not_come_back_was_not_taken, *label("C7220-005")) {
    Trace trace;
    const auto id = trace.request(described("abc"));
    trace.sends();
    trace.receives(answerWith(trace, "")).expects(EventKind::granted, id);
    BOOST_TEST(!trace.session.options(id)->description.has_value());
}

BOOST_AUTO_TEST_CASE(a_renewal_repeats_the_description) {
    Trace trace;
    trace.hold(described("abc"));
    BOOST_TEST((optionsOf(trace.within(1800s, 2250s).sends()) == octets(abc)));
}

BOOST_AUTO_TEST_CASE(a_deletion_describes_nothing) {
    Trace trace;
    BOOST_TEST(optionsOf(trace.release(trace.hold(described("abc"))).sends()).empty());
}

BOOST_AUTO_TEST_CASE(another_description_goes_with_a_renewal, *label("C7220-007")) {
    Trace trace;
    const auto id = trace.hold(described("abc"));
    trace.at(100s);
    BOOST_TEST(trace.session.handleChange(trace.now, id, {.description = "new!"}).has_value());
    BOOST_TEST((optionsOf(trace.within(100s, 104s).sends()) == octets("80 00 00 04  6e 65 77 21")));
    trace.answers().expects(EventKind::renewed, id);
    BOOST_TEST((trace.session.options(id)->description == "new!"));
}

BOOST_AUTO_TEST_CASE(a_mapping_may_be_described_later) {
    Trace trace;
    const auto id = trace.hold();
    trace.at(100s);
    BOOST_TEST(trace.session.handleChange(trace.now, id, {.description = "abc"}).has_value());
    BOOST_TEST((optionsOf(trace.within(100s, 104s).sends()) == octets(abc)));
}

BOOST_AUTO_TEST_CASE(an_empty_description_erases, *label("C7220-006")) {
    Trace trace;
    const auto id = trace.hold(described("abc"));
    trace.at(100s);
    BOOST_TEST(trace.session.handleChange(trace.now, id, {.description = ""}).has_value());
    BOOST_TEST((optionsOf(trace.within(100s, 104s).sends()) == octets("80 00 00 00")));
}

BOOST_AUTO_TEST_CASE(a_change_during_a_request_has_one_of_its_own) {
    Trace trace;
    const auto id = trace.request(described("abc"));
    trace.sends();
    BOOST_TEST(trace.session.handleChange(trace.now, id, {.description = "new!"}).has_value());
    trace.answers().expects(EventKind::granted, id);
    BOOST_TEST((optionsOf(trace.within(4s, 5s).sends()) == octets("80 00 00 04  6e 65 77 21")));
}

BOOST_AUTO_TEST_CASE(a_change_to_what_cannot_be_sent_is_refused) {
    Trace trace;
    const auto id = trace.hold();
    const auto changed = trace.session.handleChange(trace.now, id, {.description = "\xff"});
    BOOST_TEST((!changed && changed.error().code == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(a_gateway_that_finds_it_malformed_is_asked_at_once_with_whole_words_of_four_octets) {
    Trace trace;
    const auto id = trace.request(described("abc"));
    trace.sends();
    trace.answers(malformedOption).expectsNothing();
    BOOST_TEST((optionsOf(trace.sends()) == octets(abcBlank)));
    trace.answers().expects(EventKind::granted, id);
    BOOST_TEST(!trace.session.options(id)->dropped);
    BOOST_TEST((trace.session.options(id)->description == "abc "));
}

BOOST_AUTO_TEST_CASE(a_gateway_that_takes_no_option_is_asked_without) {
    for (const auto code : {wire::ResultCode::malformedOption, wire::ResultCode::unsuppOption}) {
        Trace trace;
        MappingRequest wanted = checkpointed();
        wanted.wishes.description = "abcd";
        const auto id = trace.request(wanted);
        trace.sends();
        trace.answers({.code = code, .lifetime = 1800}).expectsNothing();
        BOOST_TEST(optionsOf(trace.sends()).empty());
        trace.answers().expects(EventKind::granted, id);
        BOOST_TEST(trace.session.options(id)->dropped);
    }
}

BOOST_AUTO_TEST_CASE(options_that_a_gateway_has_to_process_are_never_left_out) {
    Trace trace;
    MappingRequest wanted = namedThirdParty();
    wanted.wishes.description = "abcd";
    const auto id = trace.request(wanted);
    trace.sends();
    trace.answers({.code = wire::ResultCode::unsuppOption, .lifetime = 1800}).expectsNothing();
    BOOST_TEST(optionsOf(trace.sends()).size() == 28U);
    trace.answers({.code = wire::ResultCode::unsuppOption, .lifetime = 1800});
    BOOST_TEST((trace.expects(EventKind::refused, id).error == wire::ResultCode::unsuppOption));
}

BOOST_AUTO_TEST_CASE(what_was_left_out_once_stays_out_of_renewals) {
    Trace trace;
    trace.request(checkpointed());
    trace.sends();
    trace.answers(malformedOption).sends();
    trace.answers();
    BOOST_TEST(optionsOf(trace.within(1800s, 2255s).sends()).empty());
}

BOOST_AUTO_TEST_CASE(a_gateway_of_nat_pmp_maps_without_the_wishes) {
    Trace trace;
    const auto id = trace.request(described("abc"));
    trace.sends();
    trace.receives(natPmpOnly).sends();
    trace.answersByNatPmp().sends();
    trace.receives("00 80 00 00  00 00 03 e8  cb 00 71 2d").expects(EventKind::granted, id);
    BOOST_TEST(trace.session.options(id)->dropped);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_is_asked_for_in_every_renewal, *label("C7767-001") * label("C7767-003")) {
    Trace trace;
    trace.request(checkpointed());
    BOOST_TEST((optionsOf(trace.sends()) == octets("c0 00 00 00")));
    trace.answers();
    BOOST_TEST((optionsOf(trace.within(1800s, 2250s).sends()) == octets("c0 00 00 00")));
}

BOOST_AUTO_TEST_CASE(a_checkpoint_wanted_no_more_is_left_out, *label("C7767-003")) {
    Trace trace;
    const auto id = trace.hold(checkpointed());
    trace.at(100s);
    BOOST_TEST(trace.session.handleChange(trace.now, id, {.checkpoint = false}).has_value());
    BOOST_TEST(optionsOf(trace.within(100s, 104s).sends()).empty());
}

BOOST_AUTO_TEST_CASE(an_answer_tells_whether_there_is_a_checkpoint, *label("C7767-002")) {
    Trace trace;
    const auto id = trace.request(checkpointed());
    trace.sends();
    trace.receives(answerWith(trace, ""));
    BOOST_TEST(!trace.session.options(id)->checkpointed);
    trace.within(1800s, 2250s).sends();
    trace.answers();
    BOOST_TEST(trace.session.options(id)->checkpointed);
}

BOOST_AUTO_TEST_CASE(a_third_party_is_named_in_the_request_and_in_its_deletion, *label("C7843-002")) {
    constexpr auto both = "01 00 00 10  00 00 00 00  00 00 00 00  00 00 ff ff  c0 a8 01 63  0d 00 00 03  ab cd e0 00";
    Trace trace;
    const auto id = trace.request(namedThirdParty());
    BOOST_TEST((optionsOf(trace.sends()) == octets(both)));
    trace.answers();
    BOOST_TEST((optionsOf(trace.release(id).sends()) == octets(both)));
}

BOOST_AUTO_TEST_CASE(a_name_without_a_third_party_is_refused, *label("C7843-001")) {
    MappingRequest wanted = namedThirdParty();
    wanted.thirdParty.reset();
    BOOST_TEST((errorOf(wanted) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(a_name_of_more_than_1016_octets_is_refused, *label("C7843-002")) {
    MappingRequest wanted = namedThirdParty();
    wanted.thirdPartyId.assign(1017, 1);
    BOOST_TEST((errorOf(wanted) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(no_third_party_is_named_unasked, *label("C7843-003")) {
    Trace trace;
    MappingRequest wanted = namedThirdParty();
    wanted.thirdPartyId.clear();
    trace.request(wanted);
    BOOST_TEST(optionsOf(trace.sends()).size() == 20U);
}

BOOST_AUTO_TEST_CASE(an_answer_that_names_another_of_the_hosts_is_ignored) {
    Trace trace;
    trace.request(namedThirdParty());
    Octets answer = answerTo(trace.sends(), {});
    answer[answer.size() - 2] = 0xe1;
    trace.receives(answer).expectsNothing();
}

BOOST_AUTO_TEST_CASE(errors_of_names_are_told_by_their_codes, *label("C7843-004")) {
    for (const auto code : {wire::ResultCode::thirdPartyIdUnknown, wire::ResultCode::thirdPartyMissingOption,
                            wire::ResultCode::unsuppThirdPartyIdLength}) {
        Trace trace;
        const auto id = trace.request(namedThirdParty());
        trace.sends();
        trace.answers({.code = code, .lifetime = 60});
        BOOST_TEST((trace.expects(EventKind::refused, id).error == code));
    }
}

BOOST_AUTO_TEST_CASE(prefixes_are_asked_for_by_an_empty_one, *label("C7225-002") * label("C7225-003")) {
    Trace trace;
    trace.request(asksForPrefixes());
    BOOST_TEST((optionsOf(trace.sends()) == octets("81 00 00 10  00 0c 00 00  00 00 00 00  00 00 00 00  00 00 00 00")));
}

BOOST_AUTO_TEST_CASE(an_outbound_mapping_asks_for_no_prefixes, *label("C7225-004")) {
    MappingRequest wanted = outbound();
    wanted.wishes.prefix64 = true;
    BOOST_TEST((errorOf(wanted) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(several_prefixes_are_kept, *label("C7225-005") * label("C7225-008") * label("C7225-009")) {
    Trace trace;
    trace.request(asksForPrefixes());
    trace.sends();
    trace.receives(answerWith(trace, twoPrefixes));
    BOOST_TEST(prefixesOf(trace.session) == 2U);
    const auto address = wire::synthesize(trace.session.prefixes(), {198, 51, 100, 1});
    BOOST_TEST_REQUIRE(address.has_value());
    BOOST_TEST((*address == wire::Address{{0x20, 0x01, 0x0d, 0xb8, 0x01, 0x22, 0xc6, 0x33, 0, 0x64, 0x01}}));
}

BOOST_AUTO_TEST_CASE(each_server_has_prefixes_of_its_own, *label("C7225-006")) {
    Trace one;
    Trace other;
    one.request(asksForPrefixes());
    one.sends();
    one.receives(answerWith(one, twoPrefixes));
    BOOST_TEST(prefixesOf(one.session) == 2U);
    BOOST_TEST(prefixesOf(other.session) == 0U);
}

BOOST_AUTO_TEST_CASE(an_announcement_with_prefixes_takes_the_place_of_all_before, *label("C7225-012")) {
    Trace trace;
    trace.request(asksForPrefixes());
    trace.sends();
    trace.receives(answerWith(trace, twoPrefixes));
    Octets announced = announcement(trace.epoch());
    const Octets wellKnown = octets("81 00 00 0e  00 0c 00 64  ff 9b 00 00  00 00 00 00  00 00 00 00");
    announced.insert(announced.end(), wellKnown.begin(), wellKnown.end());
    trace.receives(announced);
    BOOST_TEST(prefixesOf(trace.session) == 1U);
}

BOOST_AUTO_TEST_CASE(an_announcement_without_prefixes_changes_none) {
    Trace trace;
    trace.request(asksForPrefixes());
    trace.sends();
    trace.receives(answerWith(trace, twoPrefixes)).receives(announcement(trace.epoch()));
    BOOST_TEST(prefixesOf(trace.session) == 2U);
}

BOOST_AUTO_TEST_CASE(prefixes_that_cannot_be_read_are_left_out_and_the_mapping_stands, *label("C7225-013")) {
    Trace trace;
    const auto id = trace.request(asksForPrefixes());
    trace.sends();
    trace.receives(answerWith(trace, "81 00 00 0e  00 09 00 64  ff 9b 00 00  00 00 00 00  00 00 00 00"));
    trace.expects(EventKind::granted, id);
    BOOST_TEST(prefixesOf(trace.session) == 0U);
}

BOOST_AUTO_TEST_CASE(a_server_that_falls_silent_has_no_prefixes, *label("C7225-007")) {
    Config config = testConfig();
    config.maxTransmissions = 4;
    Trace trace{config};
    trace.request(asksForPrefixes());
    trace.sends();
    trace.receives(answerWith(trace, twoPrefixes));
    trace.request(mapping(8081));
    trace.at(120s);
    BOOST_TEST(prefixesOf(trace.session) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
