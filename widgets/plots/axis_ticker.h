// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/qcp.h"

namespace toeplab::widgets
{

enum class TickKind { Linear, Integer, Log, Asinh, Pi, Time };

/// Labels by tick_layout.h: as many as the axis has room for at its present size and font, never overlapping.
/// It reads the axis rectangle's size of the layout before: after a resize lay out twice (see plot_setup.h).
class AxisTicker final : public QCPAxisTicker
{
public:
    AxisTicker(const QCPAxis* axis, TickKind kind) : axis_(axis), kind_(kind) {}
    void setKind(TickKind kind) { kind_ = kind; }
    void setTurn(double turn) { turn_ = turn; } ///< Asinh: where the scale turns logarithmic
    void setGap(double gap) { gap_ = gap; }     ///< px between labels
    void setMost(int most) { most_ = most; }

    void generate(const QCPRange& range, const QLocale& locale, QChar format, int precision, QVector<double>& ticks,
                  QVector<double>* minor, QVector<QString>* labels) override;

private:
    const QCPAxis* axis_;
    TickKind kind_;
    double turn_ = 1;
    double gap_ = 8;
    int most_ = 7;
};

/// A ticker of this kind on the axis, and its scale type.
void setTicks(QCPAxis* axis, TickKind kind, double gap, double turn = 1);

} // namespace toeplab::widgets
