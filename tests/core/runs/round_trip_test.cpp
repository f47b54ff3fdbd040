// SPDX-License-Identifier: Apache-2.0
#include "core/runs/half.h"
#include "core/runs/run_reader.h"
#include "core/runs/run_writer.h"
#include "tests/core/runs/run_samples.h"

#include <gmock/gmock.h>

#include <atomic>
#include <cmath>
#include <limits>

namespace toeplab::core
{

namespace
{

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::unique_ptr<RunWriter> createOrDie(const std::string& path, const RunHeader& header)
{
    auto writer = RunWriter::create(path, header, [](const Error& error) { ADD_FAILURE() << error.message; });
    if (!writer)
        throw std::runtime_error(writer.error().message);
    return std::move(*writer);
}

RunData readOrDie(const std::string& path)
{
    auto data = readRun(path);
    if (!data)
        throw std::runtime_error(data.error().message);
    return std::move(*data);
}

void saveCheckpoint(RunWriter& writer, const Checkpoint& checkpoint, bool best)
{
    std::atomic<bool> done = false;
    writer.checkpoint(checkpoint, best, [&](const Result<void>& result) {
        EXPECT_TRUE(result) << result.error().message;
        done = true;
    });
    ASSERT_TRUE(writer.flush());
    ASSERT_TRUE(done);
}

struct Said {
    std::vector<MetricsRow> rows;
    std::vector<ValidationRow> validation;
    std::vector<RunEvent> events;
    std::vector<LadderSnapshot> ladder;
};

/// Awkward values on purpose: every special number, empty and odd texts, splits in any order.
Said sayAll(RunWriter& writer, const RunHeader& header)
{
    Said said;
    for (std::int64_t step = 1; step <= 20; ++step)
        said.rows.push_back(sampleRow(step));
    said.rows[3].loss = kNan;
    said.rows[4].grad_norm = kInfinity;
    said.rows[5].accuracy = -kInfinity;
    said.rows[6].lr = -0.0;
    said.rows[7].loss = std::numeric_limits<double>::denorm_min();
    said.rows[8].loss = 0.1; // no float32
    said.validation = {{10, "test", 1.5, 0.25, 100},
                       {10, "val", kNan, 0.5, 2000},
                       {20, "val", 0.75, 0.75, 2000},
                       {20, "a/b split", 0.5, kInfinity, 1}};
    said.events = {{1, 1.75e9, "start", "", 0},
                   {5, 1.75e9 + 0.25, "lr", "Learning rate 0.001 → 0.0005", 0.0005},
                   {6, 0, "note", "line\nbreak \"quoted\" \\", kNan}};
    said.ladder = {sampleLadder(header, 1), sampleLadder(header, 10)};
    said.ladder[1].layers[0].decay_rate.median = kNan;
    for (const MetricsRow& row : said.rows)
        writer.metrics(row);
    for (const ValidationRow& row : said.validation)
        writer.validation(row);
    for (const RunEvent& event : said.events)
        writer.event(event);
    for (const LadderSnapshot& ladder : said.ladder)
        writer.ladder(ladder);
    return said;
}

void expectSaid(const RunData& data, const Said& said)
{
    EXPECT_EQ(data.training, said.rows);
    EXPECT_EQ(data.validation, said.validation);
    EXPECT_EQ(data.events, said.events);
    EXPECT_EQ(data.ladder, said.ladder);
}

TEST(RoundTrip, EmptyRun)
{
    const Folder folder;
    const RunHeader header = sampleHeader();
    auto writer = createOrDie(folder.file("a.h5"), header);
    RunData data = readOrDie(folder.file("a.h5"));
    EXPECT_EQ(data.header, header);
    EXPECT_EQ(data.state, RunState::Alive);
    EXPECT_TRUE(data.training.empty());
    EXPECT_EQ(data.kernel_steps.size(), 3U);
    EXPECT_EQ(data.last_checkpoint_step, -1);
    EXPECT_EQ(data.recovery, "");
    writer.reset();
    data = readOrDie(folder.file("a.h5"));
    EXPECT_EQ(data.state, RunState::Crashed);
    EXPECT_EQ(data.header, header);
}

TEST(RoundTrip, RunWithoutLayers)
{
    const Folder folder;
    auto writer = createOrDie(folder.file("a.h5"), RunHeader{});
    writer->ladder({3, {}});
    saveCheckpoint(*writer, Checkpoint{}, true);
    const RunData data = readOrDie(folder.file("a.h5"));
    EXPECT_TRUE(data.kernel_steps.empty());
    EXPECT_EQ(data.ladder.size(), 1U);
    EXPECT_EQ(data.last_checkpoint_step, 0);
}

TEST(RoundTrip, EverythingFromTheJournal)
{
    const Folder folder;
    const RunHeader header = sampleHeader();
    auto writer = createOrDie(folder.file("a.h5"), header);
    const Said said = sayAll(*writer, header);
    ASSERT_TRUE(writer->flush());
    const RunData live = readOrDie(folder.file("a.h5"));
    expectSaid(live, said);
    EXPECT_EQ(live.state, RunState::Alive);
    EXPECT_EQ(live.recovery, "");
}

TEST(RoundTrip, EverythingFromTheSnapshot)
{
    const Folder folder;
    const RunHeader header = sampleHeader();
    auto writer = createOrDie(folder.file("a.h5"), header);
    const Said said = sayAll(*writer, header);
    writer->state(RunState::Finished);
    writer.reset();
    EXPECT_FALSE(std::filesystem::exists(folder.file("a.journal")));
    EXPECT_FALSE(std::filesystem::exists(folder.file("a.h5.tmp")));
    const RunData data = readOrDie(folder.file("a.h5"));
    expectSaid(data, said);
    EXPECT_EQ(data.header, header);
    EXPECT_EQ(data.state, RunState::Finished);
    EXPECT_EQ(data.path, folder.file("a.h5"));
    EXPECT_EQ(data.recovery, "");
}

TEST(RoundTrip, RowsOnBothSidesOfTheSnapshotComeOnce)
{
    const Folder folder;
    auto writer = createOrDie(folder.file("a.h5"), sampleHeader());
    std::vector<MetricsRow> rows;
    for (std::int64_t step = 1; step <= 10000; ++step) { // over two sealed chunks and a tail
        rows.push_back(sampleRow(step));
        writer->metrics(rows.back());
        if (step == 4096 || step == 9000)
            saveCheckpoint(*writer, sampleCheckpoint(step), false);
    }
    ASSERT_TRUE(writer->flush());
    EXPECT_EQ(readOrDie(folder.file("a.h5")).training, rows);
    writer->state(RunState::Stopped);
    writer.reset();
    EXPECT_EQ(readOrDie(folder.file("a.h5")).training, rows);
}

TEST(RoundTrip, Checkpoints)
{
    const Folder folder;
    auto writer = createOrDie(folder.file("a.h5"), sampleHeader());
    const auto none = readCheckpoint(folder.file("a.h5"), CheckpointKind::Last);
    ASSERT_FALSE(none);
    EXPECT_THAT(none.error().message, HasSubstr("no checkpoint 'last' yet"));
    saveCheckpoint(*writer, sampleCheckpoint(5), true);
    saveCheckpoint(*writer, sampleCheckpoint(9), false);
    for (int reopened = 0; reopened < 2; ++reopened) {
        const auto last = readCheckpoint(folder.file("a.h5"), CheckpointKind::Last);
        const auto best = readCheckpoint(folder.file("a.h5"), CheckpointKind::Best);
        ASSERT_TRUE(last) << last.error().message;
        ASSERT_TRUE(best) << best.error().message;
        EXPECT_EQ(*last, sampleCheckpoint(9));
        EXPECT_EQ(*best, sampleCheckpoint(5));
        const RunData data = readOrDie(folder.file("a.h5"));
        EXPECT_EQ(data.last_checkpoint_step, 9);
        EXPECT_EQ(data.best_checkpoint_step, 5);
        writer->state(RunState::Finished);
        ASSERT_TRUE(writer->flush());
    }
}

TEST(RoundTrip, KernelsAreRoundedInTheTrackAndExactAtTheCheckpoint)
{
    const Folder folder;
    const RunHeader header = sampleHeader();
    auto writer = createOrDie(folder.file("a.h5"), header);
    for (const std::int64_t step : {0, 1, 2}) {
        for (std::size_t layer = 0; layer < 3; ++layer)
            writer->kernel(sampleKernel(header, layer, step));
    }
    saveCheckpoint(*writer, sampleCheckpoint(2), false);
    writer->kernel(sampleKernel(header, 1, 3));
    ASSERT_TRUE(writer->flush());
    const RunData data = readOrDie(folder.file("a.h5"));
    EXPECT_THAT(data.kernel_steps[0], ElementsAre(0, 1, 2));
    EXPECT_THAT(data.kernel_steps[1], ElementsAre(0, 1, 2, 3));
    for (std::size_t layer = 0; layer < 3; ++layer) {
        for (const std::int64_t step : data.kernel_steps[layer]) {
            const auto kernel = readKernel(folder.file("a.h5"), layer, step);
            ASSERT_TRUE(kernel) << kernel.error().message;
            std::vector<float> expected = sampleKernel(header, layer, step).values;
            if (step != 2) {
                for (float& value : expected)
                    value = fromHalf(toHalf(value));
            }
            EXPECT_EQ(kernel->values, expected) << "layer " << layer << " step " << step;
            EXPECT_EQ(kernel->step, step);
        }
    }
    const auto missing = readKernel(folder.file("a.h5"), 0, 77);
    ASSERT_FALSE(missing);
    EXPECT_THAT(missing.error().message, HasSubstr("no kernel of layer 1 at step 77"));
    EXPECT_FALSE(readKernel(folder.file("a.h5"), 3, 1));
}

TEST(RoundTrip, KernelsOfAnySizeKeepTheirPrecision)
{
    const Folder folder;
    RunHeader header = sampleHeader();
    header.layers.resize(1);
    auto writer = createOrDie(folder.file("a.h5"), header);
    for (const int exponent : {-140, -60, -7, 0, 15, 16, 100, 127}) {
        KernelSnapshot kernel = sampleKernel(header, 0, exponent + 200);
        for (float& value : kernel.values)
            value = std::ldexp(value, exponent);
        writer->kernel(kernel);
    }
    KernelSnapshot broken = sampleKernel(header, 0, 999);
    broken.values[0] = std::numeric_limits<float>::quiet_NaN();
    broken.values[1] = std::numeric_limits<float>::infinity();
    writer->kernel(broken);
    ASSERT_TRUE(writer->flush());
    for (const int exponent : {-60, -7, 0, 15, 16, 100, 127}) {
        const auto kernel = readKernel(folder.file("a.h5"), 0, exponent + 200);
        ASSERT_TRUE(kernel) << kernel.error().message;
        const std::vector<float> exact = sampleKernel(header, 0, exponent + 200).values;
        float largest = 0;
        for (const float value : exact)
            largest = std::max(largest, std::abs(value));
        for (std::size_t i = 0; i < exact.size(); ++i)
            EXPECT_NEAR(std::ldexp(kernel->values[i], -exponent), exact[i], largest * 0x1p-11F) << exponent;
    }
    const auto kernel = readKernel(folder.file("a.h5"), 0, 999);
    ASSERT_TRUE(kernel);
    EXPECT_TRUE(std::isnan(kernel->values[0]));
    EXPECT_EQ(kernel->values[1], std::numeric_limits<float>::infinity());
}

TEST(RoundTrip, TextThatIsNoUtf8BecomesReadable)
{
    const Folder folder;
    RunHeader header = sampleHeader();
    header.provenance["host"] = "caf\xE9";
    auto writer = createOrDie(folder.file("a.h5"), header);
    writer->event({1, 0, "note", "caf\xE9 noir", 0});
    writer->state(RunState::Finished);
    writer.reset();
    const RunData data = readOrDie(folder.file("a.h5"));
    ASSERT_EQ(data.events.size(), 1U);
    EXPECT_EQ(data.events[0].text, "caf\xEF\xBF\xBD noir");
    EXPECT_EQ(data.header.provenance["host"], "caf\xEF\xBF\xBD");
}

TEST(RoundTrip, BrokenPromisesNameBothNumbers)
{
    const Folder folder;
    const RunHeader header = sampleHeader();
    auto writer = createOrDie(folder.file("a.h5"), header);
    EXPECT_THROW(writer->kernel({0, 1, {1, 2, 3}}), std::logic_error);
    EXPECT_THROW(writer->kernel({7, 1, {}}), std::logic_error);
    EXPECT_THROW(writer->ladder({1, {}}), std::logic_error);
    Checkpoint checkpoint;
    checkpoint.parameters["a"] = {"f32", {3}, std::vector<std::byte>(8)};
    EXPECT_THROW(writer->checkpoint(checkpoint, false, {}), std::logic_error);
    checkpoint.parameters["a"] = {"f16", {4}, std::vector<std::byte>(8)};
    EXPECT_THROW(writer->checkpoint(checkpoint, false, {}), std::logic_error);
    checkpoint.parameters["a"] = tensorOf("f32", {2}, 1);
    checkpoint.parameters["a/b"] = tensorOf("f32", {2}, 1);
    EXPECT_THROW(writer->checkpoint(checkpoint, false, {}), std::logic_error);
    try {
        writer->kernel({0, 1, {1, 2, 3}});
    } catch (const std::logic_error& error) {
        EXPECT_THAT(error.what(), ::testing::AllOf(HasSubstr("3"), HasSubstr("27")));
    }
}

} // namespace

} // namespace toeplab::core
