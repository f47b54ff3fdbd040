// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/hilbert.h"

#include "core/analysis/kernel_energy.h"
#include "tests/core/analysis/kernels.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace toeplab::core
{
namespace
{

TEST(HilbertCheck, CausalKernelsSatisfyTheRelation)
{
    for (const std::int64_t n : {1, 2, 100, 512, 513, 1500}) {
        std::mt19937_64 engine(1);
        std::normal_distribution<double> normal;
        const auto kernel = kernelOf(n, [&](std::int64_t k) { return k < 0 ? 0.0 : normal(engine); });
        const HilbertCheck check = hilbertCheck(kernel);
        EXPECT_LT(check.residual, 1e-13) << n;
        ASSERT_EQ(check.omega.size(), check.predicted.size());
        for (std::size_t m = 0; m < check.omega.size(); ++m) {
            EXPECT_NEAR(check.predicted[m], check.imaginary[m], 1e-10);
        }
    }
}

TEST(HilbertCheck, HasTheResponseOfTheKernel)
{
    const auto kernel = kernelOf(3, [](std::int64_t k) { return static_cast<double>(k * k + k + 1); });
    const HilbertCheck check = hilbertCheck(kernel);
    for (const std::size_t m : {std::size_t{0}, std::size_t{100}, check.omega.size() - 1}) {
        double real = 0, imaginary = 0;
        for (int k = -2; k <= 2; ++k) {
            real += kernel[static_cast<std::size_t>(k + 2)] * std::cos(check.omega[m] * k);
            imaginary -= kernel[static_cast<std::size_t>(k + 2)] * std::sin(check.omega[m] * k);
        }
        EXPECT_NEAR(check.real[m], real, 1e-12);
        EXPECT_NEAR(check.imaginary[m], imaginary, 1e-12);
    }
    EXPECT_EQ(check.omega.front(), 0);
    EXPECT_DOUBLE_EQ(check.omega.back(), 3.14159265358979312);
}

RC_GTEST_PROP(HilbertCheck, MeasuresTheAnticausalEnergy, (std::uint64_t seed))
{
    std::mt19937_64 engine(seed);
    std::normal_distribution<double> normal;
    const double leak = *rc::gen::inRange(0, 100) / 50.0;
    const auto kernel = kernelOf(*rc::gen::inRange<std::int64_t>(1, 700),
                                 [&](std::int64_t k) { return (k < 0 ? leak : 1.0) * normal(engine); });
    RC_ASSERT(std::abs(hilbertCheck(kernel).residual - std::sqrt(2 * anticausalEnergy(kernel))) < 1e-9);
}

TEST(HilbertCheck, OfBrokenKernelsIsNoNumber)
{
    EXPECT_TRUE(std::isnan(hilbertCheck(std::vector<double>{0, 0, 0}).residual));
    EXPECT_TRUE(std::isnan(hilbertCheck(std::vector<double>{0, std::numeric_limits<double>::quiet_NaN(), 1}).residual));
    EXPECT_TRUE(std::isnan(hilbertCheck(std::vector<double>{0, std::numeric_limits<double>::infinity(), 1}).residual));
}

} // namespace
} // namespace toeplab::core
