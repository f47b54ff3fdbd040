// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/spectrum.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

namespace toeplab::core
{
namespace
{

std::vector<float> noise(std::size_t count, unsigned seed)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> values(count);
    for (float& value : values)
        value = normal(random);
    return values;
}

TEST(Fft, EqualsTheSumItStandsFor)
{
    for (const std::size_t size : {1U, 2U, 4U, 8U, 64U}) {
        const std::vector<float> a = noise(2 * size, 3);
        std::vector<std::complex<double>> data(size);
        for (std::size_t i = 0; i < size; ++i)
            data[i] = {a[2 * i], a[2 * i + 1]};
        const auto input = data;
        Fft(size).forward(data);
        for (std::size_t m = 0; m < size; ++m) {
            std::complex<double> sum = 0;
            for (std::size_t k = 0; k < size; ++k)
                sum += input[k] * std::polar(1.0, -2 * std::numbers::pi * double(m * k) / double(size));
            EXPECT_LT(std::abs(sum - data[m]), 1e-12 * double(size)) << "N=" << size << " m=" << m;
        }
    }
}

TEST(Spectrum, EqualsTheDefinitionForBothKernelsOfAPair)
{
    for (const std::size_t n : {1U, 2U, 7U, 64U}) {
        const auto first = noise(2 * n - 1, 1), second = noise(2 * n - 1, 2);
        const SpectrumPlan plan(n);
        std::vector<std::complex<double>> a, b;
        plan.transform(first, second, a, b);
        const auto omega = plan.omega();
        for (const std::size_t m : {std::size_t{0}, plan.bins() / 3, plan.bins() - 1}) {
            std::complex<double> sum_a = 0, sum_b = 0;
            for (std::size_t i = 0; i < first.size(); ++i) {
                const auto turn = std::polar(1.0, -omega[m] * (double(i) - double(n - 1)));
                sum_a += double(first[i]) * turn;
                sum_b += double(second[i]) * turn;
            }
            EXPECT_LT(std::abs(sum_a - a[m]), 1e-11) << "n=" << n;
            EXPECT_LT(std::abs(sum_b - b[m]), 1e-11) << "n=" << n;
        }
    }
}

TEST(Spectrum, ADelayIsALineInUnwrappedPhase)
{
    const std::size_t n = 32;
    std::vector<float> delay(2 * n - 1, 0.0F), none;
    delay[n - 1 + 5] = 1;
    const SpectrumPlan plan(n);
    std::vector<std::complex<double>> response, nothing;
    plan.transform(delay, none, response, nothing);
    EXPECT_TRUE(nothing.empty());
    std::vector<double> phase;
    for (const auto& value : response) {
        EXPECT_NEAR(decibels(value), 0, 1e-9);
        phase.push_back(std::arg(value));
    }
    unwrapPhase(phase);
    EXPECT_NEAR(phase.back(), -5 * std::numbers::pi, 1e-9);
    EXPECT_EQ(decibels(0.0), -200);
}

} // namespace
} // namespace toeplab::core
