// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/kernel_profile.h"

#include "widgets/figures/frame_cache.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace toeplab::widgets
{
namespace
{

/// A profile on the way.
struct Growing {
    std::shared_ptr<KernelProfile> profile;
    std::size_t next_lag = 0; ///< lags before this one are done
};

constexpr std::size_t kLagsAtOnce = 64; ///< between two looks at the clock

/// Both quantiles and the median of one lag; values holds its channels.
void summarise(std::vector<float>& values, const ProfileChoice& choice, KernelProfile& profile, std::size_t lag)
{
    profile.low[lag] = quantile(values, choice.low);
    profile.high[lag] = quantile(values, choice.high);
    profile.value[lag] = quantile(values, 0.5);
}

Growing begin(const core::KernelFrame& frame, const ProfileChoice& choice)
{
    Growing growing{std::make_shared<KernelProfile>()};
    KernelProfile& profile = *growing.profile;
    profile.length = frame.info.length;
    profile.channels = frame.info.channels;
    const auto lags = static_cast<std::size_t>(2 * profile.length - 1);
    if (choice.channel >= 0 || profile.channels == 1) {
        const float* row =
            frame.values.data() + static_cast<std::size_t>(std::max<std::int64_t>(choice.channel, 0)) * lags;
        profile.value.assign(row, row + lags);
        growing.next_lag = lags;
    } else {
        profile.value.resize(lags);
        profile.low.resize(lags);
        profile.high.resize(lags);
    }
    return growing;
}

bool advance(const core::KernelFrame& frame, const ProfileChoice& choice, Growing& entry, QDeadlineTimer deadline)
{
    KernelProfile& profile = *entry.profile;
    const auto lags = static_cast<std::size_t>(2 * profile.length - 1),
               channels = static_cast<std::size_t>(profile.channels);
    std::vector<std::vector<float>> block(kLagsAtOnce, std::vector<float>(channels));
    while (entry.next_lag < lags) {
        const std::size_t begin = entry.next_lag, end = std::min(begin + kLagsAtOnce, lags);
        for (std::size_t c = 0; c < channels; ++c) {
            const float* row = frame.values.data() + c * lags;
            for (std::size_t lag = begin; lag < end; ++lag)
                block[lag - begin][c] = row[lag];
        }
        for (std::size_t lag = begin; lag < end; ++lag) {
            summarise(block[lag - begin], choice, profile, lag);
            block[lag - begin].resize(channels); // those that are no numbers were taken out
        }
        entry.next_lag = end;
        if (end < lags && deadline.hasExpired())
            return false;
    }
    return true;
}

} // namespace

float quantile(std::vector<float>& values, double q)
{
    values.erase(std::remove_if(values.begin(), values.end(), [](float v) { return std::isnan(v); }), values.end());
    if (values.empty())
        return std::numeric_limits<float>::quiet_NaN();
    const double place = q * double(values.size() - 1);
    const auto k = static_cast<std::ptrdiff_t>(place);
    std::nth_element(values.begin(), values.begin() + k, values.end());
    const float at = values[static_cast<std::size_t>(k)];
    const double rest = place - double(k);
    if (rest == 0)
        return at;
    const float above = *std::min_element(values.begin() + k + 1, values.end());
    return static_cast<float>(at + rest * (double(above) - double(at)));
}

ProfileResult profileOf(const std::shared_ptr<const core::KernelFrame>& frame, const ProfileChoice& choice,
                        QDeadlineTimer deadline)
{
    if (!canShow(frame, choice))
        return {};
    static FrameCache<Growing> cache(400);
    Growing& entry = cache.at(frame, choice, [&] { return begin(*frame, choice); });
    if (!entry.profile->table) {
        if (!advance(*frame, choice, entry, deadline))
            return {nullptr, false};
        entry.profile->table = std::make_shared<LagRangeTable>(entry.profile->value);
    }
    return {entry.profile, true};
}

} // namespace toeplab::widgets
