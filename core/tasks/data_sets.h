// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/config/experiment.h"
#include "core/tasks/task.h"

#include <cstdint>
#include <string>
#include <vector>

namespace toeplab::core
{

/// One file of a data set.
struct DataFile {
    std::string split; ///< "train", "val", "test"; "all" for a lone file that is split when it is used
    std::string path;
    std::uintmax_t bytes = 0;
    std::int64_t samples = 0;
    std::int64_t shortest = 0, longest = 0;     ///< tokens; 0 where the file was only counted (listData)
    std::vector<std::int64_t> samples_of_label; ///< likewise empty
};

/// Files of one task in one folder.
struct DataSet {
    std::string task;
    std::string name; ///< what task.path takes for imported data, and else the folder
    std::string path; ///< the folder
    std::vector<DataFile> files;
    std::int64_t repeated = 0;        ///< samples that occur in an earlier split too (verifyData)
    std::vector<std::string> remarks; ///< sentences on what is missing or unusual, and what to do
    std::string problem;              ///< one sentence when it cannot be used, else empty
};

/// Every data set below $TOEPLAB_HOME/data, and for each task without one an entry without a path that says how it is
/// generated or imported. Counts lines, reads nothing else.
[[nodiscard]] std::vector<DataSet> listData();

/// Writes generated data in the published layout into `folder`, which is made; refuses where published files lie
/// already.
[[nodiscard]] Result<DataSet> generateData(const TaskSettings& settings, const std::string& folder,
                                           const Progress& progress = {});

/// Reads and checks every line of the data found at `path` (file or folder, any depth).
[[nodiscard]] Result<DataSet> verifyData(const std::string& task, const std::string& path,
                                         const Progress& progress = {});

/// verifyData, then a copy to $TOEPLAB_HOME/data/TASK/NAME, where task.path=NAME finds it; an empty name takes the
/// folder's or the file's. Refuses a name that is taken. Nothing is left behind where it fails or is stopped.
[[nodiscard]] Result<DataSet> importData(const std::string& task, const std::string& path, const std::string& name,
                                         const Progress& progress = {});

} // namespace toeplab::core
