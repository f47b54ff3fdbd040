// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runs/run_reader.h"

#include <QtCore/QAbstractTableModel>
#include <QtCore/QString>
#include <QtCore/QStringList>

#include <cstdint>
#include <vector>

class QFileSystemWatcher;
class QTimer;

namespace toeplab::widgets
{

class Background;

/// The runs of a folder and those opened from elsewhere, newest first, with their true states. Looked up in the
/// background when the folder changes and every few seconds.
class RunsModel final : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Name, State, Step, Loss, Accuracy, Experiment, Started, ColumnCount };
    enum Role { PathRole = Qt::UserRole + 1, StateRole, ProblemRole, DetailRole, SortRole };

    RunsModel(QString folder, Background& background, QObject* parent = nullptr);

    /// Starts watching; the first list arrives soon after.
    void start();
    void refresh();
    /// Files outside of the folder that are listed too.
    void setElsewhere(const QStringList& paths);
    /// There has been a list. Until then an empty model says nothing about the folder.
    [[nodiscard]] bool isListed() const { return listed_; }

    /// What this window knows better than the file: the state of the run that its engine trains.
    void setLive(const QString& path, const QString& experiment, core::RunState state, std::int64_t step, double loss,
                 double best_accuracy);
    void clearLive();

    [[nodiscard]] QModelIndex indexOf(const QString& path) const;
    [[nodiscard]] const core::RunSummary& run(int row) const { return runs_[std::size_t(row)]; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

Q_SIGNALS:
    void listed();

private:
    void apply(std::vector<core::RunSummary> runs);
    void overlay(core::RunSummary& run) const;
    [[nodiscard]] QVariant text(const core::RunSummary& run, int column) const;
    [[nodiscard]] QVariant sortKey(const core::RunSummary& run, int column) const;

    QString folder_;
    std::vector<std::string> elsewhere_;
    Background& background_;
    std::vector<core::RunSummary> runs_;
    core::RunSummary live_;
    bool listed_ = false;
    bool stale_ = false; ///< elsewhere_ changed since the last list was begun, perhaps
    QFileSystemWatcher* watcher_;
    QTimer* poll_;
};

/// "alive" as the list says it: Training, Paused, Crashed, Stopped, Finished.
[[nodiscard]] QString stateWord(core::RunState state);

} // namespace toeplab::widgets
