// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QColor;
class QPainter;
class QRectF;
class QStyleOption;
class QWidget;

namespace toeplab::widgets
{

/// A rectangle with the program's corners, its 1 px line inside `rect`.
void paintRounded(QPainter& painter, const QRectF& rect, const QColor& fill, const QColor& line);

/// What every input stands in: panel colour, a line that turns to the accent with the focus and to red when the widget
/// is marked `invalid`.
void paintField(QPainter& painter, const QStyleOption& option, const QWidget* widget);

} // namespace toeplab::widgets
