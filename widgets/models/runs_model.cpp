// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/runs_model.h"

#include "widgets/engine_client/background.h"
#include "widgets/models/format.h"

#include <QtCore/QDateTime>
#include <QtCore/QDir>
#include <QtCore/QFileSystemWatcher>
#include <QtCore/QLocale>
#include <QtCore/QTimer>

#include <algorithm>
#include <cmath>

namespace toeplab::widgets
{

namespace
{

constexpr int kPollMs = 4000;

[[nodiscard]] QString qt(const std::string& text)
{
    return QString::fromStdString(text);
}

[[nodiscard]] bool sameRow(const core::RunSummary& a, const core::RunSummary& b)
{
    const auto same = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
    return a.path == b.path && a.state == b.state && a.step == b.step && a.experiment == b.experiment &&
           a.problem == b.problem && same(a.loss, b.loss) && same(a.best_accuracy, b.best_accuracy);
}

} // namespace

QString stateWord(core::RunState state)
{
    return state == core::RunState::Alive ? RunsModel::tr("Training") : format::state(core::toString(state));
}

RunsModel::RunsModel(QString folder, Background& background, QObject* parent)
    : QAbstractTableModel(parent), folder_(std::move(folder)), background_(background),
      watcher_(new QFileSystemWatcher(this)), poll_(new QTimer(this))
{
    poll_->setInterval(kPollMs);
    connect(poll_, &QTimer::timeout, this, &RunsModel::refresh);
    connect(watcher_, &QFileSystemWatcher::directoryChanged, this, &RunsModel::refresh);
}

void RunsModel::start()
{
    if (QDir(folder_).exists()) {
        watcher_->addPath(folder_);
    }
    poll_->start();
    refresh();
}

void RunsModel::refresh()
{
    if (background_.isBusyFor(this)) {
        return; // the list that is under way, or the next poll, sees it
    }
    background_.run(
        Background::Lane::RunFiles, this, QStringLiteral("runs"),
        [folder = folder_.toStdString(), elsewhere = elsewhere_] {
            std::vector<core::RunSummary> all = core::listRuns(folder);
            for (const std::string& file : elsewhere) {
                all.push_back(core::summariseRun(file));
            }
            return all;
        },
        [this](std::vector<core::RunSummary> runs) { apply(std::move(runs)); });
}

void RunsModel::setElsewhere(const QStringList& paths)
{
    std::vector<std::string> now;
    for (const QString& path : paths) {
        if (QFileInfo(path).absolutePath() != QFileInfo(folder_).absoluteFilePath()) {
            now.push_back(path.toStdString());
        }
    }
    if (now != elsewhere_) {
        elsewhere_ = std::move(now);
        stale_ = true;
        refresh();
    }
}

void RunsModel::apply(std::vector<core::RunSummary> runs)
{
    for (core::RunSummary& run : runs) {
        overlay(run);
    }
    const bool live_listed = live_.path.empty() || std::any_of(runs.begin(), runs.end(), [this](const auto& run) {
                                 return run.path == live_.path;
                             });
    if (!live_listed) {
        runs.push_back(live_);
    }
    std::stable_sort(runs.begin(), runs.end(),
                     [](const auto& a, const auto& b) { return a.started_unix > b.started_unix; });
    const bool same_rows =
        runs.size() == runs_.size() && std::equal(runs.begin(), runs.end(), runs_.begin(),
                                                  [](const auto& a, const auto& b) { return a.path == b.path; });
    if (same_rows) {
        for (std::size_t i = 0; i < runs.size(); ++i) {
            if (!sameRow(runs[i], runs_[i])) {
                runs_[i] = std::move(runs[i]);
                Q_EMIT dataChanged(index(int(i), 0), index(int(i), ColumnCount - 1));
            }
        }
    } else {
        beginResetModel();
        runs_ = std::move(runs);
        endResetModel();
    }
    listed_ = true;
    Q_EMIT listed();
    if (std::exchange(stale_, false)) {
        QTimer::singleShot(0, this, &RunsModel::refresh); // more was asked for while this list was made
    }
}

void RunsModel::overlay(core::RunSummary& run) const
{
    if (run.path == live_.path) {
        run.state = live_.state;
        run.step = live_.step;
        run.loss = live_.loss;
        run.best_accuracy = std::isnan(live_.best_accuracy) ? run.best_accuracy : live_.best_accuracy;
        run.problem.clear();
    }
}

void RunsModel::setLive(const QString& path, const QString& experiment, core::RunState state, std::int64_t step,
                        double loss, double best_accuracy)
{
    if (live_.path != path.toStdString()) {
        live_ = {};
        live_.path = path.toStdString();
        live_.name = QFileInfo(path).completeBaseName().toStdString();
        live_.started_unix = double(QDateTime::currentSecsSinceEpoch());
    }
    live_.experiment = experiment.toStdString();
    live_.state = state;
    live_.step = step;
    live_.loss = loss;
    live_.best_accuracy = best_accuracy;
    const QModelIndex known = indexOf(path);
    if (!known.isValid()) {
        refresh();
        return;
    }
    core::RunSummary& run = runs_[std::size_t(known.row())];
    core::RunSummary updated = run;
    overlay(updated);
    if (!sameRow(run, updated)) {
        run = updated;
        Q_EMIT dataChanged(known, known.siblingAtColumn(ColumnCount - 1));
    }
}

void RunsModel::clearLive()
{
    if (!live_.path.empty()) {
        live_ = {};
        refresh();
    }
}

QModelIndex RunsModel::indexOf(const QString& path) const
{
    const std::string wanted = path.toStdString();
    for (std::size_t i = 0; i < runs_.size(); ++i) {
        if (runs_[i].path == wanted) {
            return index(int(i), 0);
        }
    }
    return {};
}

int RunsModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(runs_.size());
}

int RunsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant RunsModel::text(const core::RunSummary& run, int column) const
{
    switch (column) {
    case Name:
        return qt(run.name);
    case State:
        return run.problem.empty() ? stateWord(run.state) : tr("Unreadable");
    case Step:
        return format::steps(run.step);
    case Loss:
        return format::number(run.loss);
    case Accuracy:
        return format::percent(run.best_accuracy);
    case Experiment:
        return qt(run.experiment);
    case Started:
        return run.started_unix > 0
                   ? QLocale().toString(QDateTime::fromSecsSinceEpoch(qint64(run.started_unix)), QLocale::ShortFormat)
                   : QString();
    default:
        return {};
    }
}

QVariant RunsModel::sortKey(const core::RunSummary& run, int column) const
{
    switch (column) {
    case Step:
        return qint64(run.step);
    case Loss:
        return std::isnan(run.loss) ? std::numeric_limits<double>::max() : run.loss;
    case Accuracy:
        return std::isnan(run.best_accuracy) ? -1.0 : run.best_accuracy;
    case Started:
        return run.started_unix;
    default:
        return text(run, column);
    }
}

QVariant RunsModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) {
        return {};
    }
    const core::RunSummary& run = runs_[std::size_t(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return text(run, index.column());
    case Qt::ToolTipRole:
        if (!run.problem.empty()) {
            return qt(run.problem);
        }
        return tr("%1\n%2, %3, step %4\nloss %5, best validation accuracy %6\nstarted %7")
            .arg(qt(run.path), qt(run.experiment), stateWord(run.state), format::steps(run.step),
                 format::number(run.loss), format::percent(run.best_accuracy), text(run, Started).toString());
    case Qt::AccessibleTextRole:
        return QStringLiteral("%1, %2").arg(qt(run.name), text(run, State).toString());
    case PathRole:
        return qt(run.path);
    case StateRole:
        return int(run.state);
    case ProblemRole:
        return qt(run.problem);
    case DetailRole:
        return run.problem.empty() ? QStringLiteral("%1 · %2%3")
                                         .arg(qt(run.experiment), tr("step %1").arg(format::steps(run.step)),
                                              std::isnan(run.best_accuracy)
                                                  ? QString()
                                                  : QStringLiteral(" · ") + format::percent(run.best_accuracy))
                                   : qt(run.problem);
    case SortRole:
        return sortKey(run, index.column());
    default:
        return {};
    }
}

QVariant RunsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) {
        return {};
    }
    static const char* const names[ColumnCount] = {"Run", "State", "Step", "Loss", "Accuracy", "Experiment", "Started"};
    return section >= 0 && section < ColumnCount ? QVariant(QString::fromLatin1(names[section])) : QVariant();
}

} // namespace toeplab::widgets
