// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/figure_parts.h"

#include "widgets/plots/number_format.h"
#include "widgets/plots/toeplitz_map.h"

namespace toeplab::widgets
{

QCPAxisRect* makeAxisRect(QCustomPlot& plot, const FigureStyle& style, int row, int column)
{
    auto* rect = new QCPAxisRect(&plot, false);
    plot.plotLayout()->addElement(row, column, rect);
    for (const auto type : {QCPAxis::atLeft, QCPAxis::atBottom})
        rect->addAxis(type);
    // labels at the ends of axes stick out by half: where they would leave the page they are not drawn at all
    const int half = style.tick.pixelSize();
    rect->setMinimumMargins(QMargins(style.round(4), half * 2 / 3 + 1, half * 3 / 2, style.round(4)));
    rect->setMinimumSize(style.round(30), style.round(24));
    rect->setBackground(Qt::NoBrush);
    return rect;
}

void styleAxis(QCPAxis* axis, const FigureStyle& style, const QString& label, TickKind kind, double turn)
{
    const Theme& theme = *style.theme;
    const QPen line(theme.muted, style.axis, Qt::SolidLine, Qt::SquareCap);
    axis->setBasePen(line);
    axis->setTickPen(line);
    axis->setSubTickPen(QPen(theme.muted, style.axis * 0.7));
    axis->setTickLength(0, style.round(2.5));
    axis->setSubTickLength(0, style.round(1.4));
    axis->setTickLabelFont(style.tick);
    axis->setLabelFont(style.label);
    axis->setTickLabelColor(theme.text);
    axis->setLabelColor(theme.text);
    axis->setTickLabelPadding(style.round(2.5));
    axis->setLabelPadding(style.round(2.5));
    axis->setPadding(style.round(1));
    axis->setLabel(label);
    axis->grid()->setVisible(true);
    axis->grid()->setPen(QPen(theme.grid, style.grid));
    axis->grid()->setZeroLinePen(QPen(theme.border, style.grid));
    axis->grid()->setSubGridVisible(false);
    axis->grid()->setAntialiased(false);
    axis->setLayer(QStringLiteral("axes"));
    setTicks(axis, kind, style.gap() * (axis->orientation() == Qt::Horizontal ? 1.4 : 1.0), turn);
}

void hideLabels(QCPAxis* axis, const FigureStyle& style)
{
    axis->setTickLabels(false);
    axis->setLabel(QString());
    axis->setPadding(style.round(2));
}

namespace
{

void styleLegend(QCPLegend* legend, const FigureStyle& style)
{
    legend->setLayer(QStringLiteral("legend"));
    legend->setFont(style.tick);
    legend->setTextColor(style.theme->text);
    QColor background = style.theme->panel;
    background.setAlphaF(0.82F);
    legend->setBrush(background);
    legend->setBorderPen(Qt::NoPen);
    legend->setIconSize(style.round(15), style.round(6));
    legend->setIconTextPadding(style.round(4));
    legend->setRowSpacing(style.round(0.5));
    legend->setColumnSpacing(style.round(8));
    legend->setMargins(QMargins(style.round(3), style.round(2), style.round(3), style.round(2)));
    legend->setVisible(false); // until it has an entry
}

} // namespace

QCPLegend* makeLegend(QCPAxisRect* rect, const FigureStyle& style)
{
    auto* legend = new QCPLegend;
    rect->insetLayout()->addElement(legend, Qt::AlignTop | Qt::AlignRight);
    rect->insetLayout()->setMargins(QMargins(style.round(3), style.round(3), style.round(3), style.round(3)));
    styleLegend(legend, style);
    return legend;
}

void addToLegend(QCPLegend* legend, QCPAbstractPlottable* plottable, const QString& name)
{
    if (!legend)
        return;
    plottable->setName(name);
    plottable->addToLegend(legend);
    legend->setVisible(true);
}

ColorBar makeColorBar(QCustomPlot& plot, const FigureStyle& style, int row, int column, const QString& label)
{
    auto* rect = new QCPAxisRect(&plot, false);
    plot.plotLayout()->addElement(row, column, rect);
    QCPAxis* right = rect->addAxis(QCPAxis::atRight);
    QCPAxis* bottom = rect->addAxis(QCPAxis::atBottom);
    bottom->setVisible(false);
    const int width = style.round(7);
    rect->setSizeConstraintRect(QCPLayoutElement::scrInnerRect);
    rect->setMinimumSize(width, style.round(20));
    rect->setMaximumSize(width, QWIDGETSIZE_MAX);
    rect->setMinimumMargins(
        QMargins(style.round(2), style.tick.pixelSize() * 2 / 3 + 1, style.round(2), style.round(4)));
    styleAxis(right, style, label, TickKind::Linear);
    right->grid()->setVisible(false);
    bottom->grid()->setVisible(false);
    right->setBasePen(Qt::NoPen);
    ColorBar bar{rect, right, new ColorRamp(bottom, right)};
    bar.ramp->setVectorScale(style.image_scale);
    bar.ramp->setLayer(QStringLiteral("main"));
    return bar;
}

QString layerName(const core::LayerInfo& info)
{
    QString name = QStringLiteral("layer %1").arg(info.layer);
    if (info.axis == "row")
        name += QStringLiteral(", rows");
    else if (info.axis == "column")
        name += QStringLiteral(", columns");
    return name;
}

std::shared_ptr<const core::KernelFrame>
chosenFrame(const FigureSpec& spec, const std::vector<std::shared_ptr<const core::KernelFrame>>& frames)
{
    for (const auto& frame : frames) {
        if (frame && frame->info.layer == spec.layer && (spec.axis.empty() || frame->info.axis == spec.axis) &&
            frame->info.length >= 1 && frame->info.channels >= 1 && spec.channel < frame->info.channels)
            return frame;
    }
    return nullptr;
}

QString channelText(const FigureSpec& spec, std::int64_t channels)
{
    if (spec.channel >= 0)
        return QStringLiteral("channel %1").arg(spec.channel);
    if (channels == 1)
        return QStringLiteral("one channel");
    return QStringLiteral("median of %1 channels").arg(formatInteger(channels));
}

QString frameText(const core::KernelFrame& frame)
{
    return layerName(frame.info) + QStringLiteral(", step ") + formatInteger(frame.step);
}

} // namespace toeplab::widgets
