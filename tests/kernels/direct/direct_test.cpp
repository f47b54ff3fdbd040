// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/check.h"
#include "kernels/direct/direct.h"
#include "kernels/direct/tiles.h"
#include "tests/kernels/support.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>

namespace toeplab::kernels
{
namespace
{

using namespace testing;

std::string nameOf(const DirectShape& s)
{
    return "batch " + std::to_string(s.batch) + " channels " + std::to_string(s.channels) + " outer " +
           std::to_string(s.outer) + " length " + std::to_string(s.length) + " inner " + std::to_string(s.inner) +
           " lags -" + std::to_string(s.before) + " .. " + std::to_string(s.after);
}

std::int64_t countOf(const DirectShape& s)
{
    return s.batch * s.channels * s.outer * s.length * s.inner;
}

/// body(lag's index in the kernels, output's index, input's index) for every term of the definition.
void forTerms(const DirectShape& s, const std::function<void(std::size_t, std::size_t, std::size_t)>& body)
{
    for (std::int64_t b = 0; b < s.batch * s.channels; ++b)
        for (std::int64_t o = 0; o < s.outer; ++o)
            for (std::int64_t i = 0; i < s.length; ++i)
                for (std::int64_t t = -s.before; t <= s.after; ++t) {
                    const std::int64_t j = i - t;
                    if (j < 0 || j >= s.length)
                        continue;
                    for (std::int64_t p = 0; p < s.inner; ++p) {
                        const auto at = [&](std::int64_t k) {
                            return static_cast<std::size_t>(((b * s.outer + o) * s.length + k) * s.inner + p);
                        };
                        body(static_cast<std::size_t>(b % s.channels * s.lags() + s.before + t), at(i), at(j));
                    }
                }
}

template <typename T>
void expectDefinition(const DirectShape& shape, double tolerance)
{
    const std::int64_t count = countOf(shape);
    const auto kernel = randomValues<T>(shape.channels * shape.lags(), 1);
    const auto x = randomValues<T>(count, 2);
    const auto g = randomValues<T>(count, 3);
    std::vector<double> y_expected(x.size());
    std::vector<double> dx_expected(x.size());
    std::vector<double> dk_expected(kernel.size());
    forTerms(shape, [&](std::size_t k, std::size_t i, std::size_t j) {
        y_expected[i] += shape.scale * static_cast<double>(kernel[k]) * static_cast<double>(x[j]);
        dx_expected[j] += shape.scale * static_cast<double>(kernel[k]) * static_cast<double>(g[i]);
        dk_expected[k] += shape.scale * static_cast<double>(g[i]) * static_cast<double>(x[j]);
    });
    Guarded<T> guarded_kernel(kernel);
    Guarded<T> guarded_x(x);
    Guarded<T> guarded_g(g);
    Guarded<T> y(count);
    Guarded<T> dx(count);
    Guarded<T> dk(shape.channels * shape.lags());
    directForward(shape, guarded_kernel.data(), guarded_x.data(), y.data());
    directBackward(shape, guarded_kernel.data(), guarded_x.data(), guarded_g.data(), dx.data(), dk.data());
    EXPECT_LE(worstError(y.values(), y_expected), tolerance) << nameOf(shape);
    EXPECT_LE(worstError(dx.values(), dx_expected), tolerance) << nameOf(shape);
    EXPECT_LE(worstError(dk.values(), dk_expected), tolerance) << nameOf(shape);
    EXPECT_TRUE(y.marginsIntact() && dx.marginsIntact() && dk.marginsIntact()) << nameOf(shape);

    Guarded<T> dx_alone(count);
    Guarded<T> dk_alone(shape.channels * shape.lags());
    directBackward<T>(shape, guarded_kernel.data(), nullptr, guarded_g.data(), dx_alone.data(), nullptr);
    directBackward<T>(shape, guarded_kernel.data(), guarded_x.data(), guarded_g.data(), nullptr, dk_alone.data());
    EXPECT_EQ(dx_alone.values(), dx.values());
    EXPECT_EQ(dk_alone.values(), dk.values());
}

TEST(Direct, IsTheDefinitionOnEveryAxis)
{
    for (const std::int64_t n : {1, 2, 3, 4, 5, 7, 8, 16, 31, 32, 33, 64, 67})
        for (const std::int64_t outer : {1, 3, 8})
            for (const std::int64_t inner : {1, 5, 16}) {
                expectDefinition<float>({2, 3, outer, n, inner, n - 1, n - 1}, 1e-5);
                expectDefinition<double>({2, 3, outer, n, inner, 0, n - 1, 2}, 1e-13);
                expectDefinition<double>({2, 1, outer, n, inner, n / 3, n / 2}, 1e-13);
            }
    expectDefinition<float>({5, 2, 1, 300, 1, 299, 299}, 1e-5);
}

RC_GTEST_PROP(Direct, IsTheDefinitionForAnyShape, ())
{
    const auto from = [](std::int64_t least, std::int64_t end) { return *rc::gen::inRange(least, end); };
    const std::int64_t n = from(1, 90);
    expectDefinition<double>({from(0, 6), from(1, 4), from(1, 7), n, from(1, 20), from(0, n), from(0, n)}, 1e-13);
}

/// Every level of vector instructions against the definition, through the table itself.
template <typename T>
void expectLevel(Isa isa, std::int64_t n, std::int64_t lines, std::int64_t before, std::int64_t after, double tolerance)
{
    const DirectTiles<T>& tiles = directTiles<T>(isa);
    const std::int64_t padded = (n + tiles.lanes - 1) / tiles.lanes * tiles.lanes;
    auto kernel = randomValues<T>(2 * n - 1 + kLagMargin, 4);
    for (std::int64_t t = 1 - n; t < n + kLagMargin; ++t)
        if (t < -before || t > after)
            kernel[static_cast<std::size_t>(n - 1 + t)] = 0;
    const PaddedKernel<T> k{kernel.data() + n - 1, n, before, after};
    const DirectShape shape{lines, 1, 1, n, 1, before, after};
    const auto x = randomValues<T>(lines * n, 5);
    const auto g = randomValues<T>(lines * n, 6);
    std::vector<double> y_expected(x.size());
    std::vector<double> sums_expected(static_cast<std::size_t>(shape.lags()));
    forTerms(shape, [&](std::size_t lag, std::size_t i, std::size_t j) {
        const auto t = static_cast<std::int64_t>(lag) - before;
        y_expected[i] += static_cast<double>(k.zero[t]) * static_cast<double>(x[j]);
        sums_expected[lag] += static_cast<double>(g[i]) * static_cast<double>(x[j]);
    });
    const std::string what = "level " + std::to_string(static_cast<int>(isa)) + " " + nameOf(shape);

    Guarded<T> rows(lines * n);
    tiles.alongRows(k, {x.data(), rows.data(), lines, n, n});
    EXPECT_LE(worstError(rows.values(), y_expected), tolerance) << what;
    EXPECT_TRUE(rows.marginsIntact()) << what;

    // The same lines as columns, each row of memory rounded up to whole vectors.
    const std::int64_t width = (lines + tiles.lanes - 1) / tiles.lanes * tiles.lanes;
    std::vector<T> across(static_cast<std::size_t>(n * width));
    std::vector<double> across_expected(static_cast<std::size_t>(n * lines));
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t r = 0; r < lines; ++r) {
            across[static_cast<std::size_t>(i * width + r)] = x[static_cast<std::size_t>(r * n + i)];
            across_expected[static_cast<std::size_t>(i * lines + r)] = y_expected[static_cast<std::size_t>(r * n + i)];
        }
    Guarded<T> columns(n * lines);
    tiles.alongColumns(k, {across.data(), columns.data(), lines, width, lines});
    EXPECT_LE(worstError(columns.values(), across_expected), tolerance) << what;
    EXPECT_TRUE(columns.marginsIntact()) << what;

    std::vector<T> g_padded(static_cast<std::size_t>(lines * padded));
    for (std::int64_t r = 0; r < lines; ++r)
        std::copy_n(g.data() + r * n, n, g_padded.data() + r * padded);
    const std::int64_t pitch = 2 * n - 1 + kLagMargin;
    Guarded<T> sums(std::vector<T>(static_cast<std::size_t>(kLagRows * pitch), T(0)));
    const LagRows<T> into{sums.data() + n - 1, pitch};
    tiles.addLagSums(k, {g_padded.data(), x.data(), lines, padded, n, 1}, into);
    tiles.addLagSums(k, {g_padded.data(), x.data(), lines, padded, n, 1}, into); // adds to what is there
    std::vector<double> wanted(sums_expected.size());
    for (std::int64_t t = -before; t <= after; ++t)
        for (std::int64_t r = 0; r < kLagRows; ++r)
            wanted[static_cast<std::size_t>(before + t)] += static_cast<double>(into.zero[r * pitch + t + r]) / 2;
    EXPECT_LE(worstError(wanted, sums_expected), tolerance) << what;
    EXPECT_TRUE(sums.marginsIntact()) << what;
}

TEST(DirectTiles, EveryLevelMultipliesAndSums)
{
    for (const Isa isa : levelsHere())
        for (const std::int64_t n : {1, 3, 8, 15, 32, 33, 64, 100})
            for (const std::int64_t lines : {1, 2, 3, 4, 7, 32, 33}) {
                expectLevel<float>(isa, n, lines, n - 1, n - 1, 1e-5);
                expectLevel<double>(isa, n, lines, n - 1, n - 1, 1e-13);
                expectLevel<double>(isa, n, lines, 0, n - 1, 1e-13);
                expectLevel<float>(isa, n, lines, n / 4, n / 2, 1e-5);
            }
}

TEST(Direct, CausalProductsAreCausalToTheLastBit)
{
    for (const std::int64_t inner : {1, 12})
        for (const std::int64_t n : {5, 32, 77}) {
            const DirectShape shape{3, 2, 1, n, inner, 0, n - 1};
            const auto kernel = randomValues<float>(shape.channels * shape.lags(), 7);
            const auto x = randomValues<float>(countOf(shape), 8);
            std::vector<float> y(x.size());
            directForward(shape, kernel.data(), x.data(), y.data());
            for (const std::int64_t changed : {std::int64_t{1}, n / 2, n - 1}) {
                auto later = x;
                for (std::size_t at = 0; at < later.size(); ++at)
                    if (static_cast<std::int64_t>(at) / inner % n >= changed)
                        later[at] = -1e6F * later[at];
                std::vector<float> moved(x.size());
                directForward(shape, kernel.data(), later.data(), moved.data());
                for (std::size_t at = 0; at < later.size(); ++at)
                    if (static_cast<std::int64_t>(at) / inner % n < changed) {
                        ASSERT_EQ(y[at], moved[at]) << nameOf(shape) << " at " << at;
                    }
            }
        }
}

TEST(Direct, BackwardIsTheAdjointOfForward)
{
    const DirectShape shape{2, 3, 4, 21, 6, 20, 9, 0.5};
    const auto kernel = randomValues<double>(shape.channels * shape.lags(), 9);
    const auto x = randomValues<double>(countOf(shape), 10);
    const auto g = randomValues<double>(countOf(shape), 11);
    std::vector<double> y(x.size());
    std::vector<double> dx(x.size());
    std::vector<double> dk(kernel.size());
    directForward(shape, kernel.data(), x.data(), y.data());
    directBackward(shape, kernel.data(), x.data(), g.data(), dx.data(), dk.data());
    EXPECT_NEAR(dot(y, g), dot(x, dx), 1e-11 * std::abs(dot(y, g)));
    EXPECT_NEAR(dot(y, g), dot(kernel, dk), 1e-11 * std::abs(dot(y, g))); // it is linear in the kernel too
}

TEST(Direct, ResultsDoNotDependOnThreads)
{
    const DirectShape shape{3, 5, 4, 40, 33, 39, 39}; // enough work to be shared
    const auto kernel = randomValues<float>(shape.channels * shape.lags(), 12);
    const auto x = randomValues<float>(countOf(shape), 13);
    const auto g = randomValues<float>(countOf(shape), 14);
    std::vector<std::vector<float>> results;
    for (const int count : {1, 2, 3}) {
        const Threads threads(count);
        std::vector<float> y(x.size());
        std::vector<float> dx(x.size());
        std::vector<float> dk(kernel.size());
        directForward(shape, kernel.data(), x.data(), y.data());
        directBackward(shape, kernel.data(), x.data(), g.data(), dx.data(), dk.data());
        y.insert(y.end(), dx.begin(), dx.end());
        y.insert(y.end(), dk.begin(), dk.end());
        results.push_back(y);
    }
    EXPECT_EQ(results[0], results[1]);
    EXPECT_EQ(results[0], results[2]);
}

TEST(Direct, BrokenPromisesAreNamed)
{
    std::vector<float> values(64);
    const auto run = [&](const DirectShape& shape) {
        directForward(shape, values.data(), values.data(), values.data());
    };
    EXPECT_THROW(run({1, 1, 1, 0, 1, 0, 0}), ContractViolation);
    EXPECT_THROW(run({1, 1, 1, 8, 1, 8, 0}), ContractViolation);
    EXPECT_THROW(run({1, 1, 1, 8, 1, 0, 8}), ContractViolation);
    EXPECT_THROW(run({1, 1, 0, 8, 1, 0, 0}), ContractViolation);
}

} // namespace
} // namespace toeplab::kernels
