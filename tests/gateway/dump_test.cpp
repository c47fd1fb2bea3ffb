// SPDX-License-Identifier: MIT
// The framing that every dump has: when it is done, when it failed, and which messages belong to it.
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string>
#include <system_error>

import portolan.gateway;
import portolan.test.gateway;

using namespace portolan;
using namespace portolan::gateway;
using testing::address;
using testing::Writer;

namespace {

constexpr std::uint16_t noop = 1;
constexpr std::uint16_t error = 2;
constexpr std::uint16_t done = 3;
constexpr std::uint16_t overrun = 4;
constexpr std::uint16_t multi = 0x02;
constexpr std::uint16_t interrupted = 0x10;
constexpr std::uint16_t hop = 5;
constexpr std::uint16_t outInterface = 4;

struct Fixture {
    netlink::RouteDump dump{Family::v4};

    Fixture() { dump.begin(1); }

    /// "done", "more", or the error.
    std::string feed(Writer writer) {
        const auto fed = dump.feed(writer.octets());
        if (fed.has_error()) {
            return fed.error().message();
        }
        return fed.value() ? "done" : "more";
    }
};

Writer aRoute(const char* text = "10.0.0.1") {
    Writer writer;
    writer.route(Family::v4).attribute(hop, address(text)).attribute(outInterface, 2);
    return writer;
}

Writer status(std::uint16_t type, std::int32_t code) {
    Writer writer;
    writer.message(type).number32(static_cast<std::uint32_t>(code));
    return writer;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(gateway_dump, Fixture)

BOOST_AUTO_TEST_CASE(goes_on_over_several_datagrams_until_it_is_done) {
    BOOST_TEST(feed(aRoute()) == "more");
    BOOST_TEST(feed(aRoute("10.0.0.2")) == "more");
    BOOST_TEST(feed(Writer{}.done()) == "done");
    BOOST_TEST(dump.routes().size() == 2U);
}

BOOST_AUTO_TEST_CASE(is_done_in_the_datagram_of_the_last_route) {
    BOOST_TEST(feed(aRoute().done()) == "done");
}

BOOST_AUTO_TEST_CASE(is_done_where_the_last_message_has_no_status) {
    BOOST_TEST(feed(Writer{}.message(done)) == "done");
}

BOOST_AUTO_TEST_CASE(is_done_after_an_answer_in_one_message) {
    Writer writer = aRoute();
    auto octets = writer.octets();
    octets[6] = 0; // the flag that says more messages follow
    BOOST_TEST(dump.feed(octets).value());
    BOOST_TEST(dump.routes().size() == 1U);
}

BOOST_AUTO_TEST_CASE(reads_nothing_behind_the_end) {
    BOOST_TEST(feed(Writer{}.done().route(Family::v4).attribute(outInterface, 2)) == "done");
    BOOST_TEST(feed(aRoute()) == "done");
    BOOST_TEST(dump.routes().empty());
}

BOOST_AUTO_TEST_CASE(ignores_messages_of_another_request) {
    BOOST_TEST(feed(Writer{}.message(done, multi, 2).number32(0)) == "more");
    BOOST_TEST(feed(Writer{}.message(error, multi, 0).number32(0xffffffff)) == "more");
}

BOOST_AUTO_TEST_CASE(ignores_messages_of_another_type) {
    BOOST_TEST(feed(Writer{}.message(noop).message(25).number32(0).message(16)) == "more");
    BOOST_TEST(dump.malformed() == 0U);
}

BOOST_AUTO_TEST_CASE(gives_the_error_that_the_kernel_answered) {
    const auto fed = dump.feed(status(error, -1).octets());
    BOOST_TEST_REQUIRE(fed.has_error());
    BOOST_TEST((fed.error().code == std::errc::operation_not_permitted));
}

BOOST_AUTO_TEST_CASE(gives_the_error_that_ended_the_dump) {
    const auto fed = dump.feed(status(done, -22).octets());
    BOOST_TEST_REQUIRE(fed.has_error());
    BOOST_TEST((fed.error().code == std::errc::invalid_argument));
}

BOOST_AUTO_TEST_CASE(goes_on_after_an_acknowledgement) {
    BOOST_TEST(feed(status(error, 0)) == "more");
}

BOOST_AUTO_TEST_CASE(refuses_an_error_without_a_number) {
    const auto fed = dump.feed(Writer{}.message(error).octets());
    BOOST_TEST((fed.error().code == std::errc::bad_message));
}

BOOST_AUTO_TEST_CASE(refuses_an_error_out_of_range) {
    BOOST_TEST((dump.feed(status(error, -4096).octets()).error().code == std::errc::bad_message));
    BOOST_TEST((dump.feed(status(error, INT32_MIN).octets()).error().code == std::errc::bad_message));
}

BOOST_AUTO_TEST_CASE(says_when_a_part_was_lost) {
    BOOST_TEST((dump.feed(status(overrun, 0).octets()).error().code == std::errc::no_buffer_space));
}

BOOST_AUTO_TEST_CASE(says_when_the_table_changed_meanwhile) {
    BOOST_TEST(feed(Writer{}.message(done, multi | interrupted).number32(0)) == "done");
    BOOST_TEST(dump.interrupted());
}

BOOST_AUTO_TEST_CASE(forgets_everything_when_it_begins_again) {
    BOOST_TEST(feed(aRoute().route(Family::v4).attribute(hop, 1).message(done, interrupted).number32(0)) == "done");
    dump.begin(2);
    BOOST_TEST(!dump.interrupted());
    BOOST_TEST(feed(Writer{}.message(done, multi, 2).number32(0)) == "done");
    BOOST_TEST(dump.routes().empty());
}

BOOST_AUTO_TEST_CASE(takes_a_last_message_without_its_padding) {
    Writer writer;
    writer.message(noop).number8(7);
    auto octets = writer.octets();
    octets.resize(17);
    BOOST_TEST(!dump.feed(octets).value());
}

BOOST_AUTO_TEST_CASE(reads_the_other_attributes_of_a_route_past_the_unknown_ones) {
    Writer writer;
    writer.route(Family::v4, 0, 1, 0).attribute(999, 1).attribute(hop, address("10.0.0.1")).attribute(outInterface, 2);
    BOOST_TEST(feed(writer) == "more");
    BOOST_TEST(testing::describe(dump.routes().at(0).gateway) == "v4 10.0.0.1 dev 2 metric 0 table 0");
}

BOOST_AUTO_TEST_CASE(ignores_the_flag_bits_of_an_attributes_type) {
    Writer writer;
    writer.route(Family::v4).attribute(0x8000 | hop, address("10.0.0.1")).attribute(0x4000 | outInterface, 2);
    BOOST_TEST(feed(writer) == "more");
    BOOST_TEST(testing::describe(dump.routes().at(0).gateway) == "v4 10.0.0.1 dev 2 metric 0 table 254");
}

BOOST_AUTO_TEST_CASE(has_no_address_for_a_next_hop_that_is_none) {
    BOOST_TEST(feed(aRoute("0.0.0.0")) == "more");
    BOOST_TEST(!dump.routes().at(0).gateway.address.has_value());
}

BOOST_AUTO_TEST_CASE(leaves_out_cached_and_dead_routes) {
    for (const std::uint32_t flags : {0x200U, 1U, 16U, 32U}) {
        Writer writer;
        writer.route(Family::v4, 0, 1, 254, flags).attribute(outInterface, 2);
        BOOST_TEST(feed(writer) == "more");
    }
    BOOST_TEST(dump.routes().empty());
}

BOOST_AUTO_TEST_CASE(leaves_out_a_route_without_an_interface) {
    BOOST_TEST(feed(Writer{}.route(Family::v4).attribute(hop, address("10.0.0.1"))) == "more");
    BOOST_TEST(dump.routes().empty());
}

BOOST_AUTO_TEST_SUITE_END()
