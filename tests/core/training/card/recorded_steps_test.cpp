// SPDX-License-Identifier: Apache-2.0
// Steps recorded and replayed against steps sent one by one: on a card by its graphs, on the CPU by a stand-in that
// remembers what to call.
#include "core/device/gpu.h"
#include "core/device/libraries.h"
#include "core/training/classifier_trainer.h"
#include "core/training/runtime.h"
#include "tests/core/training/card/card.h"
#include "tests/core/training/card/card_trainers.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <stdexcept>

namespace toeplab::core
{
namespace
{

using namespace testing;
using ::testing::HasSubstr;

class RefusedStep final : public StepGraph
{
public:
    void record(const std::function<void()>& /*enqueue*/) override
    {
        throw std::runtime_error("operation not permitted when stream is capturing.\nStack: ...");
    }
    void replay() override { throw std::logic_error("nothing was recorded"); }
};

/// A network's trainer with its card, or the CPU in its place.
class Subject
{
public:
    explicit Subject(const Experiment& experiment, bool refused = false) : card_(testing::enterCard())
    {
        auto model = makeClassifier(experiment, kShape, 3);
        if (!model)
            throw std::runtime_error(model.error().message);
        StepGraphMaker graphs;
        if (card_->isReal()) {
            graphs = loadStepGraphs().value();
            enterDevice();
            moveTo((*model)->parameters(), at::Device(at::kCUDA, 0));
            moveTo((*model)->buffers(), at::Device(at::kCUDA, 0));
        } else {
            graphs = [this] { return std::make_unique<RememberedStep>(own_); };
        }
        if (refused)
            graphs = [] { return std::make_unique<RefusedStep>(); };
        trainer_ = trainerOf(std::move(*model), experiment.optimizer, 5, std::move(graphs));
        own_ = trainer_.get();
    }

    Trainer& operator*() { return *trainer_; }
    Trainer* operator->() { return trainer_.get(); }

private:
    std::unique_ptr<testing::CardScope> card_;
    Trainer* own_ = nullptr;
    std::unique_ptr<Trainer> trainer_;
};

/// Two lengths in an order in which each comes back after the other has been there.
constexpr std::int64_t kLengths[] = {60, 60, 60, 44, 60, 44, 44, 60, 60, 44, 44, 60};

class Recorded : public ::testing::TestWithParam<std::pair<const char*, bool>>
{
};

TEST_P(Recorded, StepsEqualThoseSentOneByOneToTheLastBit)
{
    TOEPLAB_NEEDS_CARD();
    const Experiment e = experimentOf(GetParam().first, GetParam().second);
    std::vector<double> figures[2];
    Checkpoint end[2];
    for (const bool recorded : {false, true}) {
        Subject trainer(e);
        trainer->recordSteps(recorded);
        std::uint32_t seed = 1;
        for (const std::int64_t length : kLengths) {
            const StepOutcome outcome = trainer->step(batchOf(4, length, seed++), 3e-3);
            EXPECT_EQ(outcome.note, "");
            for (const double figure : {outcome.loss, outcome.accuracy, outcome.grad_norm})
                figures[recorded].push_back(figure);
            static_cast<void>(trainer->evaluate(batchOf(4, 52, seed))); // in between, of a length of its own
        }
        EXPECT_EQ(trainer->replayedSteps(), recorded ? 8 : 0);
        end[recorded] = trainer->save();
    }
    EXPECT_EQ(figures[false], figures[true]);
    EXPECT_TRUE(sameTensors(end[false].parameters, end[true].parameters));
    EXPECT_TRUE(sameTensors(end[false].optimizer, end[true].optimizer));
    EXPECT_TRUE(sameTensors(end[false].generators, end[true].generators));
}

INSTANTIATE_TEST_SUITE_P(Operators, Recorded,
                         ::testing::Values(std::pair("tno", false), std::pair("tno", true), std::pair("ski", false),
                                           std::pair("ski", true), std::pair("fd", false), std::pair("fd", true)),
                         [](const auto& one) {
                             return std::string(one.param.first) + (one.param.second ? "_causal" : "");
                         });

TEST(RecordedSteps, MoveNothingWhenALossIsNotFinite)
{
    TOEPLAB_NEEDS_CARD();
    Subject trainer(experimentOf("tno", false));
    for (std::uint32_t i = 0; i < 3; ++i)
        EXPECT_TRUE(trainer->step(batchOf(4, 60, i), 1e-3).finite);
    ASSERT_EQ(trainer->replayedSteps(), 1);
    const Checkpoint before = trainer->save();
    Batch bad = batchOf(4, 60, 9);
    bad.tokens[3] = 1000; // outside of the vocabulary: its embedding is NaN on a card
    EXPECT_FALSE(trainer->step(bad, 1e-3).finite);
    ASSERT_EQ(trainer->replayedSteps(), 2);
    EXPECT_TRUE(sameTensors(trainer->save().optimizer, before.optimizer));
}

TEST(RecordedSteps, FollowTheLearningRate)
{
    TOEPLAB_NEEDS_CARD();
    Experiment e = experimentOf("tno", false);
    e.optimizer.weight_decay = 0;
    Subject trainer(e);
    for (std::uint32_t i = 0; i < 3; ++i)
        static_cast<void>(trainer->step(batchOf(4, 60, i), 1e-3));
    const Checkpoint before = trainer->save();
    static_cast<void>(trainer->step(batchOf(4, 60, 7), 0));
    const std::string name = "model.layers.0.layer.u_proj.weight";
    EXPECT_EQ(trainer->save().parameters.at(name).bytes, before.parameters.at(name).bytes);
    static_cast<void>(trainer->step(batchOf(4, 60, 8), 1e-2));
    EXPECT_NE(trainer->save().parameters.at(name).bytes, before.parameters.at(name).bytes);
    EXPECT_EQ(trainer->replayedSteps(), 3);
}

TEST(RecordedSteps, GoOnKernelByKernelWhereACardRefusesToRecord)
{
    TOEPLAB_NEEDS_CARD();
    const Experiment e = experimentOf("tno", false);
    std::vector<double> losses[2];
    for (const bool refused : {false, true}) {
        Subject trainer(e, refused);
        trainer->recordSteps(refused);
        for (std::uint32_t i = 0; i < 4; ++i) {
            const StepOutcome outcome = trainer->step(batchOf(4, 60, i), 1e-3);
            losses[refused].push_back(outcome.loss);
            EXPECT_EQ(!outcome.note.empty(), refused && i == 1) << outcome.note;
            const std::string why = "kernel by kernel from here on, not as one recording: operation not permitted when "
                                    "stream is capturing.";
            EXPECT_THAT(outcome.note, HasSubstr(refused && i == 1 ? why : ""));
        }
        EXPECT_EQ(trainer->replayedSteps(), 0);
    }
    EXPECT_EQ(losses[false], losses[true]);
}

} // namespace
} // namespace toeplab::core
