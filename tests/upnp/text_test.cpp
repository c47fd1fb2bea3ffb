// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <string>

import portolan.testing.upnp;

using portolan::upnp::printable;

BOOST_AUTO_TEST_SUITE(upnp_text)

BOOST_AUTO_TEST_CASE(ordinary_text_is_left_as_it_is) {
    BOOST_TEST(printable("FRITZ!Box 7590 Büro \"alt\"") == "FRITZ!Box 7590 Büro \"alt\"");
}

BOOST_AUTO_TEST_CASE(controls_cannot_reach_a_terminal) {
    BOOST_TEST(printable("\x1b[2J\nroot\x07\x7f") == "\\x1b[2J\\x0aroot\\x07\\x7f");
}

BOOST_AUTO_TEST_CASE(controls_beyond_ascii_are_escaped_too) {
    BOOST_TEST(printable("a\xc2\x9b"
                         "b") == "a\\u009bb");
}

BOOST_AUTO_TEST_CASE(what_turns_the_direction_of_writing_is_escaped) {
    BOOST_TEST(printable("\xe2\x80\xae"
                         "evil") == "\\u202eevil");
}

BOOST_AUTO_TEST_CASE(octets_that_are_not_utf8_are_escaped) {
    BOOST_TEST(printable("\xff\xc3") == "\\xff\\xc3");
}

BOOST_AUTO_TEST_CASE(a_backslash_cannot_pretend_to_be_an_escape) {
    BOOST_TEST(printable("\\x1b") == "\\\\x1b");
}

BOOST_AUTO_TEST_CASE(long_text_is_cut_at_a_character) {
    BOOST_TEST(printable("ééé", 2) == "éé...");
}

BOOST_AUTO_TEST_CASE(a_nul_does_not_end_the_text) {
    BOOST_TEST(printable(std::string{"a\0b", 3}) == "a\\x00b");
}

BOOST_AUTO_TEST_SUITE_END()
