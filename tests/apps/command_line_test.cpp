// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

import portolan.cli;

using namespace portolan;
using namespace portolan::cli;
using namespace std::chrono_literals;

namespace {

Wish read(std::vector<const char*> words) {
    words.insert(words.begin(), "portolan");
    return readCommandLine(words);
}

/// The command that the words mean. Fails the test if they mean none.
template <class CommandType>
CommandType readAs(std::vector<const char*> words) {
    const Wish wish = read(std::move(words));
    if (const auto* error = std::get_if<UsageError>(&wish)) {
        BOOST_FAIL(error->message);
    }
    return std::get<CommandType>(std::get<Command>(wish));
}

std::string complaint(std::vector<const char*> words) {
    const Wish wish = read(std::move(words));
    const auto* error = std::get_if<UsageError>(&wish);
    return error == nullptr ? "" : error->message;
}

/// What --help and --version say.
std::string saying(std::vector<const char*> words) {
    return std::get<Saying>(read(std::move(words))).text;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(apps_command_line)

BOOST_AUTO_TEST_CASE(map_has_sensible_defaults) {
    const auto command = readAs<MapCommand>({"map", "tcp:8080"});
    BOOST_TEST((command.ports == PortSpec{Protocol::tcp, 8080, 0}));
    BOOST_TEST((command.lifetime == 7200s));
    BOOST_TEST((command.via.speak == Speak::any));
    BOOST_TEST(!command.via.gateway.has_value());
    BOOST_TEST(!command.nonce.has_value());
    BOOST_TEST(!command.keep);
    BOOST_TEST(!command.common.json);
}

BOOST_AUTO_TEST_CASE(map_takes_every_option) {
    const auto command = readAs<MapCommand>({"map",
                                             "tcp:8080:443",
                                             "--lifetime",
                                             "60",
                                             "--gateway",
                                             "192.0.2.1:5352",
                                             "--source",
                                             "192.0.2.7",
                                             "--protocol",
                                             "pcp",
                                             "--nonce",
                                             "4f2a9c017be3d8560d91ac44",
                                             "--prefer-failure",
                                             "--filter",
                                             "198.51.100.0/24",
                                             "--filter",
                                             "203.0.113.0/24:80",
                                             "--third-party",
                                             "192.0.2.8",
                                             "--keep",
                                             "--json",
                                             "--timeout",
                                             "2.5",
                                             "-v"});
    BOOST_TEST((command.lifetime == 60s));
    BOOST_TEST(command.via.gateway->port() == 5352);
    BOOST_TEST(command.via.source->to_string() == "192.0.2.7");
    BOOST_TEST((command.via.speak == Speak::pcp));
    BOOST_TEST(command.nonce.has_value());
    BOOST_TEST(command.preferFailure);
    BOOST_TEST(command.filters.size() == 2);
    BOOST_TEST(command.thirdParty->to_string() == "192.0.2.8");
    BOOST_TEST(command.keep);
    BOOST_TEST(command.common.json);
    BOOST_TEST((command.common.timeout == 2500ms));
    BOOST_TEST(command.common.verbose);
}

BOOST_AUTO_TEST_CASE(a_filter_takes_one_word_only) {
    const auto command = readAs<MapCommand>({"map", "--filter", "198.51.100.0/24", "tcp:8080"});
    BOOST_TEST((command.ports == PortSpec{Protocol::tcp, 8080, 0}));
}

BOOST_AUTO_TEST_CASE(unmap_takes_the_nonce_that_map_printed) {
    const auto command = readAs<UnmapCommand>({"unmap", "udp:53", "--nonce", "4f2a9c017be3d8560d91ac44"});
    BOOST_TEST((command.ports == PortSpec{Protocol::udp, 53, 0}));
    BOOST_TEST(command.nonce.has_value());
}

BOOST_AUTO_TEST_CASE(nat_pmp_may_delete_all_ports_but_not_map_them) {
    BOOST_TEST(complaint({"unmap", "tcp:all", "--protocol", "nat-pmp"}).empty());
    BOOST_TEST(!complaint({"map", "tcp:all", "--protocol", "nat-pmp"}).empty());
}

BOOST_AUTO_TEST_CASE(decode_joins_its_words) {
    const auto command = readAs<DecodeCommand>({"decode", "00", "80", "0000"});
    BOOST_TEST(command.hex.value() == "00 80 0000");
}

BOOST_AUTO_TEST_CASE(decode_reads_standard_input_for_a_dash_or_nothing) {
    BOOST_TEST(!readAs<DecodeCommand>({"decode", "-"}).hex.has_value());
    BOOST_TEST(!readAs<DecodeCommand>({"decode"}).hex.has_value());
}

BOOST_AUTO_TEST_CASE(simulate_serves_loopback_on_a_free_port) {
    const auto command = readAs<SimulateCommand>({"simulate"});
    BOOST_TEST(command.listen.address().to_string() == "127.0.0.1");
    BOOST_TEST(command.listen.port() == 0);
    BOOST_TEST(!command.external.has_value());
}

BOOST_AUTO_TEST_CASE(simulate_takes_a_profile) {
    BOOST_TEST(!readAs<SimulateCommand>({"simulate", "--profile", "nat-pmp-only"}).gateway.pcp.enabled);
}

BOOST_AUTO_TEST_CASE(forty_three_filters_fit_a_request_and_one_more_does_not) {
    std::vector<const char*> words{"map", "tcp:80"};
    for (int i = 0; i < 43; ++i) {
        words.insert(words.end(), {"--filter", "198.51.100.0/24"});
    }
    BOOST_TEST(complaint(words).empty());
    words.insert(words.end(), {"--filter", "198.51.100.0/24"});
    BOOST_TEST(contains(complaint(words), "too many filters"));
}

BOOST_AUTO_TEST_CASE(gateway_and_source_are_of_one_family) {
    BOOST_TEST(!complaint({"map", "tcp:80", "--gateway", "192.0.2.1", "--source", "2001:db8::1"}).empty());
}

BOOST_AUTO_TEST_CASE(a_complaint_names_the_option_and_where_to_read_more) {
    const std::string text = complaint({"map", "tcp:80", "--lifetime", "0"});
    BOOST_TEST(contains(text, "--lifetime"));
    BOOST_TEST(contains(text, "portolan map --help"));
}

BOOST_AUTO_TEST_CASE(a_complaint_is_one_line_whatever_was_typed) {
    BOOST_TEST(!contains(complaint({"map", "tcp:80\n\x1b[2J"}), "\n"));
    BOOST_TEST(!contains(complaint({"map", "tcp:80\n\x1b[2J"}), "\x1b"));
}

BOOST_AUTO_TEST_CASE(names_of_third_parties_are_to_tell_nothing_of_a_person, *boost::unit_test::label("C7843-006")) {
    for (const char* command : {"map", "unmap"}) {
        BOOST_TEST(contains(saying({command, "--help"}), "tells nothing of a person"), command);
    }
}

BOOST_AUTO_TEST_CASE(every_command_has_help_with_an_example) {
    for (const char* command :
         {"map", "unmap", "keep", "address", "gateways", "get", "decode", "listen", "shell", "simulate"}) {
        const std::string help = saying({command, "--help"});
        BOOST_TEST(contains(help, std::string{"Example:\n  portolan "} + command), command << " says: " << help);
        BOOST_TEST(contains(help, "--json"), command);
        BOOST_TEST(contains(help, "--timeout"), command);
        BOOST_TEST(contains(help, "--verbose"), command);
        BOOST_TEST(contains(help, "--version"), command);
    }
    BOOST_TEST(contains(saying({"--help"}), "Example:\n  portolan map"));
}

BOOST_AUTO_TEST_CASE(help_says_that_third_party_declares_the_network_trusted) {
    for (const char* command : {"map", "unmap"}) {
        BOOST_TEST(contains(saying({command, "--help"}), "fully trusted"), command);
    }
}

BOOST_AUTO_TEST_CASE(help_names_the_profiles_there_are) {
    BOOST_TEST(contains(saying({"simulate", "--help"}), "full-table"));
    BOOST_TEST(contains(complaint({"simulate", "--profile", "none"}), "full-table"));
}

BOOST_AUTO_TEST_CASE(tells_its_version_before_and_behind_the_command) {
    BOOST_TEST(saying({"--version"}).starts_with("portolan "));
    BOOST_TEST(saying({"map", "--version"}) == saying({"--version"}));
}

BOOST_AUTO_TEST_CASE(errors_are_json_even_when_the_rest_cannot_be_read) {
    const std::vector<const char*> words{"portolan", "map", "--json", "nonsense"};
    BOOST_TEST(wantsJson(words));
}

BOOST_AUTO_TEST_CASE(servers_are_lists_of_addresses_with_commas) {
    const auto command = readAs<MapCommand>(
        {"map", "tcp:8080", "--server", "192.0.2.1,[2001:db8::1]:5352", "--server", "192.0.2.2", "--family", "both"});
    BOOST_TEST_REQUIRE(command.via.named.size() == 2U);
    const PcpServer& first = command.via.named[0].server;
    BOOST_TEST_REQUIRE(first.addresses.size() == 2U);
    BOOST_TEST((first.addresses[0] == net::ip::udp::endpoint{net::ip::make_address("192.0.2.1"), 5351}));
    BOOST_TEST((first.addresses[1] == net::ip::udp::endpoint{net::ip::make_address("2001:db8::1"), 5352}));
    BOOST_TEST((command.via.families == Families::both));
    BOOST_TEST(command.via.asksSeveral());
}

BOOST_AUTO_TEST_CASE(a_server_may_have_a_name) {
    const auto command =
        readAs<MapCommand>({"map", "tcp:8080", "--server", "pcp.example.net:5352", "--server", "router"});
    BOOST_TEST_REQUIRE(command.via.named.size() == 2U);
    BOOST_TEST((command.via.named[0] == ServerSpec{{}, "pcp.example.net", 5352}));
    BOOST_TEST((command.via.named[1] == ServerSpec{{}, "router", 5351}));
}

BOOST_AUTO_TEST_CASE(a_list_of_addresses_without_one_of_them_is_none) {
    for (const char* servers :
         {"", ",", "192.0.2.1,", ",192.0.2.1", "192.0.2.1,,192.0.2.2", "a,192.0.2.1", "300.1.1.1", "a b", "router:0"}) {
        BOOST_TEST(contains(complaint({"map", "tcp:8080", "--server", servers}), "--server"), servers);
    }
}

BOOST_AUTO_TEST_CASE(the_shell_speaks_to_one_address) {
    for (const char* option : {"--anycast", "--dhcp"}) {
        BOOST_TEST(contains(complaint({"shell", option}), "--gateway"), option);
    }
    BOOST_TEST(contains(complaint({"shell", "--server", "192.0.2.1"}), "--gateway"));
    BOOST_TEST(contains(complaint({"shell", "--family", "6"}), "--gateway"));
}

BOOST_AUTO_TEST_CASE(which_gateways_are_asked_is_one_or_all) {
    BOOST_TEST(!readAs<MapCommand>({"map", "tcp:8080", "--gateways", "default"}).via.asksSeveral());
    BOOST_TEST(readAs<KeepCommand>({"keep", "tcp:8080", "--gateways", "all"}).via.asksSeveral());
    BOOST_TEST((readAs<AddressCommand>({"address", "--family", "6"}).via.families == Families::v6));
    BOOST_TEST(contains(complaint({"map", "tcp:8080", "--gateways", "some"}), "neither default nor all"));
    BOOST_TEST(contains(complaint({"map", "tcp:8080", "--family", "5"}), "auto, 4, 6 or both"));
}

BOOST_AUTO_TEST_CASE(anycast_is_asked_for_and_may_be_kept_near) {
    const auto command = readAs<MapCommand>({"map", "tcp:8080", "--anycast", "--anycast-hops", "3"});
    BOOST_TEST(command.via.anycast);
    BOOST_TEST((command.via.anycastHops == 3U));
    BOOST_TEST(!readAs<MapCommand>({"map", "tcp:8080"}).via.anycast);
    BOOST_TEST(contains(complaint({"map", "tcp:8080", "--anycast-hops", "3"}), "--anycast"));
    BOOST_TEST(contains(complaint({"map", "tcp:8080", "--anycast", "--anycast-hops", "256"}), "256"));
}

BOOST_AUTO_TEST_CASE(ways_to_say_whom_to_ask_exclude_one_another) {
    BOOST_TEST(contains(complaint({"map", "tcp:1", "--gateway", "192.0.2.1", "--server", "192.0.2.2"}), "--gateway"));
    BOOST_TEST(contains(complaint({"map", "tcp:1", "--gateway", "192.0.2.1", "--anycast"}), "--gateway"));
    BOOST_TEST(contains(complaint({"map", "tcp:1", "--gateway", "192.0.2.1", "--family", "4"}), "--gateway"));
    BOOST_TEST(contains(complaint({"map", "tcp:1", "--server", "192.0.2.1", "--dhcp"}), "--server"));
    BOOST_TEST(contains(complaint({"map", "tcp:1", "--source", "192.0.2.1", "--family", "both"}), "--source"));
    BOOST_TEST(contains(complaint({"map", "tcp:1", "--source", "192.0.2.1", "--family", "6"}), "--family"));
    BOOST_TEST(contains(complaint({"map", "tcp:1", "--protocol", "nat-pmp", "--family", "both"}), "IPv4 only"));
}

BOOST_AUTO_TEST_CASE(what_is_about_one_gateway_does_not_go_with_several) {
    for (const char* option : {"--reserve", "--dry-run"}) {
        BOOST_TEST(contains(complaint({"map", "tcp:1", "--gateways", "all", option}), "one gateway"), option);
    }
    BOOST_TEST(contains(complaint({"map", "tcp:1", "--dhcp", "--nonce", "000102030405060708090a0b"}), "one gateway"));
    BOOST_TEST(contains(complaint({"keep", "tcp:1", "--family", "both", "--port-file", "/tmp/port"}), "one gateway"));
    BOOST_TEST(contains(complaint({"map", "tcp:1", "--server", "192.0.2.1", "--dry-run"}), "--dry-run"));
}

BOOST_AUTO_TEST_SUITE_END()
