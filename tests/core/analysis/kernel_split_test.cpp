// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/kernel_split.h"

#include "core/analysis/kernel_energy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace toeplab::core
{
namespace
{

std::vector<double> kernelOf(std::int64_t n, double (*value)(double lag))
{
    std::vector<double> kernel;
    for (std::int64_t lag = 1 - n; lag < n; ++lag)
        kernel.push_back(value(static_cast<double>(lag)));
    return kernel;
}

double wild(double lag)
{
    return std::sin(1.7 * lag * lag) + (lag > 0 ? 0.3 : -0.2);
}

TEST(KernelSplit, IsExactWhereEveryPositionIsAnInducingPoint)
{
    for (const std::int64_t n : {1, 2, 3, 10, 31}) {
        const KernelSplit split = splitKernel(kernelOf(n, wild), 0, n);
        EXPECT_NEAR(split.error, 0, 1e-12) << n;
        EXPECT_EQ(split.inducing_lags.size(), static_cast<std::size_t>(2 * split.rank - 1));
    }
}

TEST(KernelSplit, PartsAddUpToTheKernel)
{
    for (const std::int64_t n : {2, 7, 40})
        for (const std::int64_t w : {0, 1, 5, 100})
            for (const std::int64_t r : {2, 5, 100}) {
                const std::vector<double> kernel = kernelOf(n, wild);
                const KernelSplit split = splitKernel(kernel, w, r);
                for (std::size_t i = 0; i < kernel.size(); ++i) {
                    EXPECT_NEAR(split.band[i] + split.low_rank[i] + split.residual[i], kernel[i], 1e-12);
                    const bool inside = std::abs(static_cast<std::int64_t>(i) - (n - 1)) <= split.band_width;
                    EXPECT_EQ(inside ? split.residual[i] : split.band[i], 0);
                }
            }
}

TEST(KernelSplit, ASpikeOnAStraightLineNeedsNoMoreThanABandAndTwoPoints)
{
    const auto spiked = [](double lag) { return 2 + 0.25 * lag + (std::abs(lag) <= 1 ? 50.0 : 0.0); };
    EXPECT_NEAR(splitKernel(kernelOf(20, spiked), 1, 2).error, 0, 1e-14);
    EXPECT_GT(splitKernel(kernelOf(20, spiked), 0, 2).error, 0.1) << "a band without the spike's sides";
}

/// ||T - S||_F^2 = sum over |k| > w of (n - |k|) t_k^2
TEST(KernelSplit, MeasuresWithTheWeightsOfTheMatrix)
{
    const std::int64_t n = 12;
    const std::vector<double> kernel = kernelOf(n, wild);
    const KernelSplit split = splitKernel(kernel, 3, 4);
    double all = 0, band = 0, residual = 0;
    for (std::int64_t lag = 1 - n; lag < n; ++lag) {
        const auto i = static_cast<std::size_t>(lag + n - 1);
        const double weight = static_cast<double>(n - std::abs(lag));
        all += weight * kernel[i] * kernel[i];
        band += std::abs(lag) <= 3 ? weight * kernel[i] * kernel[i] : 0;
        residual += weight * split.residual[i] * split.residual[i];
    }
    EXPECT_NEAR(split.band_energy, band / all, 1e-12);
    EXPECT_NEAR(split.error, std::sqrt(residual / all), 1e-12);
}

TEST(KernelSplit, NoResidualIsAboveItsBound)
{
    for (const std::int64_t n : {2, 5, 33, 100}) {
        for (std::int64_t rank = 2; rank <= n; ++rank) {
            for (const std::int64_t w : {0, 1, 4}) {
                const KernelSplit rough = splitKernel(kernelOf(n, wild), w, rank);
                EXPECT_LE(rough.largest, rough.bound + 1e-12) << n << " " << rank << " " << w;
            }
        }
    }
    const KernelSplit smooth = splitKernel(kernelOf(65, [](double t) { return std::cos(t / 40); }), 0, 9);
    EXPECT_GT(smooth.largest, 0.1 * smooth.bound);
    EXPECT_LT(smooth.largest, smooth.bound);
}

TEST(KernelSplit, SaysWhereItIsBlind)
{
    const KernelSplit split = splitKernel(kernelOf(65, wild), 4, 9);
    EXPECT_EQ(split.spacing, 8);
    EXPECT_EQ(split.blindFrom(), 4);
    EXPECT_EQ(split.blindTo(), 16);
}

} // namespace
} // namespace toeplab::core
