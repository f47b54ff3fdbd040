// SPDX-License-Identifier: Apache-2.0
#include "kernels/band/band.h"
#include "kernels/band/rows.h"
#include "kernels/device/check.h"
#include "tests/kernels/support.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace toeplab::kernels
{
namespace
{

using namespace testing;

struct Expected {
    std::vector<double> y;
    std::vector<double> dx;
    std::vector<double> dkernel;
};

/// Everything from explicit matrices, in double.
Expected dense(const BandShape& shape, const std::vector<double>& kernel, const std::vector<double>& x,
               const std::vector<double>& g)
{
    const std::int64_t n = shape.length;
    Expected expected{std::vector<double>(x.size()), std::vector<double>(x.size()), std::vector<double>(kernel.size())};
    for (std::int64_t c = 0; c < shape.channels; ++c) {
        const Dense matrix = bandMatrix(kernel.data() + c * shape.taps, shape.taps, n);
        const Dense transposed = matrix.transposed();
        for (std::int64_t b = 0; b < shape.batch; ++b) {
            const std::int64_t row = b * shape.channels + c;
            const auto y = matrix.times(part(x, row, n));
            const auto dx = transposed.times(part(g, row, n));
            std::copy(y.begin(), y.end(), expected.y.begin() + row * n);
            std::copy(dx.begin(), dx.end(), expected.dx.begin() + row * n);
            for (std::int64_t m = 0; m < shape.taps; ++m)
                for (std::int64_t i = 0; i < n; ++i) {
                    const std::int64_t j = i + m - shape.half();
                    if (j >= 0 && j < n)
                        expected.dkernel[static_cast<std::size_t>(c * shape.taps + m)] +=
                            g[static_cast<std::size_t>(row * n + i)] * x[static_cast<std::size_t>(row * n + j)];
                }
        }
    }
    return expected;
}

template <typename T>
void expectDense(const BandShape& shape, double tolerance)
{
    const std::int64_t count = shape.batch * shape.channels * shape.length;
    const auto kernel = randomValues<T>(shape.channels * shape.taps, 1);
    const auto x = randomValues<T>(count, 2);
    const auto g = randomValues<T>(count, 3);
    const Expected expected = dense(shape, widened(kernel), widened(x), widened(g));

    Guarded<T> guarded_kernel(kernel);
    Guarded<T> guarded_x(x);
    Guarded<T> guarded_g(g);
    Guarded<T> y(count);
    Guarded<T> dx(count);
    Guarded<T> dkernel(shape.channels * shape.taps);
    bandForward(shape, guarded_kernel.data(), guarded_x.data(), y.data());
    bandBackward(shape, guarded_kernel.data(), guarded_x.data(), guarded_g.data(), dx.data(), dkernel.data());

    const std::string what = "batch " + std::to_string(shape.batch) + " channels " + std::to_string(shape.channels) +
                             " length " + std::to_string(shape.length) + " taps " + std::to_string(shape.taps);
    EXPECT_LE(worstError(y.values(), expected.y), tolerance) << what;
    EXPECT_LE(worstError(dx.values(), expected.dx), tolerance) << what;
    EXPECT_LE(worstError(dkernel.values(), expected.dkernel), tolerance) << what;
    EXPECT_TRUE(y.marginsIntact() && dx.marginsIntact() && dkernel.marginsIntact()) << what;
}

TEST(Band, AgreesWithTheDenseMatrixAcrossTheSeamsOfItsTiles)
{
    for (const std::int64_t taps : {1, 3, 5, 7, 9, 15, 17, 31, 33, 35, 65, 67, 129, 255})
        for (const std::int64_t length :
             {1, 2, 3, 4, 7, 8, 9, 16, 31, 32, 33, 61, 64, 97, 127, 128, 129, 192, 251, 300}) {
            expectDense<double>({2, 1, length, taps}, 1e-13);
            expectDense<float>({1, 2, length, taps}, 3e-6);
        }
}

TEST(Band, AgreesWithTheDenseMatrixAtLongLengths)
{
    expectDense<float>({2, 3, 1024, 33}, 3e-6);
    expectDense<float>({3, 1, 1021, 17}, 3e-6);
    expectDense<double>({1, 2, 1500, 255}, 1e-13);
}

RC_GTEST_PROP(Band, AgreesWithTheDenseMatrixForAnyShape, ())
{
    const BandShape shape{*rc::gen::inRange<std::int64_t>(1, 4), *rc::gen::inRange<std::int64_t>(1, 4),
                          *rc::gen::inRange<std::int64_t>(1, 200), *rc::gen::inRange<std::int64_t>(0, 128) * 2 + 1};
    expectDense<double>(shape, 1e-13);
    expectDense<float>(shape, 3e-6);
    RC_ASSERT(!::testing::Test::HasFailure());
}

/// s correlated as the contract of BandRows says.
std::vector<double> plainCorrelation(const std::vector<double>& signal, std::int64_t shift,
                                     const std::vector<double>& taps, std::int64_t count)
{
    std::vector<double> out(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i)
        for (std::size_t m = 0; m < taps.size(); ++m) {
            const std::int64_t at = i + static_cast<std::int64_t>(m) + shift;
            if (at >= 0 && at < static_cast<std::int64_t>(signal.size()))
                out[static_cast<std::size_t>(i)] += taps[m] * signal[static_cast<std::size_t>(at)];
        }
    return out;
}

template <typename T>
void expectCorrelation(Isa isa, std::int64_t length, std::int64_t shift, std::int64_t taps, std::int64_t count,
                       double tolerance)
{
    const BandRows<T>& rows = bandRows<T>(isa);
    const auto signal = randomValues<T>(length, 4);
    const auto tap = randomValues<T>(taps, 5);
    const auto before = randomValues<T>(count, 6);
    const auto expected = plainCorrelation(widened(signal), shift, widened(tap), count);
    Guarded<T> guarded_signal(signal);
    Guarded<T> guarded_tap(tap);
    Guarded<T> out(count);
    Guarded<T> sum(before);
    Correlation<T> row{.signal = guarded_signal.data(),
                       .length = length,
                       .shift = shift,
                       .taps = guarded_tap.data(),
                       .tap_count = taps,
                       .out = out.data(),
                       .count = count};
    rows.correlate(row);
    row.out = sum.data();
    row.base = sum.data();
    rows.correlate(row);
    auto expected_sum = expected;
    for (std::size_t i = 0; i < expected_sum.size(); ++i)
        expected_sum[i] += static_cast<double>(before[i]);
    const std::string what = "level " + std::to_string(static_cast<int>(isa)) + " length " + std::to_string(length) +
                             " shift " + std::to_string(shift) + " taps " + std::to_string(taps) + " count " +
                             std::to_string(count);
    EXPECT_LE(worstError(out.values(), expected), tolerance) << what;
    EXPECT_LE(worstError(sum.values(), expected_sum), tolerance) << what;
    EXPECT_TRUE(out.marginsIntact() && sum.marginsIntact()) << what;
}

TEST(BandRows, EveryLevelCorrelatesAnyShiftAndMoreTapsThanOneBlock)
{
    for (const Isa isa : levelsHere())
        for (const std::int64_t length : {1, 2, 63, 64, 127, 300, 601})
            for (const std::int64_t taps : {1, 2, 16, 64, 256, 257, 600})
                for (const std::int64_t shift :
                     {std::int64_t{-700}, 1 - length, std::int64_t{-16}, std::int64_t{0}, std::int64_t{5}})
                    for (const std::int64_t count : {1, 64, 127, 300}) {
                        expectCorrelation<float>(isa, length, shift, taps, count, 1e-5);
                        expectCorrelation<double>(isa, length, shift, taps, count, 1e-13);
                    }
}

template <typename T>
void expectTapSums(Isa isa, std::int64_t length, std::int64_t taps, double tolerance)
{
    const BandRows<T>& rows = bandRows<T>(isa);
    const auto x = randomValues<T>(length, 7);
    const auto g = randomValues<T>(length, 8);
    Guarded<T> guarded_x(x);
    Guarded<T> guarded_g(g);
    Guarded<T> sums(std::vector<T>(static_cast<std::size_t>(taps * rows.lanes), T(0)));
    rows.tapSums(guarded_x.data(), guarded_g.data(), length, taps, sums.data());
    rows.tapSums(guarded_x.data(), guarded_g.data(), length, taps, sums.data()); // adds to what is there
    std::vector<T> result(static_cast<std::size_t>(taps));
    rows.addUp(sums.data(), taps, result.data());
    auto expected = plainCorrelation(widened(x), -(taps / 2), widened(g), taps);
    for (double& value : expected)
        value *= 2;
    EXPECT_LE(worstError(result, expected), tolerance)
        << "level " << static_cast<int>(isa) << " length " << length << " taps " << taps;
    EXPECT_TRUE(sums.marginsIntact());
}

TEST(BandRows, EveryLevelSumsItsTaps)
{
    for (const Isa isa : levelsHere())
        for (const std::int64_t length : {1, 2, 3, 8, 15, 16, 17, 33, 40, 64, 100, 256, 257, 511, 700})
            for (const std::int64_t taps : {1, 3, 9, 15, 17, 19, 31, 33, 47, 49, 63, 65, 127, 255}) {
                expectTapSums<float>(isa, length, taps, 1e-5);
                expectTapSums<double>(isa, length, taps, 1e-13);
            }
}

TEST(Band, GradientsAreTheDerivativesOfALoss)
{
    const BandShape shape{2, 2, 19, 7};
    auto kernel = randomValues<double>(shape.channels * shape.taps, 9);
    auto x = randomValues<double>(shape.batch * shape.channels * shape.length, 10);
    const auto g = randomValues<double>(shape.batch * shape.channels * shape.length, 11);
    std::vector<double> dx(x.size());
    std::vector<double> dkernel(kernel.size());
    bandBackward(shape, kernel.data(), x.data(), g.data(), dx.data(), dkernel.data());
    const auto loss = [&] {
        std::vector<double> y(x.size());
        bandForward(shape, kernel.data(), x.data(), y.data());
        double sum = 0;
        for (std::size_t i = 0; i < y.size(); ++i)
            sum += g[i] * std::sin(y[i]);
        return sum;
    };
    std::vector<double> y(x.size());
    bandForward(shape, kernel.data(), x.data(), y.data());
    std::vector<double> through(g.size());
    for (std::size_t i = 0; i < g.size(); ++i)
        through[i] = g[i] * std::cos(y[i]);
    bandBackward(shape, kernel.data(), x.data(), through.data(), dx.data(), dkernel.data());
    const auto slope = [&](double& value) {
        const double kept = value;
        constexpr double kStep = 1e-5;
        value = kept + kStep;
        const double above = loss();
        value = kept - kStep;
        const double below = loss();
        value = kept;
        return (above - below) / (2 * kStep);
    };
    for (std::size_t i = 0; i < x.size(); ++i)
        EXPECT_NEAR(dx[i], slope(x[i]), 1e-8) << i;
    for (std::size_t i = 0; i < kernel.size(); ++i)
        EXPECT_NEAR(dkernel[i], slope(kernel[i]), 1e-8) << i;
}

TEST(Band, BackwardIsTheAdjointOfForward)
{
    for (const std::int64_t length : {5, 100, 333}) {
        const BandShape shape{2, 3, length, 33};
        const auto kernel = randomValues<double>(shape.channels * shape.taps, 12);
        const auto x = randomValues<double>(shape.batch * shape.channels * shape.length, 13);
        const auto g = randomValues<double>(shape.batch * shape.channels * shape.length, 14);
        std::vector<double> y(x.size());
        std::vector<double> dx(x.size());
        bandForward(shape, kernel.data(), x.data(), y.data());
        bandBackward<double>(shape, kernel.data(), nullptr, g.data(), dx.data(), nullptr);
        EXPECT_NEAR(dot(y, g), dot(x, dx), 1e-9 * std::max(1.0, std::abs(dot(y, g))));
    }
}

TEST(Band, ResultsDoNotDependOnThreads)
{
    const BandShape shape{3, 5, 1201, 33}; // enough work to be shared
    const auto kernel = randomValues<float>(shape.channels * shape.taps, 15);
    const auto x = randomValues<float>(shape.batch * shape.channels * shape.length, 16);
    const auto g = randomValues<float>(shape.batch * shape.channels * shape.length, 17);
    std::vector<std::vector<float>> results;
    for (const int count : {1, 2, 3}) {
        const Threads threads(count);
        std::vector<float> y(x.size());
        std::vector<float> dx(x.size());
        std::vector<float> dkernel(kernel.size());
        bandForward(shape, kernel.data(), x.data(), y.data());
        bandBackward(shape, kernel.data(), x.data(), g.data(), dx.data(), dkernel.data());
        y.insert(y.end(), dx.begin(), dx.end());
        y.insert(y.end(), dkernel.begin(), dkernel.end());
        results.push_back(y);
    }
    EXPECT_EQ(results[0], results[1]);
    EXPECT_EQ(results[0], results[2]);
}

TEST(Band, BrokenPromisesAreNamed)
{
    std::vector<float> values(64);
    EXPECT_THROW(bandForward({1, 1, 8, 4}, values.data(), values.data(), values.data()), ContractViolation);
    EXPECT_THROW(bandForward({1, 1, 8, 257}, values.data(), values.data(), values.data()), ContractViolation);
    EXPECT_THROW(bandForward({1, 1, 0, 3}, values.data(), values.data(), values.data()), ContractViolation);
    EXPECT_NO_THROW(bandForward<float>({0, 4, 8, 3}, values.data(), nullptr, nullptr));
}

} // namespace
} // namespace toeplab::kernels
