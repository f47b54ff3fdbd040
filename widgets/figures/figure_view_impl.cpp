// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/figure_view_impl.h"

#include "widgets/plots/number_format.h"
#include "widgets/plots/qcp.h"

#include <QtWidgets/QLabel>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace toeplab::widgets
{
namespace
{

constexpr int kFrameMs = 33;    ///< at most 30 repaints a second
constexpr int kBudgetMs = 8;    ///< of summaries (medians, spectra) in one go
constexpr int kDragStartPx = 4; ///< a click moves less

} // namespace

FigureView::Impl::Impl(FigureView& owner, FigureSpec initial)
    : view(owner), plot(new QCustomPlot(&owner)), sentence(new QLabel(&owner)), card(new HoverCard(&owner)),
      spec(std::move(initial)), host(*plot), interaction(*plot, host)
{
    auto* layout = new QVBoxLayout(&owner);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(plot);
    plot->setMinimumSize(40, 40);
    plot->setMouseTracking(true);
    plot->setFocusPolicy(Qt::NoFocus);
    plot->installEventFilter(this);
    sentence->setAlignment(Qt::AlignCenter);
    sentence->setWordWrap(true);
    sentence->setAttribute(Qt::WA_TransparentForMouseEvents);
    sentence->setMargin(kSpace4);
    sentence->hide();
    plot->setBackground(widgets::theme(theme).panel);
    timer.setSingleShot(true);
    QObject::connect(&timer, &QTimer::timeout, this, [this] { refresh(); });
    since_frame.start();
}

bool FigureView::Impl::isLow() const
{
    const FigureKind* kind = findKind(spec.kind);
    return kind && view.height() * 96 < kind->roomy_px * view.logicalDpiY();
}

void FigureView::Impl::schedule()
{
    if (!view.isVisible() || timer.isActive())
        return;
    timer.start(std::max(0, frame_ms - static_cast<int>(since_frame.elapsed())));
}

void FigureView::Impl::refresh()
{
    if (!view.isVisible() || (!stale && !rebuild))
        return;
    rebuild = rebuild || low != isLow();
    if (rebuild) {
        FigureStyle style = screenStyle(theme, view.logicalDpiY());
        style.compact = low = isLow();
        host.setSpec(spec, style);
        rings.clear();
        sentence->setStyleSheet(
            QStringLiteral("color: %1; background: transparent;").arg(widgets::theme(theme).muted.name()));
        card->setTheme(widgets::theme(theme));
        view.setAccessibleName(QString::fromStdString(host.kind().title));
        view.setAccessibleDescription(QString::fromStdString(host.kind().shows));
        rebuild = false;
        drawn = false;
    }
    QElapsedTimer cost;
    cost.start();
    if (!host.setData(data, QDeadlineTimer(kBudgetMs))) {
        timer.start(1); // the rest of the work; what is shown stays until it is done
        return;
    }
    stale = false;
    if (host.empty()) {
        QString text = QString::fromStdString(host.kind().empty);
        if (data.first_snapshot_step >= 0 && text.contains(QLatin1String("first kernel snapshot")))
            text.replace(
                QLatin1String("first kernel snapshot."),
                QStringLiteral("first kernel snapshot, step %1.").arg(formatInteger(data.first_snapshot_step)));
        sentence->setText(text);
    }
    sentence->setVisible(host.empty());
    sentence->setGeometry(view.rect());
    plot->plotLayout()->setVisible(!host.empty());
    redraw();
    since_frame.restart();
    frame_ms = std::max(kFrameMs, 2 * static_cast<int>(cost.elapsed()));
}

void FigureView::Impl::redraw()
{
    const double ratio = view.devicePixelRatioF();
    if (!qFuzzyCompare(plot->bufferDevicePixelRatio(), ratio)) // moved to another screen (QCustomPlot 2.1.0 misses it)
        plot->setBufferDevicePixelRatio(ratio);
    if (!host.empty()) {
        host.applyRanges();
        host.arrange(plot->size());
        showLinks();
    }
    plot->replot(QCustomPlot::rpQueuedRefresh);
    drawn = true;
    if (const bool zoomed = !host.userRanges().empty(); zoomed != was_zoomed) {
        was_zoomed = zoomed;
        Q_EMIT view.zoomChanged(zoomed);
    }
}

void FigureView::Impl::showLinks()
{
    for (const auto& [link, position] : links)
        (void)host.figure().setCrosshair(link, position);
}

void FigureView::Impl::hover(const QPoint& position)
{
    if (!drawn || host.empty() || pinned)
        return;
    const auto readout = host.figure().readout(position);
    if (!readout) {
        leave();
        return;
    }
    bool whole = false;
    for (const auto& [link, place] : readout->links) {
        links[link] = place;
        whole = host.figure().setCrosshair(link, place) || whole;
    }
    while (rings.size() < readout->marks.size()) {
        auto* ring = new QCPItemEllipse(plot);
        ring->setLayer(QStringLiteral("overlay"));
        ring->setSelectable(false);
        for (QCPItemPosition* corner : ring->positions())
            corner->setType(QCPItemPosition::ptAbsolute);
        rings.push_back(ring);
    }
    const Theme& colors = widgets::theme(theme);
    for (std::size_t i = 0; i < rings.size(); ++i) {
        const bool used =
            i < readout->marks.size() && std::isfinite(readout->marks[i].y()) && !readout->marks[i].isNull();
        rings[i]->setVisible(used);
        rings[i]->setPen(QPen(colors.text, 1.4));
        rings[i]->setBrush(colors.panel);
        if (used) {
            rings[i]->topLeft->setCoords(readout->marks[i] - QPointF(3.5, 3.5));
            rings[i]->bottomRight->setCoords(readout->marks[i] + QPointF(3.5, 3.5));
        }
    }
    card->showAt(*readout, position);
    if (whole)
        redraw();
    else
        plot->layer(QStringLiteral("overlay"))->replot();
    Q_EMIT view.readoutChanged(readout->status);
    sent.clear();
    for (const auto& [link, place] : readout->links) {
        sent.push_back(link);
        Q_EMIT view.crosshairMoved(link, place);
    }
}

void FigureView::Impl::leave()
{
    if (pinned)
        return;
    card->hide();
    for (QCPItemEllipse* ring : rings)
        ring->setVisible(false);
    constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    bool whole = false;
    const std::vector<LinkAxis> told = std::exchange(sent, {});
    for (const LinkAxis link : told) {
        links.erase(link);
        whole = host.figure().setCrosshair(link, kNone) || whole;
    }
    if (told.empty())
        return;
    if (whole)
        redraw();
    else
        plot->layer(QStringLiteral("overlay"))->replot();
    Q_EMIT view.readoutChanged(QString());
    for (const LinkAxis link : told)
        Q_EMIT view.crosshairMoved(link, kNone);
}

bool FigureView::Impl::eventFilter(QObject* object, QEvent* event)
{
    if (object != plot)
        return false;
    switch (event->type()) {
    case QEvent::Wheel:
        return wheel(*static_cast<QWheelEvent*>(event));
    case QEvent::MouseButtonPress:
        return press(*static_cast<QMouseEvent*>(event));
    case QEvent::MouseMove:
        return move(*static_cast<QMouseEvent*>(event));
    case QEvent::MouseButtonRelease:
        return release(*static_cast<QMouseEvent*>(event));
    case QEvent::MouseButtonDblClick:
        view.resetView();
        return true;
    case QEvent::Leave:
        pointer = {-1, -1};
        leave();
        return false;
    case QEvent::Resize:
        stale = true;
        sentence->setGeometry(view.rect());
        schedule();
        return false;
    default:
        return false;
    }
}

bool FigureView::Impl::wheel(const QWheelEvent& event)
{
    if (!drawn || host.empty() || event.angleDelta().y() == 0)
        return false;
    if (interaction.zoom(event.position(), std::pow(0.85, event.angleDelta().y() / 120.0)))
        redraw();
    return true;
}

bool FigureView::Impl::press(const QMouseEvent& event)
{
    view.setFocus(Qt::MouseFocusReason);
    if (event.button() == Qt::RightButton) {
        Q_EMIT view.contextMenuWanted(event.globalPosition().toPoint());
        return true;
    }
    if (event.button() != Qt::LeftButton || !drawn || host.empty())
        return true;
    pressed = true;
    moved = false;
    press_position = event.pos();
    (void)interaction.beginDrag(event.position());
    return true;
}

bool FigureView::Impl::move(const QMouseEvent& event)
{
    pointer = event.pos();
    if (!pressed) {
        pinned = pinned && (event.modifiers() & Qt::ShiftModifier);
        hover(event.pos());
        return true;
    }
    if (!moved && (event.pos() - press_position).manhattanLength() < kDragStartPx)
        return true;
    moved = true;
    if (interaction.drag(event.position()))
        redraw();
    return true;
}

bool FigureView::Impl::release(const QMouseEvent& event)
{
    if (event.button() != Qt::LeftButton)
        return true;
    interaction.endDrag();
    const bool click = pressed && !moved;
    pressed = moved = false;
    if (!click || !drawn || host.empty())
        return true;
    if (const auto readout = host.figure().readout(event.position())) {
        if (readout->layer > 0)
            Q_EMIT view.layerActivated(readout->layer);
        if (readout->step >= 0)
            Q_EMIT view.snapshotActivated(readout->step);
    }
    return true;
}

} // namespace toeplab::widgets
