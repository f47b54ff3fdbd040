// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/theme.h"

#include <QtCore/QRectF>

#include <span>

class QPainter;

namespace toeplab::widgets
{

/// A kernel in a table row: the median channel over its lags from -(n-1), asinh scale (a peak does not flatten the
/// rest), a hair line at zero, a tick at lag 0. Values may be thinned; they are spread evenly over the width.
struct SparklineStyle {
    QColor line, zero;
    double width = 1.2;
    double hairline = 1;
    bool causal = false; ///< only lags from 0 are drawn: the left half is empty by definition
};
void paintSparkline(QPainter& painter, const QRectF& box, std::span<const float> values, const SparklineStyle& style);
[[nodiscard]] SparklineStyle sparklineStyle(const Theme& theme, int layer, int layers, bool causal);

} // namespace toeplab::widgets
