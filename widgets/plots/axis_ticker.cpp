// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/axis_ticker.h"

#include "widgets/plots/tick_layout.h"

namespace toeplab::widgets
{

void AxisTicker::generate(const QCPRange& range, const QLocale& /*locale*/, QChar /*format*/, int /*precision*/,
                          QVector<double>& ticks, QVector<double>* minor, QVector<QString>* labels)
{
    const QFontMetricsF metrics(axis_->tickLabelFont());
    const bool horizontal = axis_->orientation() == Qt::Horizontal;
    TickSpace space;
    space.length = horizontal ? axis_->axisRect()->width() : axis_->axisRect()->height();
    space.gap = gap_;
    space.most = most_;
    space.extent = [&](const QString& text) { return horizontal ? metrics.horizontalAdvance(text) : metrics.ascent(); };

    TickSet set;
    switch (kind_) {
    case TickKind::Linear:
        set = linearTicks(range.lower, range.upper, false, space);
        break;
    case TickKind::Integer:
        set = linearTicks(range.lower, range.upper, true, space);
        break;
    case TickKind::Log:
        set = logTicks(range.lower, range.upper, space);
        break;
    case TickKind::Asinh:
        set = asinhTicks(range.lower, range.upper, turn_, space);
        break;
    case TickKind::Pi:
        set = piTicks(range.lower, range.upper, space);
        break;
    case TickKind::Time:
        set = timeTicks(range.lower, range.upper, space);
        break;
    }
    ticks = QVector<double>(set.ticks.begin(), set.ticks.end());
    if (minor)
        *minor = QVector<double>(set.minor.begin(), set.minor.end());
    if (labels)
        *labels = QVector<QString>(set.labels.begin(), set.labels.end());
}

void setTicks(QCPAxis* axis, TickKind kind, double gap, double turn)
{
    const QSharedPointer<AxisTicker> ticker(new AxisTicker(axis, kind));
    ticker->setGap(gap);
    ticker->setTurn(turn);
    axis->setScaleType(kind == TickKind::Log ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    axis->setTicker(ticker);
}

} // namespace toeplab::widgets
