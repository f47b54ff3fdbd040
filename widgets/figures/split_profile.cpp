// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/split_profile.h"

#include "widgets/figures/figure_parts.h"
#include "widgets/figures/kernel_profile.h"
#include "widgets/plots/number_format.h"

#include <algorithm>
#include <cmath>

namespace toeplab::widgets
{

bool SplitProfile::set(const FigureSpec& spec, const FigureData& data, QDeadlineTimer deadline)
{
    frame_ = chosenFrame(spec, data.kernels);
    const auto [profile, done] = profileOf(frame_, {spec.channel, spec.quantile_low, spec.quantile_high}, deadline);
    if (!done)
        return false;
    kernel_.clear();
    lags_.clear();
    if (!profile)
        return true;
    channels_ = profile->channels;
    kernel_.assign(profile->value.begin(), profile->value.end());
    for (std::int64_t lag = 1 - profile->length; lag < profile->length; ++lag)
        lags_.push_back(static_cast<double>(lag));
    split_ = core::splitKernel(kernel_, static_cast<std::int64_t>(spec.number("band")),
                               static_cast<std::int64_t>(spec.number("rank")));
    return true;
}

std::unique_ptr<SplitProfile> SplitProfile::of(const FigureSpec& spec, const FigureData& data)
{
    auto profile = std::make_unique<SplitProfile>();
    static_cast<void>(profile->set(spec, data, QDeadlineTimer(QDeadlineTimer::Forever)));
    return profile;
}

std::int64_t SplitProfile::nearestLag(double lag) const
{
    return std::clamp<std::int64_t>(std::llround(lag), 1 - split_.length, split_.length - 1);
}

std::size_t SplitProfile::at(std::int64_t lag) const
{
    return static_cast<std::size_t>(lag + split_.length - 1);
}

std::array<double, 2> SplitProfile::span(const FigureSpec& spec) const
{
    const double last = static_cast<double>(split_.length - 1);
    const double reach = spec.number("max_lag") > 0 ? std::min(spec.number("max_lag"), last) : last;
    return {frame_->info.causal ? 0 : -reach, reach};
}

void setExtent(AxisSlot& slot, const std::vector<double>& lags, const std::array<double, 2>& span,
               std::initializer_list<const std::vector<double>*> values)
{
    slot.low = slot.high = std::numeric_limits<double>::quiet_NaN();
    for (const std::vector<double>* one : values) {
        for (std::size_t i = 0; i < one->size(); ++i) {
            if (lags[i] < span[0] || lags[i] > span[1] || !std::isfinite((*one)[i]))
                continue;
            slot.low = std::isnan(slot.low) ? (*one)[i] : std::min(slot.low, (*one)[i]);
            slot.high = std::isnan(slot.high) ? (*one)[i] : std::max(slot.high, (*one)[i]);
        }
    }
}

QString percentText(double share)
{
    return formatValue(100 * share, 3) + QStringLiteral(" %");
}

} // namespace toeplab::widgets
