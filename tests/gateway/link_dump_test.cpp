// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <fmt/format.h>
#include <string>

import portolan.gateway;
import portolan.test.gateway;

using namespace portolan;
using namespace portolan::gateway;
using testing::Writer;

namespace {

constexpr std::uint16_t newLink = 16;

std::string listed(const netlink::LinkDump& dump) {
    std::string text = "\n";
    for (const Interface& interface : dump.interfaces()) {
        text += fmt::format("{} {} {}\n", interface.index, interface.name, interface.up ? "up" : "down");
    }
    return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(gateway_link_dump)

BOOST_AUTO_TEST_CASE(reads_the_interfaces_of_a_home_and_which_of_them_are_of_use) {
    netlink::LinkDump dump;
    dump.begin(1);
    bool done = false;
    for (const auto& datagram : testing::recording("home_links")) {
        done = dump.feed(datagram).value();
    }
    BOOST_TEST(done);
    BOOST_TEST(dump.malformed() == 0U);
    BOOST_TEST(listed(dump) == R"(
1 lo up
2 eth0 up
3 far0 up
4 tun0 up
5 tun1 down
)");
}

BOOST_AUTO_TEST_CASE(drops_what_is_cut_off_and_goes_on) {
    netlink::LinkDump dump;
    dump.begin(1);
    Writer writer;
    writer.message(newLink).number32(0).number32(7); // half a header
    writer.message(newLink).number32(0).number32(8).number32(0x41).number32(0).number8(1);
    writer.message(newLink).number32(0).number32(9).number32(0x41).number32(0);
    BOOST_TEST(dump.feed(writer.done().octets()).value());
    BOOST_TEST(dump.malformed() == 2U);
    BOOST_TEST(listed(dump) == "\n9  up\n");
}

BOOST_AUTO_TEST_SUITE_END()
