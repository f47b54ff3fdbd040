// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/dialogs/help_dialogs.h"

#include <QtCore/QObject>
#include <QtGui/QKeySequence>

#include <functional>
#include <vector>

class QAction;
class QMenu;

namespace toeplab::app
{

class MainWindow;
class WindowMemory;

/// The window's menu and keys: one table, from which the keyboard sheet is made too.
class WindowActions final : public QObject
{
    Q_OBJECT

public:
    WindowActions(MainWindow& window, WindowMemory& memory);

private:
    void addFile();
    void addRun();
    void addLook();
    void addLayouts();
    void addTheme();
    void addHelp();
    QAction* add(QMenu* menu, const char* icon_name, const QString& text, const QKeySequence& keys,
                 std::function<void()> action);
    /// Space and letters belong to the widget that has the focus, if it knows what to do with them.
    [[nodiscard]] bool pressFocused() const;

    MainWindow& window_;
    WindowMemory& memory_;
    QMenu* menu_;
    std::vector<widgets::ShortcutGroup> keys_;
};

} // namespace toeplab::app
