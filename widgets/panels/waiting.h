// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QString>

namespace toeplab::widgets
{

class LiveSession;
class Workspace;

/// What is going on while a panel has nothing to draw yet, one sentence and a space, or nothing: "The engine is
/// loading. "
[[nodiscard]] QString waitingSentence(const LiveSession& session, Workspace& workspace, const QString& then);

} // namespace toeplab::widgets
