// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <system_error>

import portolan.cli;

using namespace portolan;
using namespace portolan::cli;

namespace {

bool isStatus(const Error& error, ExitStatus status) {
    return explain(error).status == status;
}

} // namespace

BOOST_AUTO_TEST_SUITE(apps_failure)

BOOST_AUTO_TEST_CASE(no_default_route_is_status_3) {
    BOOST_TEST(isStatus(Error{Errc::noGateway}, ExitStatus::noGateway));
}

BOOST_AUTO_TEST_CASE(a_route_without_a_next_hop_is_status_3) {
    BOOST_TEST(isStatus(Error{Errc::gatewayUnknown}, ExitStatus::noGateway));
}

BOOST_AUTO_TEST_CASE(silence_is_status_4) {
    BOOST_TEST(isStatus(Error{Errc::noAnswer}, ExitStatus::noAnswer));
}

BOOST_AUTO_TEST_CASE(an_icmp_error_is_status_4) {
    BOOST_TEST(isStatus(Error{Errc::unreachable}, ExitStatus::noAnswer));
    BOOST_TEST(isStatus(Error{make_error_code(std::errc::network_unreachable)}, ExitStatus::noAnswer));
    BOOST_TEST(isStatus(Error{make_error_code(std::errc::connection_reset)}, ExitStatus::noAnswer));
}

BOOST_AUTO_TEST_CASE(every_refusal_of_a_gateway_is_status_5) {
    BOOST_TEST(isStatus(Error{make_error_code(wire::ResultCode::notAuthorized)}, ExitStatus::refused));
    BOOST_TEST(isStatus(Error{make_error_code(static_cast<wire::ResultCode>(200))}, ExitStatus::refused));
    BOOST_TEST(isStatus(Error{make_error_code(wire::NatPmpResult::outOfResources)}, ExitStatus::refused));
    BOOST_TEST(isStatus(Error{Errc::otherExternal}, ExitStatus::refused));
}

BOOST_AUTO_TEST_CASE(anything_of_the_system_is_status_1) {
    BOOST_TEST(isStatus(Error{make_error_code(std::errc::too_many_files_open)}, ExitStatus::failed));
}

BOOST_AUTO_TEST_CASE(a_firewall_of_this_host_is_named) {
    const Failure failure = explain(Error{make_error_code(std::errc::operation_not_permitted)});
    BOOST_TEST((failure.status == ExitStatus::failed));
    BOOST_TEST(failure.message.find("firewall") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_address_that_may_not_be_asked_is_explained) {
    const Failure failure = explain(Error{make_error_code(std::errc::permission_denied)});
    BOOST_TEST((failure.status == ExitStatus::failed));
    BOOST_TEST(failure.message.find("broadcast") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_foreign_source_address_is_status_2) {
    BOOST_TEST(isStatus(Error{make_error_code(std::errc::address_not_available)}, ExitStatus::usage));
}

BOOST_AUTO_TEST_CASE(the_code_of_a_refusal_is_the_registrys_name) {
    const Failure failure = explain(Error{make_error_code(wire::ResultCode::notAuthorized)});
    BOOST_TEST(failure.kind == "refused");
    BOOST_TEST(failure.code == "NOT_AUTHORIZED");
}

BOOST_AUTO_TEST_CASE(a_refusal_without_a_name_keeps_its_number) {
    BOOST_TEST(explain(Error{make_error_code(static_cast<wire::ResultCode>(200))}).code == "200");
}

BOOST_AUTO_TEST_CASE(keeps_how_long_not_to_ask_again) {
    Error error{make_error_code(wire::ResultCode::noResources)};
    error.retryAfter = std::chrono::seconds{30};
    BOOST_TEST((explain(error).retryAfter == std::chrono::seconds{30}));
}

BOOST_AUTO_TEST_CASE(says_what_was_tried_and_what_to_do) {
    const Failure failure = explain(Error{Errc::noAnswer, "asked 192.0.2.1:5351"});
    BOOST_TEST(failure.message.find("asked 192.0.2.1:5351; see that") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(advice_of_the_command_goes_before_the_general_one) {
    const Failure failure = explain(Error{Errc::noAnswer}, "do this");
    BOOST_TEST(failure.message.ends_with("; do this"));
}

BOOST_AUTO_TEST_SUITE_END()
