// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/models/classifier.h"
#include "core/training/trainer.h"

#include <memory>

namespace toeplab::core
{

/// A trainer around any classifier (makeTrainer's is the experiment's), on the device that its parameters are on. Seeds
/// LibTorch's generator with `seed`.
[[nodiscard]] std::unique_ptr<Trainer> trainerOf(std::unique_ptr<Classifier> model, const OptimizerSettings& settings,
                                                 std::uint64_t seed);

/// A batch as tensors on a device. For a graphics card they are on their way there when this returns.
[[nodiscard]] ModelInput toInput(const Batch& batch, at::Device device);

} // namespace toeplab::core
