// SPDX-License-Identifier: Apache-2.0
#include "core/base/home.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace toeplab::core
{
namespace
{

TEST(Home, FollowsTheEnvironmentAndMakesItsFolders)
{
    const auto folder = std::filesystem::path(testing::TempDir()) / "toeplab_home_test";
    std::filesystem::remove_all(folder);
    ASSERT_EQ(setenv("TOEPLAB_HOME", folder.c_str(), 1), 0);
    EXPECT_EQ(toeplabHome(), folder.string());
    for (const char* name : {"runs", "data", "figures"}) {
        EXPECT_TRUE(std::filesystem::is_directory(folder / name)) << name;
    }
    std::filesystem::remove_all(folder);
}

TEST(Home, IsBelowTheUsersFolderOtherwise)
{
    const auto user = std::filesystem::path(testing::TempDir()) / "toeplab_user_test";
    ASSERT_EQ(setenv("HOME", user.c_str(), 1), 0);
    for (const char* unset : {"", static_cast<const char*>(nullptr)}) {
        unset == nullptr ? unsetenv("TOEPLAB_HOME") : setenv("TOEPLAB_HOME", unset, 1);
        EXPECT_EQ(toeplabHome(), (user / "Toeplab").string());
    }
    std::filesystem::remove_all(user);
}

} // namespace
} // namespace toeplab::core
