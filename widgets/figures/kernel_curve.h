// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/figures/figure_parts.h"
#include "widgets/figures/kernel_profile.h"

#include <memory>

namespace toeplab::widgets
{

/// A kernel over its lags in an axis rectangle: the line (stems with points where a lag has room for them), its
/// quantile band, on a linear or an asinh scale. Used by every figure that shows a profile.
class KernelCurve
{
public:
    KernelCurve(QCPAxis* lag_axis, QCPAxis* value_axis, const FigureStyle& style, const QPen& pen, bool asinh);

    void setPen(const QPen& pen);
    void setProfile(std::shared_ptr<const KernelProfile> profile, double turn, std::int64_t first_lag,
                    std::int64_t last_lag);
    /// The extent of what is drawn, on the value axis' scale; NaN when empty.
    [[nodiscard]] std::array<double, 2> extent() const;
    /// Stems or a line, as the visible range asks for.
    void adapt();
    [[nodiscard]] const std::shared_ptr<const KernelProfile>& profile() const { return profile_; }
    [[nodiscard]] Curve& line() { return *line_; }
    void setBandVisible(bool visible);
    [[nodiscard]] QPointF pixelAt(std::int64_t lag) const;

private:
    Band* band_;
    Curve* line_;
    FigureStyle style_;
    bool asinh_;
    double turn_ = 1;
    std::int64_t first_lag_ = 0;
    std::shared_ptr<const KernelProfile> profile_;
};

/// Where an asinh scale of these values turns from linear to logarithmic: the power of ten at or below the median size
/// of those that are not zero.
[[nodiscard]] double asinhTurn(const std::vector<float>& values);

/// The end of a diverging colour scale: `locked` if positive, else the peak rounded up to two digits, so that a live
/// map does not change its colours with every frame; 1 for a kernel of zeros.
[[nodiscard]] double colorLimit(double locked, float peak);

} // namespace toeplab::widgets
