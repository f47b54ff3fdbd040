// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGui/QColor>
#include <QtGui/QIcon>
#include <QtGui/QPixmap>

class QPainter;
class QRectF;

namespace toeplab::widgets
{

/// What an icon's one colour follows.
enum class IconTone { Text, Muted, Accent, OnAccent };

/// An icon of resources/icons by its file name without ending. Its lines take the colour of the current theme when they
/// are painted, at any scale, so that a theme change or another screen needs no new icon.
[[nodiscard]] QIcon icon(const char* name, IconTone tone = IconTone::Text);

/// The same, painted at once.
void paintIcon(QPainter& painter, const char* name, const QRectF& rect, const QColor& color);

} // namespace toeplab::widgets
