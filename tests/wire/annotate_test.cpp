// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/octets.hpp"

import portolan.wire;

using namespace portolan::wire;
using boost::unit_test::label;
using portolan::testing::octets;
using portolan::testing::Octets;
using portolan::testing::packet;

namespace {

/// Every row as "offset+length name value (note)".
std::vector<std::string> rows(const Octets& bytes) {
    std::vector<std::string> lines;
    annotate(bytes, [&lines](const Field& field) {
        lines.push_back(fmt::format("{}+{} {} {}{}", field.offset, field.length, field.name, field.value,
                                    field.note.empty() ? "" : fmt::format(" ({})", field.note)));
    });
    return lines;
}

/// The rows from octet `from` on.
std::vector<std::string> rowsFrom(const Octets& bytes, std::size_t from) {
    std::vector<std::string> lines;
    annotate(bytes, [&lines, from](const Field& field) {
        if (field.offset >= from) {
            lines.push_back(fmt::format("{}+{} {} {}{}", field.offset, field.length, field.name, field.value,
                                        field.note.empty() ? "" : fmt::format(" ({})", field.note)));
        }
    });
    return lines;
}

void expect(const std::vector<std::string>& seen, const std::vector<std::string>& wanted) {
    BOOST_TEST(seen == wanted, boost::test_tools::per_element());
}

/// Whether the rows follow one another without gap or overlap from the first octet to the last.
bool coversEveryOctetOnce(const Octets& bytes) {
    std::size_t next = 0;
    bool inOrder = true;
    annotate(bytes, [&](const Field& field) {
        inOrder = inOrder && field.offset == next && field.length > 0 && !field.name.empty();
        next = field.offset + field.length;
    });
    return inOrder && next == bytes.size();
}

Octets mapRequestWith(std::string_view options) {
    Octets bytes = packet("map_create_request");
    const Octets more = octets(options);
    bytes.insert(bytes.end(), more.begin(), more.end());
    return bytes;
}

constexpr std::string_view vectors[] = {
    "map_create_request",      "map_create_response",       "map_renew_request",         "map_delete_request",
    "map_port_set_request",    "map_port_set_response",     "map_no_resources_response", "peer_nat64_request",
    "peer_nat64_response",     "announce_restart",          "announce_prefix64",         "nat_pmp_only_opcode_128",
    "nat_pmp_only_opcode_0",   "nat_pmp_only_opcode_129",   "nat_pmp_address_request",   "nat_pmp_address_response",
    "nat_pmp_map_request",     "nat_pmp_map_response",      "nat_pmp_delete_request",    "nat_pmp_delete_response",
    "unsupp_version_response", "authentication_initiation", "announce_tagged_request"};

} // namespace

BOOST_AUTO_TEST_SUITE(wire_annotate)

BOOST_AUTO_TEST_CASE(names_the_fields_of_a_map_request) {
    expect(rows(packet("map_create_request")), {
                                                   "0+1 version 2",
                                                   "1+1 opcode MAP (request)",
                                                   "2+2 reserved 0000",
                                                   "4+4 requested_lifetime 7200 (seconds)",
                                                   "8+16 pcp_client_ip_address 192.168.1.57",
                                                   "24+12 mapping_nonce 4f2a9c017be3d8560d91ac44",
                                                   "36+1 protocol tcp",
                                                   "37+3 reserved 000000",
                                                   "40+2 internal_port 8080",
                                                   "42+2 suggested_external_port 0 (no preference)",
                                                   "44+16 suggested_external_ip_address 0.0.0.0 (no preference)",
                                               });
}

BOOST_AUTO_TEST_CASE(names_the_fields_of_a_peer_response) {
    expect(rows(packet("peer_nat64_response")), {
                                                    "0+1 version 2",
                                                    "1+1 opcode PEER (response)",
                                                    "2+1 reserved 00",
                                                    "3+1 result_code SUCCESS",
                                                    "4+4 lifetime 7440 (seconds)",
                                                    "8+4 epoch_time 88 (seconds)",
                                                    "12+12 reserved 000000000000000000000000",
                                                    "24+12 mapping_nonce c0ffee00c0ffee01c0ffee02",
                                                    "36+1 protocol tcp",
                                                    "37+3 reserved 000000",
                                                    "40+2 internal_port 49152",
                                                    "42+2 assigned_external_port 61001",
                                                    "44+16 assigned_external_ip_address 203.0.113.45",
                                                    "60+2 remote_peer_port 5222",
                                                    "62+2 reserved 0000",
                                                    "64+16 remote_peer_ip_address 64:ff9b::c633:6407",
                                                });
}

BOOST_AUTO_TEST_CASE(shows_option_headers_data_and_padding) {
    expect(rowsFrom(packet("map_port_set_request"), 60), {
                                                             "60+1 option_code PORT_SET (optional to process)",
                                                             "61+1 reserved 00",
                                                             "62+2 option_length 5",
                                                             "64+2 port_set_size 100",
                                                             "66+2 first_internal_port 50000",
                                                             "68+1 reserved_and_p 1 (parity to be preserved)",
                                                             "69+3 padding 000000",
                                                             "72+1 option_code DESCRIPTION (optional to process)",
                                                             "73+1 reserved 00",
                                                             "74+2 option_length 7",
                                                             "76+7 description \"cam\xc3\xa9ra\"",
                                                             "83+1 padding 00",
                                                         });
}

BOOST_AUTO_TEST_CASE(shows_prefixes_and_their_ipv4_lists) {
    expect(rowsFrom(packet("announce_prefix64"), 52), {
                                                          "52+1 option_code PREFIX64 (optional to process)",
                                                          "53+1 reserved 00",
                                                          "54+2 option_length 22",
                                                          "56+2 prefix64_length 6",
                                                          "58+6 prefix64 2001:db8:122::/48",
                                                          "64+6 suffix 000000000000",
                                                          "70+2 ipv4_prefix_count 1",
                                                          "72+2 ipv4_prefix_length 24",
                                                          "74+4 ipv4_address 198.51.100.0",
                                                          "78+2 padding 0000",
                                                      });
}

BOOST_AUTO_TEST_CASE(shows_a_filter_with_the_length_of_its_family) {
    expect(rowsFrom(mapRequestWith("03000014 00780000 00000000 00000000 0000ffff c6336400"), 64),
           {
               "64+1 reserved 00",
               "65+1 prefix_length 120 (/24 if IPv4)",
               "66+2 remote_peer_port 0 (any port)",
               "68+16 remote_peer_ip_address 198.51.100.0",
           });
}

BOOST_AUTO_TEST_CASE(shows_the_body_of_an_authentication_request) {
    expect(rows(packet("authentication_initiation")), {
                                                          "0+1 version 2",
                                                          "1+1 opcode AUTHENTICATION (request)",
                                                          "2+1 reserved 00",
                                                          "3+1 result_code INITIATION",
                                                          "4+4 requested_lifetime 0 (seconds)",
                                                          "8+16 pcp_client_ip_address 192.168.1.57",
                                                          "24+4 session_id 00000000",
                                                          "28+4 sequence_number 0",
                                                          "32+1 option_code NONCE (mandatory to process)",
                                                          "33+1 reserved 00",
                                                          "34+2 option_length 4",
                                                          "36+4 nonce deadbeef",
                                                      });
}

BOOST_AUTO_TEST_CASE(names_the_fields_of_nat_pmp) {
    expect(rows(packet("nat_pmp_delete_request")), {
                                                       "0+1 version 0",
                                                       "1+1 opcode 2 (map TCP request)",
                                                       "2+2 reserved 0000",
                                                       "4+2 internal_port 8080",
                                                       "6+2 suggested_external_port 0 (no preference)",
                                                       "8+4 requested_port_mapping_lifetime 0 (seconds; deletes)",
                                                   });
    expect(rows(packet("nat_pmp_address_response")), {
                                                         "0+1 version 0",
                                                         "1+1 opcode 128 (external address response)",
                                                         "2+2 result_code SUCCESS",
                                                         "4+4 seconds_since_start_of_epoch 1000 (seconds)",
                                                         "8+4 external_ipv4_address 203.0.113.45",
                                                     });
}

BOOST_AUTO_TEST_CASE(says_that_an_old_refusal_lacks_its_top_bit, *label("C6886-005")) {
    expect(rows(packet("nat_pmp_only_opcode_0")), {
                                                      "0+1 version 0",
                                                      "1+1 opcode 0 (a response without its top bit)",
                                                      "2+2 result_code UNSUPPORTED_VERSION",
                                                      "4+4 seconds_since_start_of_epoch 1000 (seconds)",
                                                  });
}

BOOST_AUTO_TEST_CASE(points_out_reserved_octets_that_are_not_zero) {
    Octets bytes = packet("map_create_request");
    bytes[2] = 0xff;
    bytes[39] = 1;
    const auto seen = rows(bytes);
    BOOST_TEST(seen[2] == "2+2 reserved ff00 (not zero, ignored)");
    BOOST_TEST(seen[7] == "37+3 reserved 000001 (not zero, ignored)");
}

BOOST_AUTO_TEST_CASE(escapes_what_could_disturb_a_terminal, *label("C7220-003")) {
    expect(rowsFrom(mapRequestWith("80000007 1b5b32 4a 22 5c 00 00"), 64),
           {"64+7 description \"\\u001b[2J\\u0022\\u005c\\u0000\"", "71+1 padding 00"});
    expect(rowsFrom(mapRequestWith("80000002 c29b 0000"), 64), {"64+2 description \"\\u009b\"", "66+2 padding 0000"});
    expect(rowsFrom(mapRequestWith("80000002 fffe 0000"), 64),
           {"64+2 description fffe (not UTF-8)", "66+2 padding 0000"});
}

BOOST_AUTO_TEST_CASE(escapes_what_would_have_text_shown_in_another_order) {
    const std::pair<const char*, const char*> marks[] = {{"d89c", "061c"},   {"e2808e", "200e"}, {"e2808f", "200f"},
                                                         {"e280a8", "2028"}, {"e280aa", "202a"}, {"e280ae", "202e"},
                                                         {"e281a6", "2066"}, {"e281a9", "2069"}};
    for (const auto& [octetsOfMark, code] : marks) {
        const std::size_t size = std::string_view{octetsOfMark}.size() / 2;
        const auto request =
            mapRequestWith(fmt::format("8000{:04x} {} {}", size, octetsOfMark, size == 2 ? "0000" : "00"));
        BOOST_TEST(rowsFrom(request, 64).front() == fmt::format("64+{} description \"\\u{}\"", size, code));
    }
}

BOOST_AUTO_TEST_CASE(shows_letters_that_are_written_from_right_to_left) {
    expect(rowsFrom(mapRequestWith("80000004 d79bd79f"), 64), {"64+4 description \"\xd7\x9b\xd7\x9f\""});
}

BOOST_AUTO_TEST_CASE(marks_the_end_of_a_message_that_is_too_short) {
    Octets bytes = packet("map_create_request");
    bytes.resize(44);
    expect(rowsFrom(bytes, 40),
           {"40+2 internal_port 8080", "42+2 suggested_external_port 0 (no preference; message too short)"});
    bytes.resize(38);
    expect(rowsFrom(bytes, 36), {"36+1 protocol tcp", "37+1 undecoded 00 (length is not a multiple of 4)"});
}

BOOST_AUTO_TEST_CASE(marks_an_option_that_reaches_too_far) {
    expect(rowsFrom(mapRequestWith("03000014 00780000"), 60),
           {
               "60+1 option_code FILTER (mandatory to process; option reaches past the end of the message)",
               "61+1 reserved 00",
               "62+2 option_length 20",
               "64+4 undecoded 00780000",
           });
}

BOOST_AUTO_TEST_CASE(marks_option_data_that_is_not_as_defined) {
    expect(rowsFrom(mapRequestWith("01000006 c0a80139 00010000"), 62),
           {
               "62+2 option_length 6 (option data has the wrong length for its code)",
               "64+6 data c0a801390001",
               "70+2 padding 0000",
           });
    expect(rowsFrom(mapRequestWith("03000014 00810000 20010db8 00000000 00000000 00000000"), 65),
           {
               "65+1 prefix_length 129 (filter prefix length out of range)",
               "66+2 remote_peer_port 0 (any port)",
               "68+16 remote_peer_ip_address 2001:db8::",
           });
}

BOOST_AUTO_TEST_CASE(marks_what_no_client_can_use) {
    expect(rowsFrom(mapRequestWith("8100000e 0009 20010db8 00000000 00000000 0000"), 64),
           {
               "64+2 prefix64_length 9 (prefix length is not 4, 5, 6, 7, 8 or 12 octets)",
               "66+12 data 20010db80000000000000000",
               "78+2 padding 0000",
           });
    expect(rowsFrom(mapRequestWith("82000005 0000 1f90 fe 000000"), 64),
           {
               "64+2 port_set_size 0 (no port at all)",
               "66+2 first_internal_port 8080",
               "68+1 reserved_and_p 0 (reserved bits not zero)",
               "69+3 padding 000000",
           });
}

BOOST_AUTO_TEST_CASE(reads_the_malformed_answer_of_miniupnpd_as_far_as_it_goes) {
    // What miniupnpd 2.3.1 answers to a PCP request of odd length: version 0, result 3, 24 octets.
    expect(rows(octets("00800003 00001234 00000000 00000000 00000000 00000000")),
           {
               "0+1 version 0",
               "1+1 opcode 128 (external address response)",
               "2+2 result_code NETWORK_FAILURE",
               "4+4 seconds_since_start_of_epoch 4660 (seconds)",
               "8+4 external_ipv4_address 0.0.0.0",
               "12+12 undecoded 000000000000000000000000 (message too long)",
           });
}

BOOST_AUTO_TEST_CASE(shows_only_the_version_of_another_protocol) {
    expect(rows(octets("03 01 00 00")), {"0+1 version 3 (unsupported version)", "1+3 undecoded 010000"});
    expect(rows(octets("02")), {"0+1 version 2 (message too short)"});
    expect(rows({}), {});
}

BOOST_AUTO_TEST_CASE(shows_the_body_of_an_unknown_opcode_in_hex) {
    Octets bytes = packet("announce_restart");
    bytes[1] = 0xbc;
    const Octets body = octets("c0de 0001");
    bytes.insert(bytes.end(), body.begin(), body.end());
    const auto seen = rows(bytes);
    BOOST_TEST(seen[1] == "1+1 opcode 60 (response)");
    BOOST_TEST(seen.back() == "24+4 opcode_specific_information c0de0001");
}

BOOST_AUTO_TEST_CASE(covers_every_octet_of_the_worked_packets_at_any_length) {
    for (const std::string_view name : vectors) {
        Octets bytes = packet(name);
        for (;; bytes.pop_back()) {
            BOOST_TEST_CONTEXT(name << " cut to " << bytes.size()) {
                BOOST_TEST(coversEveryOctetOnce(bytes));
            }
            if (bytes.empty()) {
                break;
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
