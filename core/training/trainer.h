// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/layer_info.h"
#include "core/base/result.h"
#include "core/config/experiment.h"
#include "core/runs/run_data.h"
#include "core/tasks/task.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace toeplab::core
{

/// The numbers of one optimiser step, before the parameters move.
struct StepOutcome {
    double loss = 0;      ///< mean cross-entropy of the batch, nats
    double accuracy = 0;  ///< 0..1
    double grad_norm = 0; ///< Euclidean, all parameters
    bool finite = true;   ///< false: loss or gradient is NaN or infinite, and the parameters have not moved
    std::string note;     ///< a sentence for the run's record; mostly empty
};

struct EvalOutcome {
    double loss_sum = 0; ///< nats, summed over samples
    std::int64_t correct = 0;
    std::int64_t samples = 0;
};

/// The numeric half of a session: the model, AdamW and the random generator, without a LibTorch header. One thread owns
/// it from make() on. LibTorch's exceptions (out of memory, ...) pass through; the session's thread turns them into a
/// sentence.
class Trainer
{
public:
    virtual ~Trainer() = default;

    [[nodiscard]] virtual std::int64_t parameterCount() const = 0;
    [[nodiscard]] virtual std::vector<LayerInfo> layers() const = 0;

    /// Forward, loss, backward, AdamW. Draws from the generator only here.
    virtual StepOutcome step(const Batch& batch, double lr) = 0;
    /// Whether steps on a card are recorded and replayed (recorded_steps.h), as they are from the start; nothing on the
    /// CPU.
    virtual void recordSteps(bool on) = 0;
    [[nodiscard]] virtual std::int64_t replayedSteps() const = 0;
    /// Loss and hits of a batch with dropout off and stored batch statistics; changes nothing.
    virtual EvalOutcome evaluate(const Batch& batch) = 0;
    /// layers()[index]: (channels, 2n-1) row-major; changes nothing.
    [[nodiscard]] virtual std::vector<float> kernel(std::size_t index) = 0;

    /// Parameters, buffers, optimiser and generator as copies; `step` and `state` are the caller's.
    [[nodiscard]] virtual Checkpoint save() = 0;
    /// All of it back, or only what an evaluation needs. Refuses, before anything is changed, a tensor that is missing,
    /// or of another shape or type, with its name.
    enum class Restore { Everything, ModelOnly };
    [[nodiscard]] virtual Result<void> restore(const Checkpoint& checkpoint, Restore what) = 0;
};

/// The experiment's classifier for a task of this shape, freshly drawn from train.seed.
[[nodiscard]] Result<std::unique_ptr<Trainer>> makeTrainer(const Experiment& experiment, const TaskShape& shape);

} // namespace toeplab::core
