// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/waiting.h"

#include "widgets/models/live_session.h"
#include "widgets/models/run_document.h"
#include "widgets/models/workspace.h"

#include <QtCore/QCoreApplication>

namespace toeplab::widgets
{

namespace
{

[[nodiscard]] QString say(const char* text)
{
    return QCoreApplication::translate("Waiting", text) + QLatin1Char(' ');
}

QString waitingFor(const LiveSession& session, const RunDocument* run)
{
    if (run != nullptr && !run->isLive() && !run->hasHeader()) {
        return say("The run file is being read.");
    }
    if (run != nullptr && !run->isLive()) {
        return {};
    }
    const core::SessionStatus& status = session.status();
    if (status.state == core::SessionState::Preparing) {
        QString text = QString::fromStdString(status.message);
        if (text.endsWith(QLatin1Char('.'))) {
            text.chop(1);
        }
        if (text.isEmpty()) {
            text = QCoreApplication::translate("Waiting", "The run is being prepared");
        }
        if (status.progress >= 0) {
            text += QStringLiteral(": %1 %").arg(int(100 * status.progress));
        }
        return text + QStringLiteral(". ");
    }
    switch (session.engine().state()) {
    case EngineClient::State::Starting:
        return say("The engine is loading.");
    case EngineClient::State::Ended:
        return say("The engine is not running.");
    default:
        break;
    }
    return run == nullptr ? say("No run is open.") : QString();
}

} // namespace

QString waitingSentence(const LiveSession& session, Workspace& workspace, const QString& then)
{
    const RunDocument* const run = workspace.current();
    if (run != nullptr && !run->problem().isEmpty()) { // the window's notice says what and why
        return QCoreApplication::translate("Waiting", "%1 could not be read, so there is nothing to draw.")
            .arg(run->name());
    }
    return waitingFor(session, run) + then;
}

} // namespace toeplab::widgets
