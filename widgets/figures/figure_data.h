// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/series.h"
#include "core/runs/run_data.h"
#include "core/training/session.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace toeplab::widgets
{

/// What figures draw from: shared immutable values, the same for a live session and for a stored run, so a copy costs a
/// few pointers and a figure never knows where its numbers came from.

/// One run in a figure.
struct FigureRun {
    std::string id;    ///< stays the same while the run is open: its path
    std::string name;  ///< in legends and read-outs
    std::string group; ///< `compare`: runs of one group are seeds of one setting; empty: the name
    int color = 0;     ///< index of runColor
    core::Series<core::MetricsRow> training;
    core::Series<core::ValidationRow> validation;
    core::Series<core::RunEvent> events;
    core::Series<core::LadderSnapshot> ladder;
    std::vector<core::LayerInfo> layers;
};

struct FigureData {
    std::vector<FigureRun> runs;
    std::shared_ptr<const core::LadderFrame> ladder;
    /// Kernels at one step: that of the chosen layer, or one for each layer, as FigureNeeds says.
    std::vector<std::shared_ptr<const core::KernelFrame>> kernels;
    /// The chosen layer's kernels at its stored steps, ascending.
    std::vector<std::shared_ptr<const core::KernelFrame>> snapshots;
    /// Step of the first kernel snapshot to come, for the sentence of an empty panel; -1: not known.
    std::int64_t first_snapshot_step = -1;
};

/// A stored or finished run as figure data (rows, events, ladder history; kernels are added by who has them).
[[nodiscard]] FigureRun figureRun(const core::RunData& run, int color);

} // namespace toeplab::widgets
