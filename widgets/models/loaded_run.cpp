// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/loaded_run.h"

#include "core/analysis/sparkline.h"

#include "core/runs/run_reader.h"

#include <QtCore/QDateTime>
#include <QtCore/QElapsedTimer>
#include <QtCore/QFileInfo>

#include <algorithm>

namespace toeplab::widgets
{

namespace
{

/// The ladder at the last stored step, with a sparkline from each layer's last kernel.
[[nodiscard]] std::shared_ptr<const core::LadderFrame> lastLadder(const core::RunData& run)
{
    if (run.ladder.empty() || run.header.layers.empty()) {
        return nullptr;
    }
    auto frame = std::make_shared<core::LadderFrame>();
    frame->step = run.ladder.back().step;
    frame->infos = run.header.layers;
    frame->scores = run.ladder.back().layers;
    frame->scores.resize(frame->infos.size());
    frame->sparklines.resize(frame->infos.size());
    for (std::size_t i = 0; i < frame->infos.size() && i < run.kernel_steps.size(); ++i) {
        if (run.kernel_steps[i].empty()) {
            continue;
        }
        // A kernel that cannot be read leaves its row without a line; the reason was said when the run was opened.
        if (const auto kernel = core::readKernel(run.path, i, run.kernel_steps[i].back())) {
            frame->sparklines[i] = core::sparkline(kernel->values, frame->infos[i].channels);
        }
    }
    return frame;
}

} // namespace

FileStamp stampOf(const QString& run_path)
{
    FileStamp stamp;
    const QFileInfo file(run_path);
    if (file.exists()) {
        stamp.file_ms = file.lastModified().toMSecsSinceEpoch();
        stamp.file_size = file.size();
    }
    QString journal_path = run_path;
    if (journal_path.endsWith(QLatin1String(".h5"))) {
        journal_path.chop(3);
    }
    const QFileInfo journal(journal_path + QStringLiteral(".journal"));
    if (journal.exists()) {
        stamp.journal_ms = journal.lastModified().toMSecsSinceEpoch();
        stamp.journal_size = journal.size();
    }
    return stamp;
}

LoadedRun loadRun(const LoadRunRequest& request)
{
    QElapsedTimer timer;
    timer.start();
    LoadedRun loaded;
    loaded.stamp = stampOf(request.path);
    if (request.known == loaded.stamp) {
        loaded.unchanged = true;
        return loaded;
    }
    const std::string path = request.path.toStdString();
    const auto run = core::readRun(path);
    if (!run) {
        loaded.problem = QString::fromStdString(run.error().message);
        return loaded;
    }
    loaded.recovery = QString::fromStdString(run->recovery);
    loaded.header = run->header;
    loaded.state = run->state;
    loaded.rows = figureRun(*run, request.color);
    loaded.rows.id = path;
    loaded.kernel_steps = run->kernel_steps;
    loaded.last_checkpoint_step = run->last_checkpoint_step;
    if (request.with_ladder) {
        loaded.ladder = lastLadder(*run);
    }
    loaded.cost_ms = timer.elapsed();
    return loaded;
}

} // namespace toeplab::widgets
