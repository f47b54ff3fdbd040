// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/runs/run_data.h"

#include <cstdint>
#include <string>
#include <vector>

namespace toeplab::core
{

/// A run as files for spreadsheets, NumPy and scripts. Each function writes into `folder`, which exists, and returns
/// the names of the files. Numbers are written so that reading them gives the same double; what is no number is "nan"
/// or "inf". Files of the same name are replaced.

/// training.csv, validation.csv, events.csv, and ladder.csv with a row for each snapshot and layer.
[[nodiscard]] Result<std::vector<std::string>> exportCurves(const RunData& run, const std::string& folder);

/// settings.json, which `toeplab train` takes, and provenance.json.
[[nodiscard]] Result<std::vector<std::string>> exportSettings(const RunData& run, const std::string& folder);

enum class KernelFormat { Npy, Csv };
/// layer_03_step_000200.npy: float32 of shape (channels, 2n-1) from lag -(n-1); or the same as .csv with a row for each
/// lag and a column for each channel.
[[nodiscard]] Result<std::string> exportKernel(const RunData& run, std::size_t layer_index, std::int64_t step,
                                               KernelFormat format, const std::string& folder);

} // namespace toeplab::core
