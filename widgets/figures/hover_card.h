// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/figures/figure.h"

#include <QtWidgets/QFrame>

class QLabel;

namespace toeplab::widgets
{

/// The small card beside the pointer: a title and rows of name and value. It never takes the mouse.
class HoverCard final : public QFrame
{
    Q_OBJECT
public:
    explicit HoverCard(QWidget* parent);
    void setTheme(const Theme& theme);
    /// Shows a read-out near a point of the parent, on the side where there is room.
    void showAt(const Readout& readout, const QPoint& pointer);

private:
    QLabel* label_;
    QString muted_;
};

} // namespace toeplab::widgets
