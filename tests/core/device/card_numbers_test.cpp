// SPDX-License-Identifier: Apache-2.0
#include "core/device/card_numbers.h"

#include <gtest/gtest.h>

namespace toeplab::core
{
namespace
{

TEST(CardNumbers, AreReadFromADevicesName)
{
    EXPECT_EQ(cardNumbers("cuda"), (std::vector<int>{0}));
    EXPECT_EQ(cardNumbers("cuda:3"), (std::vector<int>{3}));
    EXPECT_EQ(cardNumbers("cuda:2,0,11"), (std::vector<int>{2, 0, 11}));
    EXPECT_EQ(cardNumbers("cuda:all"), (std::vector<int>{}));
}

TEST(CardNumbers, RefuseWhatNamesNone)
{
    for (const char* name : {"", "cpu", "auto", "gpu", "cud", "cuda:", "cuda:-1", "cuda:+1", "cuda: 1", "cuda:1,",
                             "cuda:,1", "cuda:1;2", "cuda,1", "cuda0", "cuda:1,1", "cuda:all,1", "cuda:99999999999"})
        EXPECT_EQ(cardNumbers(name), std::nullopt) << name;
}

} // namespace
} // namespace toeplab::core
