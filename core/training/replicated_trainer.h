// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/device/card_sum.h"
#include "core/training/trainer_part.h"

#include <memory>
#include <vector>

namespace toeplab::core
{

/// Samples first .. first + count - 1 of a batch; of pairs both documents.
[[nodiscard]] Batch samplesOf(const Batch& batch, std::int64_t first, std::int64_t count);

/// One model on several devices, which divide each batch between them: every device holds all parameters, computes the
/// gradients of its samples, and makes the same step with the sum. The same as one device with the whole batch up to
/// rounding, but for two things: batch norm sees the samples of its device alone (its moving statistics are the mean
/// over the devices), and dropout draws other masks. One thread sends the work to all devices and waits for none in
/// between. The parts must be equal; a checkpoint refuses to be made of parts that are not any more.
[[nodiscard]] std::unique_ptr<Trainer> replicatedTrainer(std::vector<std::unique_ptr<TrainerPart>> parts,
                                                         std::unique_ptr<CardSum> sum);

} // namespace toeplab::core
