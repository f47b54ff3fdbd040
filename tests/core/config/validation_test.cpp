// SPDX-License-Identifier: Apache-2.0
#include "core/config/fields.h"

#include <gmock/gmock.h>

namespace toeplab::core
{
namespace
{

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> keysOfProblems(const Experiment& experiment)
{
    std::vector<std::string> keys;
    for (const Problem& problem : validate(experiment)) {
        EXPECT_THAT(problem.message, HasSubstr(problem.key));
        EXPECT_EQ(problem.message.back(), '.') << problem.message;
        keys.push_back(problem.key);
    }
    return keys;
}

/// The problems of the defaults with one change.
template <typename Change>
std::vector<std::string> problemsAfter(Change&& change)
{
    Experiment experiment;
    change(experiment);
    return keysOfProblems(experiment);
}

TEST(Validation, AcceptsTheDefaults)
{
    EXPECT_THAT(keysOfProblems({}), IsEmpty());
}

TEST(Validation, FindsEachContradiction)
{
    EXPECT_THAT(problemsAfter([](Experiment& e) { e.mixer.par_type = 3; }), ElementsAre("mixer.par_type"));
    EXPECT_THAT(problemsAfter([](Experiment& e) { e.mixer.par_type = 3, e.mixer.causal = true; }), IsEmpty());
    EXPECT_THAT(problemsAfter([](Experiment& e) { e.mixer.par_type = 3, e.mixer.kind = "fd"; }), IsEmpty());
    EXPECT_THAT(problemsAfter([](Experiment& e) { e.mixer.par_type = 3, e.mixer.kind = "direct"; }),
                ElementsAre("mixer.par_type"));
    EXPECT_THAT(problemsAfter([](Experiment& e) { e.mixer.axes = 2; }), ElementsAre("mixer.axes"));
    EXPECT_THAT(problemsAfter([](Experiment& e) { e.mixer.algorithm = "dense"; }), ElementsAre("mixer.algorithm"));
    EXPECT_THAT(problemsAfter([](Experiment& e) { e.mixer.algorithm = "blocks"; }), ElementsAre("mixer.algorithm"));
    EXPECT_THAT(problemsAfter([](Experiment& e) { e.mixer.algorithm = "blocks", e.mixer.causal = true; }), IsEmpty());
    EXPECT_THAT(problemsAfter([](Experiment& e) { e.mixer.band = 257; }), IsEmpty());
    EXPECT_THAT(problemsAfter([](Experiment& e) { e.mixer.band = 70001; }), ElementsAre("mixer.band"));
    EXPECT_THAT(problemsAfter([](Experiment& e) { e.mixer.rank = 1; }), ElementsAre("mixer.rank"));
    EXPECT_THAT(problemsAfter([](Experiment& e) { e.mixer.gamma = 0; }), ElementsAre("mixer.gamma"));
    EXPECT_THAT(problemsAfter([](Experiment& e) { e.mixer.gamma = 1.001; }), ElementsAre("mixer.gamma"));
    EXPECT_THAT(problemsAfter([](Experiment& e) { e.mixer.band = 16; }), ElementsAre("mixer.band"));
    EXPECT_THAT(problemsAfter([](Experiment& e) { e.mixer.two_axis_type = 5; }), ElementsAre("mixer.two_axis_type"));
    EXPECT_THAT(problemsAfter([](Experiment& e) { e.mixer.heads = 200; }), ElementsAre("mixer.expand_ratio"));
    EXPECT_THAT(problemsAfter([](Experiment& e) { e.model.width = 129; }), ElementsAre("model.width"));
    EXPECT_THAT(problemsAfter([](Experiment& e) { e.model.glu_ratio = 0.001; }), ElementsAre("model.glu_ratio"));
    EXPECT_THAT(problemsAfter([](Experiment& e) { e.optimizer.warmup = 50000; }), ElementsAre("optimizer.warmup"));
    EXPECT_THAT(problemsAfter([](Experiment& e) { e.optimizer.warmup = 50000, e.optimizer.schedule = "constant"; }),
                IsEmpty());
    EXPECT_THAT(problemsAfter([](Experiment& e) { e.task.train_samples = 32; }), ElementsAre("train.batch"));
    EXPECT_THAT(problemsAfter([](Experiment& e) { e.task.max_length = 501; }), ElementsAre("task.max_length"));
    EXPECT_THAT(problemsAfter([](Experiment& e) { e.task.max_length = 502; }), IsEmpty());
}

// Three levels, two arguments: 2 + 2 (2 + 2) = 10 tokens.
TEST(Validation, KnowsTheLongestExpression)
{
    const auto with = [](std::int64_t longer_than) {
        return problemsAfter(
            [=](Experiment& e) { e.task.max_depth = 3, e.task.max_args = 2, e.task.min_length = longer_than; });
    };
    EXPECT_THAT(with(9), IsEmpty());
    EXPECT_THAT(with(10), ElementsAre("task.min_length"));
}

// The longest generated sample is max_length - 1 tokens and the end mark, cut at the limit.
TEST(Validation, KnowsThatInducingPointsArePositions)
{
    const auto with = [](std::int64_t rank, std::int64_t limit) {
        return problemsAfter(
            [=](Experiment& e) { e.mixer.kind = "ski", e.mixer.rank = rank, e.task.length_limit = limit; });
    };
    EXPECT_THAT(with(2000, 4096), IsEmpty());
    EXPECT_THAT(with(2001, 4096), ElementsAre("mixer.rank"));
    EXPECT_THAT(with(512, 512), IsEmpty());
    EXPECT_THAT(with(513, 512), ElementsAre("mixer.rank"));
}

// One --set changes the operator of any preset: settings of another operator are ignored, as the form shows.
TEST(Validation, LeavesSettingsOfOtherOperatorsAlone)
{
    EXPECT_THAT(problemsAfter([](Experiment& e) { e.mixer.kind = "ski", e.mixer.max_lag = 1024; }), IsEmpty());
    EXPECT_THAT(problemsAfter([](Experiment& e) { e.mixer.rank = 60000; }), IsEmpty());
}

TEST(Validation, DoesNotJudgeTheGeneratorOfDataThatIsRead)
{
    EXPECT_THAT(problemsAfter([](Experiment& e) { e.task.min_length = 90000, e.task.path = "folder"; }), IsEmpty());
}

TEST(Validation, ReportsRangesAndContradictionsTogetherAndEachKeyOnce)
{
    const auto keys = problemsAfter([](Experiment& e) {
        e.mixer.kind = "dense";
        e.mixer.band = 0; // even too, but out of range is enough said
        e.model.width = 0;
        e.train.batch = 0;
        e.optimizer.lr = -1;
    });
    EXPECT_THAT(keys, testing::UnorderedElementsAre("mixer.kind", "mixer.band", "model.width", "train.batch",
                                                    "optimizer.lr", "mixer.expand_ratio", "model.glu_ratio"));
}

} // namespace
} // namespace toeplab::core
