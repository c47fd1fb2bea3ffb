// SPDX-License-Identifier: MIT
#include "house.hpp"

BOOST_AUTO_TEST_SUITE(client_cancellation)

BOOST_AUTO_TEST_CASE(a_cancelled_map_says_so) {
    House house{simulator::Config::silent()};
    net::cancellation_signal signal;
    std::optional<portolan::Error> outcome;
    house.client->map({.internalPort = 8080},
                      net::bind_cancellation_slot(signal.slot(), [&](portolan::result<portolan::Mapping> mapping) {
                          outcome = mapping.error();
                      }));
    house.runUntil([&] { return house.gateway->counters().datagramsIn > 0; });
    signal.emit(net::cancellation_type::terminal);
    house.runUntil([&] { return outcome.has_value(); });
    BOOST_TEST((outcome->code == portolan::Errc::cancelled));
}

BOOST_AUTO_TEST_CASE(a_map_cancelled_before_its_answer_leaves_nothing_on_the_gateway) {
    House house{simulator::Config::slow(std::chrono::milliseconds{50})};
    net::cancellation_signal signal;
    bool called = false;
    house.client->map(
        {.internalPort = 8080},
        net::bind_cancellation_slot(
            signal.slot(), [&](const portolan::result<portolan::Mapping>& mapping) { called = mapping.has_error(); }));
    house.runUntil([&] { return house.mapped() == 1; });
    signal.emit(net::cancellation_type::terminal);
    house.runUntil([&] { return called; });
    house.runUntil([&] { return house.mapped() == 0; });
}

BOOST_AUTO_TEST_CASE(one_cancelled_caller_does_not_take_the_answer_from_another) {
    House house{simulator::Config::slow(std::chrono::milliseconds{50})};
    net::cancellation_signal signal;
    unsigned cancelled = 0;
    unsigned answered = 0;
    const auto count = [&](const portolan::result<net::ip::address>& address) { ++(address ? answered : cancelled); };
    house.client->externalAddress(net::bind_cancellation_slot(signal.slot(), count));
    house.client->externalAddress(count);
    house.runUntil([&] { return house.gateway->counters().datagramsIn > 0; });
    signal.emit(net::cancellation_type::terminal);
    house.runUntil([&] { return cancelled + answered == 2; });
    BOOST_TEST(cancelled == 1U);
    BOOST_TEST(answered == 1U);
}

BOOST_AUTO_TEST_CASE(an_awaitable_is_cancelled_by_its_operator) {
    House house{simulator::Config::silent()};
    house.run([](House& h) -> net::awaitable<void> {
        using namespace net::operators;
        net::steady_timer timer{h.context, std::chrono::milliseconds{1}};
        const auto first = co_await (h.client->map({.internalPort = 8080}) || timer.async_wait(net::asTuple));
        BOOST_TEST(first.index() == 1U);
    }(house));
}

BOOST_AUTO_TEST_CASE(a_cancelled_question_by_nat_pmp_leaves_nothing_to_do) {
    portolan::ClientOptions options;
    options.speak = portolan::Speak::natPmp;
    House house{simulator::Config::silent(), options};
    net::cancellation_signal signal;
    bool ended = false;
    house.client->externalAddress(
        net::bind_cancellation_slot(signal.slot(), [&](const portolan::result<net::ip::address>&) { ended = true; }));
    house.runUntil([&] { return house.gateway->counters().datagramsIn > 0; });
    signal.emit(net::cancellation_type::terminal);
    house.runUntil([&] { return ended; });
    house.gateway->close();
    house.context.restart();
    house.context.run_for(std::chrono::seconds{20});
    BOOST_TEST(house.context.stopped());
}

BOOST_AUTO_TEST_SUITE_END()
