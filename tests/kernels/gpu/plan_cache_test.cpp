// SPDX-License-Identifier: Apache-2.0
#include "kernels/fftconv/plan_cache.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace toeplab::kernels
{
namespace
{

struct Key {
    int size = 0;
    int rows = 0;
    bool operator==(const Key&) const = default;
};

/// Counts who is alive.
struct FakePlan {
    explicit FakePlan(int made, std::vector<int>& gone) : number(made), gone_(gone) {}
    FakePlan(const FakePlan&) = delete;
    FakePlan& operator=(const FakePlan&) = delete;
    ~FakePlan() { gone_.push_back(number); }
    int number;

private:
    std::vector<int>& gone_;
};

TEST(PlanCache, KeepsWhatWasUsedLast)
{
    std::vector<int> gone;
    int made = 0;
    {
        PlanCache<Key, FakePlan> cache(2);
        const auto plan = [&](Key key) {
            return cache.get(key, [&](const Key&) { return std::make_unique<FakePlan>(++made, gone); }).number;
        };
        EXPECT_EQ(plan({8, 1}), 1);
        EXPECT_EQ(plan({8, 2}), 2);
        EXPECT_EQ(plan({8, 1}), 1); // now the newer of the two
        EXPECT_EQ(plan({16, 1}), 3);
        EXPECT_EQ(gone, std::vector<int>{2});
        EXPECT_EQ(plan({8, 1}), 1);
        EXPECT_EQ(plan({8, 2}), 4);
        EXPECT_EQ(gone, (std::vector<int>{2, 3}));
        EXPECT_EQ(cache.size(), 2U);
        EXPECT_EQ(cache.hits(), 2U);
        EXPECT_EQ(cache.misses(), 4U);
        EXPECT_EQ(cache.evictions(), 2U);
    }
    EXPECT_EQ(gone.size(), 4U);
}

TEST(PlanCache, APlanThatCannotBeMadeLeavesTheOthers)
{
    std::vector<int> gone;
    PlanCache<Key, FakePlan> cache(1);
    const auto fine = [&](const Key&) { return std::make_unique<FakePlan>(7, gone); };
    EXPECT_EQ(cache.get({8, 1}, fine).number, 7);
    EXPECT_THROW(static_cast<void>(cache.get(
                     {9, 1}, [](const Key&) -> std::unique_ptr<FakePlan> { throw std::runtime_error("no memory"); })),
                 std::runtime_error);
    EXPECT_TRUE(gone.empty());
    EXPECT_EQ(cache.get({8, 1}, fine).number, 7);
    EXPECT_EQ(cache.hits(), 1U);
}

} // namespace
} // namespace toeplab::kernels
