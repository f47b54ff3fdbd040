// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/home.h"
#include "core/base/result.h"
#include "core/runs/run_data.h"

#include <string>
#include <vector>

namespace toeplab::core
{

/// All readers open, read and close: no file stays open. They work on live, finished and crashed runs alike (the
/// snapshot plus the journal's tail). Calls from any thread, one at a time in a process (HDF5).

[[nodiscard]] Result<RunData> readRun(const std::string& path);
[[nodiscard]] Result<KernelSnapshot> readKernel(const std::string& path, std::size_t layer_index, std::int64_t step);
enum class CheckpointKind { Last, Best };
[[nodiscard]] Result<Checkpoint> readCheckpoint(const std::string& path, CheckpointKind kind);

/// What a list of runs shows, cheap: without rows.
struct RunSummary {
    std::string path, name, experiment; ///< name: file name without .h5; experiment: its preset's name
    RunState state = RunState::Finished;
    std::int64_t step = 0;
    double loss = 0, best_accuracy = 0; ///< NaN: none yet
    double started_unix = 0;
    std::string problem; ///< a sentence when the file cannot be read, else empty
};
/// Reads the end of the file and its journal, not HDF5 unless it must.
[[nodiscard]] RunSummary summariseRun(const std::string& file);
/// Every NAME.h5 of a folder, newest start first. Reads the end of each file and its journal, not HDF5.
[[nodiscard]] std::vector<RunSummary> listRuns(const std::string& folder);

/// A path in runs/ that does not exist yet: "tour-3.h5".
[[nodiscard]] std::string freshRunPath(const std::string& experiment_name);

} // namespace toeplab::core
