// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace toeplab::core
{

/// What `toeplab runs doctor` finds.
struct RunFinding {
    bool harm = false; ///< something is lost or damaged; else it is for information
    std::string text;  ///< one sentence
};

struct RunCheckup {
    std::string path;
    bool sound = false;     ///< nothing is damaged
    bool readable = false;  ///< readRun works
    std::int64_t step = -1; ///< of the last row that is readable as things are; -1: none
    std::vector<RunFinding> findings;
};

/// Reads a run completely: the seal, every row, kernel and checkpoint, and the journal. Changes nothing.
[[nodiscard]] RunCheckup examineRun(const std::string& path);

struct RunSalvage {
    std::string path;      ///< of the new run file
    std::int64_t step = 0; ///< of its last row
    std::size_t rows = 0, kernels = 0;
    bool last_checkpoint = false, best_checkpoint = false;
    std::vector<std::string> lost; ///< one sentence for each part that could not be saved
};

/// Writes everything that can be had from a run file, its journal and an unfinished snapshot beside it to a new run
/// file. Changes none of them. HDF5 is given a damaged file in a child process only, which it may bring down: what did
/// that is left out and the rest tried again. Refuses an existing `out_path` and a run that is being written.
[[nodiscard]] Result<RunSalvage> salvageRun(const std::string& path, const std::string& out_path);

} // namespace toeplab::core
