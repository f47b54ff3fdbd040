// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/kernel_analysis.h"

#include "core/analysis/kernel_energy.h"
#include "core/base/check.h"
#include "tests/core/analysis/kernels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace toeplab::core
{
namespace
{

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(KernelScores, OfTheIdentity)
{
    for (const std::int64_t n : {3, 64, 255, 256, 257, 1000}) {
        const KernelScores scores = scoreKernel(identityKernel(n), 0);
        EXPECT_EQ(scores.spikiness, 1) << n;
        EXPECT_EQ(scores.effective_width, 0) << n;
        EXPECT_EQ(scores.decay_rate, 0) << n;
        EXPECT_EQ(scores.anticausal_energy, 0) << n;
        EXPECT_EQ(scores.peak_over_median, kInfinity) << n;
        EXPECT_NEAR(scores.effective_rank, static_cast<double>(n), 1e-9 * static_cast<double>(n)) << n;
    }
}

TEST(KernelScores, OfTheSmallestKernels)
{
    const KernelScores one = scoreKernel(std::vector<double>{-3}, 8);
    EXPECT_EQ(one.spikiness, 1);
    EXPECT_EQ(one.peak_over_median, 1);
    EXPECT_EQ(one.effective_width, 0);
    EXPECT_EQ(one.decay_rate, 0);
    EXPECT_EQ(one.anticausal_energy, 0);
    EXPECT_NEAR(one.effective_rank, 1, 1e-12);

    // T = [2 1; 4 2] (t_-1 = 1, t_0 = 2, t_1 = 4) has rank 1: singular values 5 and 0.
    const KernelScores two = scoreKernel(std::vector<double>{1, 2, 4}, 0);
    EXPECT_DOUBLE_EQ(two.spikiness, 8.0 / 25);
    EXPECT_DOUBLE_EQ(two.peak_over_median, 2);
    EXPECT_EQ(two.effective_width, 1);
    EXPECT_EQ(two.decay_rate, 1); // it grows
    EXPECT_DOUBLE_EQ(two.anticausal_energy, 1.0 / 21);
    EXPECT_NEAR(two.effective_rank, 1, 1e-12);
}

TEST(KernelScores, OfOneSidedExponentials)
{
    for (const double gamma : {0.3, 0.9, 0.999}) {
        constexpr std::int64_t kN = 200;
        const KernelScores scores =
            scoreKernel(kernelOf(kN, [=](std::int64_t k) { return k < 0 ? 0.0 : std::pow(gamma, k); }), kN - 1);
        EXPECT_NEAR(scores.decay_rate, gamma, 1e-12);
        EXPECT_EQ(scores.anticausal_energy, 0);
        EXPECT_DOUBLE_EQ(scores.spikiness, 1);
        EXPECT_NEAR(scores.peak_over_median, std::pow(gamma, -(kN - 1)), 1e-9 * std::pow(gamma, -(kN - 1)));

        const KernelScores reversed =
            scoreKernel(kernelOf(kN, [=](std::int64_t k) { return k > 0 ? 0.0 : std::pow(gamma, -k); }), 0);
        EXPECT_NEAR(reversed.decay_rate, gamma, 1e-12);
        const double total = 1 / (1 - gamma * gamma) * (1 - std::pow(gamma, 2 * kN));
        EXPECT_NEAR(reversed.anticausal_energy, 1 - 1 / total, 1e-12);
    }
}

// S_w of gamma^|k| in closed form would hide a wrong weight (n-|k|): sum it.
TEST(KernelScores, SpikinessAndWidthFollowTheirDefinition)
{
    constexpr std::int64_t kN = 100;
    const auto kernel = kernelOf(kN, [](std::int64_t k) { return std::pow(0.95, std::abs(k)) + (k == 7 ? 0.2 : 0.0); });
    std::vector<double> share(kN, 0); // S_w
    double total = 0;
    for (std::int64_t k = -(kN - 1); k < kN; ++k) {
        const double t = kernel[static_cast<std::size_t>(k + kN - 1)];
        total += static_cast<double>(kN - std::abs(k)) * t * t;
        for (std::int64_t w = std::abs(k); w < kN; ++w) {
            share[static_cast<std::size_t>(w)] += static_cast<double>(kN - std::abs(k)) * t * t;
        }
    }
    double width = 0;
    for (std::int64_t w = 0; w < kN; ++w) {
        EXPECT_NEAR(scoreKernel(kernel, w).spikiness, share[static_cast<std::size_t>(w)] / total, 1e-13);
        width += share[static_cast<std::size_t>(w)] < 0.9 * total ? 1 : 0;
    }
    EXPECT_EQ(scoreKernel(kernel, 0).effective_width, width);
    EXPECT_EQ(scoreKernel(kernel, 5000).spikiness, 1);
    EXPECT_EQ(scoreKernel(kernel, -1).spikiness, 0);
}

TEST(KernelScores, OfAShift)
{
    const auto shift = kernelOf(50, [](std::int64_t k) { return k == 10 ? 2.0 : 0.0; });
    EXPECT_EQ(scoreKernel(shift, 9).spikiness, 0);
    EXPECT_EQ(scoreKernel(shift, 10).spikiness, 1);
    EXPECT_EQ(scoreKernel(shift, 0).effective_width, 10);
    EXPECT_EQ(scoreKernel(shift, 0).anticausal_energy, 0);
    EXPECT_NEAR(scoreKernel(shift, 0).effective_rank, 40, 1e-10); // 40 rows have their one, 10 are empty
}

TEST(KernelScores, ConstantKernelsHaveRankOneAndNoDecay)
{
    for (const std::int64_t n : {2, 100, 256, 300, 1024}) {
        const KernelScores scores = scoreKernel(kernelOf(n, [](std::int64_t) { return -0.5; }), 3);
        EXPECT_NEAR(scores.effective_rank, 1, 1e-9) << n;
        EXPECT_EQ(scores.decay_rate, 1) << n;
        EXPECT_EQ(scores.peak_over_median, 1) << n;
    }
}

TEST(DecayRate, FollowsTheEnvelopeOfOscillatingKernels)
{
    for (const double gamma : {0.9, 0.98, 0.995}) {
        for (const double omega : {0.2, 0.5, 1.0, 2.5}) {
            const auto kernel =
                kernelOf(256, [=](std::int64_t k) { return std::pow(gamma, std::abs(k)) * std::cos(omega * k); });
            EXPECT_NEAR(decayRate(kernel), gamma, 0.1 * (1 - gamma)) << gamma << ' ' << omega;
        }
    }
    // A noise floor a thousand times below the peak is none of the decay.
    const auto floor = kernelOf(256, [](std::int64_t k) {
        return std::pow(0.9, std::abs(k)) + 1e-4 * std::sin(12.9898 * static_cast<double>(k * k + 1));
    });
    EXPECT_NEAR(decayRate(floor), 0.9, 0.002);
}

TEST(KernelScores, BrokenAndEmptyKernelsAreNoNumbers)
{
    for (const double bad : {kNan, kInfinity, -kInfinity}) {
        std::vector<double> kernel = identityKernel(20);
        kernel[3] = bad;
        const KernelScores scores = scoreKernel(kernel, 2);
        for (const double score : {scores.spikiness, scores.peak_over_median, scores.effective_width, scores.decay_rate,
                                   scores.anticausal_energy, scores.effective_rank}) {
            EXPECT_TRUE(std::isnan(score));
        }
    }
    const KernelScores zero = scoreKernel(std::vector<double>(39, 0.0), 2);
    EXPECT_TRUE(std::isnan(zero.spikiness));
    EXPECT_TRUE(std::isnan(zero.decay_rate));
    EXPECT_EQ(zero.effective_rank, 0);
    EXPECT_THROW((void)scoreKernel(std::vector<double>(4, 1.0), 2), BrokenPromise);
    EXPECT_THROW((void)scoreKernel(std::vector<double>(), 2), BrokenPromise);
}

TEST(KernelScores, DoNotOverflow)
{
    const auto kernel = [](double size) {
        return kernelOf(30, [=](std::int64_t k) { return size * std::pow(0.8, std::abs(k)); });
    };
    const KernelScores one = scoreKernel(kernel(1), 2);
    for (const double size : {1e300, 1e-300}) {
        const KernelScores scores = scoreKernel(kernel(size), 2);
        EXPECT_NEAR(scores.spikiness, one.spikiness, 1e-12);
        EXPECT_NEAR(scores.decay_rate, one.decay_rate, 1e-12);
        EXPECT_NEAR(scores.effective_rank, one.effective_rank, 1e-9);
    }
}

TEST(LayerScores, AreMediansAndQuartilesOverChannels)
{
    // Five shifts: effective widths 0, 1, 2, 3, 4.
    std::vector<float> kernels;
    for (std::int64_t shift = 4; shift >= 0; --shift) {
        for (const double value : kernelOf(10, [=](std::int64_t k) { return k == shift ? 1.0 : 0.0; })) {
            kernels.push_back(static_cast<float>(value));
        }
    }
    const LayerScores scores = scoreLayer(kernels, 5, 2);
    EXPECT_EQ(scores.channels, 5);
    EXPECT_EQ(scores.length, 10);
    EXPECT_EQ(scores.band, 2);
    EXPECT_EQ(scores.broken, 0);
    EXPECT_EQ(scores.effective_width, (ScoreSummary{2, 1, 3}));
    EXPECT_EQ(scores.spikiness, (ScoreSummary{1, 0, 1}));
    EXPECT_EQ(scores.peak_over_median, (ScoreSummary{kInfinity, kInfinity, kInfinity}));
}

TEST(LayerScores, CountBrokenChannelsAndLeaveThemOut)
{
    std::vector<float> kernels(3 * 5, 1.0F);
    kernels[5] = std::numeric_limits<float>::quiet_NaN();
    const LayerScores scores = scoreLayer(kernels, 3, 1);
    EXPECT_EQ(scores.broken, 1);
    EXPECT_NEAR(scores.effective_rank.median, 1, 1e-12);
    kernels[0] = kernels[10] = std::numeric_limits<float>::infinity();
    const LayerScores none = scoreLayer(kernels, 3, 1);
    EXPECT_EQ(none.broken, 3);
    EXPECT_TRUE(std::isnan(none.spikiness.median));
    EXPECT_THROW((void)scoreLayer(kernels, 4, 1), BrokenPromise);
    EXPECT_THROW((void)scoreLayer(kernels, 0, 1), BrokenPromise);
}

} // namespace
} // namespace toeplab::core
