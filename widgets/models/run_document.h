// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runs/run_data.h"
#include "core/training/session.h"
#include "widgets/figures/figure_data.h"
#include "widgets/models/loaded_run.h"

#include <QtCore/QObject>
#include <QtCore/QString>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace toeplab::widgets
{

class Background;
class KernelStore;

/// One run, whether the engine of this window is training it or it lies in a file (finished, or being written by
/// another process): the same values either way. Files are read by background jobs; nothing here blocks.
class RunDocument final : public QObject
{
    Q_OBJECT

public:
    RunDocument(QString path, int color, Background& background, QObject* parent = nullptr);
    ~RunDocument() override;

    [[nodiscard]] const QString& path() const { return path_; }
    [[nodiscard]] QString name() const; ///< the file's name without .h5

    /// Rows, marks, ladder history and layers; a copy costs pointers.
    [[nodiscard]] const FigureRun& rows() const { return rows_; }
    [[nodiscard]] const core::RunHeader& header() const { return header_; }
    [[nodiscard]] bool hasHeader() const { return has_header_; }
    [[nodiscard]] core::RunState state() const { return state_; }
    /// The engine of this window is training it now.
    [[nodiscard]] bool isLive() const { return live_; }
    [[nodiscard]] std::int64_t lastStep() const;
    [[nodiscard]] std::int64_t lastCheckpointStep() const { return last_checkpoint_step_; }
    /// Why the file could not be read, or what was recovered; one sentence, or empty.
    [[nodiscard]] const QString& problem() const { return problem_; }
    [[nodiscard]] const QString& recovery() const { return recovery_; }

    /// The newest ladder; null before the first.
    [[nodiscard]] std::shared_ptr<const core::LadderFrame> ladder() const { return ladder_; }
    [[nodiscard]] KernelStore& kernels() { return *kernels_; }

    /// Reads the file in the background. Newest wins.
    void load();
    /// Looks whether the file has changed, and reads it if so. Called often: it keeps the pace that reading allows.
    void refresh();

    // What the engine says of a run that it trains (called by LiveSession).
    void beginLive(const core::RunHeader& header, bool resumed);
    void addRows(const std::vector<core::MetricsRow>& rows);
    void addValidation(const core::ValidationRow& row);
    void addEvent(const core::RunEvent& event);
    void setLadder(std::shared_ptr<const core::LadderFrame> ladder);
    void setState(core::RunState state);
    void setSavedStep(std::int64_t step);
    /// The engine has ended the run or has died: from now on the file is the truth.
    void endLive(core::RunState state);

Q_SIGNALS:
    void headerChanged();
    void rowsChanged(); ///< rows, marks or validation
    void ladderChanged();
    void stateChanged();
    void problemChanged();

private:
    void read(const std::optional<FileStamp>& known);
    void applyLoaded(LoadedRun loaded);
    void mergeBehindLive(const FigureRun& stored);

    QString path_;
    Background& background_;
    FigureRun rows_;
    core::RunHeader header_;
    bool has_header_ = false;
    bool live_ = false;
    bool awaiting_history_ = false; ///< a resumed run whose earlier rows are still being read
    core::RunState state_ = core::RunState::Finished;
    std::int64_t last_checkpoint_step_ = -1;
    QString problem_, recovery_;
    std::shared_ptr<const core::LadderFrame> ladder_;
    std::unique_ptr<KernelStore> kernels_;
    FileStamp stamp_;
    qint64 looked_at_ms_ = 0;
    qint64 load_cost_ms_ = 0;
};

} // namespace toeplab::widgets
