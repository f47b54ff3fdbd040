// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/toeplitz_map.h"

#include <cmath>

namespace toeplab::widgets
{

void ToeplitzMap::setKernel(std::shared_ptr<const LagRangeTable> kernel)
{
    if (kernel == kernel_)
        return;
    kernel_ = std::move(kernel);
    invalidate();
}

void ToeplitzMap::setLimit(double limit)
{
    if (limit == limit_)
        return;
    limit_ = limit;
    invalidate();
}

void ToeplitzMap::setColors(const ColorMap& colors)
{
    colors_ = &colors;
    invalidate();
}

ToeplitzMap::Cell ToeplitzMap::cellAt(const QPointF& pixel) const
{
    const QPointF place = coordsAt(pixel);
    Cell cell{static_cast<std::ptrdiff_t>(std::floor(place.y() + 0.5)),
              static_cast<std::ptrdiff_t>(std::floor(place.x() + 0.5)), 0, false};
    const std::ptrdiff_t n = length();
    cell.inside = cell.row >= 0 && cell.row < n && cell.column >= 0 && cell.column < n;
    if (cell.inside) {
        const std::ptrdiff_t at = cell.row - cell.column + n - 1;
        cell.value = kernel_->extreme(at, at);
    }
    return cell;
}

void ToeplitzMap::fill(QImage& image, const View& view) const
{
    if (!kernel_) {
        image.fill(Qt::transparent);
        return;
    }
    // cells are centred on integers: cell 0 covers -0.5..0.5
    fillToeplitz(image, *kernel_,
                 {view.value_top + 0.5, view.value_bottom + 0.5, view.key_left + 0.5, view.key_right + 0.5},
                 static_cast<float>(limit_), *colors_);
}

void ColorRamp::setColors(const ColorMap& colors)
{
    colors_ = &colors;
    invalidate();
}

void ColorRamp::fill(QImage& image, const View& /*view*/) const
{
    for (int y = 0; y < image.height(); ++y) {
        const QRgb color = colors_->at(1 - (y + 0.5) / image.height());
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        std::fill(line, line + image.width(), color);
    }
}

} // namespace toeplab::widgets
