// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/runs/h5_data.h"
#include "core/runs/run_store.h"

#include <map>
#include <string>

namespace toeplab::core
{

/// /run/checkpoints/last and best: parameters/, optimizer/, generators/ (a tensor's name is its path below, so that
/// "exp_avg/NAME" becomes a group), kernels/ in float32, the dataset `state` (JSON), and the attributes `step`
/// and `crc32c` (of all names and values). All of
/// these throw h5::Failure.

void writeCheckpointGroup(hid_t parent, const std::string& path, const StoredCheckpoint& stored,
                          const RunHeader& header);
[[nodiscard]] Checkpoint readCheckpointGroup(hid_t parent, const std::string& path);
/// The same, but throws when the attribute `crc32c` does not fit the content: for a file whose seal does not.
[[nodiscard]] Checkpoint readCheckedCheckpoint(hid_t parent, const std::string& path);
/// The kernels of its step.
[[nodiscard]] std::vector<KernelSnapshot> readCheckpointKernels(hid_t parent, const std::string& path,
                                                                const RunHeader& header);

/// What is wrong with a tensor's type, shape and number of bytes taken together; empty when nothing is.
[[nodiscard]] std::string tensorProblem(const std::string& name, const TensorBlob& tensor);

} // namespace toeplab::core
