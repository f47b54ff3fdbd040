// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QString>
#include <QtCore/QStringList>

namespace toeplab::widgets
{

/// How the engine is started: any command whose standard input and output carry the protocol.
struct EngineCommand {
    QString program;
    QStringList arguments;

    [[nodiscard]] QString text() const; ///< as one would type it, for messages
};

/// TOEPLAB_ENGINE_COMMAND where it is set ("ssh gpu toeplab serve"), else `toeplab-engine serve` beside this program.
[[nodiscard]] EngineCommand engineCommand();

/// The engine's program beside this one, whether it exists or not.
[[nodiscard]] QString siblingEngine();

} // namespace toeplab::widgets
