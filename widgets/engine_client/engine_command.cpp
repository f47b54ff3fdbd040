// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/engine_client/engine_command.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QProcess>

namespace toeplab::widgets
{

QString EngineCommand::text() const
{
    return (QStringList{program} + arguments).join(QLatin1Char(' '));
}

QString siblingEngine()
{
    return QCoreApplication::applicationDirPath() + QStringLiteral("/toeplab-engine");
}

EngineCommand engineCommand()
{
    QStringList words = QProcess::splitCommand(qEnvironmentVariable("TOEPLAB_ENGINE_COMMAND"));
    if (words.isEmpty()) {
        return {siblingEngine(), {QStringLiteral("serve")}};
    }
    const QString program = words.takeFirst();
    return {program, words};
}

} // namespace toeplab::widgets
