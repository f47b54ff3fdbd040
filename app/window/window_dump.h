// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QObject>
#include <QtCore/QString>

class QJsonObject;
class QWidget;

namespace toeplab::app
{

class MainWindow;

/// For end-to-end tests, switched on by TOEPLAB_TEST_DUMP=FILE: five times a second the file is replaced by what a
/// person would see, as JSON: every named visible widget with its place on the screen, whether it can be used, and its
/// text. It reads widgets only, never the values behind them.
class WindowDump final : public QObject
{
    Q_OBJECT

public:
    WindowDump(MainWindow& window, QString path);

private:
    void write();

    MainWindow& window_;
    QString path_;
};

} // namespace toeplab::app
