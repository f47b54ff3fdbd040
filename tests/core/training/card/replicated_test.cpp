// SPDX-License-Identifier: Apache-2.0
// Several devices that divide a batch against one that has all of it. The parts lie on one card, or on the CPU in its
// place, and the sum over them is made here: it takes several cards to try NCCL's between them.
#include "core/device/libraries.h"
#include "core/training/classifier_trainer.h"
#include "core/training/replicated_trainer.h"
#include "core/training/runtime.h"
#include "tests/core/training/card/card.h"
#include "tests/core/training/card/card_trainers.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <gmock/gmock.h>

#include <cstdlib>

namespace toeplab::core
{
namespace
{

using namespace testing;
using ::testing::HasSubstr;

/// The sum, in the order of the buffers; the last one gets `error` more.
class PlainSum final : public CardSum
{
public:
    PlainSum(bool on_card, float error) : device_(on_card ? at::kCUDA : at::kCPU), error_(error) {}

    void sum(const std::vector<float*>& buffers, std::int64_t count) override
    {
        const at::NoGradGuard no_grad;
        std::vector<at::Tensor> parts;
        for (float* buffer : buffers)
            parts.push_back(at::from_blob(buffer, {count}, at::TensorOptions().dtype(at::kFloat).device(device_)));
        at::Tensor all = parts.front().clone();
        for (std::size_t i = 1; i < parts.size(); ++i)
            all.add_(parts[i]);
        for (at::Tensor& part : parts)
            part.copy_(all);
        if (error_ != 0)
            parts.back().add_(error_);
    }

private:
    at::DeviceType device_;
    float error_;
};

/// A network on `count` devices.
class Replicas
{
public:
    Replicas(const Experiment& experiment, std::size_t count, const TaskShape& shape = kShape, float error = 0)
        : card_(enterCard()), own_(count)
    {
        std::vector<std::unique_ptr<TrainerPart>> parts;
        for (std::size_t i = 0; i < count; ++i) {
            auto model = makeClassifier(experiment, shape, 3).value();
            StepGraphMaker graphs = [this, i] { return std::make_unique<RememberedStep>(own_[i]); };
            if (card_->isReal()) {
                graphs = loadStepGraphs().value();
                core::enterCard(0);
                moveTo(model->parameters(), at::Device(at::kCUDA, 0));
                moveTo(model->buffers(), at::Device(at::kCUDA, 0));
            }
            parts.push_back(trainerOf(std::move(model), experiment.optimizer, 5, std::move(graphs)));
            own_[i] = parts.back().get();
        }
        if (count == 1)
            trainer_ = std::move(parts.front());
        else
            trainer_ = replicatedTrainer(std::move(parts), std::make_unique<PlainSum>(card_->isReal(), error));
    }

    Trainer* operator->() { return trainer_.get(); }
    [[nodiscard]] Checkpoint part(std::size_t i) { return own_[i]->save(); }

private:
    std::unique_ptr<CardScope> card_;
    std::vector<Trainer*> own_;
    std::unique_ptr<Trainer> trainer_;
};

/// Nothing drawn, nothing that looks at several samples, and an optimiser that does not make much of a gradient near 0.
Experiment plainExperiment(const std::string& kind, bool causal = false)
{
    Experiment e = experimentOf(kind, causal);
    e.model.dropout = 0;
    e.model.embedding_dropout = 0;
    e.model.norm = "layer";
    e.optimizer.eps = 0.1;
    return e;
}

const float* floatsOf(const TensorBlob& blob)
{
    return reinterpret_cast<const float*>(blob.bytes.data());
}

void expectClose(const Checkpoint& a, const Checkpoint& b, float tolerance)
{
    ASSERT_EQ(a.parameters.size(), b.parameters.size());
    for (const auto& [name, blob] : a.parameters) {
        const TensorBlob& other = b.parameters.at(name);
        ASSERT_EQ(blob.bytes.size(), other.bytes.size()) << name;
        if (name.find("num_batches") != std::string::npos)
            continue;
        for (std::size_t i = 0; i < blob.bytes.size() / sizeof(float); ++i)
            ASSERT_NEAR(floatsOf(blob)[i], floatsOf(other)[i], tolerance) << name << " " << i;
    }
}

struct Division {
    const char* kind;
    bool causal;
    std::size_t devices;
    std::int64_t samples;
};

void PrintTo(const Division& one, std::ostream* out)
{
    *out << one.kind << (one.causal ? ", causal, " : ", ") << one.samples << " samples on " << one.devices;
}

class Divided : public ::testing::TestWithParam<Division>
{
};

TEST_P(Divided, BatchesGiveTheStepsOfWholeOnes)
{
    TOEPLAB_NEEDS_CARD();
    const auto& [kind, causal, devices, samples] = GetParam();
    const Experiment e = plainExperiment(kind, causal);
    std::vector<StepOutcome> outcomes[2];
    EvalOutcome evaluations[2];
    Checkpoint end[2];
    for (const bool divided : {false, true}) {
        Replicas trainer(e, divided ? devices : 1);
        const Checkpoint start = trainer->save();
        for (std::uint32_t seed = 1; seed <= 5; ++seed)
            outcomes[divided].push_back(trainer->step(batchOf(samples, 60, seed), seed < 4 ? 3e-2 : 0.3));
        evaluations[divided] = trainer->evaluate(batchOf(samples, 60, 9));
        end[divided] = trainer->save();
        EXPECT_FALSE(sameTensors(start.parameters, end[divided].parameters));
        EXPECT_EQ(trainer->replayedSteps(), 3);
    }
    for (std::size_t i = 0; i < outcomes[0].size(); ++i) {
        EXPECT_NEAR(outcomes[0][i].loss, outcomes[1][i].loss, 1e-5);
        EXPECT_DOUBLE_EQ(outcomes[0][i].accuracy, outcomes[1][i].accuracy);
        EXPECT_NEAR(outcomes[0][i].grad_norm, outcomes[1][i].grad_norm, 1e-4 * outcomes[0][i].grad_norm);
        EXPECT_TRUE(outcomes[1][i].finite);
    }
    EXPECT_NEAR(evaluations[0].loss_sum, evaluations[1].loss_sum, 1e-4);
    EXPECT_EQ(evaluations[0].correct, evaluations[1].correct);
    EXPECT_EQ(evaluations[1].samples, samples);
    expectClose(end[0], end[1], 2e-5F);
}

INSTANTIATE_TEST_SUITE_P(Operators, Divided,
                         ::testing::Values(Division{"tno", false, 2, 4}, Division{"tno", true, 2, 5},
                                           Division{"ski", false, 3, 7}, Division{"fd", false, 2, 5},
                                           Division{"fd", true, 3, 2}, Division{"ski", true, 2, 1}),
                         [](const auto& one) {
                             return std::string(one.param.kind) + (one.param.causal ? "_causal_" : "_") +
                                    std::to_string(one.param.samples) + "_on_" + std::to_string(one.param.devices);
                         });

TEST(ReplicatedTrainer, RecordedStepsEqualThoseSentOneByOneToTheLastBit)
{
    TOEPLAB_NEEDS_CARD();
    const Experiment e = experimentOf("tno", false); // dropout, batch norm
    Checkpoint end[2];
    std::vector<double> losses[2];
    for (const bool recorded : {false, true}) {
        Replicas trainer(e, 2);
        trainer->recordSteps(recorded);
        std::uint32_t seed = 1;
        for (const std::int64_t length : {60, 60, 44, 60, 44, 44, 60})
            losses[recorded].push_back(trainer->step(batchOf(5, length, seed++), 3e-3).loss);
        EXPECT_EQ(trainer->replayedSteps(), recorded ? 3 : 0);
        end[recorded] = trainer->save(); // refused if the parts were not equal
    }
    EXPECT_EQ(losses[false], losses[true]);
    EXPECT_TRUE(sameTensors(end[false].parameters, end[true].parameters));
    EXPECT_TRUE(sameTensors(end[false].optimizer, end[true].optimizer));
    EXPECT_TRUE(sameTensors(end[false].generators, end[true].generators));
}

TEST(ReplicatedTrainer, MovingStatisticsAreTheMeanOverTheDevices)
{
    TOEPLAB_NEEDS_CARD();
    Experiment e = plainExperiment("tno");
    e.model.norm = "batch";
    e.model.layers = 1;
    Checkpoint end[2];
    for (const bool divided : {false, true}) {
        Replicas trainer(e, divided ? 2 : 1);
        static_cast<void>(trainer->step(batchOf(4, 60, 1), 0));
        end[divided] = trainer->save();
    }
    const std::string name = "model.layers.0.norm.norm.running_mean"; // of what no norm has changed before
    ASSERT_TRUE(end[0].parameters.contains(name));
    for (std::size_t c = 0; c < 16; ++c)
        EXPECT_NEAR(floatsOf(end[0].parameters.at(name))[c], floatsOf(end[1].parameters.at(name))[c], 1e-6);
}

TEST(ReplicatedTrainer, GoesOnFromACheckpointToTheLastBit)
{
    TOEPLAB_NEEDS_CARD();
    const Experiment e = experimentOf("ski", false);
    Checkpoint middle;
    Checkpoint end[2];
    {
        Replicas trainer(e, 2);
        for (std::uint32_t seed = 1; seed <= 6; ++seed) {
            static_cast<void>(trainer->step(batchOf(4, 60, seed), 3e-3));
            if (seed == 3)
                middle = trainer->save();
        }
        end[0] = trainer->save();
    }
    Replicas trainer(e, 2);
    ASSERT_TRUE(trainer->restore(middle, Trainer::Restore::Everything));
    for (std::uint32_t seed = 4; seed <= 6; ++seed)
        static_cast<void>(trainer->step(batchOf(4, 60, seed), 3e-3));
    end[1] = trainer->save();
    EXPECT_TRUE(sameTensors(end[0].parameters, end[1].parameters));
    EXPECT_TRUE(sameTensors(end[0].optimizer, end[1].optimizer));
    EXPECT_TRUE(sameTensors(end[0].generators, end[1].generators));
}

TEST(ReplicatedTrainer, MovesNothingWhenTheLossOfOnePartIsNotFinite)
{
    TOEPLAB_NEEDS_CARD();
    Replicas trainer(plainExperiment("tno"), 2);
    static_cast<void>(trainer->step(batchOf(4, 60, 1), 1e-3));
    const Checkpoint before = trainer->save();
    Batch bad = batchOf(4, 60, 9);
    bad.tokens.back() = 1000; // outside of the vocabulary, in the second part: its embedding is NaN
    EXPECT_FALSE(trainer->step(bad, 1e-3).finite);
    EXPECT_TRUE(sameTensors(trainer.part(0).optimizer, before.optimizer));
    EXPECT_TRUE(sameTensors(trainer.part(1).optimizer, before.optimizer));
}

TEST(ReplicatedTrainer, RefusesACheckpointOfPartsThatDriftedApart)
{
    TOEPLAB_NEEDS_CARD();
    Replicas trainer(plainExperiment("tno"), 2, kShape, 1e-3F);
    static_cast<void>(trainer->step(batchOf(4, 60, 1), 1e-2));
    try {
        static_cast<void>(trainer->save());
        FAIL() << "parts of different parameters were saved as one";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("device 2 of 2 came to other parameters"));
    }
}

TEST(ReplicatedTrainer, NcclSumsOverTheCardsInUse)
{
    TOEPLAB_NEEDS_CARD();
    const std::unique_ptr<CardScope> card = enterCard();
    if (!card->isReal())
        GTEST_SKIP() << "NCCL sums on graphics cards only";
    const std::unique_ptr<CardSum> sum = loadCardSum().value();
    std::vector<at::Tensor> parts;
    std::vector<float*> buffers;
    for (const int index : cardsInUse()) {
        core::enterCard(index);
        const at::Device device(at::kCUDA, static_cast<c10::DeviceIndex>(index));
        parts.push_back(at::full({1000}, 1.5F + static_cast<float>(index), at::TensorOptions().device(device)));
        buffers.push_back(parts.back().mutable_data_ptr<float>());
    }
    double expected = 0;
    for (const int index : cardsInUse())
        expected += 1.5 + index;
    sum->sum(buffers, 1000);
    enterDevice();
    for (const at::Tensor& part : parts)
        EXPECT_DOUBLE_EQ(part.cpu().sum().item<double>(), 1000 * expected);
}

} // namespace
} // namespace toeplab::core
