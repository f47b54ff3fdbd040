// SPDX-License-Identifier: Apache-2.0
#include "core/tasks/listops_files.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

namespace toeplab::core::listops
{
namespace
{

// The test file of Nangia & Bowman (2018), 10,000 lines: readFile checks each label against our value.
TEST(ListopsOriginal, EveryPublishedLabelIsReproduced)
{
    const char* folder = std::getenv("TOEPLAB_DATA_DIR");
    if (folder == nullptr || *folder == '\0') {
        GTEST_SKIP() << "TOEPLAB_DATA_DIR is not set: it names a folder that holds listops_original_test_d20s.tsv";
    }
    const auto files = findFiles(std::string(folder) + "/listops");
    ASSERT_TRUE(files) << files.error().message;
    EXPECT_TRUE(files->single_file);
    const auto samples = readFile((*files)[Split::Test]);
    ASSERT_TRUE(samples) << samples.error().message;
    EXPECT_EQ(samples->size(), 10000U);

    std::size_t total = 0;
    std::set<std::uint64_t> training;
    const auto splits = splitByContent(*samples);
    for (const TokenStore& split : splits) {
        total += split.size();
    }
    EXPECT_EQ(total, samples->size());
    EXPECT_NEAR(static_cast<double>(splits[0].size()), 8000, 160); // four standard deviations of a binomial
    for (std::size_t i = 0; i < splits[0].size(); ++i) {
        training.insert(contentHash(splits[0].tokens(i)));
    }
    for (std::size_t i = 0; i < splits[2].size(); ++i) {
        EXPECT_EQ(training.count(contentHash(splits[2].tokens(i))), 0U);
    }
}

} // namespace
} // namespace toeplab::core::listops
