// SPDX-License-Identifier: MIT
#include <boost/outcome/result.hpp>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <system_error>
#include <utility>
#include <vector>

import portolan.gateway;
import portolan.test.gateway;

using namespace portolan;
using namespace portolan::gateway;
using testing::Writer;

namespace {

using Octets = std::vector<std::uint8_t>;

/// What one channel does: how its steps fail, and what it gives to read before it times out.
struct Script {
    std::error_code openError{};
    std::error_code sendError{};
    std::vector<Octets> datagrams{};
    std::error_code endError = std::make_error_code(std::errc::timed_out);
};

/// Plays one script, and notes what was sent.
class Channel {
public:
    Channel(Script script, std::vector<std::uint32_t>& sent) : script_(std::move(script)), sent_(&sent) {}

    result<void> send(std::uint32_t request) {
        if (script_.sendError) {
            return Error{script_.sendError};
        }
        sent_->push_back(request);
        return boost::outcome_v2::success();
    }

    result<wire::Bytes> receive() {
        if (next_ == script_.datagrams.size()) {
            return Error{script_.endError};
        }
        return wire::Bytes{script_.datagrams[next_++]};
    }

private:
    Script script_;
    std::vector<std::uint32_t>* sent_;
    std::size_t next_ = 0;
};

struct Fixture {
    netlink::RouteDump dump{Family::v4};
    std::vector<std::uint32_t> sent{};
    std::size_t opened = 0;

    result<void> play(const std::vector<Script>& scripts) {
        return netlink::exchange(
            dump,
            [&]() -> result<Channel> {
                const Script& script = scripts.at(opened++);
                if (script.openError) {
                    return Error{script.openError};
                }
                return Channel{script, sent};
            },
            [](std::uint32_t sequence) { return sequence; });
    }
};

Octets aRoute(std::uint32_t sequence) {
    Octets octets = Writer{}.route(Family::v4).attribute(4, 2).octets();
    octets[8] = static_cast<std::uint8_t>(sequence);
    return octets;
}

Octets done(std::uint32_t sequence, std::uint16_t flags = 0x02) {
    return Writer{}.message(3, flags, sequence).number32(0).octets();
}

Script whole(std::uint32_t sequence) {
    return {.datagrams = {aRoute(sequence), done(sequence)}};
}

Script changed(std::uint32_t sequence) {
    return {.datagrams = {aRoute(sequence), done(sequence, 0x12)}};
}

Script lost(std::uint32_t sequence) {
    return {.datagrams = {aRoute(sequence)}, .endError = std::make_error_code(std::errc::no_buffer_space)};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(gateway_exchange, Fixture)

BOOST_AUTO_TEST_CASE(asks_once_where_all_is_well) {
    BOOST_TEST(play({whole(1)}).has_value());
    BOOST_TEST(sent == std::vector<std::uint32_t>{1});
    BOOST_TEST(dump.routes().size() == 1U);
}

BOOST_AUTO_TEST_CASE(asks_again_on_a_fresh_channel_when_the_table_changed) {
    BOOST_TEST(play({changed(1), changed(2), whole(3)}).has_value());
    BOOST_TEST(sent == (std::vector<std::uint32_t>{1, 2, 3}));
    BOOST_TEST(dump.routes().size() == 1U);
    BOOST_TEST(!dump.interrupted());
}

BOOST_AUTO_TEST_CASE(takes_a_table_that_never_rests_as_it_was_last) {
    BOOST_TEST(play({changed(1), changed(2), changed(3), changed(4)}).has_value());
    BOOST_TEST(dump.routes().size() == 1U);
    BOOST_TEST(dump.interrupted());
}

BOOST_AUTO_TEST_CASE(asks_again_when_a_part_was_lost) {
    BOOST_TEST(play({lost(1), whole(2)}).has_value());
    BOOST_TEST(dump.routes().size() == 1U);
}

BOOST_AUTO_TEST_CASE(fails_when_a_part_is_lost_every_time) {
    const auto played = play({lost(1), lost(2), lost(3), lost(4)});
    BOOST_TEST_REQUIRE(played.has_error());
    BOOST_TEST((played.error().code == std::errc::no_buffer_space));
}

BOOST_AUTO_TEST_CASE(ignores_what_is_left_of_an_earlier_answer) {
    Script script = whole(2);
    script.datagrams.insert(script.datagrams.begin(), {aRoute(1), done(1)});
    BOOST_TEST(play({lost(1), script}).has_value());
    BOOST_TEST(dump.routes().size() == 1U);
}

BOOST_AUTO_TEST_CASE(fails_at_once_where_no_channel_opens) {
    const auto played = play({{.openError = std::make_error_code(std::errc::permission_denied)}});
    BOOST_TEST((played.error().code == std::errc::permission_denied));
}

BOOST_AUTO_TEST_CASE(fails_at_once_where_the_request_cannot_be_sent) {
    const auto played = play({{.sendError = std::make_error_code(std::errc::connection_refused)}});
    BOOST_TEST((played.error().code == std::errc::connection_refused));
}

BOOST_AUTO_TEST_CASE(fails_at_once_where_nothing_comes) {
    const auto played = play({{.datagrams = {aRoute(1)}}});
    BOOST_TEST((played.error().code == std::errc::timed_out));
}

BOOST_AUTO_TEST_CASE(fails_at_once_on_an_impossible_datagram) {
    const auto played = play({{.datagrams = {{1, 2, 3}}}});
    BOOST_TEST((played.error().code == std::errc::bad_message));
}

BOOST_AUTO_TEST_SUITE_END()
