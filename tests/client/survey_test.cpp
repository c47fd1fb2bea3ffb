// SPDX-License-Identifier: MIT
// What gateways speak, each protocol asked by itself.
#include "house.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using portolan::Survey;
using portolan::SurveyOptions;
using portolan::SurveyTarget;
using portolan::Via;

namespace {

/// So long is waited for those that answer, however busy this host is, and for those that do not.
constexpr auto ample = 20s;
constexpr auto brief = 300ms;

simulator::Config speaksAll(simulator::IgdVersion version = simulator::IgdVersion::v1) {
    simulator::Config config;
    config.igd.version = version;
    config.igd.destinations.clear();
    return config;
}

/// A survey of the gateway of a house.
Survey surveyOf(House& house, std::chrono::milliseconds wait = ample) {
    SurveyOptions options;
    options.wait = wait;
    options.port = house.gateway->endpoint().port();
    if (const auto ssdp = house.gateway->ssdpEndpoint()) {
        options.searchPort = ssdp->port();
    }
    std::vector<Survey> surveys;
    house.run([](House& h, SurveyOptions how, std::vector<Survey>& into) -> net::awaitable<void> {
        const std::vector<SurveyTarget> targets{{h.gateway->endpoint().address()}};
        auto outcome = co_await portolan::survey(co_await net::this_coro::executor, targets, how);
        BOOST_TEST_REQUIRE(outcome.has_value(), why(outcome));
        into = std::move(outcome.value());
    }(house, options, surveys));
    BOOST_TEST_REQUIRE(surveys.size() == 1U);
    return surveys.front();
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_survey)

BOOST_AUTO_TEST_CASE(a_gateway_that_speaks_all_three_tells_so_by_each) {
    House house{speaksAll()};
    const Survey survey = surveyOf(house);
    BOOST_TEST_REQUIRE(survey.pcp.has_value(), why(survey.pcp));
    BOOST_TEST(survey.pcp.value().version == 2);
    BOOST_TEST(survey.pcp.value().epochSeconds.has_value());
    BOOST_TEST_REQUIRE(survey.natPmp.has_value(), why(survey.natPmp));
    BOOST_TEST(survey.natPmp.value().version == 0);
    BOOST_TEST(survey.natPmp.value().externalAddress->to_string() == "127.0.0.2");
    BOOST_TEST_REQUIRE(survey.igd.has_value(), why(survey.igd));
    BOOST_TEST(survey.igd.value().version == 1U);
    BOOST_TEST(survey.igd.value().service == "WANIPConnection:1");
    BOOST_TEST(!survey.igd.value().modelName.empty());
    BOOST_TEST(survey.igd.value().externalAddress->to_string() == "127.0.0.2");
    BOOST_TEST((survey.gateway.endpoint == house.gateway->endpoint()));
    BOOST_TEST(survey.source.to_string() == "127.0.0.1");
    BOOST_TEST((survey.choice() == Via::pcp));
    BOOST_TEST(house.mapped() == 0U);
}

BOOST_AUTO_TEST_CASE(the_version_of_the_device_and_of_its_service_are_told) {
    House house{speaksAll(simulator::IgdVersion::v2)};
    const Survey survey = surveyOf(house);
    BOOST_TEST_REQUIRE(survey.igd.has_value(), why(survey.igd));
    BOOST_TEST(survey.igd.value().version == 2U);
    BOOST_TEST(survey.igd.value().service == "WANIPConnection:2");
}

BOOST_AUTO_TEST_CASE(where_there_is_no_pcp_nat_pmp_is_chosen) {
    House house{simulator::Config::natPmpOnly()};
    const Survey survey = surveyOf(house, brief);
    BOOST_TEST((survey.pcp.error().code == portolan::Errc::versionNotSupported));
    BOOST_TEST(survey.natPmp.has_value(), why(survey.natPmp));
    BOOST_TEST((survey.choice() == Via::natPmp));
}

BOOST_AUTO_TEST_CASE(where_there_is_neither_upnp_is_chosen) {
    House house{simulator::Config::igdOnly(simulator::IgdVersion::v2)};
    const Survey survey = surveyOf(house, 2s);
    BOOST_TEST((survey.pcp.error().code == portolan::Errc::noAnswer));
    BOOST_TEST((survey.natPmp.error().code == portolan::Errc::noAnswer));
    BOOST_TEST(survey.igd.has_value(), why(survey.igd));
    BOOST_TEST((survey.choice() == Via::upnp));
}

BOOST_AUTO_TEST_CASE(a_protocol_that_the_gateway_refuses_is_spoken_and_not_chosen) {
    simulator::Config config = simulator::Config::noConnection();
    config.igd = speaksAll().igd;
    House house{config};
    const Survey survey = surveyOf(house);
    BOOST_TEST_REQUIRE(survey.natPmp.has_value(), why(survey.natPmp));
    BOOST_TEST((survey.natPmp.value().refusal->code == portolan::wire::NatPmpResult::networkFailure));
    BOOST_TEST(!survey.serves(Via::natPmp));
    BOOST_TEST(!survey.externalAddress().has_value());
}

BOOST_AUTO_TEST_CASE(silence_is_waited_for_no_longer_than_was_said) {
    House house{simulator::Config::silent()};
    const auto begun = std::chrono::steady_clock::now();
    const Survey survey = surveyOf(house, brief);
    BOOST_TEST((std::chrono::steady_clock::now() - begun >= brief - 5ms)); // times are of whole milliseconds
    BOOST_TEST((survey.pcp.error().code == portolan::Errc::noAnswer));
    BOOST_TEST(survey.pcp.error().detail.find("(PCP), and nothing came back") != std::string::npos,
               survey.pcp.error().detail);
    BOOST_TEST((survey.igd.error().code == portolan::Errc::noAnswer));
    BOOST_TEST(!survey.choice().has_value());
}

BOOST_AUTO_TEST_CASE(a_closed_port_is_told_from_silence) {
    House house;
    const auto closed = house.gateway->endpoint();
    house.gateway.emplace(house.context.get_executor());
    std::vector<Survey> surveys;
    house.run([](net::ip::udp::endpoint gateway, std::vector<Survey>& into) -> net::awaitable<void> {
        auto outcome = co_await portolan::survey(co_await net::this_coro::executor, {{gateway.address()}},
                                                 {.wait = brief, .port = gateway.port(), .searchPort = gateway.port()});
        into = std::move(outcome.value());
    }(closed, surveys));
    BOOST_TEST((surveys.at(0).pcp.error().code == portolan::Errc::unreachable));
    BOOST_TEST((surveys.at(0).natPmp.error().code == portolan::Errc::unreachable));
}

BOOST_AUTO_TEST_CASE(gateways_are_asked_at_once_and_told_in_order) {
    House house{speaksAll()};
    simulator::ServerOptions other;
    other.config = simulator::Config::natPmpOnly();
    other.config.announce.onStart = false;
    other.listen = {net::ip::make_address("127.0.0.9"), house.gateway->endpoint().port()};
    const simulator::Server neighbour{house.context.get_executor(), other};
    std::vector<Survey> surveys;
    house.run([](House& h, std::vector<Survey>& into) -> net::awaitable<void> {
        const std::vector<SurveyTarget> targets{{net::ip::make_address("127.0.0.9")},
                                                {h.gateway->endpoint().address()}};
        auto outcome = co_await portolan::survey(
            co_await net::this_coro::executor, targets,
            {.wait = 2s, .port = h.gateway->endpoint().port(), .searchPort = h.gateway->ssdpEndpoint()->port()});
        into = std::move(outcome.value());
    }(house, surveys));
    BOOST_TEST_REQUIRE(surveys.size() == 2U);
    BOOST_TEST((surveys[0].choice() == Via::natPmp));
    BOOST_TEST((surveys[1].choice() == Via::pcp));
    BOOST_TEST(surveys[1].igd.has_value(), why(surveys[1].igd));
}

BOOST_AUTO_TEST_CASE(nat_pmp_and_mappings_are_of_ipv4_alone) {
    House house;
    std::vector<Survey> surveys;
    house.run([](std::uint16_t port, std::vector<Survey>& into) -> net::awaitable<void> {
        const std::vector<SurveyTarget> targets{{net::ip::address_v6::loopback()}};
        auto outcome = co_await portolan::survey(co_await net::this_coro::executor, targets,
                                                 {.wait = brief, .port = port, .searchPort = port});
        into = std::move(outcome.value());
    }(house.gateway->endpoint().port(), surveys));
    BOOST_TEST((surveys.at(0).natPmp.error().code == portolan::Errc::notAvailable));
}

BOOST_AUTO_TEST_CASE(nobody_to_ask_is_an_empty_survey) {
    House house;
    bool ended = false;
    house.run([](bool& done) -> net::awaitable<void> {
        const auto outcome = co_await portolan::survey(co_await net::this_coro::executor, {});
        done = outcome && outcome.value().empty();
    }(ended));
    BOOST_TEST(ended);
}

BOOST_AUTO_TEST_CASE(it_can_be_cancelled) {
    House house{simulator::Config::silent()};
    net::cancellation_signal signal;
    std::optional<portolan::Error> error;
    portolan::survey(
        house.context.get_executor(), {{house.gateway->endpoint().address()}},
        {.wait = ample, .port = house.gateway->endpoint().port()},
        net::bind_cancellation_slot(
            signal.slot(), [&](const portolan::result<std::vector<Survey>>& outcome) { error = outcome.error(); }));
    house.runUntil([&] { return house.gateway->counters().datagramsIn > 0; });
    signal.emit(net::cancellation_type::terminal);
    house.runUntil([&] { return error.has_value(); });
    BOOST_TEST((error->code == portolan::Errc::cancelled));
}

BOOST_AUTO_TEST_SUITE_END()
