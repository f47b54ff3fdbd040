// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/dispatch.h"

#include <gmock/gmock.h>

#include <cstdlib>

namespace toeplab::app
{
namespace
{

TEST(Dispatch, FilesAndNothingOpenTheWindow)
{
    EXPECT_EQ(requestOf({}), Request::Window);
    EXPECT_EQ(requestOf({"a.h5", "b.h5"}), Request::Window);
    EXPECT_EQ(requestOf({"/some where/a.h5"}), Request::Window);
}

TEST(Dispatch, SubCommandsGoWhereTheyBelong)
{
    EXPECT_EQ(requestOf({"figure", "training"}), Request::Figure);
    for (const char* word :
         {"train", "eval", "analyze", "data", "runs", "bench", "presets", "machine", "serve", "nonsense"})
        EXPECT_EQ(requestOf({word}), Request::Engine) << word;
    EXPECT_EQ(requestOf({"--help"}), Request::Help);
    EXPECT_EQ(requestOf({"--version"}), Request::Version);
}

TEST(Dispatch, WithoutADisplayTheSentenceNamesHeadlessCommands)
{
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    const char* const platform = std::getenv("QT_QPA_PLATFORM");
    const std::string before = platform == nullptr ? "" : platform;
    unsetenv("QT_QPA_PLATFORM");
    EXPECT_TRUE(lacksDisplay());
    setenv("DISPLAY", ":7", 1);
    EXPECT_FALSE(lacksDisplay());
    unsetenv("DISPLAY");
    setenv("QT_QPA_PLATFORM", before.c_str(), 1);
    EXPECT_THAT(noDisplaySentence(),
                testing::AllOf(testing::HasSubstr("toeplab train"), testing::HasSubstr("toeplab figure")));
}

} // namespace
} // namespace toeplab::app
