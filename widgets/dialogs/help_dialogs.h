// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QString>

#include <utility>
#include <vector>

class QWidget;

namespace toeplab::widgets
{

/// A small window beside the work that explains a panel; stays until it is closed and stops nobody.
void showExplanation(const QString& title, const QString& text, QWidget* parent);

/// Every shortcut in two columns: keys and what they do.
struct ShortcutGroup {
    QString title;
    std::vector<std::pair<QString, QString>> keys;
};
void showKeyboardSheet(const std::vector<ShortcutGroup>& groups, QWidget* parent);

void showAbout(QWidget* parent);

} // namespace toeplab::widgets
