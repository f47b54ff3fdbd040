// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/singular_values.h"

#include "core/analysis/fft.h"
#include "core/analysis/kernel_energy.h"
#include "tests/core/analysis/kernels.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <random>

namespace toeplab::core
{
namespace
{

std::vector<double> randomKernel(std::int64_t n, std::uint64_t seed)
{
    std::mt19937_64 engine(seed);
    std::normal_distribution<double> normal;
    return kernelOf(n, [&](std::int64_t) { return normal(engine); });
}

/// One-sided Jacobi on the dense matrix: rotates pairs of columns until all are orthogonal; their lengths are the
/// values.
std::vector<double> slowSingularValues(const std::vector<double>& kernel)
{
    std::vector<double> a = denseMatrix(kernel);
    const std::size_t n = (kernel.size() + 1) / 2;
    const auto dot = [&](std::size_t p, std::size_t q) {
        double sum = 0;
        for (std::size_t i = 0; i < n; ++i) {
            sum += a[i * n + p] * a[i * n + q];
        }
        return sum;
    };
    for (int sweep = 0; sweep < 60; ++sweep) {
        for (std::size_t p = 0; p < n; ++p) {
            for (std::size_t q = p + 1; q < n; ++q) {
                const double angle = 0.5 * std::atan2(2 * dot(p, q), dot(p, p) - dot(q, q));
                const double c = std::cos(angle), s = std::sin(angle);
                for (std::size_t i = 0; i < n; ++i) {
                    const double x = a[i * n + p], y = a[i * n + q];
                    a[i * n + p] = c * x + s * y;
                    a[i * n + q] = c * y - s * x;
                }
            }
        }
    }
    std::vector<double> values(n);
    for (std::size_t p = 0; p < n; ++p) {
        values[p] = std::sqrt(dot(p, p));
    }
    std::sort(values.begin(), values.end(), std::greater<>());
    return values;
}

TEST(SingularValues, AgreeWithADenseDecomposition)
{
    for (const std::int64_t n : {1, 2, 3, 5, 16, 31}) {
        for (std::uint64_t seed = 0; seed < 5; ++seed) {
            const auto kernel = randomKernel(n, seed);
            const auto fast = singularValues(kernel), slow = slowSingularValues(kernel);
            ASSERT_EQ(fast.size(), slow.size());
            for (std::size_t i = 0; i < fast.size(); ++i) {
                EXPECT_NEAR(fast[i], slow[i], 1e-12 * slow[0]) << n << ' ' << seed << ' ' << i;
            }
        }
    }
}

// The second difference matrix: eigenvalues 2 - 2 cos(pi j / (n+1)).
TEST(SingularValues, OfTheSecondDifferenceAreKnown)
{
    for (const std::int64_t n : {1, 2, 7, 64, 256}) {
        const auto values = singularValues(kernelOf(n, [](std::int64_t k) {
            return k == 0 ? 2.0 : std::abs(k) == 1 ? -1.0 : 0.0;
        }));
        for (std::int64_t j = 1; j <= n; ++j) {
            EXPECT_NEAR(values[static_cast<std::size_t>(n - j)],
                        2 - 2 * std::cos(std::numbers::pi * static_cast<double>(j) / static_cast<double>(n + 1)),
                        1e-13);
        }
    }
}

TEST(SingularValues, OfDegenerateMatricesAreFound)
{
    for (const std::int64_t n : {2, 50, 256}) {
        const auto ones = singularValues(kernelOf(n, [](std::int64_t) { return 1.0; }));
        EXPECT_NEAR(ones[0], static_cast<double>(n), 1e-11);
        EXPECT_NEAR(ones[1], 0, 1e-11);
        const auto zero = singularValues(std::vector<double>(static_cast<std::size_t>(2 * n - 1), 0.0));
        EXPECT_EQ(zero[0], 0);
        const auto exponential = singularValues(kernelOf(n, [](std::int64_t k) { return std::pow(0.5, k); }));
        EXPECT_NEAR(exponential[1] / exponential[0], 0,
                    1e-14); // t_{i-j} = 2^-i 2^j: rank 1 over 150 orders of magnitude
    }
}

RC_GTEST_PROP(SingularValues, SquaresSumToTheFrobeniusNorm, (std::uint64_t seed))
{
    const auto kernel = randomKernel(*rc::gen::inRange<std::int64_t>(1, 80), seed);
    double squares = 0, dense = 0;
    for (const double value : singularValues(kernel)) {
        squares += value * value;
    }
    for (const double value : denseMatrix(kernel)) {
        dense += value * value;
    }
    RC_ASSERT(std::abs(squares - dense) < 1e-11 * dense);
    RC_ASSERT(std::abs(splitAtBand(kernel, 3).total - dense) < 1e-12 * dense);
}

// For a circulant T the nearest circulant is T itself.
TEST(CirculantSingularValues, AreExactForCirculants)
{
    for (const std::int64_t n : {1, 2, 7, 12, 64}) {
        const auto row = randomKernel(n, 3);
        const auto kernel = kernelOf(n, [&](std::int64_t k) { return row[static_cast<std::size_t>((k + n) % n)]; });
        const auto exact = singularValues(kernel), circulant = circulantSingularValues(kernel);
        for (std::size_t i = 0; i < exact.size(); ++i) {
            EXPECT_NEAR(circulant[i], exact[i], 1e-12 * exact[0]) << n;
        }
    }
}

// Where exact values end, the approximation must not jump far for the kernels that models have.
TEST(CirculantSingularValues, GiveNearlyTheRankOfDecayingKernels)
{
    constexpr std::int64_t kN = 256;
    for (const double gamma : {0.9, 0.97, 0.99}) {
        for (const double omega : {0.0, 0.4}) {
            const auto kernel = kernelOf(kN, [=](std::int64_t k) {
                return std::pow(gamma, std::abs(k)) * std::cos(omega * static_cast<double>(k));
            });
            const double exact = effectiveRank(singularValues(kernel));
            EXPECT_NEAR(effectiveRank(circulantSingularValues(kernel)), exact, 0.25 * exact) << gamma << ' ' << omega;
        }
    }
}

TEST(EffectiveRank, CountsEqualValues)
{
    EXPECT_NEAR(effectiveRank(std::vector<double>{3, 3, 3, 0}), 3, 1e-12);
    EXPECT_NEAR(effectiveRank(std::vector<double>{7}), 1, 1e-12);
    EXPECT_EQ(effectiveRank(std::vector<double>{0, 0}), 0);
    EXPECT_EQ(effectiveRank({}), 0);
}

TEST(FourierTransform, OfAnyLengthIsTheDefiningSum)
{
    for (const std::size_t n : {1U, 2U, 3U, 8U, 15U, 97U, 100U}) {
        std::vector<std::complex<double>> data(n);
        for (std::size_t k = 0; k < n; ++k) {
            data[k] = {std::sin(3.0 * static_cast<double>(k * k)), std::cos(5.0 * static_cast<double>(k))};
        }
        const auto transformed = fourierTransform(data);
        for (std::size_t m = 0; m < n; ++m) {
            std::complex<double> sum = 0;
            for (std::size_t k = 0; k < n; ++k) {
                sum += data[k] *
                       std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(m * k % n) / static_cast<double>(n));
            }
            EXPECT_NEAR(std::abs(transformed[m] - sum), 0, 1e-11) << n;
        }
    }
    std::vector<std::complex<double>> data{1, {2, 3}, -4, 5};
    const auto before = data;
    const Fft fft(4);
    fft.forward(data);
    fft.inverse(data);
    for (std::size_t k = 0; k < 4; ++k) {
        EXPECT_NEAR(std::abs(data[k] - before[k]), 0, 1e-14);
    }
}

} // namespace
} // namespace toeplab::core
