// SPDX-License-Identifier: MIT
// Who may read the file of an identity, and what files there are, on POSIX systems.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>
#include <sys/stat.h>

#include "support/temporary_folder.hpp"

import portolan;

namespace {

struct Folder : portolan::testing::TemporaryFolder {
    [[nodiscard]] std::string file() const { return (path / "identity").string(); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(client_identity_file)

BOOST_AUTO_TEST_CASE(only_the_owner_may_read_it) {
    const Folder folder;
    BOOST_TEST(!portolan::keptIdentity(folder.file()).warning.has_value());
    struct stat status{};
    BOOST_TEST_REQUIRE(::stat(folder.file().c_str(), &status) == 0);
    BOOST_TEST((status.st_mode & 0777) == 0600);
}

BOOST_AUTO_TEST_CASE(a_pipe_is_left_alone) {
    const Folder folder;
    BOOST_TEST_REQUIRE(::mkfifo(folder.file().c_str(), 0600) == 0);
    BOOST_TEST(portolan::keptIdentity(folder.file()).warning.has_value());
    BOOST_TEST(std::filesystem::is_fifo(folder.file()));
}

BOOST_AUTO_TEST_CASE(one_that_others_may_read_is_used_with_a_warning) {
    const Folder folder;
    const auto identity = portolan::keptIdentity(folder.file()).identity;
    BOOST_TEST_REQUIRE(::chmod(folder.file().c_str(), 0644) == 0);
    const portolan::KeptIdentity kept = portolan::keptIdentity(folder.file());
    BOOST_TEST((kept.identity == identity));
    BOOST_TEST_REQUIRE(kept.warning.has_value());
    BOOST_TEST(kept.warning->message().find("chmod 600") != std::string::npos, kept.warning->message());
}

BOOST_AUTO_TEST_SUITE_END()
