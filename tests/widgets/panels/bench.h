// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/engine_client/background.h"
#include "widgets/engine_client/engine_client.h"
#include "widgets/models/live_session.h"
#include "widgets/models/run_document.h"
#include "widgets/models/workspace.h"
#include "widgets/style/appearance.h"

#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>
#include <QtWidgets/QApplication>

#include <gmock/gmock.h>

namespace toeplab::widgets::test
{

/// What panels stand on, with an engine that follows a script.
class PanelBench : public testing::Test
{
protected:
    explicit PanelBench(const char* mode = "train")
        : engine{{QStringLiteral(TOEPLAB_SCRIPTED_ENGINE), {QString::fromLatin1(mode)}}}, session{engine, workspace}
    {
        qputenv("TOEPLAB_HOME", home.path().toUtf8());
        applyTheme(*qApp, ThemeKind::Light);
    }
    [[nodiscard]] bool reach(std::int64_t step)
    {
        return QTest::qWaitFor([&] { return session.document() && session.document()->lastStep() >= step; }, 10'000);
    }

    QTemporaryDir home;
    Background background;
    Workspace workspace{background};
    EngineClient engine;
    LiveSession session;
};

} // namespace toeplab::widgets::test
