// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "support/octets.hpp"

import portolan.cli;

using namespace portolan::cli;
using portolan::testing::Octets;
using portolan::testing::octets;
using portolan::testing::packet;

namespace {

/// The object of a datagram, as it is printed.
std::string printed(const Octets& datagram) {
    return toJson(datagram).object.dump();
}

/// A worked packet with octets appended.
Octets extended(std::string_view name, std::string_view hex) {
    Octets datagram = packet(name);
    const Octets more = octets(hex);
    datagram.insert(datagram.end(), more.begin(), more.end());
    return datagram;
}

} // namespace

BOOST_AUTO_TEST_SUITE(apps_message_json)

BOOST_AUTO_TEST_CASE(map_request) {
    BOOST_TEST(printed(packet("map_create_request")) ==
               R"({"protocol":"pcp","direction":"request","opcode":"MAP","version":2,"requested_lifetime":7200,)"
               R"("pcp_client_ip_address":"192.168.1.57","mapping_nonce":"4f2a9c017be3d8560d91ac44",)"
               R"("upper_layer_protocol":"tcp","internal_port":8080,"suggested_external_port":0,)"
               R"("suggested_external_ip_address":"0.0.0.0","options":[]})");
}

BOOST_AUTO_TEST_CASE(map_response) {
    BOOST_TEST(printed(packet("map_create_response")) ==
               R"({"protocol":"pcp","direction":"response","opcode":"MAP","version":2,"result":"SUCCESS",)"
               R"("result_code":0,"lifetime":3600,"epoch_time":123456,"mapping_nonce":"4f2a9c017be3d8560d91ac44",)"
               R"("upper_layer_protocol":"tcp","internal_port":8080,"assigned_external_port":40123,)"
               R"("assigned_external_ip_address":"203.0.113.45","options":[]})");
}

BOOST_AUTO_TEST_CASE(peer_request) {
    BOOST_TEST(printed(packet("peer_nat64_request")) ==
               R"({"protocol":"pcp","direction":"request","opcode":"PEER","version":2,"requested_lifetime":3600,)"
               R"("pcp_client_ip_address":"2001:db8:1::57","mapping_nonce":"c0ffee00c0ffee01c0ffee02",)"
               R"("upper_layer_protocol":"tcp","internal_port":49152,"suggested_external_port":0,)"
               R"("suggested_external_ip_address":"0.0.0.0","remote_peer_port":5222,)"
               R"("remote_peer_ip_address":"64:ff9b::c633:6407","options":[]})");
}

BOOST_AUTO_TEST_CASE(announcement) {
    BOOST_TEST(printed(packet("announce_restart")) ==
               R"({"protocol":"pcp","direction":"response","opcode":"ANNOUNCE","version":2,"result":"SUCCESS",)"
               R"("result_code":0,"epoch_time":3,"options":[]})");
}

BOOST_AUTO_TEST_CASE(refusal_of_the_version) {
    BOOST_TEST(printed(packet("unsupp_version_response")) ==
               R"({"protocol":"pcp","direction":"response","opcode":"ANNOUNCE","version":2,)"
               R"("result":"UNSUPP_VERSION","result_code":1,"lifetime":1800,"epoch_time":123456})");
}

BOOST_AUTO_TEST_CASE(message_of_an_opcode_without_a_type) {
    BOOST_TEST(printed(packet("authentication_initiation")) ==
               R"({"protocol":"pcp","direction":"request","opcode":"AUTHENTICATION","version":2,)"
               R"("result":"INITIATION","result_code":14,"requested_lifetime":0,)"
               R"("pcp_client_ip_address":"192.168.1.57","body":"000000000000000004000004deadbeef"})");
}

BOOST_AUTO_TEST_CASE(nat_pmp_address_request) {
    BOOST_TEST(printed(packet("nat_pmp_address_request")) ==
               R"({"protocol":"nat-pmp","direction":"request","opcode":"EXTERNAL_ADDRESS","version":0})");
}

BOOST_AUTO_TEST_CASE(nat_pmp_address_response) {
    BOOST_TEST(printed(packet("nat_pmp_address_response")) ==
               R"({"protocol":"nat-pmp","direction":"response","opcode":"EXTERNAL_ADDRESS","version":0,)"
               R"("result":"SUCCESS","result_code":0,"seconds_since_start_of_epoch":1000,)"
               R"("external_ipv4_address":"203.0.113.45"})");
}

BOOST_AUTO_TEST_CASE(nat_pmp_map_request) {
    BOOST_TEST(printed(packet("nat_pmp_map_request")) ==
               R"({"protocol":"nat-pmp","direction":"request","opcode":"MAP_TCP","version":0,"internal_port":8080,)"
               R"("suggested_external_port":0,"requested_port_mapping_lifetime":7200})");
}

BOOST_AUTO_TEST_CASE(nat_pmp_map_response) {
    BOOST_TEST(printed(packet("nat_pmp_map_response")) ==
               R"({"protocol":"nat-pmp","direction":"response","opcode":"MAP_TCP","version":0,"result":"SUCCESS",)"
               R"("result_code":0,"seconds_since_start_of_epoch":1003,"internal_port":8080,)"
               R"("mapped_external_port":40123,"port_mapping_lifetime":7200})");
}

BOOST_AUTO_TEST_CASE(nat_pmp_refusal) {
    BOOST_TEST(printed(packet("nat_pmp_only_opcode_129")) ==
               R"({"protocol":"nat-pmp","direction":"response","opcode":"MAP_UDP","version":0,)"
               R"("result":"UNSUPPORTED_VERSION","result_code":1,"seconds_since_start_of_epoch":1000})");
}

BOOST_AUTO_TEST_CASE(options_with_their_fields) {
    const Octets datagram = extended("map_create_request", "01 00 00 10 00 00 00 00 00 00 00 00 00 00 ff ff c0 a8 01 08"
                                                           "02 00 00 00"
                                                           "03 00 00 14 00 78 00 50 00 00 00 00 00 00 00 00 00 00 ff ff"
                                                           "c6 33 64 00"
                                                           "c8 00 00 01 2a 00 00 00");
    BOOST_TEST(toJson(datagram).object.at("options").dump() ==
               R"([{"code":1,"name":"THIRD_PARTY","offset":60,"length":16,"internal_ip_address":"192.168.1.8"},)"
               R"({"code":2,"name":"PREFER_FAILURE","offset":80,"length":0},)"
               R"({"code":3,"name":"FILTER","offset":84,"length":20,"prefix_length":120,"remote_peer_port":80,)"
               R"("remote_peer_ip_address":"198.51.100.0"},)"
               R"({"code":200,"name":null,"offset":108,"length":1,"data":"2a"}])");
}

BOOST_AUTO_TEST_CASE(options_of_the_extensions) {
    const Octets datagram = extended("map_port_set_request", "0d 00 00 03 ab cd e0 00"
                                                             "81 00 00 16 00 06 20 01 0d b8 01 22 00 00 00 00 00 01"
                                                             "00 01 00 18 c6 33 64 00 00 00"
                                                             "c0 00 00 00");
    BOOST_TEST(toJson(datagram).object.at("options").dump() ==
               R"([{"code":130,"name":"PORT_SET","offset":60,"length":5,"port_set_size":100,)"
               R"("first_internal_port":50000,"parity":true},)"
               R"({"code":128,"name":"DESCRIPTION","offset":72,"length":7,"description":"caméra"},)"
               R"({"code":13,"name":"THIRD_PARTY_ID","offset":84,"length":3,"third_party_id":"abcde0"},)"
               R"({"code":129,"name":"PREFIX64","offset":92,"length":22,"prefix64":"2001:db8:122::/48",)"
               R"("suffix":"000000000001","ipv4_prefixes":["198.51.100.0/24"]},)"
               R"({"code":192,"name":"CHECKPOINT_REQUIRED","offset":120,"length":0}])");
}

BOOST_AUTO_TEST_CASE(numbers_without_a_name_stay_numbers) {
    Octets datagram = packet("map_no_resources_response");
    datagram[3] = 200;
    datagram[36] = 99;
    const Json object = toJson(datagram).object;
    BOOST_TEST(object.at("result") == "200");
    BOOST_TEST(object.at("upper_layer_protocol") == "99");
}

BOOST_AUTO_TEST_CASE(a_refused_datagram_has_error_and_offset_alone) {
    const MessageJson message = toJson(octets("02 01 00 00 00 00"));
    BOOST_TEST(message.object.dump() == R"({"error":"message too short","offset":6})");
    BOOST_TEST(message.refusal.has_value());
}

BOOST_AUTO_TEST_CASE(an_option_that_cannot_be_read_is_a_refusal_beside_the_rest) {
    const MessageJson message = toJson(extended("map_create_request", "01 00 00 04 00 00 00 00"));
    BOOST_TEST(message.refusal.has_value());
    BOOST_TEST(message.object.at("opcode") == "MAP");
    BOOST_TEST(message.object.at("offset") == 62);
    BOOST_TEST(message.object.at("options").at(0).at("data") == "00000000");
}

BOOST_AUTO_TEST_CASE(an_error_may_carry_the_option_it_is_about) {
    BOOST_TEST(!toJson(extended("map_no_resources_response", "01 00 00 04 00 00 00 00")).refusal.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
