// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/workbench.h"

#include "core/base/home.h"
#include "core/config/presets.h"
#include "widgets/models/run_document.h"

#include <limits>

namespace toeplab::app
{

using widgets::RunDocument;
using widgets::RunsModel;

Workbench::Workbench(widgets::EngineCommand command, QObject* parent)
    : QObject(parent), engine(std::move(command)), workspace(background), session(engine, workspace),
      runs(QString::fromStdString(core::toeplabHome()) + QStringLiteral("/runs"), background)
{
    connect(&session, &widgets::LiveSession::statusChanged, this, &Workbench::showLive);
    connect(&workspace, &widgets::Workspace::documentsChanged, this, [this] {
        QStringList files;
        for (const auto& document : workspace.documents()) {
            files.append(document->path());
        }
        runs.setElsewhere(files);
    });
}

void Workbench::open(const QStringList& files, const QString& last_run)
{
    runs.start();
    engine.launch();
    if (files.isEmpty()) {
        // The list arrives in a moment; what is opened depends on it.
        connect(
            &runs, &RunsModel::listed, this, [this, last_run] { openFirst(last_run); }, Qt::SingleShotConnection);
        return;
    }
    for (const QString& file : files) {
        workspace.open(file);
    }
    workspace.setCurrent(workspace.open(files.front()));
}

void Workbench::openFirst(const QString& last_run)
{
    if (workspace.current() != nullptr) {
        return; // opened by hand meanwhile
    }
    if (runs.rowCount() == 0) {
        const auto tour = core::presetOrFile("tour");
        if (tour) {
            session.start(*tour);
            Q_EMIT tourStarted();
        }
        return;
    }
    QModelIndex wanted = runs.indexOf(last_run);
    for (int row = 0; !wanted.isValid() && row < runs.rowCount(); ++row) {
        if (runs.run(row).problem.empty()) {
            wanted = runs.index(row, 0);
        }
    }
    if (wanted.isValid()) {
        workspace.setCurrent(workspace.open(wanted.data(RunsModel::PathRole).toString()));
    }
}

void Workbench::showLive()
{
    const RunDocument* run = session.document();
    if (run == nullptr || !run->isLive()) {
        runs.clearLive();
        return;
    }
    const auto& rows = run->rows().training;
    const double none = std::numeric_limits<double>::quiet_NaN();
    const double best = session.status().best_accuracy;
    runs.setLive(run->path(), QString::fromStdString(run->header().experiment.value("name", std::string())),
                 run->state(), rows.empty() ? 0 : rows.back().step, rows.empty() ? none : rows.back().loss,
                 best < 0 ? none : best);
}

} // namespace toeplab::app
