// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <string_view>

#include "support/octets.hpp"

import portolan.wire;

using portolan::testing::octets;
using portolan::wire::isUtf8;

BOOST_AUTO_TEST_SUITE(wire_utf8)

BOOST_AUTO_TEST_CASE(keeps_out_what_rfc_3629_does) {
    for (const std::string_view good :
         {"", "61", "c3 a9", "e2 82 ac", "ed 9f bf", "ee 80 80", "f0 90 8d 88", "f4 8f bf bf"}) {
        BOOST_TEST_CONTEXT(good) {
            BOOST_TEST(isUtf8(octets(good)));
        }
    }
    for (const std::string_view bad :
         {"80", "c0 80", "c1 bf", "c3", "c3 28", "e0 9f bf", "ed a0 80", "e2 82", "e2 82 28", "f0 8f bf bf",
          "f4 90 80 80", "f5 80 80 80", "f0 90 8d", "ff", "61 fe"}) {
        BOOST_TEST_CONTEXT(bad) {
            BOOST_TEST(!isUtf8(octets(bad)));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
