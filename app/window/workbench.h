// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/engine_client/background.h"
#include "widgets/engine_client/engine_client.h"
#include "widgets/models/live_session.h"
#include "widgets/models/runs_model.h"
#include "widgets/models/workspace.h"

#include <QtCore/QObject>
#include <QtCore/QString>

namespace toeplab::app
{

/// Everything of the window that is no widget: it owns the jobs, the engine, the open runs and the session, in the
/// order in which they depend on one another.
class Workbench final : public QObject
{
    Q_OBJECT

public:
    explicit Workbench(widgets::EngineCommand command, QObject* parent = nullptr);

    widgets::Background background;
    widgets::EngineClient engine;
    widgets::Workspace workspace;
    widgets::LiveSession session;
    widgets::RunsModel runs;

    /// Opens what there is to see first. With files: those. Else the run that was open last, or the newest. The first
    /// time ever: starts the tour, so that there is something that learns.
    void open(const QStringList& files, const QString& last_run);

Q_SIGNALS:
    /// The first time ever: no run has been made before.
    void tourStarted();

private:
    void openFirst(const QString& last_run);
    void showLive();
};

} // namespace toeplab::app
