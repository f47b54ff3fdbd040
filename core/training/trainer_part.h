// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/training/trainer.h"

#include <cstdint>
#include <string>

namespace toeplab::core
{

/// A trainer that can also compute a part of a batch, on its device, beside others of the same model that compute the
/// rest (core/training/replicated_trainer.h). A step is computeGradients(), a sum over the parts, applyGradients();
/// none of them waits for the device.
class TrainerPart : public Trainer
{
public:
    /// What a part has computed, in its device's memory: the gradients of all parameters, the moving statistics of its
    /// norms, loss and hits, each times its share, so that their sum over the parts is that of the whole batch.
    struct Gradients {
        float* data = nullptr;
        std::int64_t count = 0;
    };

    /// Forward and backward. share: the part's samples among those of the batch; 0 for a device that has none and takes
    /// a sample of another's along.
    [[nodiscard]] virtual Gradients computeGradients(const Batch& part, double lr, double share) = 0;
    /// AdamW's step with what lies there now; no parameter moves where the sum is not finite.
    virtual void applyGradients() = 0;
    /// Loss and accuracy of the batch of so many samples, after applyGradients(). Waits.
    [[nodiscard]] virtual StepOutcome outcome(std::int64_t samples) = 0;
    /// StepOutcome::note of this part alone, without a wait.
    [[nodiscard]] virtual std::string takeNote() = 0;

    /// Trainer::evaluate() in two halves; the second one waits.
    virtual void beginEvaluation(const Batch& batch) = 0;
    [[nodiscard]] virtual EvalOutcome endEvaluation() = 0;
};

} // namespace toeplab::core
