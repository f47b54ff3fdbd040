// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/kernel_analysis.h"
#include "core/analysis/kernel_energy.h"
#include "tests/core/analysis/kernels.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace toeplab::core
{
namespace
{

/// Gaussian values under a random decay.
std::vector<double> someKernel(std::uint64_t seed)
{
    const auto n = *rc::gen::inRange<std::int64_t>(1, 60);
    const double decay = *rc::gen::inRange(50, 101) / 100.0;
    std::mt19937_64 engine(seed);
    std::normal_distribution<double> normal;
    return kernelOf(n, [&](std::int64_t k) { return std::pow(decay, std::abs(k)) * normal(engine); });
}

bool near(double a, double b)
{
    return a == b || std::abs(a - b) <= 1e-9 * std::max(1.0, std::abs(b));
}

RC_GTEST_PROP(KernelProperties, ScoresDoNotDependOnScaleOrSign, (std::uint64_t seed))
{
    auto kernel = someKernel(seed);
    const KernelScores before = scoreKernel(kernel, 3);
    const double factor = -*rc::gen::inRange(1, 1000) / 7.0;
    for (double& value : kernel) {
        value *= factor;
    }
    const KernelScores after = scoreKernel(kernel, 3);
    RC_ASSERT(near(after.spikiness, before.spikiness));
    RC_ASSERT(near(after.peak_over_median, before.peak_over_median));
    RC_ASSERT(after.effective_width == before.effective_width);
    RC_ASSERT(near(after.decay_rate, before.decay_rate));
    RC_ASSERT(near(after.anticausal_energy, before.anticausal_energy));
    RC_ASSERT(near(after.effective_rank, before.effective_rank));
}

RC_GTEST_PROP(KernelProperties, TranspositionSwapsCausalAndAnticausalOnly, (std::uint64_t seed))
{
    auto kernel = someKernel(seed);
    const double at_zero = std::pow(kernel[kernel.size() / 2], 2);
    double total = 0;
    for (const double value : kernel) {
        total += value * value;
    }
    const KernelScores before = scoreKernel(kernel, 2);
    std::reverse(kernel.begin(), kernel.end());
    const KernelScores after = scoreKernel(kernel, 2);
    RC_ASSERT(near(before.anticausal_energy + after.anticausal_energy, 1 - at_zero / total));
    RC_ASSERT(near(after.spikiness, before.spikiness));
    RC_ASSERT(after.effective_width == before.effective_width);
    RC_ASSERT(near(after.decay_rate, before.decay_rate));
    RC_ASSERT(near(after.effective_rank, before.effective_rank));
}

RC_GTEST_PROP(KernelProperties, ScoresKeepTheirBounds, (std::uint64_t seed))
{
    const auto kernel = someKernel(seed);
    const auto n = static_cast<double>(lengthOf(kernel.size()));
    double last = 0;
    for (std::int64_t w = 0; w < lengthOf(kernel.size()); ++w) {
        const double share = scoreKernel(kernel, w).spikiness;
        RC_ASSERT(share >= last - 1e-12);
        RC_ASSERT(share <= 1 + 1e-12);
        last = share;
    }
    RC_ASSERT(near(last, 1));
    const KernelScores scores = scoreKernel(kernel, 0);
    RC_ASSERT(scores.effective_rank >= 1 - 1e-9);
    RC_ASSERT(scores.effective_rank <= n + 1e-9);
    RC_ASSERT(scores.peak_over_median >= 1);
    RC_ASSERT(scores.decay_rate >= 0);
    RC_ASSERT(scores.decay_rate <= 1);
    RC_ASSERT(scores.anticausal_energy >= 0);
    RC_ASSERT(scores.anticausal_energy <= 1);
}

// Every figure of a band and of its remainder against the dense matrices.
RC_GTEST_PROP(KernelProperties, BandAndRemainderSplitTheDenseNorm, (std::uint64_t seed))
{
    const auto kernel = someKernel(seed);
    const std::int64_t n = lengthOf(kernel.size());
    const auto w = *rc::gen::inRange<std::int64_t>(0, n);
    auto outside = kernel;
    for (std::int64_t k = -std::min(w, n - 1); k <= std::min(w, n - 1); ++k) {
        outside[static_cast<std::size_t>(k + n - 1)] = 0;
    }
    const auto squares = [](const std::vector<double>& matrix) {
        double sum = 0;
        for (const double value : matrix) {
            sum += value * value;
        }
        return sum;
    };
    const BandSplit split = splitAtBand(kernel, w);
    RC_ASSERT(near(split.total, squares(denseMatrix(kernel))));
    RC_ASSERT(near(split.remainder, squares(denseMatrix(outside))));
    RC_ASSERT(near(split.band + split.remainder, split.total));
}

} // namespace
} // namespace toeplab::core
