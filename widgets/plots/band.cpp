// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/band.h"

#include "widgets/plots/polyline_clip.h"

#include <algorithm>
#include <cmath>

namespace toeplab::widgets
{

void Band::setData(std::vector<double> x, std::vector<double> low, std::vector<double> high)
{
    x_ = std::move(x);
    low_ = std::move(low);
    high_ = std::move(high);
}

QCPRange Band::getKeyRange(bool& found, QCP::SignDomain) const
{
    found = !x_.empty();
    return found ? QCPRange(x_.front(), x_.back()) : QCPRange();
}

QCPRange Band::getValueRange(bool& found, QCP::SignDomain domain, const QCPRange&) const
{
    found = false;
    double low = 0, high = 0;
    for (std::size_t i = 0; i < x_.size(); ++i) {
        for (const double y : {low_[i], high_[i]}) {
            if (!std::isfinite(y) || (domain == QCP::sdPositive && y <= 0))
                continue;
            low = found ? std::min(low, y) : y;
            high = found ? std::max(high, y) : y;
            found = true;
        }
    }
    return {low, high};
}

int Band::columnsIn(const QRectF& box) const
{
    const std::size_t stride = std::max<std::size_t>(x_.size() / 1000, 1);
    int count = 0;
    for (std::size_t i = 0; i < x_.size(); i += stride) {
        const double x = keyAxis()->coordToPixel(x_[i]);
        const double top = valueAxis()->coordToPixel(high_[i]), bottom = valueAxis()->coordToPixel(low_[i]);
        count += x >= box.left() && x <= box.right() && bottom >= box.top() && top <= box.bottom() ? 1 : 0;
    }
    return count;
}

void Band::draw(QCPPainter* painter)
{
    const QRectF box = keyAxis()->axisRect()->rect();
    applyDefaultAntialiasingHint(painter);
    painter->setPen(Qt::NoPen);
    painter->setBrush(brush());
    const bool log = valueAxis()->scaleType() == QCPAxis::stLogarithmic;
    QPolygonF upper, lower;
    const auto flush = [&] {
        if (upper.size() > 1) {
            std::reverse(lower.begin(), lower.end());
            painter->drawPolygon(clipPolygon(upper + lower, box));
        }
        upper.clear();
        lower.clear();
    };
    // dense: the hull of each half pixel
    const double resolution = 0.5;
    for (std::size_t i = 0; i < x_.size(); ++i) {
        const bool usable = std::isfinite(x_[i]) && std::isfinite(low_[i]) && std::isfinite(high_[i]) &&
                            (!log || (low_[i] > 0 && high_[i] > 0)) &&
                            (keyAxis()->scaleType() != QCPAxis::stLogarithmic || x_[i] > 0);
        if (!usable) {
            flush();
            continue;
        }
        const double x = keyAxis()->coordToPixel(x_[i]);
        const double top = valueAxis()->coordToPixel(high_[i]), bottom = valueAxis()->coordToPixel(low_[i]);
        if (!upper.isEmpty() && x - upper.last().x() < resolution) {
            upper.last().setY(std::min(upper.last().y(), top));
            lower.last().setY(std::max(lower.last().y(), bottom));
        } else {
            upper << QPointF(x, top);
            lower << QPointF(x, bottom);
        }
    }
    flush();
}

void Band::drawLegendIcon(QCPPainter* painter, const QRectF& box) const
{
    painter->setPen(Qt::NoPen);
    painter->setBrush(brush());
    painter->drawRect(box);
}

} // namespace toeplab::widgets
