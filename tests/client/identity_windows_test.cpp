// SPDX-License-Identifier: MIT
// Who may read the file of an identity, and what files there are, on Windows.
#include <boost/test/unit_test.hpp>
#include <string>

#include <windows.h>

#include <aclapi.h>
#include <sddl.h>

#include "support/temporary_folder.hpp"

import portolan;

namespace {

struct Folder : portolan::testing::TemporaryFolder {
    [[nodiscard]] std::string file() const { return (path / "identity").string(); }
};

/// Whom the system lets at the file, and how, as it writes that itself (SDDL).
std::string accessTo(const std::string& file) {
    PSECURITY_DESCRIPTOR descriptor = nullptr;
    BOOST_TEST_REQUIRE(GetNamedSecurityInfoA(file.c_str(), SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, nullptr, nullptr,
                                             nullptr, nullptr, &descriptor) == ERROR_SUCCESS);
    char* text = nullptr;
    BOOST_TEST_REQUIRE(ConvertSecurityDescriptorToStringSecurityDescriptorA(
                           descriptor, SDDL_REVISION_1, DACL_SECURITY_INFORMATION, &text, nullptr) != 0);
    const std::string access = text;
    LocalFree(text);
    LocalFree(descriptor);
    return access;
}

/// Lets everybody at the file.
void open(const std::string& file) {
    PSECURITY_DESCRIPTOR descriptor = nullptr;
    BOOST_TEST_REQUIRE(ConvertStringSecurityDescriptorToSecurityDescriptorA("D:(A;;FA;;;WD)", SDDL_REVISION_1,
                                                                            &descriptor, nullptr) != 0);
    BOOST_TEST_REQUIRE(SetFileSecurityA(file.c_str(), DACL_SECURITY_INFORMATION, descriptor) != 0);
    LocalFree(descriptor);
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_identity_file)

BOOST_AUTO_TEST_CASE(only_the_owner_may_read_it) {
    const Folder folder;
    BOOST_TEST(!portolan::keptIdentity(folder.file()).warning.has_value());
    const std::string access = accessTo(folder.file());
    BOOST_TEST(access.find(";;;WD)") == std::string::npos, access); // everybody
    BOOST_TEST(access.find(";;;BU)") == std::string::npos, access); // all users
    BOOST_TEST(access.find("(A;;") != std::string::npos, access);
}

BOOST_AUTO_TEST_CASE(one_that_others_may_read_is_used_with_a_warning) {
    const Folder folder;
    const auto identity = portolan::keptIdentity(folder.file()).identity;
    open(folder.file());
    const portolan::KeptIdentity kept = portolan::keptIdentity(folder.file());
    BOOST_TEST((kept.identity == identity));
    BOOST_TEST_REQUIRE(kept.warning.has_value());
    BOOST_TEST(kept.warning->message().find("icacls") != std::string::npos, kept.warning->message());
}

BOOST_AUTO_TEST_SUITE_END()
