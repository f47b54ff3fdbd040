// SPDX-License-Identifier: Apache-2.0
#include "core/tasks/listops_expression.h"

#include "core/tasks/listops_generator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace toeplab::core::listops
{
namespace
{

using testing::HasSubstr;

Expression parsed(std::string_view text)
{
    Expression expression;
    EXPECT_TRUE(parse(text, expression)) << text;
    return expression;
}

int valueOf(std::string_view text)
{
    return evaluate(parsed(text)).value_or(-1);
}

std::string whyNot(std::string_view text)
{
    const auto value = evaluate(parsed(text));
    return value ? "it has a value" : value.error().message;
}

/// The value by recursion and sorting, as the definition says it; `next` is the token to read.
int slowValue(const Expression& expression, std::size_t& next)
{
    const std::uint8_t id = expression[next++];
    if (id < kMin) {
        return id - kDigit0;
    }
    std::vector<int> arguments;
    while (expression[next] != kClose) {
        arguments.push_back(slowValue(expression, next));
    }
    ++next;
    std::sort(arguments.begin(), arguments.end());
    const std::size_t middle = arguments.size() / 2;
    switch (id) {
    case kMin:
        return arguments.front();
    case kMax:
        return arguments.back();
    case kMed:
        return arguments.size() % 2 != 0 ? arguments[middle] : (arguments[middle - 1] + arguments[middle]) / 2;
    default:
        return std::accumulate(arguments.begin(), arguments.end(), 0) % 10;
    }
}

TEST(ListopsExpression, HasTheOperatorsValues)
{
    EXPECT_EQ(valueOf("7"), 7);
    EXPECT_EQ(valueOf("[MIN 3 5 ]"), 3);
    EXPECT_EQ(valueOf("[MAX 3 5 ]"), 5);
    EXPECT_EQ(valueOf("[MED 9 1 5 ]"), 5);
    EXPECT_EQ(valueOf("[MED 9 1 4 6 ]"), 5);
    EXPECT_EQ(valueOf("[MED 9 1 4 5 ]"), 4); // 4.5, cut to an integer
    EXPECT_EQ(valueOf("[SM 9 8 7 ]"), 4);
    EXPECT_EQ(valueOf("[MAX 4 [MIN 2 3 ] 0 ]"), 4);
    EXPECT_EQ(valueOf("[SM 5 ]"), 5); // one argument: in no published file, but well defined
}

TEST(ListopsExpression, SaysWhichTokenIsWrong)
{
    EXPECT_EQ(whyNot(""), "there is no expression");
    EXPECT_EQ(whyNot("[MIN 3 [MAX 5"), "the expression ends with 2 operators still open");
    EXPECT_EQ(whyNot("[MIN 3 ] 5"), "token 4 follows the end of the expression");
    EXPECT_EQ(whyNot("3 5"), "token 2 follows the end of the expression");
    EXPECT_EQ(whyNot("]"), "token 1 closes an operator, but none is open");
    EXPECT_EQ(whyNot("[MIN 3 [SM ] ]"), "token 4 closes [SM, which has no arguments");
    EXPECT_THAT(evaluate(Expression{kMin, kPad, kClose}).error().message, HasSubstr("token 2 is <pad>"));
    EXPECT_THAT(evaluate(Expression{kMin, 200, kClose}).error().message, HasSubstr("token 2 is <unk>"));
}

TEST(ListopsExpression, ReadsAndWritesThePublishedText)
{
    const std::string nested = "( ( ( [MIN 3 ) 5 ) ] )";
    EXPECT_EQ(parsed(nested), (Expression{kMin, kDigit0 + 3, kDigit0 + 5, kClose}));
    EXPECT_EQ(nestedText(parsed(nested)), nested);
    EXPECT_EQ(plainText(parsed(nested)), "[MIN 3 5 ]");
    const std::string deep = "( ( ( ( [SM ( ( ( [MED 0 ) 1 ) ] ) ) 2 ) ( ( ( [MAX 3 ) 4 ) ] ) ) ] )";
    EXPECT_EQ(nestedText(parsed(deep)), deep);
    EXPECT_EQ(nestedText(parsed("7")), "7");
    for (const char* wrong : {"[MEAN", "12", "[", "(3", "X", "[MIN3", "-1", "<pad>"}) {
        Expression expression;
        const auto read = parse(wrong, expression);
        ASSERT_FALSE(read) << wrong;
        EXPECT_THAT(read.error().message, HasSubstr(wrong));
    }
}

// A model trained on one file must read any other, so the ids never change.
TEST(ListopsExpression, IdsAreFixed)
{
    EXPECT_EQ(parsed("0 9 [MIN [MAX [MED [SM ]"), (Expression{3, 12, 13, 14, 15, 16, 17}));
    EXPECT_EQ(kVocabulary, 18);
    std::set<std::string_view> spellings;
    for (int id = 0; id < kVocabulary; ++id) {
        spellings.insert(spelling(static_cast<std::uint8_t>(id)));
    }
    EXPECT_EQ(spellings.size(), 18U);
}

RC_GTEST_PROP(ListopsExpression, AgreesWithTheDefinitionAndSurvivesText, (std::uint64_t seed))
{
    const auto depth = *rc::gen::inRange<std::int64_t>(1, 8);
    const auto arguments = *rc::gen::inRange<std::int64_t>(2, 12);
    const TreeSampler sampler(depth, arguments, 5000);
    Random random(seed);
    Expression expression;
    while (!sampler.draw(random, expression)) {
    }
    std::size_t next = 0;
    RC_ASSERT(evaluate(expression).value() == slowValue(expression, next));
    RC_ASSERT(next == expression.size());
    for (const std::string& text : {nestedText(expression), plainText(expression)}) {
        Expression again;
        RC_ASSERT(parse(text, again).has_value());
        RC_ASSERT(again == expression);
    }
}

RC_GTEST_PROP(ListopsExpression, NeverFailsBadlyOnAnyTokens, (std::vector<std::uint8_t> ids))
{
    for (std::uint8_t& id : ids) {
        id = static_cast<std::uint8_t>(id % 20);
    }
    const auto value = evaluate(ids);
    RC_ASSERT((value ? *value >= 0 && *value <= 9 : !value.error().message.empty()));
}

} // namespace
} // namespace toeplab::core::listops
