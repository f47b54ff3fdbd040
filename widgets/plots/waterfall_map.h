// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/color_map.h"
#include "widgets/plots/lag_range_table.h"
#include "widgets/plots/raster_plottable.h"

#include <memory>
#include <vector>

namespace toeplab::widgets
{

/// One stored kernel of a waterfall.
struct WaterfallRow {
    double step = 0;
    std::shared_ptr<const LagRangeTable> kernel; ///< 2n-1 lags from -(n-1)
};

/// Kernels over training: key axis lag, value axis step (linear or logarithmic, any direction). Every row is a stored
/// snapshot, shown from half way to its neighbour before to half way to its neighbour after; nothing is interpolated.
/// Pixels that cover several lags or several snapshots take the value of largest size among them.
class WaterfallMap final : public RasterPlottable
{
public:
    using RasterPlottable::RasterPlottable;

    void setRows(std::vector<WaterfallRow> rows); ///< ascending steps
    void setLimit(double limit);
    void setColors(const ColorMap& colors);

    [[nodiscard]] const std::vector<WaterfallRow>& rows() const { return rows_; }
    /// The row shown at a step; -1 without rows.
    [[nodiscard]] int rowAt(double step) const;

protected:
    void fill(QImage& image, const View& view) const override;

private:
    [[nodiscard]] bool logarithmic() const;

    std::vector<WaterfallRow> rows_;
    const ColorMap* colors_ = &ColorMap::diverging(ThemeKind::Light);
    double limit_ = 1;
};

} // namespace toeplab::widgets
