// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/run_document.h"

#include "widgets/engine_client/background.h"
#include "widgets/models/kernel_store.h"

#include <QtCore/QDateTime>
#include <QtCore/QFileInfo>

#include <algorithm>

namespace toeplab::widgets
{

namespace
{

/// How often a live run's file is looked at for new kernel snapshots, and how seldom when reading it takes long.
constexpr qint64 kLookEveryMs = 3000;
constexpr qint64 kLookCostFactor = 10;

} // namespace

RunDocument::RunDocument(QString path, int color, Background& background, QObject* parent)
    : QObject(parent), path_(std::move(path)), background_(background),
      kernels_(std::make_unique<KernelStore>(path_, background))
{
    rows_.id = path_.toStdString();
    rows_.name = name().toStdString();
    rows_.color = color;
}

RunDocument::~RunDocument() = default;

QString RunDocument::name() const
{
    return QFileInfo(path_).completeBaseName();
}

std::int64_t RunDocument::lastStep() const
{
    return rows_.training.empty() ? 0 : rows_.training.back().step;
}

void RunDocument::load()
{
    read(std::nullopt);
}

void RunDocument::refresh()
{
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    const qint64 wait = std::max(live_ ? kLookEveryMs : 0, kLookCostFactor * load_cost_ms_);
    if (now - looked_at_ms_ >= wait && !background_.isBusyFor(this)) {
        read(stamp_);
    }
}

void RunDocument::read(const std::optional<FileStamp>& known)
{
    looked_at_ms_ = QDateTime::currentMSecsSinceEpoch();
    background_.run(
        Background::Lane::RunFiles, this, QStringLiteral("load/") + path_,
        [request = LoadRunRequest{path_, rows_.color, !live_, known}] { return loadRun(request); },
        [this](LoadedRun loaded) { applyLoaded(std::move(loaded)); });
}

void RunDocument::applyLoaded(LoadedRun loaded)
{
    if (loaded.unchanged) {
        return;
    }
    stamp_ = loaded.stamp;
    load_cost_ms_ = loaded.cost_ms;
    if (!loaded.problem.isEmpty()) {
        if (!live_ && problem_ != loaded.problem) {
            problem_ = loaded.problem;
            Q_EMIT problemChanged();
        }
        return;
    }
    const bool problem_solved = !problem_.isEmpty() || recovery_ != loaded.recovery;
    problem_.clear();
    recovery_ = loaded.recovery;
    if (problem_solved) {
        Q_EMIT problemChanged();
    }
    last_checkpoint_step_ = std::max(last_checkpoint_step_, loaded.last_checkpoint_step);
    if (live_) {
        if (awaiting_history_) {
            awaiting_history_ = false;
            mergeBehindLive(loaded.rows);
            Q_EMIT rowsChanged();
        }
        kernels_->setSteps(std::move(loaded.kernel_steps));
        return;
    }
    last_checkpoint_step_ = loaded.last_checkpoint_step;
    header_ = std::move(loaded.header);
    has_header_ = true;
    rows_ = std::move(loaded.rows);
    rows_.name = name().toStdString();
    state_ = loaded.state;
    // Scores that were shown live and that no snapshot holds stay, unless the file is of an earlier time.
    const bool newer = ladder_ && loaded.ladder && ladder_->step > loaded.ladder->step && ladder_->step <= lastStep();
    if (loaded.ladder && !newer) {
        ladder_ = std::move(loaded.ladder);
    }
    kernels_->setLayers(header_.layers);
    kernels_->setSteps(std::move(loaded.kernel_steps));
    kernels_->forgetLive();
    Q_EMIT headerChanged();
    Q_EMIT stateChanged();
    Q_EMIT rowsChanged();
    Q_EMIT ladderChanged();
}

void RunDocument::mergeBehindLive(const FigureRun& stored)
{
    const std::int64_t first_live =
        rows_.training.empty() ? std::numeric_limits<std::int64_t>::max() : rows_.training.front().step;
    const auto before = [first_live](const auto& stored_rows, const auto& live_rows) {
        std::remove_cvref_t<decltype(stored_rows)> merged;
        for (std::size_t i = 0; i < stored_rows.size() && stored_rows[i].step < first_live; ++i) {
            merged.push_back(stored_rows[i]);
        }
        for (std::size_t i = 0; i < live_rows.size(); ++i) {
            merged.push_back(live_rows[i]);
        }
        return merged;
    };
    rows_.training = before(stored.training, rows_.training);
    rows_.validation = before(stored.validation, rows_.validation);
    rows_.ladder = before(stored.ladder, rows_.ladder);
    // Marks of the live part are in the file already or come later: those that both know are kept once.
    core::Series<core::RunEvent> events = stored.events;
    for (std::size_t i = 0; i < rows_.events.size(); ++i) {
        const core::RunEvent& mark = rows_.events[i];
        if (events.empty() || mark.unix_seconds > events.back().unix_seconds) {
            events.push_back(mark);
        }
    }
    rows_.events = std::move(events);
}

void RunDocument::beginLive(const core::RunHeader& header, bool resumed)
{
    live_ = true;
    awaiting_history_ = resumed;
    header_ = header;
    has_header_ = true;
    rows_.layers = header.layers;
    rows_.training.clear();
    rows_.validation.clear();
    rows_.events.clear();
    rows_.ladder.clear();
    problem_.clear();
    kernels_->setLayers(header.layers);
    state_ = core::RunState::Alive;
    if (resumed) {
        load();
    }
    Q_EMIT headerChanged();
    Q_EMIT stateChanged();
    Q_EMIT rowsChanged();
    Q_EMIT problemChanged();
}

void RunDocument::addRows(const std::vector<core::MetricsRow>& rows)
{
    for (const core::MetricsRow& row : rows) {
        rows_.training.push_back(row);
    }
    Q_EMIT rowsChanged();
}

void RunDocument::addValidation(const core::ValidationRow& row)
{
    rows_.validation.push_back(row);
    Q_EMIT rowsChanged();
}

void RunDocument::addEvent(const core::RunEvent& event)
{
    rows_.events.push_back(event);
    Q_EMIT rowsChanged();
}

void RunDocument::setLadder(std::shared_ptr<const core::LadderFrame> ladder)
{
    if (rows_.ladder.empty() || rows_.ladder.back().step < ladder->step) {
        rows_.ladder.push_back({ladder->step, ladder->scores});
    }
    ladder_ = std::move(ladder);
    Q_EMIT ladderChanged();
}

void RunDocument::setState(core::RunState state)
{
    if (state_ != state) {
        state_ = state;
        Q_EMIT stateChanged();
    }
}

void RunDocument::setSavedStep(std::int64_t step)
{
    last_checkpoint_step_ = std::max(last_checkpoint_step_, step);
}

void RunDocument::endLive(core::RunState state)
{
    live_ = false;
    awaiting_history_ = false;
    state_ = state;
    Q_EMIT stateChanged();
    load();
}

} // namespace toeplab::widgets
