// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/theme.h"

#include <QtGui/QFont>

class QApplication;
class QWidget;

namespace toeplab::widgets
{

/// The look of the whole window from one table (widgets/plots/theme.h): style, palette and font of the application.
/// Widgets learn of a change by their changeEvent(QEvent::PaletteChange), as Qt sends it.
void applyTheme(QApplication& application, ThemeKind kind);

/// The one applied last; light before that.
[[nodiscard]] const Theme& currentTheme();

/// What the desktop's palette asks for. To be called before applyTheme.
[[nodiscard]] ThemeKind desktopTheme(const QApplication& application);

/// Ways that text is set in the window. The role is kept by the widget through theme changes.
enum class TextRole { Normal, Muted, Title, Bad, Warning };
void setTextRole(QWidget& widget, TextRole role);

/// px: of the labels of forms, so that forms under one another stand in one line.
constexpr int kFormLabelWidth = 88;

[[nodiscard]] QFont titleFont();
/// 9 pt, for what explains.
[[nodiscard]] QFont smallFont();

} // namespace toeplab::widgets
