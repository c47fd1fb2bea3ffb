// SPDX-License-Identifier: MIT
#include <array>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "support/temporary_folder.hpp"

import portolan;

namespace wire = portolan::wire;
using portolan::Identity;
using portolan::KeptIdentity;
using portolan::NonceScope;

namespace {

constexpr Identity::Secret counting{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

NonceScope webServer() {
    return {.gateway = wire::Address::v4({192, 168, 1, 1}),
            .internalAddress = wire::Address::v4({192, 168, 1, 57}),
            .protocol = wire::Protocol::tcp,
            .internalPort = 8080};
}

/// A folder, and what is in it.
struct Folder : portolan::testing::TemporaryFolder {
    [[nodiscard]] std::string file() const { return (path / "identity").string(); }
};

void write(const std::string& path, const std::string& text) {
    std::ofstream{path} << text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_identity)

BOOST_AUTO_TEST_CASE(derives_a_nonce_by_sha_1_of_the_secret_and_the_scope) {
    // By hand: octets 0..5 and 9..14 of SHA-1(secret, gateway, port, internal address, protocol, internal port, 1).
    constexpr std::array<std::uint8_t, 12> expected{0x9c, 0x52, 0x7d, 0x61, 0xe8, 0x33,
                                                    0x41, 0xf4, 0x90, 0xb8, 0x88, 0x59};
    BOOST_TEST(Identity{counting}.nonce(webServer()).octets == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(whatever_differs_in_the_scope_gives_another_nonce, *boost::unit_test::label("C6887-076")) {
    std::vector<NonceScope> scopes(7, webServer());
    scopes[1].gateway = wire::Address::v4({192, 168, 1, 2});
    scopes[2].gatewayPort = 5352;
    scopes[3].internalAddress = wire::Address::v4({192, 168, 1, 58});
    scopes[4].protocol = wire::Protocol::udp;
    scopes[5].internalPort = 8081;
    scopes[6].externalV4 = false;
    std::set<std::array<std::uint8_t, 12>> nonces;
    for (const NonceScope& scope : scopes) {
        nonces.insert(Identity{counting}.nonce(scope).octets);
    }
    BOOST_TEST(nonces.size() == scopes.size());
}

BOOST_AUTO_TEST_CASE(another_secret_gives_another_nonce) {
    BOOST_TEST((Identity{counting}.nonce(webServer()) != Identity::random().nonce(webServer())));
}

BOOST_AUTO_TEST_CASE(no_two_random_identities_are_the_same) {
    BOOST_TEST((Identity::random() != Identity::random()));
}

BOOST_AUTO_TEST_CASE(comes_back_from_its_text) {
    const Identity identity{counting};
    BOOST_TEST(identity.text() == "portolan-identity-1 000102030405060708090a0b0c0d0e0f bee35d7a\n");
    BOOST_TEST((Identity::parse(identity.text()) == identity));
}

BOOST_AUTO_TEST_CASE(a_text_with_any_one_character_changed_is_refused) {
    const std::string sound = Identity{counting}.text();
    for (std::size_t at = 0; at < sound.size(); ++at) {
        for (const char other : {'0', 'f', 'g', ' ', '\n', '\0'}) {
            std::string damaged = sound;
            damaged[at] = other;
            BOOST_TEST(Identity::parse(damaged).has_value() == (damaged == sound), "octet " << at);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_text_cut_short_or_too_long_is_refused) {
    const std::string sound = Identity{counting}.text();
    for (std::size_t size = 0; size < sound.size(); ++size) {
        BOOST_TEST(!Identity::parse(sound.substr(0, size)).has_value());
    }
    BOOST_TEST(!Identity::parse(sound + sound).has_value());
}

BOOST_AUTO_TEST_CASE(is_kept_in_a_file) {
    const Folder folder;
    const KeptIdentity first = portolan::keptIdentity(folder.file());
    BOOST_TEST(!first.warning.has_value());
    const KeptIdentity second = portolan::keptIdentity(folder.file());
    BOOST_TEST(!second.warning.has_value());
    BOOST_TEST((second.identity == first.identity));
}

BOOST_AUTO_TEST_CASE(a_folder_is_left_alone) {
    const Folder folder;
    BOOST_TEST(portolan::keptIdentity(folder.path.string()).warning.has_value());
    BOOST_TEST(std::filesystem::is_directory(folder.path));
}

BOOST_AUTO_TEST_CASE(leaves_nothing_beside_its_file) {
    const Folder folder;
    (void)portolan::keptIdentity(folder.file());
    std::size_t files = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator{folder.path}) {
        ++files;
    }
    BOOST_TEST(files == 1U);
}

BOOST_AUTO_TEST_CASE(folders_missing_on_the_way_are_made) {
    const Folder folder;
    const std::string path = (folder.path / "state" / "portolan" / "identity").string();
    const KeptIdentity first = portolan::keptIdentity(path);
    BOOST_TEST(!first.warning.has_value());
    BOOST_TEST((portolan::keptIdentity(path).identity == first.identity));
}

BOOST_AUTO_TEST_CASE(a_damaged_file_is_put_aside_with_a_warning) {
    const Folder folder;
    write(folder.file(), "portolan-identity-1 gone\n");
    const KeptIdentity fresh = portolan::keptIdentity(folder.file());
    BOOST_TEST_REQUIRE(fresh.warning.has_value());
    BOOST_TEST(fresh.warning->message().find("damaged") != std::string::npos, fresh.warning->message());
    BOOST_TEST(std::filesystem::exists(folder.file() + ".damaged"));
    const KeptIdentity again = portolan::keptIdentity(folder.file());
    BOOST_TEST(!again.warning.has_value());
    BOOST_TEST((again.identity == fresh.identity));
}

BOOST_AUTO_TEST_CASE(a_damaged_file_does_not_take_the_place_of_an_earlier_one) {
    const Folder folder;
    for (int damages = 0; damages < 2; ++damages) {
        write(folder.file(), "portolan-identity-1 gone\n");
        (void)portolan::keptIdentity(folder.file());
    }
    BOOST_TEST(std::filesystem::exists(folder.file() + ".damaged"));
    BOOST_TEST(std::filesystem::exists(folder.file() + ".damaged.2"));
}

BOOST_AUTO_TEST_CASE(a_file_that_never_was_an_identity_is_left_alone) {
    const Folder folder;
    write(folder.file(), "dear diary\n");
    BOOST_TEST(portolan::keptIdentity(folder.file()).warning.has_value());
    std::string text;
    std::getline(std::ifstream{folder.file()}, text);
    BOOST_TEST(text == "dear diary");
}

BOOST_AUTO_TEST_CASE(reading_alone_makes_no_file) {
    const Folder folder;
    BOOST_TEST(!portolan::readIdentity(folder.file()).has_value());
    BOOST_TEST(!std::filesystem::exists(folder.file()));
    const KeptIdentity kept = portolan::keptIdentity(folder.file());
    BOOST_TEST((portolan::readIdentity(folder.file()) == kept.identity));
}

BOOST_AUTO_TEST_CASE(an_empty_file_is_a_damaged_one) {
    const Folder folder;
    write(folder.file(), "");
    BOOST_TEST(portolan::keptIdentity(folder.file()).warning.has_value());
}

BOOST_AUTO_TEST_CASE(a_place_where_no_file_can_be_costs_a_warning) {
    const Folder folder;
    write(folder.file(), Identity{counting}.text());
    const KeptIdentity fresh = portolan::keptIdentity(folder.file() + "/identity");
    BOOST_TEST_REQUIRE(fresh.warning.has_value());
    BOOST_TEST((fresh.identity != Identity{counting}));
}

BOOST_AUTO_TEST_CASE(many_who_come_first_agree_on_one) {
    const Folder folder;
    std::vector<KeptIdentity> kept(8, {Identity{counting}, {}});
    {
        std::vector<std::jthread> threads;
        for (KeptIdentity& mine : kept) {
            threads.emplace_back([&mine, path = folder.file()] { mine = portolan::keptIdentity(path); });
        }
    }
    for (const KeptIdentity& each : kept) {
        BOOST_TEST((each.warning ? each.warning->message() : std::string{}) == "");
        BOOST_TEST((each.identity == kept.front().identity));
    }
}

BOOST_AUTO_TEST_SUITE_END()
