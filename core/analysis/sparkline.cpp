// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/sparkline.h"

#include <algorithm>

namespace toeplab::core
{
namespace
{

/// Between the two in the middle where their number is even. Reorders the values.
float median(std::vector<float>& values)
{
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1)
        return *middle;
    return (*std::max_element(values.begin(), middle) + *middle) / 2;
}

} // namespace

std::vector<float> sparkline(std::span<const float> kernels, std::int64_t channels, std::size_t points)
{
    if (kernels.empty() || channels < 1)
        return {};
    const auto count = static_cast<std::size_t>(channels);
    const std::size_t lags = kernels.size() / count;
    std::vector<float> line(lags), column(count);
    for (std::size_t lag = 0; lag < lags; ++lag) {
        for (std::size_t channel = 0; channel < count; ++channel)
            column[channel] = kernels[channel * lags + lag];
        line[lag] = median(column);
    }
    if (lags <= points)
        return line;
    std::vector<float> thin;
    const std::size_t stretches = points / 2;
    for (std::size_t i = 0; i < stretches; ++i) {
        const auto begin = line.begin() + static_cast<std::ptrdiff_t>(i * lags / stretches);
        const auto end = line.begin() + static_cast<std::ptrdiff_t>((i + 1) * lags / stretches);
        const auto [least, greatest] = std::minmax_element(begin, end);
        thin.push_back(least < greatest ? *least : *greatest);
        thin.push_back(least < greatest ? *greatest : *least);
    }
    return thin;
}

} // namespace toeplab::core
