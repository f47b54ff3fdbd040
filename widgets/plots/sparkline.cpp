// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/sparkline.h"

#include <QtGui/QPainter>
#include <QtGui/QPolygonF>

#include <algorithm>
#include <cmath>
#include <vector>

namespace toeplab::widgets
{
namespace
{

/// Median of |v| over the values that are not zero: where the asinh scale turns from linear to logarithmic.
double typicalSize(std::span<const float> values)
{
    std::vector<float> sizes;
    for (const float value : values) {
        if (std::isfinite(value) && value != 0)
            sizes.push_back(std::abs(value));
    }
    if (sizes.empty())
        return 1;
    const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
    std::nth_element(sizes.begin(), middle, sizes.end());
    return *middle;
}

} // namespace

SparklineStyle sparklineStyle(const Theme& theme, int layer, int layers, bool causal)
{
    return {layerColor(theme, layer, layers), theme.border, 1.2, 1, causal};
}

void paintSparkline(QPainter& painter, const QRectF& box, std::span<const float> values, const SparklineStyle& style)
{
    if (values.size() < 2 || box.width() < 4 || box.height() < 4)
        return;
    if (style.causal) // the centre is lag 0
        values = values.subspan(values.size() / 2);
    const double turn = typicalSize(values);
    double lowest = 0, highest = 0;
    const auto scaled = [&](float value) { return std::asinh(double(value) / turn); };
    for (const float value : values) {
        if (std::isfinite(value)) {
            lowest = std::min(lowest, scaled(value));
            highest = std::max(highest, scaled(value));
        }
    }
    const double span = highest > lowest ? highest - lowest : 1;
    const QRectF inner = box.adjusted(1, 2, -1, -2);
    const auto height = [&](double value) { return inner.bottom() - (value - lowest) / span * inner.height(); };

    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    QPen zero(style.zero, style.hairline);
    painter.setPen(zero);
    painter.drawLine(QLineF(inner.left(), height(0), inner.right(), height(0)));
    if (!style.causal)
        painter.drawLine(QLineF(inner.center().x(), inner.bottom(), inner.center().x(), inner.bottom() - 3));

    painter.setPen(QPen(style.line, style.width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(Qt::NoBrush);
    QPolygonF line;
    for (std::size_t i = 0; i <= values.size(); ++i) {
        if (i < values.size() && std::isfinite(values[i])) {
            line << QPointF(inner.left() + inner.width() * double(i) / double(values.size() - 1),
                            height(scaled(values[i])));
        } else if (!line.isEmpty()) {
            painter.drawPolyline(line);
            line.clear();
        }
    }
    painter.restore();
}

} // namespace toeplab::widgets
