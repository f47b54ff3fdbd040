// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/kernel_curve.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace toeplab::widgets
{

double asinhTurn(const std::vector<float>& values)
{
    std::vector<float> sizes;
    for (const float value : values) {
        if (std::isfinite(value) && value != 0)
            sizes.push_back(std::abs(value));
    }
    if (sizes.empty())
        return 1;
    return std::pow(10.0, std::floor(std::log10(double(quantile(sizes, 0.5)))));
}

double colorLimit(double locked, float peak)
{
    if (locked > 0)
        return locked;
    const double size = std::abs(double(peak));
    if (size == 0 || !std::isfinite(size))
        return 1;
    const double unit = std::pow(10.0, std::floor(std::log10(size)) - 1);
    return std::ceil(size / unit - 1e-9) * unit;
}

KernelCurve::KernelCurve(QCPAxis* lag_axis, QCPAxis* value_axis, const FigureStyle& style, const QPen& pen, bool asinh)
    : band_(new Band(lag_axis, value_axis)), line_(new Curve(lag_axis, value_axis)), style_(style), asinh_(asinh)
{
    band_->setPen(Qt::NoPen);
    setPen(pen);
}

void KernelCurve::setPen(const QPen& pen)
{
    band_->setBrush(mix(style_.theme->panel, pen.color(), 0.25));
    line_->setPen(pen);
    line_->setBrush(pen.color());
}

void KernelCurve::setProfile(std::shared_ptr<const KernelProfile> profile, double turn, std::int64_t first_lag,
                             std::int64_t last_lag)
{
    profile_ = std::move(profile);
    turn_ = turn;
    first_lag_ = first_lag;
    if (!profile_) {
        line_->clear();
        band_->setData({}, {}, {});
        return;
    }
    const auto count = static_cast<std::size_t>(std::max<std::int64_t>(last_lag - first_lag + 1, 0));
    const auto start = static_cast<std::size_t>(first_lag + profile_->length - 1);
    std::vector<double> lags(count), values(count), low, high;
    const auto place = [&](float value) { return asinh_ ? std::asinh(double(value) / turn_) : double(value); };
    for (std::size_t i = 0; i < count; ++i) {
        lags[i] = double(first_lag) + double(i);
        values[i] = place(profile_->value[start + i]);
    }
    if (!profile_->low.empty()) {
        low.resize(count);
        high.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            low[i] = place(profile_->low[start + i]);
            high[i] = place(profile_->high[start + i]);
        }
        band_->setData(lags, std::move(low), std::move(high));
    } else {
        band_->setData({}, {}, {});
    }
    line_->setData(std::move(lags), std::move(values));
}

std::array<double, 2> KernelCurve::extent() const
{
    bool found = false, band_found = false;
    QCPRange range = line_->getValueRange(found, QCP::sdBoth, QCPRange());
    const QCPRange band = band_->getValueRange(band_found, QCP::sdBoth, QCPRange());
    if (band_found && band_->visible())
        range.expand(band);
    constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    return found ? std::array<double, 2>{std::min(range.lower, 0.0), std::max(range.upper, 0.0)}
                 : std::array<double, 2>{kNone, kNone};
}

void KernelCurve::adapt()
{
    const QCPAxis* axis = line_->keyAxis();
    const bool roomy = axis->range().size() * style_.px(4.5) < axis->axisRect()->width();
    line_->setStems(roomy);
    line_->setMarker(roomy ? Marker::Circle : Marker::None, style_.px(2.6));
}

void KernelCurve::setBandVisible(bool visible)
{
    band_->setVisible(visible);
}

QPointF KernelCurve::pixelAt(std::int64_t lag) const
{
    const std::int64_t at = lag - first_lag_;
    if (at < 0 || at >= static_cast<std::int64_t>(line_->x().size()))
        return {};
    return line_->pixelOf(static_cast<std::size_t>(at));
}

} // namespace toeplab::widgets
