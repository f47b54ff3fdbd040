// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/theme.h"

#include <QtCore/QObject>
#include <QtCore/QSettings>
#include <QtCore/QString>

namespace toeplab::app
{

class MainWindow;

/// What is remembered from one start to the next: geometry, docks, options of the plots, the theme, the run that was
/// open, the chosen layer. Kept where the desktop keeps settings, apart from TOEPLAB_HOME. Layouts carry a version:
/// what an older window saved is left out rather than half applied.
class WindowMemory final : public QObject
{
    Q_OBJECT

public:
    enum class ThemeChoice { Desktop, Light, Dark };

    /// Before any theme is applied: looks at the desktop's palette.
    WindowMemory();

    [[nodiscard]] ThemeChoice themeChoice() const;
    void setTheme(ThemeChoice choice);
    [[nodiscard]] QString lastRun() const;

    /// Before show(): place and size.
    void restoreGeometry(MainWindow& window);
    /// After show(): docks and choices.
    void restoreRest(MainWindow& window);
    void save(MainWindow& window);

private:
    void applyTheme();

    QSettings settings_;
    widgets::ThemeKind desktop_;
};

} // namespace toeplab::app
