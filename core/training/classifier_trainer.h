// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/device/step_graph.h"
#include "core/models/classifier.h"
#include "core/training/trainer_part.h"

#include <memory>

namespace toeplab::core
{

/// A trainer around any classifier (makeTrainer's is the experiment's), on the device that its parameters are on. Seeds
/// LibTorch's generator with `seed`. With a maker of graphs its steps go as a card's do, recorded after the second of a
/// shape (recorded_steps.h).
[[nodiscard]] std::unique_ptr<TrainerPart> trainerOf(std::unique_ptr<Classifier> model,
                                                     const OptimizerSettings& settings, std::uint64_t seed,
                                                     StepGraphMaker graphs = {});

} // namespace toeplab::core
