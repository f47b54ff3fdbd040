// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/tasks/data_sets.h"

/// What data_sets.h offers, for ListOps.
namespace toeplab::core::listops
{

/// What is needed and how to get it, for a list without any data.
[[nodiscard]] std::string howToGetData();
/// The files found at a path, with their lines counted.
[[nodiscard]] Result<DataSet> describe(const std::string& path);
[[nodiscard]] Result<DataSet> verify(const std::string& path, const Progress& progress);
[[nodiscard]] Result<DataSet> writeGenerated(const TaskSettings& settings, const std::string& folder,
                                             const Progress& progress);

} // namespace toeplab::core::listops
