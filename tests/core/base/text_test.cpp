// SPDX-License-Identifier: Apache-2.0
#include "core/base/text.h"

#include <gmock/gmock.h>

namespace toeplab::core
{
namespace
{

using testing::ElementsAre;
using testing::IsEmpty;

TEST(EditDistance, CountsTheFourKindsOfEdit)
{
    EXPECT_EQ(editDistance("rank", "rank"), 0U);
    EXPECT_EQ(editDistance("rank", "ran"), 1U);
    EXPECT_EQ(editDistance("rank", "rnak"), 1U);
    EXPECT_EQ(editDistance("", "abc"), 3U);
    EXPECT_EQ(editDistance("kitten", "sitting"), 3U);
    EXPECT_EQ(editDistance("sitting", "kitten"), 3U);
}

TEST(Nearest, FindsMisspellingsAndMissingSections)
{
    const std::vector<std::string> keys{"mixer.rank", "mixer.band", "model.width", "train.batch", "optimizer.lr"};
    EXPECT_THAT(nearest("mixer.rnak", keys), ElementsAre("mixer.rank"));
    EXPECT_THAT(nearest("rank", keys), ElementsAre("mixer.rank"));
    EXPECT_THAT(nearest("model.rank", keys), ElementsAre("mixer.rank"));
    EXPECT_THAT(nearest("tuor", std::vector<std::string>{"listops/tno", "tour", "tour-fd"}), ElementsAre("tour"));
    EXPECT_THAT(nearest("lr", keys), ElementsAre("optimizer.lr"));
    EXPECT_THAT(nearest("mixr.rank", keys), ElementsAre("mixer.rank"));
    EXPECT_THAT(nearest("nothing.like.it", keys), IsEmpty());
}

TEST(Words, AreJoinedAsInASentence)
{
    const std::vector<std::string> words{"tno", "ski", "fd"};
    EXPECT_EQ(alternatives(words), "tno, ski or fd");
    EXPECT_EQ(alternatives(std::span(words).first(2)), "tno or ski");
    EXPECT_EQ(alternatives(std::span(words).first(1)), "tno");
    EXPECT_EQ(alternatives({}), "");
}

TEST(PlainNumber, ReadsLikeHandwriting)
{
    EXPECT_EQ(plainNumber(0), "0");
    EXPECT_EQ(plainNumber(96000), "96,000");
    EXPECT_EQ(plainNumber(1234567), "1,234,567");
    EXPECT_EQ(plainNumber(-100), "-100");
    EXPECT_EQ(plainNumber(0.999), "0.999");
    EXPECT_EQ(plainNumber(0.0005), "0.0005");
    EXPECT_EQ(plainNumber(1e-8), "1e-08");
}

} // namespace
} // namespace toeplab::core
