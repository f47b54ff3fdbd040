// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/figures/figure_interaction.h"
#include "widgets/figures/figure_plot.h"
#include "widgets/figures/figure_view.h"
#include "widgets/figures/hover_card.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QTimer>

#include <map>
#include <vector>

class QCPItemEllipse;
class QCustomPlot;
class QLabel;
class QMouseEvent;
class QWheelEvent;

namespace toeplab::widgets
{

/// What a view is made of: when it is drawn (newest wins, at most 30 times a second) and what the pointer does.
class FigureView::Impl final : public QObject
{
public:
    Impl(FigureView& owner, FigureSpec initial);

    void schedule();
    [[nodiscard]] bool isLow() const; ///< no room for what stands under the first plot
    void refresh();
    void redraw();
    void hover(const QPoint& position);
    void leave();
    void showLinks();
    bool eventFilter(QObject* object, QEvent* event) override;
    bool wheel(const QWheelEvent& event);
    bool press(const QMouseEvent& event);
    bool move(const QMouseEvent& event);
    bool release(const QMouseEvent& event);

    FigureView& view;
    QCustomPlot* plot;
    QLabel* sentence;
    HoverCard* card;
    FigureSpec spec;
    FigureData data;
    ThemeKind theme = ThemeKind::Light;
    FigurePlot host;
    FigureInteraction interaction;
    QTimer timer;
    QElapsedTimer since_frame;
    int frame_ms = 33; ///< grows with the cost of drawing
    bool rebuild = true, stale = true, drawn = false;
    bool pressed = false, moved = false, pinned = false, was_zoomed = false, low = false;
    QPoint press_position, pointer{-1, -1};
    std::map<LinkAxis, double> links; ///< crosshairs to show
    std::vector<LinkAxis> sent;       ///< links this view's pointer has set elsewhere
    std::vector<QCPItemEllipse*> rings;
};

} // namespace toeplab::widgets
