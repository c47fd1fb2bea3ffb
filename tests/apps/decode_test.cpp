// SPDX-License-Identifier: MIT
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "process.hpp"
#include "support/octets.hpp"

using namespace portolan::testing;
namespace data = boost::unit_test::data;

namespace {

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(apps_decode)

BOOST_AUTO_TEST_CASE(tells_the_message_and_then_its_fields) {
    const Finished finished = runCommand({"decode", spacedHex(packet("map_create_response"))});
    BOOST_TEST(finished.status == 0);
    BOOST_TEST(finished.out.starts_with("MAP response SUCCESS: tcp 8080, assigned 203.0.113.45:40123"));
    BOOST_TEST(contains(finished.out, "  40  1f 90                    internal_port                   8080\n"));
    BOOST_TEST(finished.err.empty());
}

BOOST_AUTO_TEST_CASE(breaks_long_fields_into_rows_of_eight_octets) {
    const Finished finished = runCommand({"decode", spacedHex(packet("map_create_request"))});
    BOOST_TEST(contains(finished.out, "\n   8  00 00 00 00 00 00 00 00  pcp_client_ip_address           192.168.1.57\n"
                                      "  16  00 00 ff ff c0 a8 01 39\n"));
}

BOOST_AUTO_TEST_CASE(reads_hex_in_several_words) {
    BOOST_TEST(runCommand({"decode", "00", "00"}).out.starts_with("NAT-PMP address request\n"));
}

BOOST_DATA_TEST_CASE(reads_standard_input, data::make({"-", ""}), argument) {
    const std::string input = "# a request\n00\n00\n";
    const Finished finished =
        argument[0] == '-' ? runCommand({"decode", argument}, input) : runCommand({"decode"}, input);
    BOOST_TEST(finished.out.starts_with("NAT-PMP address request\n"));
}

BOOST_AUTO_TEST_CASE(json_is_one_object_on_one_line) {
    const Finished finished = runCommand({"decode", "--json", spacedHex(packet("map_create_response"))});
    BOOST_TEST(finished.status == 0);
    const auto object = onlyObject(finished.out);
    BOOST_TEST(object.at("protocol") == "pcp");
    BOOST_TEST(object.at("opcode") == "MAP");
    BOOST_TEST(object.at("assigned_external_port") == 40123);
}

BOOST_AUTO_TEST_CASE(verbose_json_has_every_field_with_its_place) {
    const auto object = onlyObject(runCommand({"decode", "--json", "-v", "0000"}).out);
    BOOST_TEST(object.at("fields").size() == 2);
    BOOST_TEST(object.at("fields").at(1).at("offset") == 1);
}

BOOST_AUTO_TEST_CASE(a_refused_datagram_is_read_as_far_as_it_goes) {
    const Finished finished = runCommand({"decode", "02 01 00 00 00 00 1c 20"});
    BOOST_TEST(finished.status == 1);
    BOOST_TEST(contains(finished.out, "requested_lifetime"));
    BOOST_TEST(finished.err == "portolan: no sound message of PCP or NAT-PMP: message too short at octet 8\n");
}

BOOST_AUTO_TEST_CASE(a_refusal_in_json_has_error_and_offset) {
    const Finished finished = runCommand({"decode", "--json", "02 01 00 00 00 00 1c 20"});
    BOOST_TEST(finished.status == 1);
    BOOST_TEST(finished.out == "{\"error\":\"message too short\",\"offset\":8}\n");
    BOOST_TEST(finished.err.empty());
}

BOOST_DATA_TEST_CASE(what_is_no_hex_is_status_1, data::make({"zz", "0", "00 8", "hello", "00 \x1b"}), hex) {
    const Finished finished = runCommand({"decode", hex});
    BOOST_TEST(finished.status == 1);
    BOOST_TEST(finished.err.starts_with("portolan: "));
    BOOST_TEST(finished.err.find('\n') == finished.err.size() - 1);
}

BOOST_AUTO_TEST_CASE(what_is_no_hex_has_error_and_offset_in_json) {
    const Finished finished = runCommand({"decode", "--json", "02 01 zz"});
    BOOST_TEST(finished.status == 1);
    const auto object = onlyObject(finished.out);
    BOOST_TEST(object.at("error") == "'z' is no hex digit");
    BOOST_TEST(object.at("offset") == 2);
}

BOOST_AUTO_TEST_CASE(nothing_at_all_is_refused) {
    BOOST_TEST(runCommand({"decode", "-"}).status == 1);
}

BOOST_AUTO_TEST_CASE(takes_more_octets_than_a_message_has) {
    const Finished finished = runCommand({"decode", "-"}, "02 01" + std::string(2300, '0'));
    BOOST_TEST(finished.status == 1);
    BOOST_TEST(contains(finished.err, "message too long at octet 1100"));
}

BOOST_AUTO_TEST_SUITE_END()
