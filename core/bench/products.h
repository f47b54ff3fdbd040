// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/experiment.h"
#include "core/tasks/task.h"

#include <cstdint>

namespace toeplab::core
{

/// The floor under a training step: seconds of the blocks' matrix products alone, forward and both gradients, in fp32
/// into ready buffers; the least of `repeat`, after one to warm up.
[[nodiscard]] double productSeconds(const Experiment& experiment, const TaskShape& shape, std::int64_t repeat);

} // namespace toeplab::core
