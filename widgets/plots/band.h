// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/qcp.h"

#include <vector>

namespace toeplab::widgets
{

/// The area between two curves over the same x (ascending), filled with the brush: quantiles, minimum to maximum, a
/// mean's error. A point that is no number breaks it. Drawn inside the axis rectangle only.
class Band final : public QCPAbstractPlottable
{
public:
    Band(QCPAxis* x_axis, QCPAxis* y_axis) : QCPAbstractPlottable(x_axis, y_axis) {}

    void setData(std::vector<double> x, std::vector<double> low, std::vector<double> high);

    /// Columns of the area that meet a rectangle of the plot, for placing legends.
    [[nodiscard]] int columnsIn(const QRectF& box) const;

    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }
    QCPRange getKeyRange(bool& found, QCP::SignDomain domain) const override;
    QCPRange getValueRange(bool& found, QCP::SignDomain domain, const QCPRange& key_range) const override;

protected:
    void draw(QCPPainter* painter) override;
    void drawLegendIcon(QCPPainter* painter, const QRectF& box) const override;

private:
    std::vector<double> x_, low_, high_;
};

} // namespace toeplab::widgets
