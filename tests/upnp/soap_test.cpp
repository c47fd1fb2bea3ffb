// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

import portolan.testing.upnp;

using namespace portolan;
using namespace portolan::upnp;
using namespace portolan::testing;
using namespace std::chrono_literals;

namespace {

const Service service{
    ServiceKind::wanIp, 1, "urn:schemas-upnp-org:service:WANIPConnection:1", "", {gatewayAddress, 80, "/c"}};

template <class Action>
auto answer(std::string_view arguments) {
    return answerTo<Action>(HttpResponse{200, {}, soapAnswer(Action::action, arguments)});
}

PortMapping mapping() {
    return {wire::Protocol::udp, 6881, 6882, clientAddress, true, "Portolan <&>", 3600s};
}

} // namespace

BOOST_AUTO_TEST_SUITE(upnp_soap)

BOOST_AUTO_TEST_CASE(a_mapping_is_asked_for_in_the_order_of_the_standard) {
    const std::string body = request(service, AddPortMapping{mapping()}).body;
    BOOST_TEST(
        body.find("<NewRemoteHost></NewRemoteHost><NewExternalPort>6881</NewExternalPort><NewProtocol>UDP</NewProtocol>"
                  "<NewInternalPort>6882</NewInternalPort><NewInternalClient>192.168.1.57</NewInternalClient>"
                  "<NewEnabled>1</NewEnabled><NewPortMappingDescription>Portolan &lt;&amp;&gt;"
                  "</NewPortMappingDescription><NewLeaseDuration>3600</NewLeaseDuration>") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_pinhole_is_asked_for_from_anyone) {
    const AddPinhole pinhole{wire::Protocol::tcp, testConfigV6().clientAddress, 8080, 3600s};
    BOOST_TEST(
        request(service, pinhole)
            .body.find(
                "<RemoteHost></RemoteHost><RemotePort>0</RemotePort><InternalClient>2001:db8::57</InternalClient>"
                "<InternalPort>8080</InternalPort><Protocol>6</Protocol><LeaseTime>3600</LeaseTime>") !=
        std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_status_is_read) {
    const auto status =
        answer<GetStatusInfo>("<NewConnectionStatus>Connected</NewConnectionStatus><NewUptime>77</NewUptime>");
    BOOST_TEST_REQUIRE(status.has_value());
    BOOST_TEST(status.value().connected);
    BOOST_TEST((status.value().uptime == 77s));
}

BOOST_AUTO_TEST_CASE(up_is_connected_too) {
    BOOST_TEST(answer<GetStatusInfo>("<NewConnectionStatus>Up</NewConnectionStatus>").value().connected);
    BOOST_TEST(!answer<GetStatusInfo>("<NewConnectionStatus>Connecting</NewConnectionStatus>").value().connected);
}

BOOST_AUTO_TEST_CASE(the_external_address_is_read) {
    const auto external = answer<GetExternalIpAddress>("<NewExternalIPAddress>203.0.113.45</NewExternalIPAddress>");
    BOOST_TEST((external.value().address == publicAddress));
}

BOOST_AUTO_TEST_CASE(no_external_address_is_none) {
    BOOST_TEST(answer<GetExternalIpAddress>("<NewExternalIPAddress></NewExternalIPAddress>").value().address.isAny());
}

BOOST_AUTO_TEST_CASE(an_external_address_that_is_none_is_refused) {
    for (const std::string_view text : {"router", "2001:db8::1", "1.2.3", "1.2.3.4.5"}) {
        const auto external =
            answer<GetExternalIpAddress>("<NewExternalIPAddress>" + std::string{text} + "</NewExternalIPAddress>");
        BOOST_TEST((!external && external.error().code == Fault::badArgument), text);
    }
}

BOOST_AUTO_TEST_CASE(an_entry_is_read) {
    const auto entry = answer<GetSpecificPortMappingEntry>(
        "<NewInternalPort>8080</NewInternalPort><NewInternalClient>192.168.1.9</NewInternalClient><NewEnabled>1"
        "</NewEnabled><NewPortMappingDescription>Skype</NewPortMappingDescription><NewLeaseDuration>60</"
        "NewLeaseDuration>");
    BOOST_TEST_REQUIRE(entry.has_value());
    BOOST_TEST((entry.value().internalClient == otherHost));
    BOOST_TEST(entry.value().internalPort == 8080);
    BOOST_TEST(entry.value().description == "Skype");
    BOOST_TEST((entry.value().lease == 60s));
}

BOOST_AUTO_TEST_CASE(a_client_with_a_name_is_nobody_known) {
    const auto entry = answer<GetSpecificPortMappingEntry>(
        "<NewInternalPort>8080</NewInternalPort><NewInternalClient>my-pc</NewInternalClient>");
    BOOST_TEST_REQUIRE(entry.has_value());
    BOOST_TEST(!entry.value().internalClient.has_value());
}

BOOST_AUTO_TEST_CASE(an_entry_without_a_port_is_none) {
    BOOST_TEST(!answer<GetSpecificPortMappingEntry>("<NewInternalClient>192.168.1.9</NewInternalClient>").has_value());
}

BOOST_AUTO_TEST_CASE(the_granted_port_is_read_and_never_0) {
    BOOST_TEST(answer<AddAnyPortMapping>("<NewReservedPort>6104</NewReservedPort>").value().externalPort == 6104);
    BOOST_TEST(!answer<AddAnyPortMapping>("<NewReservedPort>0</NewReservedPort>").has_value());
    BOOST_TEST(!answer<AddAnyPortMapping>("<NewReservedPort>65536</NewReservedPort>").has_value());
}

BOOST_AUTO_TEST_CASE(the_firewall_says_yes_in_several_ways) {
    const auto status = answer<GetFirewallStatus>(
        "<FirewallEnabled>true</FirewallEnabled><InboundPinholeAllowed>0</InboundPinholeAllowed>");
    BOOST_TEST(status.value().firewallEnabled);
    BOOST_TEST(!status.value().inboundPinholeAllowed);
}

BOOST_AUTO_TEST_CASE(a_fault_is_an_error_with_the_gateways_words) {
    const auto failed = answerTo<AddPortMapping>(HttpResponse{500, {}, soapFault(718, "no\x1b[m")});
    BOOST_TEST_REQUIRE(!failed.has_value());
    BOOST_TEST((failed.error().code == ErrorCode::conflictInMappingEntry));
    BOOST_TEST(failed.error().detail == "no\\x1b[m");
}

BOOST_AUTO_TEST_CASE(a_fault_is_one_under_any_status) {
    BOOST_TEST((answerTo<AddPortMapping>(HttpResponse{200, {}, soapFault(725)}).error().code ==
                ErrorCode::onlyPermanentLeasesSupported));
}

BOOST_AUTO_TEST_CASE(a_page_is_no_answer) {
    BOOST_TEST((answerTo<AddPortMapping>(HttpResponse{404, {}, "<html/>"}).error().code == Fault::httpStatus));
    BOOST_TEST((answerTo<AddPortMapping>(HttpResponse{200, {}, "<html/>"}).error().code == Fault::notSoap));
    BOOST_TEST((answerTo<AddPortMapping>(HttpResponse{302, {{"Location", "http://203.0.113.9/"}}, ""}).error().code ==
                Fault::httpStatus));
}

BOOST_AUTO_TEST_CASE(the_answer_to_something_else_is_none) {
    BOOST_TEST((answerTo<AddPortMapping>(HttpResponse{200, {}, soapAnswer("DeletePortMapping")}).error().code ==
                Fault::notSoap));
}

BOOST_AUTO_TEST_CASE(a_fault_without_a_code_is_no_refusal) {
    BOOST_TEST((answerTo<AddPortMapping>(HttpResponse{500, {}, "<E><Body><Fault/></Body></E>"}).error().code ==
                Fault::notSoap));
}

BOOST_AUTO_TEST_CASE(codes_have_names_and_messages) {
    BOOST_TEST(name(ErrorCode::onlyPermanentLeasesSupported) == "OnlyPermanentLeasesSupported");
    BOOST_TEST(Error{ErrorCode::onlyPermanentLeasesSupported}.message() ==
               "the gateway makes permanent mappings only (725 OnlyPermanentLeasesSupported)");
    BOOST_TEST(Error{static_cast<ErrorCode>(899)}.message() == "the gateway refuses (error 899)");
}

BOOST_AUTO_TEST_SUITE_END()
