// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/runs/journal.h"
#include "core/runs/run_data.h"

#include <optional>
#include <string>

namespace toeplab::core
{

/// Adds one record to what was read of a run.
void applyTo(RunData& data, const RunRecord& record);

/// Adds the journal to the snapshot that it continues (`id`, `generation`). Returns what there is to say about it:
/// nothing while its writer is alive or when the snapshot has it all, else one sentence on what was recovered or lost.
[[nodiscard]] std::string replay(const Journal& journal, const std::string& id, std::int64_t generation, bool alive,
                                 RunData& data);

/// The newest kernel of a layer at a step; nothing when the journal has none.
[[nodiscard]] std::optional<KernelSnapshot> journalKernel(const Journal& journal, std::size_t layer_index,
                                                          std::int64_t step);

} // namespace toeplab::core
