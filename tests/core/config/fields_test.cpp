// SPDX-License-Identifier: Apache-2.0
#include "core/config/fields.h"

#include "core/config/choices.h"

#include <gmock/gmock.h>

#include <cctype>
#include <limits>
#include <set>

namespace toeplab::core
{
namespace
{

using testing::HasSubstr;

std::string sectionOf(const Field& field)
{
    return field.key.substr(0, field.key.find('.') + 1);
}

TEST(Fields, DescribeThemselvesCompletely)
{
    std::set<std::string> keys;
    for (const Field& field : fields()) {
        SCOPED_TRACE(field.key);
        EXPECT_TRUE(keys.insert(field.key).second) << "twice in the table";
        EXPECT_FALSE(field.label.empty());
        ASSERT_FALSE(field.meaning.empty());
        EXPECT_EQ(field.meaning.back(), '.');
        EXPECT_LT(field.meaning.size(), 200U);
        EXPECT_FALSE(field.range().empty());
        if (field.type == Field::Type::Integer || field.type == Field::Type::Real) {
            EXPECT_LE(field.minimum, field.maximum);
        }
        if (!field.choices.empty()) {
            EXPECT_EQ(field.type, Field::Type::Text);
        }
        EXPECT_EQ(findField(field.key), &field);
    }
    EXPECT_EQ(findField("mixer.rnak"), nullptr);
}

// A field wired to a neighbour's member would show here: writing it must change its own reading and no other's.
TEST(Fields, EachReadsAndWritesItsOwnMember)
{
    const Experiment before;
    for (const Field& field : fields()) {
        SCOPED_TRACE(field.key);
        nlohmann::json other;
        switch (field.type) {
        case Field::Type::Boolean:
            other = !field.get(before).get<bool>();
            break;
        case Field::Type::Integer:
            other = field.get(before).get<std::int64_t>() + 1;
            break;
        case Field::Type::Real:
            other = field.get(before).get<double>() + 0.015625;
            break;
        case Field::Type::Text:
            other = "something else";
            break;
        }
        Experiment after;
        field.set(after, other);
        for (const Field& each : fields()) {
            EXPECT_EQ(each.get(after), each.key == field.key ? other : each.get(before)) << each.key;
        }
    }
}

TEST(Fields, SectionsAreContiguousAndAllKnown)
{
    std::vector<std::string> seen;
    for (const Field& field : fields()) {
        if (seen.empty() || seen.back() != sectionOf(field)) {
            seen.push_back(sectionOf(field));
        }
    }
    std::vector<std::string> expected{""}; // the name
    for (const Section& section : sections()) {
        expected.push_back(section.key + ".");
    }
    EXPECT_EQ(seen, expected);
}

TEST(Fields, SayWhatIsAllowed)
{
    EXPECT_EQ(findField("mixer.gamma")->range(), "more than 0, at most 1");
    EXPECT_EQ(findField("model.dropout")->range(), "at least 0, less than 1");
    EXPECT_EQ(findField("train.batch")->range(), "1 to 65,536");
    EXPECT_EQ(findField("mixer.causal")->range(), "true or false");
    EXPECT_EQ(findField("mixer.mode")->range(), "one of exact or released");
    EXPECT_EQ(findField("name")->range(), "any text");
}

TEST(Fields, RefuseWrongTypesAndValuesWithKeyValueAndRange)
{
    const auto problem = [](const char* key, const nlohmann::json& value) {
        const auto checked = findField(key)->check(value);
        return checked ? std::string("accepted") : checked.error().message;
    };
    EXPECT_EQ(problem("mixer.gamma", 0.0), "mixer.gamma is 0: it must be more than 0, at most 1.");
    EXPECT_EQ(problem("mixer.gamma", 1.0), "accepted");
    EXPECT_EQ(problem("mixer.gamma", 1), "accepted");
    EXPECT_EQ(problem("mixer.rank", 1), "mixer.rank is 1: it must be 2 to 65,536.");
    EXPECT_EQ(problem("train.batch", 2.5), "train.batch is 2.5: it must be a whole number, 1 to 65,536.");
    EXPECT_EQ(problem("train.batch", 64.0), "accepted");
    EXPECT_EQ(problem("train.batch", "64"), "train.batch is \"64\": it must be a whole number, 1 to 65,536.");
    EXPECT_EQ(problem("mixer.causal", 1), "mixer.causal is 1: it must be true or false.");
    EXPECT_EQ(problem("mixer.act", "silo"),
              "mixer.act is \"silo\": it must be " + findField("mixer.act")->range() + ". Did you mean silu?");
    EXPECT_THAT(problem("optimizer.lr", std::numeric_limits<double>::quiet_NaN()), HasSubstr("optimizer.lr is nan"));
    EXPECT_THAT(problem("optimizer.lr", std::numeric_limits<double>::infinity()), HasSubstr("optimizer.lr is inf"));
    EXPECT_THAT(problem("train.steps", 1e30), HasSubstr("0 to 1,000,000,000"));
}

TEST(Fields, OfferOnlyOperatorsAndPrecisionsThatAreThere)
{
    EXPECT_EQ(findField("mixer.kind")->choices.size(), kMixerKinds.size());
    EXPECT_EQ(findField("train.precision")->choices.size(), kPrecisions.size());
    EXPECT_FALSE(findField("mixer.kind")->check("dense"));
}

TEST(Fields, GreyOutWhatHasNoEffect)
{
    Experiment experiment;
    experiment.mixer.rpe = "dpb";
    EXPECT_FALSE(findField("mixer.rpe_layers")->applies(experiment));
    experiment.mixer.rpe = "mlp";
    EXPECT_TRUE(findField("mixer.rpe_layers")->applies(experiment));
    EXPECT_FALSE(findField("mixer.rank")->applies(experiment));
    experiment.mixer.kind = "ski";
    EXPECT_TRUE(findField("mixer.rank")->applies(experiment));
    EXPECT_FALSE(findField("mixer.rpe_layers")->applies(experiment));
    experiment.task.path = "somewhere";
    EXPECT_FALSE(findField("task.min_length")->applies(experiment));
    EXPECT_TRUE(findField("task.length_limit")->applies(experiment));
}

TEST(Fields, ReadWhatAPersonTypes)
{
    EXPECT_EQ(*findField("optimizer.lr")->parse("5e-4"), 5e-4);
    EXPECT_EQ(*findField("train.steps")->parse("1e5"), 100000);
    EXPECT_EQ(*findField("train.seed")->parse("9007199254740991"), 9007199254740991);
    EXPECT_EQ(*findField("mixer.causal")->parse("true"), true);
    EXPECT_EQ(*findField("mixer.causal")->parse("off"), false);
    EXPECT_EQ(*findField("task.path")->parse("a=b"), "a=b");
    for (const char* text : {"", " 5", "5 ", "five", "nan", "inf", "0x10", "1,000"}) {
        EXPECT_FALSE(findField("optimizer.lr")->parse(text)) << text;
        EXPECT_FALSE(findField("train.steps")->parse(text)) << text;
    }
    EXPECT_FALSE(findField("mixer.causal")->parse("maybe"));
}

} // namespace
} // namespace toeplab::core
