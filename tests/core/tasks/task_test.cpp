// SPDX-License-Identifier: Apache-2.0
#include "core/tasks/task.h"

#include "core/base/check.h"
#include "core/config/choices.h"
#include "core/config/presets.h"
#include "core/tasks/listops_expression.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <numeric>

namespace toeplab::core
{
namespace
{

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

TaskSettings small()
{
    TaskSettings settings = presetOrFile("tour")->task;
    settings.train_samples = 200;
    settings.val_samples = 40;
    settings.test_samples = 30;
    return settings;
}

TEST(Splits, HaveNames)
{
    for (const Split split : {Split::Train, Split::Validation, Split::Test}) {
        EXPECT_EQ(splitFromString(toString(split)).value(), split);
    }
    EXPECT_THAT(splitFromString("validation").error().message, HasSubstr("train, val and test"));
}

// A task that is registered but not offered, or the other way round, shows here.
TEST(Tasks, AreTheOnesThatSettingsOffer)
{
    EXPECT_EQ(taskNames(), std::vector<std::string>(kTasks.begin(), kTasks.end()));
    TaskSettings settings;
    settings.name = "chess";
    EXPECT_THAT(makeTask(settings).error().message, AllOf(HasSubstr("chess"), HasSubstr("listops")));
}

TEST(Tasks, CountTheSamplesThatTheyCut)
{
    const auto whole = makeTask(small()).value()->dataset(Split::Train).value();
    TaskSettings settings = small();
    settings.length_limit = 20;
    auto task = makeTask(settings).value();
    const auto cut = task->dataset(Split::Train).value();
    std::int64_t longer = 0;
    for (std::int64_t i = 0; i < whole->size(); ++i) {
        longer += whole->length(i) > 20 ? 1 : 0;
        EXPECT_EQ(cut->length(i), std::min<std::int64_t>(whole->length(i), 20));
    }
    EXPECT_GT(longer, 0);
    EXPECT_EQ(cut->cutSamples(), longer);
    EXPECT_EQ(whole->cutSamples(), 0);
    EXPECT_THAT(task->provenance(), HasSubstr("of them cut to 20 positions"));
}

// Every registered task, from the first generated sample to a batch.
TEST(Tasks, DeliverBatchesThatKeepTheirPromises)
{
    for (const std::string& name : taskNames()) {
        SCOPED_TRACE(name);
        TaskSettings settings = small();
        settings.name = name;
        auto task = makeTask(settings);
        ASSERT_TRUE(task) << task.error().message;
        EXPECT_EQ((*task)->name(), name);
        EXPECT_FALSE((*task)->provenance().empty());
        const TaskShape shape = (*task)->shape();
        EXPECT_GT(shape.classes, 1);
        EXPECT_LE(shape.max_length, settings.length_limit);
        for (const Split split : {Split::Test, Split::Train, Split::Validation}) {
            const auto dataset = (*task)->dataset(split);
            ASSERT_TRUE(dataset) << dataset.error().message;
            EXPECT_EQ((*task)->dataset(split).value(), *dataset) << "a later call returns the same object";
            std::vector<std::int64_t> indices(static_cast<std::size_t>((*dataset)->size()));
            std::iota(indices.begin(), indices.end(), std::int64_t{0});
            const Batch batch = (*dataset)->batch(indices);
            ASSERT_EQ(batch.labels.size(), indices.size());
            ASSERT_EQ(batch.rows, static_cast<std::int64_t>(indices.size()) * (shape.pairs ? 2 : 1));
            ASSERT_EQ(batch.tokens.size(), static_cast<std::size_t>(batch.rows * batch.length));
            EXPECT_EQ(batch.length, *std::max_element(batch.lengths.begin(), batch.lengths.end()));
            EXPECT_LE(batch.length, shape.max_length);
            for (const std::int32_t token : batch.tokens) {
                ASSERT_TRUE(token >= 0 && token < shape.vocabulary) << token;
            }
            for (const std::int32_t label : batch.labels) {
                ASSERT_TRUE(label >= 0 && label < shape.classes) << label;
            }
        }
    }
}

TEST(Listops, RowsEndWithTheMarkAndArePadded)
{
    const auto task = makeTask(small()).value();
    const auto dataset = task->dataset(Split::Test).value();
    const std::vector<std::int64_t> indices{7, 0, 7};
    const Batch batch = dataset->batch(indices);
    ASSERT_EQ(batch.rows, 3);
    for (std::size_t row = 0; row < 3; ++row) {
        const auto* tokens = batch.tokens.data() + row * static_cast<std::size_t>(batch.length);
        const auto length = static_cast<std::size_t>(batch.lengths[row]);
        EXPECT_EQ(batch.lengths[row], dataset->length(indices[row]));
        listops::Expression expression(tokens, tokens + length - 1);
        EXPECT_EQ(listops::evaluate(expression).value(), batch.labels[row]);
        EXPECT_EQ(listops::plainText(expression), dataset->text(indices[row]));
        EXPECT_EQ(tokens[length - 1], listops::kEnd);
        for (auto i = length; i < static_cast<std::size_t>(batch.length); ++i) {
            EXPECT_EQ(tokens[i], listops::kPad);
        }
    }
    EXPECT_EQ(dataset->batch({}).rows, 0);
    EXPECT_THROW((void)dataset->batch(std::vector<std::int64_t>{dataset->size()}), BrokenPromise);
    EXPECT_THROW((void)dataset->length(-1), BrokenPromise);
}

TEST(Listops, LongSamplesAreCutBeforeTheEndMark)
{
    TaskSettings settings = small();
    settings.length_limit = 8;
    const auto task = makeTask(settings).value();
    EXPECT_EQ(task->shape().max_length, 8);
    const auto dataset = task->dataset(Split::Validation).value();
    const Batch batch = dataset->batch(std::vector<std::int64_t>{0, 1});
    EXPECT_EQ(batch.length, 8);
    EXPECT_THAT(batch.lengths, ElementsAre(8, 8));
    EXPECT_EQ(batch.tokens[7], listops::kEnd);
    EXPECT_GT(batch.tokens[6], listops::kEnd);
}

TEST(Listops, SaysWhereTheDataIsFrom)
{
    EXPECT_EQ(makeTask(small()).value()->provenance(),
              "generated, seed 42: 200 training, 40 validation and 30 test samples of 10 to 63 tokens");
    const auto file = std::filesystem::path(testing::TempDir()) / "provenance.tsv";
    {
        std::ofstream stream(file);
        for (int digit = 0; digit < 10; ++digit) {
            for (int other = 0; other < 10; ++other) {
                stream << "( ( ( [SM " << digit << " ) " << other << " ) ] )\t" << (digit + other) % 10 << '\n';
            }
        }
    }
    TaskSettings settings = small();
    settings.path = file.string();
    const auto task = makeTask(settings).value();
    EXPECT_EQ(task->shape().max_length, 64);
    ASSERT_TRUE(task->dataset(Split::Train));
    EXPECT_THAT(task->provenance(), AllOf(HasSubstr(file.string()), HasSubstr("80 % training"), HasSubstr(", train ")));
    settings.path = "/nowhere/at/all";
    EXPECT_THAT(makeTask(settings).error().message, HasSubstr("/nowhere/at/all"));
    std::filesystem::remove(file);
}

} // namespace
} // namespace toeplab::core
