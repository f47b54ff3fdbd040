// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/figure_plot.h"

#include "widgets/plots/band.h"
#include "widgets/plots/curve.h"
#include "widgets/plots/event_marks.h"
#include "widgets/plots/qcp.h"

#include <algorithm>
#include <cmath>

namespace toeplab::widgets
{
namespace
{

constexpr double kCovered = 3; ///< points of curves that a legend may cover

/// A label under a legend cannot be read: worse than some points of a curve.
double overlapped(const EventMarks& marks, const QRectF& box)
{
    double cost = 0;
    for (const EventMarks::Label& label : marks.labels())
        cost += label.box.intersects(box) ? 40 : 0;
    return cost;
}

/// An axis that is shorter than its label shows the label without its unit, or none: never a cut one.
void fitLabel(QCPAxis& axis)
{
    constexpr const char* kWhole = "label";
    if (!axis.property(kWhole).isValid())
        axis.setProperty(kWhole, axis.label());
    const QString whole = axis.property(kWhole).toString();
    const bool horizontal = axis.orientation() == Qt::Horizontal;
    const QCPAxisRect* rect = axis.axisRect();
    const double room = horizontal ? rect->outerRect().width() : rect->outerRect().height();
    const QFontMetricsF metrics(axis.labelFont());
    for (const QString& text : {whole, whole.section(QStringLiteral(" ("), 0, 0), QString()}) {
        if (metrics.horizontalAdvance(text) <= room) {
            axis.setLabel(text);
            return;
        }
    }
}

} // namespace

FigurePlot::FigurePlot(QCustomPlot& plot) : plot_(plot)
{
    plot.setPlottingHints(QCP::phFastPolylines | QCP::phImmediateRefresh | QCP::phCacheLabels);
    plot.setAutoAddPlottableToLegend(false);
    plot.setNoAntialiasingOnDrag(false);
    plot.plotLayout()->clear(); // QCustomPlot comes with axes of its own
    plot.setAntialiasedElements(QCP::aePlottables | QCP::aeItems | QCP::aeScatters | QCP::aeFills);
}

std::array<double, 2> followRange(const AxisSlot& slot, bool log, const std::array<double, 2>* shown)
{
    if (!std::isfinite(slot.low) || !std::isfinite(slot.high) || (log && slot.high <= 0))
        return log ? std::array<double, 2>{1, 10} : std::array<double, 2>{0, 1};
    const auto to = [&](double value) { return log ? std::log10(value) : value; };
    const auto from = [&](double place) { return log ? std::pow(10.0, place) : place; };
    double low = to(log ? std::max(slot.low, slot.high * 1e-12) : slot.low), high = to(slot.high);
    if (!(high > low)) { // one value: room on both sides
        const double room = log ? 0.5 : std::max(std::abs(high) * 0.1, 1e-9 + (high == 0 ? 0.5 : 0));
        low -= room;
        high += room;
    }
    const double span = high - low;
    const bool padded = slot.pad_low > 0 || slot.pad_high > 0 || slot.grows; // a map always fills its rectangle
    if (shown && padded) {
        const double a = to((*shown)[0]), b = to((*shown)[1]);
        const bool inside = low >= a - 1e-9 * span && high <= b + 1e-9 * span;
        if (inside && span > 0.45 * (b - a))
            return *shown;
    }
    const double more = shown && slot.grows ? 0.25 : 0; // a live curve gets room for a while
    low -= slot.pad_low * span;
    high += (slot.pad_high + more) * span;
    std::array<double, 2> range{from(low), from(high)};
    // zero is not crossed for padding alone
    if (!log && slot.low >= 0 && range[0] < 0)
        range[0] = slot.pad_low > 0 && slot.low == 0 ? range[0] : 0;
    range[0] = std::max(range[0], slot.least);
    range[1] = std::min(range[1], slot.most);
    return range[1] > range[0] ? range : std::array<double, 2>{range[0], range[0] + 1};
}

void FigurePlot::setSpec(const FigureSpec& spec, const FigureStyle& style)
{
    const bool same_axes = kind_ && spec.kind == spec_.kind;
    if (!same_axes) {
        user_.clear();
        ignore_spec_ranges_ = false;
    }
    shown_.clear();
    spec_ = spec;
    style_ = style;
    kind_ = findKind(spec.kind);
    if (!kind_)
        qFatal("FigurePlot: no figure kind %s", spec.kind.c_str());
    plot_.clearPlottables();
    plot_.clearItems();
    plot_.plotLayout()->clear();
    plot_.plotLayout()->setRowSpacing(style.round(2));
    plot_.plotLayout()->setColumnSpacing(style.round(2));
    const int margin = style.exporting ? 0 : style.round(3);
    plot_.plotLayout()->setMargins(QMargins(margin, margin, margin, margin));
    plot_.setBackground(style.exporting && spec.theme == ThemeKind::Light ? QBrush(Qt::white)
                                                                          : QBrush(style.theme->panel));
    figure_ = kind_->make();
    figure_->begin(plot_, spec, style);
    if (!spec.title.empty()) {
        plot_.plotLayout()->insertRow(0);
        auto* title = new QCPTextElement(&plot_, QString::fromStdString(spec.title), style.title);
        title->setTextColor(style.theme->text);
        title->setMargins(QMargins(0, style.round(1), 0, style.round(2)));
        plot_.plotLayout()->addElement(0, 0, title);
    }
    empty_ = true;
}

bool FigurePlot::setData(const FigureData& data, QDeadlineTimer deadline)
{
    empty_ = !figure_->hasData(spec_, data);
    return empty_ || figure_->setData(data, deadline);
}

void FigurePlot::setUserRange(const std::string& axis, double low, double high)
{
    user_[axis] = {low, high};
}

void FigurePlot::clearUserRanges()
{
    user_.clear();
    shown_.clear();
    ignore_spec_ranges_ = true;
}

void FigurePlot::applyRanges()
{
    for (AxisSlot& slot : figure_->axes()) {
        const bool log = slot.axis->scaleType() == QCPAxis::stLogarithmic;
        std::array<double, 2> range{};
        const auto user = user_.find(slot.name);
        const auto wanted = spec_.ranges.find(slot.name);
        if (user != user_.end()) {
            range = user->second;
        } else if (wanted != spec_.ranges.end() && !ignore_spec_ranges_) {
            range = wanted->second;
        } else {
            const auto shown = shown_.find(slot.name);
            range = followRange(slot, log, style_.exporting || shown == shown_.end() ? nullptr : &shown->second);
            shown_[slot.name] = range;
        }
        slot.axis->setRange(range[0], range[1]);
    }
    figure_->ranged();
}

void FigurePlot::arrange(const QSize& size)
{
    plot_.setViewport(QRect(QPoint(0, 0), size));
    const auto lay = [this] {
        for (const auto phase :
             {QCPLayoutElement::upPreparation, QCPLayoutElement::upMargins, QCPLayoutElement::upLayout})
            plot_.plotLayout()->update(phase);
    };
    lay();
    for (QCPAxisRect* rect : plot_.axisRects()) {
        for (QCPAxis* axis : rect->axes())
            fitLabel(*axis);
    }
    lay();
    if (!placeLegends() && style_.exporting) { // on screen a legend can be dragged and a plot made larger
        lay();
        static_cast<void>(placeLegends());
    }
    plot_.plotLayout()->update(QCPLayoutElement::upLayout);
}

bool FigurePlot::placeLegends()
{
    bool all_clear = true;
    for (const LegendSlot& slot : figure_->legends()) {
        if (!slot.legend->visible() || slot.rect->insetLayout()->insetPlacement(0) == QCPLayoutInset::ipFree) // dragged
            continue;
        if (placeLegend(slot) > kCovered && style_.exporting)
            all_clear = !makeRoom(slot) && all_clear;
    }
    return all_clear;
}

double FigurePlot::placeLegend(const LegendSlot& slot)
{
    QCPLayoutInset* inset = slot.rect->insetLayout();
    const QRectF frame = QRectF(slot.rect->rect()).marginsRemoved(QMarginsF(inset->margins()));
    const QSizeF need(slot.legend->minimumOuterSizeHint());
    const std::array<Qt::Alignment, 6> places{Qt::AlignTop | Qt::AlignRight,    Qt::AlignTop | Qt::AlignLeft,
                                              Qt::AlignBottom | Qt::AlignRight, Qt::AlignBottom | Qt::AlignLeft,
                                              Qt::AlignTop | Qt::AlignHCenter,  Qt::AlignBottom | Qt::AlignHCenter};
    const Qt::Alignment now = inset->insetAlignment(0);
    Qt::Alignment best = places[0];
    double least = 1e300;
    for (const Qt::Alignment place : places) {
        QRectF box(frame.topLeft(), need);
        if (place & Qt::AlignRight)
            box.moveRight(frame.right());
        if (place & Qt::AlignHCenter)
            box.moveLeft(frame.center().x() - need.width() / 2);
        if (place & Qt::AlignBottom)
            box.moveBottom(frame.bottom());
        double cost = place == now && !style_.exporting ? -3 : 0; // it does not jump for a point or two
        for (QCPAbstractPlottable* plottable : slot.rect->plottables()) {
            if (const auto* curve = dynamic_cast<const Curve*>(plottable))
                cost += curve->visible() ? curve->pointsIn(box) : 0;
            else if (const auto* band = dynamic_cast<const Band*>(plottable))
                cost += band->visible() ? 0.5 * band->columnsIn(box) : 0;
            else if (const auto* marks = dynamic_cast<const EventMarks*>(plottable))
                cost += overlapped(*marks, box);
        }
        if (cost < least) {
            least = cost;
            best = place;
        }
    }
    inset->setInsetAlignment(0, best);
    return least;
}

bool FigurePlot::makeRoom(const LegendSlot& legend)
{
    const double height = legend.rect->height();
    const double need = legend.legend->minimumOuterSizeHint().height() + legend.rect->insetLayout()->margins().top();
    for (const AxisSlot& slot : figure_->axes()) {
        const bool chosen = user_.contains(slot.name) || spec_.ranges.contains(slot.name);
        if (slot.axis->axisRect() != legend.rect || slot.axis->axisType() != QCPAxis::atLeft || chosen ||
            slot.axis->scaleType() != QCPAxis::stLinear || slot.most < slot.axis->range().upper || need > height / 2)
            continue;
        const QCPRange range = slot.axis->range();
        slot.axis->setRange(range.lower, range.lower + range.size() * height / (height - need));
        return true;
    }
    return false;
}

} // namespace toeplab::widgets
