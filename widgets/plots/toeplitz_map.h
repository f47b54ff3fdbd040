// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/raster_plottable.h"
#include "widgets/plots/toeplitz_image.h"

#include <memory>

namespace toeplab::widgets
{

/// The matrix T_ij = t_{i-j} of one kernel as it is: exact at every zoom, in a few milliseconds whatever its size.
/// Key axis: column j; value axis: row i, reversed, so that row 0 is on top. Cell (i, j) is centred on its integers.
class ToeplitzMap final : public RasterPlottable
{
public:
    using RasterPlottable::RasterPlottable;

    void setKernel(std::shared_ptr<const LagRangeTable> kernel);
    void setLimit(double limit);
    void setColors(const ColorMap& colors);
    [[nodiscard]] std::ptrdiff_t length() const { return kernel_ ? (kernel_->size() + 1) / 2 : 0; }

    struct Cell {
        std::ptrdiff_t row = 0, column = 0;
        float value = 0;
        bool inside = false;
    };
    /// The cell whose middle is nearest to a pixel of the plot.
    [[nodiscard]] Cell cellAt(const QPointF& pixel) const;

protected:
    void fill(QImage& image, const View& view) const override;

private:
    std::shared_ptr<const LagRangeTable> kernel_;
    const ColorMap* colors_ = &ColorMap::diverging(ThemeKind::Light);
    double limit_ = 1;
};

/// Colours from bottom to top of its value axis, for a colour bar.
class ColorRamp final : public RasterPlottable
{
public:
    using RasterPlottable::RasterPlottable;
    void setColors(const ColorMap& colors);

protected:
    void fill(QImage& image, const View& view) const override;

private:
    const ColorMap* colors_ = &ColorMap::diverging(ThemeKind::Light);
};

} // namespace toeplab::widgets
