// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/kernel_analysis.h"

#include "core/analysis/channel_statistics.h"
#include "core/analysis/kernel_energy.h"
#include "core/analysis/singular_values.h"
#include "core/base/check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace toeplab::core
{
namespace
{

constexpr std::int64_t kExactRankUpTo = 256;

constexpr std::array kScores{&KernelScores::spikiness,         &KernelScores::peak_over_median,
                             &KernelScores::effective_width,   &KernelScores::decay_rate,
                             &KernelScores::anticausal_energy, &KernelScores::effective_rank};
constexpr std::array kSummaries{&LayerScores::spikiness,         &LayerScores::peak_over_median,
                                &LayerScores::effective_width,   &LayerScores::decay_rate,
                                &LayerScores::anticausal_energy, &LayerScores::effective_rank};

double peakOverMedian(std::span<const double> kernel)
{
    std::vector<double> sizes(kernel.size());
    std::transform(kernel.begin(), kernel.end(), sizes.begin(), [](double value) { return std::abs(value); });
    const double peak = *std::max_element(sizes.begin(), sizes.end());
    const double median = quantile(std::move(sizes), 0.5);
    return median == 0 ? std::numeric_limits<double>::infinity() : peak / median;
}

template <typename Number>
LayerScores scoreChannels(std::span<const Number> kernels, std::int64_t channels, std::int64_t band)
{
    require(channels > 0 && kernels.size() % static_cast<std::size_t>(channels) == 0,
            "{} values for {} channels of equal length", kernels.size(), channels);
    const std::size_t lags = kernels.size() / static_cast<std::size_t>(channels);
    LayerScores layer;
    layer.channels = channels;
    layer.length = lengthOf(lags);
    layer.band = band;
    std::array<std::vector<double>, kScores.size()> columns;
    for (std::size_t channel = 0; channel < static_cast<std::size_t>(channels); ++channel) {
        const auto row = kernels.subspan(channel * lags, lags);
        if (!allFinite(row)) {
            ++layer.broken;
            continue;
        }
        const KernelScores scores = scoreKernel(std::vector<double>(row.begin(), row.end()), band);
        for (std::size_t i = 0; i < kScores.size(); ++i) {
            columns[i].push_back(scores.*kScores[i]);
        }
    }
    for (std::size_t i = 0; i < kSummaries.size(); ++i) {
        layer.*kSummaries[i] = summarise(columns[i]);
    }
    return layer;
}

} // namespace

KernelScores scoreKernel(std::span<const double> kernel, std::int64_t band)
{
    const std::int64_t n = lengthOf(kernel.size());
    KernelScores scores;
    const double peak = std::abs(
        *std::max_element(kernel.begin(), kernel.end(), [](double a, double b) { return std::abs(a) < std::abs(b); }));
    if (!allFinite(kernel) || peak == 0) {
        for (double KernelScores::*score : kScores) {
            scores.*score = std::numeric_limits<double>::quiet_NaN();
        }
        scores.effective_rank = peak == 0 ? 0 : scores.effective_rank;
        return scores;
    }
    std::vector<double> scaled(kernel.begin(), kernel.end()); // squares neither overflow nor vanish
    for (double& value : scaled) {
        value /= peak;
    }
    const BandSplit split = splitAtBand(scaled, band);
    scores.spikiness = split.band / split.total;
    scores.peak_over_median = peakOverMedian(scaled);
    scores.effective_width = effectiveWidth(scaled);
    scores.decay_rate = decayRate(scaled);
    scores.anticausal_energy = anticausalEnergy(scaled);
    scores.effective_rank =
        effectiveRank(n <= kExactRankUpTo ? singularValues(scaled) : circulantSingularValues(scaled));
    return scores;
}

LayerScores scoreLayer(std::span<const float> kernels, std::int64_t channels, std::int64_t band)
{
    return scoreChannels(kernels, channels, band);
}

LayerScores scoreLayer(std::span<const double> kernels, std::int64_t channels, std::int64_t band)
{
    return scoreChannels(kernels, channels, band);
}

} // namespace toeplab::core
