// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runs/run_data.h"
#include "core/training/session.h"
#include "widgets/figures/figure_data.h"

#include <QtCore/QString>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace toeplab::widgets
{

/// Size and time of a run file and its journal: what changes when somebody writes.
struct FileStamp {
    qint64 file_ms = 0, file_size = -1, journal_ms = 0, journal_size = -1;
    friend bool operator==(const FileStamp&, const FileStamp&) = default;
};
[[nodiscard]] FileStamp stampOf(const QString& run_path);

/// A run as a background job brings it: everything that a document shows at once.
struct LoadedRun {
    bool unchanged = false; ///< the file is as it was; nothing else is set then
    QString problem;        ///< a sentence when the file cannot be read; nothing else is set then
    QString recovery;
    core::RunHeader header;
    core::RunState state = core::RunState::Finished;
    FigureRun rows;
    std::vector<std::vector<std::int64_t>> kernel_steps;
    std::int64_t last_checkpoint_step = -1;
    std::shared_ptr<const core::LadderFrame> ladder; ///< at the last stored step
    FileStamp stamp;
    qint64 cost_ms = 0;
};

struct LoadRunRequest {
    QString path;
    int color = 0;
    bool with_ladder = true;        ///< also reads each layer's last kernel for its sparkline
    std::optional<FileStamp> known; ///< nothing is read when the file still has this stamp
};

/// Blocks on the disk: for a background job.
[[nodiscard]] LoadedRun loadRun(const LoadRunRequest& request);

} // namespace toeplab::widgets
