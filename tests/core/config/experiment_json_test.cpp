// SPDX-License-Identifier: Apache-2.0
#include "core/config/fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace toeplab::core
{
namespace
{

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Any experiment whose values lie in their ranges; it may contradict itself.
Experiment arbitraryExperiment()
{
    Experiment experiment;
    for (const Field& field : fields()) {
        switch (field.type) {
        case Field::Type::Boolean:
            field.set(experiment, *rc::gen::arbitrary<bool>());
            break;
        case Field::Type::Integer:
            field.set(experiment, *rc::gen::inRange(static_cast<std::int64_t>(field.minimum),
                                                    static_cast<std::int64_t>(field.maximum) + 1));
            break;
        case Field::Type::Real: {
            const double share = *rc::gen::inRange(1, 1000) / 1000.0;
            field.set(experiment, field.minimum + share * (field.maximum - field.minimum));
            break;
        }
        case Field::Type::Text:
            field.set(experiment,
                      field.choices.empty() ? *rc::gen::string<std::string>() : *rc::gen::elementOf(field.choices));
            break;
        }
    }
    return experiment;
}

RC_GTEST_PROP(ExperimentJson, KeepsEveryValue, ())
{
    Experiment experiment = arbitraryExperiment();
    experiment.name = "x"; // JSON text is UTF-8; arbitrary bytes are not
    experiment.task.path = "y";
    const std::string text = toJson(experiment).dump();
    RC_ASSERT(parseExperiment(nlohmann::json::parse(text)).experiment == experiment);
    RC_ASSERT(parseExperiment(nlohmann::json::from_cbor(nlohmann::json::to_cbor(toJson(experiment)))).experiment ==
              experiment);
}

TEST(ExperimentJson, ReadsAPartOverTheDefaults)
{
    const auto read = experimentFromJson({{"model", {{"layers", 2}}}, {"train.batch", 8}});
    ASSERT_TRUE(read) << read.error().message;
    Experiment expected;
    expected.model.layers = 2;
    expected.train.batch = 8;
    EXPECT_EQ(*read, expected);
    EXPECT_EQ(*experimentFromJson(nlohmann::json::object()), Experiment{});
}

TEST(ExperimentJson, ReportsEveryProblemAtOnce)
{
    const auto read = experimentFromJson({{"mixer", {{"rnak", 3}, {"gamma", 0}, {"band", 32}}},
                                          {"train", {{"batch", "many"}}},
                                          {"model", {{"width", 65}}},
                                          {"optimizer", 3}});
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().message,
                AllOf(HasSubstr("The experiment has 6 problems."),
                      HasSubstr("There is no setting mixer.rnak. Did you mean mixer.rank?"),
                      HasSubstr("mixer.gamma is 0: it must be more than 0, at most 1."),
                      HasSubstr("mixer.band is 32: it must be odd. Try 33."),
                      HasSubstr("train.batch is \"many\": it must be a whole number, 1 to 65,536."),
                      HasSubstr("model.width is 65: it must be even"), HasSubstr("optimizer is a group of settings")));
}

TEST(ExperimentJson, OneProblemIsOneSentence)
{
    const auto read = experimentFromJson({{"mixer.rank", 1}});
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().message, "mixer.rank is 1: it must be 2 to 65,536.");
    EXPECT_THAT(experimentFromJson(nlohmann::json::array()).error().message, HasSubstr("this is an array"));
    EXPECT_THAT(experimentFromJson({{"zzzzzzzzzzz", 1}}).error().message, HasSubstr("`toeplab presets tour`"));
}

TEST(Settings, AreAppliedTogetherOrNotAtAll)
{
    Experiment experiment;
    const std::vector<std::string> good{"mixer.causal=true", "mixer.par_type=3", "optimizer.lr=1e-3"};
    ASSERT_TRUE(applySettings(experiment, good));
    EXPECT_TRUE(experiment.mixer.causal);
    EXPECT_EQ(experiment.mixer.par_type, 3);
    EXPECT_EQ(experiment.optimizer.lr, 1e-3);

    const Experiment before = experiment;
    const std::vector<std::string> bad{"train.batch=16", "mixer.causal=false", "model.wdith=64", "train.seed"};
    const auto applied = applySettings(experiment, bad);
    ASSERT_FALSE(applied);
    EXPECT_THAT(applied.error().message, AllOf(HasSubstr("model.width"), HasSubstr("\"train.seed\" sets nothing"),
                                               HasSubstr("mixer.par_type is 3"), Not(HasSubstr("train.batch is"))));
    EXPECT_EQ(experiment, before);
}

TEST(Settings, SuggestTheSectionThatIsMissing)
{
    Experiment experiment;
    EXPECT_EQ(applySetting(experiment, "rank=3").error().message, "There is no setting rank. Did you mean mixer.rank?");
    EXPECT_EQ(applySetting(experiment, "mixer.kind=skii").error().message.rfind("mixer.kind is \"skii\"", 0), 0U);
}

} // namespace
} // namespace toeplab::core
