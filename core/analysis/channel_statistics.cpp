// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/channel_statistics.h"

#include "core/analysis/kernel_energy.h"
#include "core/base/check.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace toeplab::core
{
namespace
{

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// Of values without NaN, ascending.
double sortedQuantile(std::span<const double> sorted, double p)
{
    if (sorted.empty()) {
        return kNan;
    }
    const double place = p * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const double share = place - static_cast<double>(below);
    if (share == 0 || sorted[below] == sorted[below + 1]) { // also between two infinities
        return sorted[below];
    }
    return sorted[below] + share * (sorted[below + 1] - sorted[below]);
}

std::vector<double> sortedNumbers(std::vector<double> values)
{
    values.erase(std::remove_if(values.begin(), values.end(), [](double value) { return std::isnan(value); }),
                 values.end());
    std::sort(values.begin(), values.end());
    return values;
}

std::size_t lagsOf(std::span<const float> kernels, std::int64_t channels)
{
    require(channels > 0 && kernels.size() % static_cast<std::size_t>(channels) == 0,
            "{} values for {} channels of equal length", kernels.size(), channels);
    const std::size_t lags = kernels.size() / static_cast<std::size_t>(channels);
    (void)lengthOf(lags);
    return lags;
}

/// take(lag, channels' values there in ascending order) for each lag; returns the channels that were left out.
template <typename Take>
std::int64_t overLags(std::span<const float> kernels, std::int64_t channels, Take&& take)
{
    const std::size_t lags = lagsOf(kernels, channels);
    std::vector<const float*> rows;
    for (std::size_t channel = 0; channel < static_cast<std::size_t>(channels); ++channel) {
        if (allFinite(kernels.subspan(channel * lags, lags))) {
            rows.push_back(kernels.data() + channel * lags);
        }
    }
    std::vector<double> column(rows.size());
    for (std::size_t lag = 0; lag < lags; ++lag) {
        std::transform(rows.begin(), rows.end(), column.begin(), [lag](const float* row) { return row[lag]; });
        std::sort(column.begin(), column.end());
        take(lag, std::span<const double>(column));
    }
    return channels - static_cast<std::int64_t>(rows.size());
}

} // namespace

double quantile(std::vector<double> values, double p)
{
    require(p >= 0 && p <= 1, "quantile {} outside 0..1 of {} values", p, values.size());
    return sortedQuantile(sortedNumbers(std::move(values)), p);
}

ScoreSummary summarise(const std::vector<double>& values)
{
    const std::vector<double> sorted = sortedNumbers(values);
    return {sortedQuantile(sorted, 0.5), sortedQuantile(sorted, 0.25), sortedQuantile(sorted, 0.75)};
}

LagProfile lagProfile(std::span<const float> kernels, std::int64_t channels)
{
    LagProfile profile;
    const std::size_t lags = lagsOf(kernels, channels);
    for (auto* values : {&profile.minimum, &profile.q1, &profile.median, &profile.q3, &profile.maximum}) {
        values->resize(lags);
    }
    profile.broken = overLags(kernels, channels, [&](std::size_t lag, std::span<const double> sorted) {
        profile.minimum[lag] = static_cast<float>(sortedQuantile(sorted, 0));
        profile.q1[lag] = static_cast<float>(sortedQuantile(sorted, 0.25));
        profile.median[lag] = static_cast<float>(sortedQuantile(sorted, 0.5));
        profile.q3[lag] = static_cast<float>(sortedQuantile(sorted, 0.75));
        profile.maximum[lag] = static_cast<float>(sortedQuantile(sorted, 1));
    });
    return profile;
}

std::vector<float> medianKernel(std::span<const float> kernels, std::int64_t channels)
{
    std::vector<float> median(lagsOf(kernels, channels));
    overLags(kernels, channels, [&](std::size_t lag, std::span<const double> sorted) {
        median[lag] = static_cast<float>(sortedQuantile(sorted, 0.5));
    });
    return median;
}

double relativeChange(std::span<const float> before, std::span<const float> after)
{
    require(before.size() == after.size(), "kernels of {} and {} values", before.size(), after.size());
    double moved = 0, size = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
        const double from = before[i], step = after[i] - from;
        moved += step * step;
        size += from * from;
    }
    if (!std::isfinite(moved) || !std::isfinite(size)) {
        return kNan;
    }
    return moved == 0 ? 0 : std::sqrt(moved / size);
}

std::vector<float> thinned(std::span<const float> values, std::size_t most)
{
    require(most >= 2, "thinning {} values to {}, which must be at least 2", values.size(), most);
    if (values.size() <= most) {
        return {values.begin(), values.end()};
    }
    const std::size_t stretches = most / 2;
    std::vector<float> kept;
    kept.reserve(2 * stretches);
    for (std::size_t s = 0; s < stretches; ++s) {
        const std::size_t begin = s * values.size() / stretches, end = (s + 1) * values.size() / stretches;
        std::size_t smallest = end, largest = end;
        for (std::size_t i = begin; i < end; ++i) {
            if (std::isfinite(values[i])) {
                smallest = smallest == end || values[i] < values[smallest] ? i : smallest;
                largest = largest == end || values[i] > values[largest] ? i : largest;
            }
        }
        kept.push_back(smallest == end ? kNan : values[std::min(smallest, largest)]);
        kept.push_back(smallest == end ? kNan : values[std::max(smallest, largest)]);
    }
    return kept;
}

double asinhScaled(double value, double scale)
{
    return std::asinh(value / scale);
}

double asinhScale(std::span<const float> kernel)
{
    constexpr double kLeast = 1e-4;
    std::vector<double> sizes;
    for (const float value : kernel) {
        if (std::isfinite(value) && value != 0) {
            sizes.push_back(std::abs(value));
        }
    }
    if (sizes.empty()) {
        return 1;
    }
    const double peak = *std::max_element(sizes.begin(), sizes.end());
    return std::max(quantile(std::move(sizes), 0.5), kLeast * peak);
}

} // namespace toeplab::core
