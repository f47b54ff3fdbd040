// SPDX-License-Identifier: Apache-2.0
#include "core/training/replicated_trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace toeplab::core
{
namespace
{

/// Rows first .. first + count - 1 of a matrix appended to `to`; nothing of an empty one.
template <typename T>
void appendRows(const std::vector<T>& matrix, std::int64_t width, std::int64_t first, std::int64_t count,
                std::vector<T>& to)
{
    if (matrix.empty())
        return;
    const auto begin = matrix.begin() + first * width;
    to.insert(to.end(), begin, begin + count * width);
}

bool sameValues(const std::map<std::string, TensorBlob>& a, const std::map<std::string, TensorBlob>& b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& one, const auto& other) {
        return one.first == other.first && one.second.bytes == other.second.bytes;
    });
}

class ReplicatedTrainer final : public Trainer
{
public:
    ReplicatedTrainer(std::vector<std::unique_ptr<TrainerPart>> parts, std::unique_ptr<CardSum> sum)
        : parts_(std::move(parts)), sum_(std::move(sum))
    {
    }

    std::int64_t parameterCount() const override { return first().parameterCount(); }
    std::vector<LayerInfo> layers() const override { return first().layers(); }
    std::vector<float> kernel(std::size_t index) override { return first().kernel(index); }

    StepOutcome step(const Batch& batch, double lr) override
    {
        const auto samples = static_cast<std::int64_t>(batch.labels.size());
        std::vector<float*> buffers;
        std::int64_t count = 0;
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            const auto [begin, own] = rangeOf(i, samples);
            const TrainerPart::Gradients gradients =
                parts_[i]->computeGradients(own > 0 ? samplesOf(batch, begin, own) : samplesOf(batch, 0, 1), lr,
                                            static_cast<double>(own) / static_cast<double>(samples));
            buffers.push_back(gradients.data);
            if (i > 0 && gradients.count != count)
                throw std::logic_error(fmt::format("parts of a batch gave {} and {} numbers", count, gradients.count));
            count = gradients.count;
        }
        sum_->sum(buffers, count);
        for (const auto& part : parts_)
            part->applyGradients();
        StepOutcome outcome = first().outcome(samples);
        for (std::size_t i = 1; i < parts_.size(); ++i) {
            const std::string note = parts_[i]->takeNote();
            if (!note.empty() && outcome.note != note) // mostly they say the same
                outcome.note += (outcome.note.empty() ? "" : " ") + note;
        }
        return outcome;
    }

    void recordSteps(bool on) override
    {
        for (const auto& part : parts_)
            part->recordSteps(on);
    }

    std::int64_t replayedSteps() const override { return first().replayedSteps(); }

    EvalOutcome evaluate(const Batch& batch) override
    {
        const auto samples = static_cast<std::int64_t>(batch.labels.size());
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            if (const auto [begin, own] = rangeOf(i, samples); own > 0)
                parts_[i]->beginEvaluation(samplesOf(batch, begin, own));
        }
        EvalOutcome total;
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            if (rangeOf(i, samples).second == 0)
                continue;
            const EvalOutcome part = parts_[i]->endEvaluation();
            total.loss_sum += part.loss_sum;
            total.correct += part.correct;
            total.samples += part.samples;
        }
        return total;
    }

    Checkpoint save() override
    {
        Checkpoint checkpoint = first().save();
        for (std::size_t i = 1; i < parts_.size(); ++i) {
            const Checkpoint other = parts_[i]->save();
            if (!sameValues(checkpoint.parameters, other.parameters) ||
                !sameValues(checkpoint.optimizer, other.optimizer))
                throw std::runtime_error(fmt::format(
                    "device {} of {} came to other parameters than the first one from the same gradients, so "
                    "one of them computes wrongly. Resume the run from its last checkpoint on one device",
                    i + 1, parts_.size()));
        }
        return checkpoint;
    }

    Result<void> restore(const Checkpoint& checkpoint, Restore what) override
    {
        for (const auto& part : parts_) { // what the first one takes all do
            if (auto restored = part->restore(checkpoint, what); !restored)
                return restored;
        }
        return {};
    }

private:
    TrainerPart& first() const { return *parts_.front(); }

    /// The first sample of a part and their count, which differ by at most one.
    std::pair<std::int64_t, std::int64_t> rangeOf(std::size_t part, std::int64_t samples) const
    {
        const auto parts = static_cast<std::int64_t>(parts_.size());
        const auto at = static_cast<std::int64_t>(part);
        const std::int64_t begin = at * samples / parts;
        return {begin, (at + 1) * samples / parts - begin};
    }

    std::vector<std::unique_ptr<TrainerPart>> parts_;
    std::unique_ptr<CardSum> sum_;
};

} // namespace

Batch samplesOf(const Batch& batch, std::int64_t first, std::int64_t count)
{
    const auto samples = static_cast<std::int64_t>(batch.labels.size());
    const std::int64_t documents = batch.rows / samples;
    Batch part;
    part.rows = documents * count;
    part.length = batch.length;
    for (std::int64_t d = 0; d < documents; ++d) {
        appendRows(batch.tokens, batch.length, d * samples + first, count, part.tokens);
        appendRows(batch.pixels, batch.length, d * samples + first, count, part.pixels);
        appendRows(batch.lengths, 1, d * samples + first, count, part.lengths);
    }
    appendRows(batch.labels, 1, first, count, part.labels);
    return part;
}

std::unique_ptr<Trainer> replicatedTrainer(std::vector<std::unique_ptr<TrainerPart>> parts,
                                           std::unique_ptr<CardSum> sum)
{
    return std::make_unique<ReplicatedTrainer>(std::move(parts), std::move(sum));
}

} // namespace toeplab::core
