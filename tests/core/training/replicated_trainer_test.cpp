// SPDX-License-Identifier: Apache-2.0
// How a batch is divided between devices and put together again, with parts that compute nothing. What they compute:
// card/replicated_test.cpp.
#include "core/training/memory_estimate.h"
#include "core/training/replicated_trainer.h"
#include "tests/core/training/card/card_trainers.h"

#include <gtest/gtest.h>

#include <utility>

namespace toeplab::core
{
namespace
{

using testing::batchOf;

class PlainSum final : public CardSum
{
public:
    void sum(const std::vector<float*>& buffers, std::int64_t count) override
    {
        for (std::int64_t i = 0; i < count; ++i) {
            float all = 0;
            for (const float* buffer : buffers)
                all += buffer[i];
            for (float* buffer : buffers)
                buffer[i] = all;
        }
    }
};

/// A part that says something in one of its steps.
class NotingPart final : public TrainerPart
{
public:
    explicit NotingPart(std::string note) : note_(std::move(note)) {}

    Gradients computeGradients(const Batch& part, double, double share) override
    {
        samples_ = static_cast<std::int64_t>(part.labels.size());
        share_ = share;
        return {values_, count};
    }
    void applyGradients() override {}
    StepOutcome outcome(std::int64_t) override { return {values_[0], 0, 0, true, takeNote()}; }
    std::string takeNote() override { return std::exchange(note_, {}); }
    void beginEvaluation(const Batch& batch) override { samples_ = static_cast<std::int64_t>(batch.labels.size()); }
    EvalOutcome endEvaluation() override { return {1, 0, std::exchange(samples_, 0)}; }
    std::int64_t parameterCount() const override { return 0; }
    std::vector<LayerInfo> layers() const override { return {}; }
    StepOutcome step(const Batch&, double) override { return {}; }
    void recordSteps(bool on) override { records = on; }
    std::int64_t replayedSteps() const override { return 0; }
    EvalOutcome evaluate(const Batch&) override { return {}; }
    std::vector<float> kernel(std::size_t) override { return {}; }
    Checkpoint save() override { return holds; }
    Result<void> restore(const Checkpoint& checkpoint, Restore) override
    {
        holds = checkpoint;
        return {};
    }

    Checkpoint holds;
    bool records = true;
    std::int64_t count = 1; ///< of its gradients

    [[nodiscard]] std::int64_t samples() const { return samples_; }
    [[nodiscard]] double share() const { return share_; }

private:
    std::string note_;
    float values_[1] = {1};
    std::int64_t samples_ = 0;
    double share_ = -1;
};

/// A trainer of parts that say these things.
std::unique_ptr<Trainer> trainerOfParts(const std::vector<const char*>& notes, std::vector<NotingPart*>& own)
{
    std::vector<std::unique_ptr<TrainerPart>> parts;
    for (const char* note : notes) {
        own.push_back(new NotingPart(note));
        parts.emplace_back(own.back());
    }
    return replicatedTrainer(std::move(parts), std::make_unique<PlainSum>());
}

TEST(ReplicatedTrainer, AsksAllItsPartsAndComparesAllThatTheyHold)
{
    std::vector<NotingPart*> own;
    const auto trainer = trainerOfParts({"", "", "last"}, own);
    trainer->recordSteps(false);
    for (const NotingPart* part : own)
        EXPECT_FALSE(part->records);
    EXPECT_EQ(trainer->step(batchOf(6, 60, 1), 0).note, "last");
    std::vector<NotingPart*> several;
    EXPECT_EQ(trainerOfParts({"one.", "one.", "", "two."}, several)->step(batchOf(8, 60, 1), 0).note, "one. two.");

    const TensorBlob zeros{"f32", {1}, std::vector<std::byte>(4)};
    const TensorBlob others{"f32", {1}, std::vector<std::byte>(4, std::byte{1})};
    Checkpoint same;
    same.parameters["w"] = zeros;
    same.optimizer["m"] = zeros;
    ASSERT_TRUE(trainer->restore(same, Trainer::Restore::Everything));
    for (const NotingPart* part : own)
        EXPECT_TRUE(part->holds.parameters.contains("w"));
    EXPECT_NO_THROW(static_cast<void>(trainer->save()));
    own[2]->holds.parameters["w"] = others;
    EXPECT_THROW(static_cast<void>(trainer->save()), std::runtime_error);
    own[2]->holds = same;
    own[1]->holds.optimizer["m"] = others;
    EXPECT_THROW(static_cast<void>(trainer->save()), std::runtime_error);

    own[1]->count = 2;
    EXPECT_THROW(static_cast<void>(trainer->step(batchOf(6, 60, 1), 0)), std::logic_error);
}

TEST(ReplicatedTrainer, DividesEvenlyAndTellsWhatAPartHasToSay)
{
    std::vector<NotingPart*> own;
    const auto trainer = trainerOfParts({"", "", "kernel by kernel", ""}, own);
    Batch batch = batchOf(7, 60, 1);
    const StepOutcome outcome = trainer->step(batch, 0);
    EXPECT_EQ(outcome.note, "kernel by kernel");
    EXPECT_EQ(outcome.loss, 4); // the sum over the parts
    EXPECT_EQ(trainer->step(batch, 0).note, "");
    std::vector<std::int64_t> samples;
    double shares = 0;
    for (const NotingPart* part : own) {
        samples.push_back(part->samples());
        shares += part->share();
    }
    EXPECT_EQ(samples, (std::vector<std::int64_t>{1, 2, 2, 2}));
    EXPECT_DOUBLE_EQ(shares, 1);
    EXPECT_EQ(trainer->evaluate(batch).samples, 7);
    static_cast<void>(trainer->step(batchOf(2, 60, 1), 0));
    EXPECT_EQ(own[0]->samples(), 1); // takes a sample of another's along
    EXPECT_EQ(own[0]->share(), 0);
    EXPECT_EQ(trainer->evaluate(batchOf(2, 60, 1)).samples, 2);
}

TEST(ReplicatedTrainer, PairsOfDocumentsStayTogether)
{
    Batch batch;
    batch.rows = 6;
    batch.length = 2;
    batch.tokens = {10, 11, 20, 21, 30, 31, 12, 13, 22, 23, 32, 33};
    batch.lengths = {1, 2, 3, 4, 5, 6};
    batch.labels = {7, 8, 9};
    const Batch part = samplesOf(batch, 1, 2);
    EXPECT_EQ(part.rows, 4);
    EXPECT_EQ(part.length, 2);
    EXPECT_EQ(part.tokens, (std::vector<std::int32_t>{20, 21, 30, 31, 22, 23, 32, 33}));
    EXPECT_TRUE(part.pixels.empty());
    EXPECT_EQ(part.lengths, (std::vector<std::int32_t>{2, 3, 5, 6}));
    EXPECT_EQ(part.labels, (std::vector<std::int32_t>{8, 9}));

    Batch image;
    image.rows = 2;
    image.length = 3;
    image.pixels = {1, 2, 3, 4, 5, 6};
    image.labels = {0, 1};
    EXPECT_EQ(samplesOf(image, 1, 1).pixels, (std::vector<float>{4, 5, 6}));
    EXPECT_TRUE(samplesOf(image, 1, 1).lengths.empty());
}

TEST(ReplicatedTrainer, EachDeviceNeedsRoomForItsPart)
{
    MemoryEstimate estimate;
    estimate.fixed_mib = 100;
    estimate.sample_mib = 10;
    estimate.free_mib = 165;
    EXPECT_EQ(estimate.mostSamples(), 6);
    EXPECT_DOUBLE_EQ(estimate.stepMib(7), 170);
    estimate.cards = 4;
    EXPECT_EQ(estimate.mostSamples(), 24);
    EXPECT_DOUBLE_EQ(estimate.stepMib(24), 160);
    EXPECT_DOUBLE_EQ(estimate.stepMib(25), 170);
}

} // namespace
} // namespace toeplab::core
