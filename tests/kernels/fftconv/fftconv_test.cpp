// SPDX-License-Identifier: Apache-2.0
#include "kernels/fftconv/fftconv.h"

#include "kernels/device/check.h"
#include "tests/kernels/support.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace toeplab::kernels
{
namespace
{

using namespace testing;

/// T[i, j] = k(i - j)
Dense toeplitz(const ToeplitzShape& shape, const double* kernel)
{
    Dense matrix(shape.length, shape.length);
    for (std::int64_t i = 0; i < shape.length; ++i)
        for (std::int64_t j = 0; j < shape.length; ++j)
            if (i - j >= -shape.before && i - j <= shape.after)
                matrix.at(i, j) = kernel[i - j + shape.before];
    return matrix;
}

struct Expected {
    std::vector<double> y, dx, dkernel;
};

Expected dense(const ToeplitzShape& shape, const std::vector<double>& kernel, const std::vector<double>& x,
               const std::vector<double>& g)
{
    const std::int64_t n = shape.length;
    Expected expected{std::vector<double>(x.size()), std::vector<double>(x.size()), std::vector<double>(kernel.size())};
    for (std::int64_t c = 0; c < shape.channels; ++c) {
        const Dense matrix = toeplitz(shape, kernel.data() + c * shape.lags());
        const Dense transposed = matrix.transposed();
        double* dkernel = expected.dkernel.data() + c * shape.lags() + shape.before;
        for (std::int64_t b = 0; b < shape.batch; ++b) {
            const std::int64_t row = b * shape.channels + c;
            const std::vector<double> xs = part(x, row, n);
            const std::vector<double> gs = part(g, row, n);
            const auto y = matrix.times(xs);
            const auto dx = transposed.times(gs);
            std::copy(y.begin(), y.end(), expected.y.begin() + row * n);
            std::copy(dx.begin(), dx.end(), expected.dx.begin() + row * n);
            for (std::int64_t i = 0; i < n; ++i)
                for (std::int64_t t = std::max(-shape.before, i - n + 1); t <= std::min(shape.after, i); ++t)
                    dkernel[t] += gs[static_cast<std::size_t>(i)] * xs[static_cast<std::size_t>(i - t)];
        }
    }
    return expected;
}

template <typename T>
struct Results {
    Guarded<T> y, dx, dkernel;
};

template <typename T>
Results<T> computed(const ToeplitzShape& shape, const std::vector<T>& kernel, const std::vector<T>& x,
                    const std::vector<T>& g)
{
    const std::int64_t count = shape.batch * shape.channels * shape.length;
    Guarded<T> guarded_kernel(kernel);
    Guarded<T> guarded_x(x);
    Guarded<T> guarded_g(g);
    Results<T> results{Guarded<T>(count), Guarded<T>(count), Guarded<T>(shape.channels * shape.lags())};
    toeplitzForward(shape, guarded_kernel.data(), guarded_x.data(), results.y.data());
    toeplitzBackward(shape, guarded_kernel.data(), guarded_x.data(), guarded_g.data(), results.dx.data(),
                     results.dkernel.data());
    return results;
}

template <typename T>
void expectDense(const ToeplitzShape& shape, double tolerance)
{
    const std::int64_t count = shape.batch * shape.channels * shape.length;
    const auto kernel = randomValues<T>(shape.channels * shape.lags(), 1);
    const auto x = randomValues<T>(count, 2);
    const auto g = randomValues<T>(count, 3);
    const Expected expected = dense(shape, widened(kernel), widened(x), widened(g));
    const Results<T> results = computed(shape, kernel, x, g);
    const std::string what = "batch " + std::to_string(shape.batch) + " length " + std::to_string(shape.length) +
                             " lags " + std::to_string(-shape.before) + ".." + std::to_string(shape.after);
    EXPECT_LE(worstError(results.y.values(), expected.y), tolerance) << what;
    EXPECT_LE(worstError(results.dx.values(), expected.dx), tolerance) << what;
    EXPECT_LE(worstError(results.dkernel.values(), expected.dkernel), tolerance) << what;
    EXPECT_TRUE(results.y.marginsIntact() && results.dx.marginsIntact() && results.dkernel.marginsIntact()) << what;
}

TEST(FftConv, AgreesWithTheDenseMatrixWhateverTheLengthAndTheLags)
{
    for (const std::int64_t n : {1,  2,  3,  4,   5,   7,   8,   15,  16,  17,  31,  32,  33,  47,  48,
                                 63, 64, 65, 100, 127, 128, 129, 160, 191, 256, 257, 320, 384, 509, 640}) {
        for (const auto& [before, after] : std::vector<std::pair<std::int64_t, std::int64_t>>{
                 {n - 1, n - 1}, {0, n - 1}, {n - 1, 0}, {n / 2, n / 3}, {0, 0}}) {
            expectDense<float>({3, 2, n, before, after}, 3e-6);
            expectDense<double>({3, 2, n, before, after}, 1e-14);
        }
    }
    expectDense<float>({2, 1, 2048, 1023, 1023}, 3e-6);
    expectDense<float>({1, 1, 1500, 0, 1499}, 3e-6);
}

RC_GTEST_PROP(FftConv, AgreesWithTheDenseMatrixOnRandomShapes, ())
{
    ToeplitzShape shape;
    shape.batch = *rc::gen::inRange<std::int64_t>(1, 6);
    shape.channels = *rc::gen::inRange<std::int64_t>(1, 4);
    shape.length = *rc::gen::inRange<std::int64_t>(1, 300);
    shape.before = *rc::gen::inRange<std::int64_t>(0, shape.length);
    shape.after = *rc::gen::inRange<std::int64_t>(0, shape.length);
    expectDense<double>(shape, 1e-14);
}

TEST(FftConv, ResultsDoNotDependOnTheNumberOfThreads)
{
    const ToeplitzShape shape{5, 7, 200, 199, 199};
    const auto kernel = randomValues<float>(shape.channels * shape.lags(), 4);
    const auto x = randomValues<float>(5 * 7 * 200, 5);
    const auto g = randomValues<float>(5 * 7 * 200, 6);
    const auto with = [&](int threads) {
        const Threads setting(threads);
        const Results<float> results = computed(shape, kernel, x, g);
        return std::vector{results.y.values(), results.dx.values(), results.dkernel.values()};
    };
    EXPECT_EQ(with(1), with(3));
}

TEST(FftConv, EitherGradientMayBeLeftOut)
{
    const ToeplitzShape shape{3, 2, 70, 69, 69};
    const auto kernel = randomValues<double>(shape.channels * shape.lags(), 7);
    const auto x = randomValues<double>(3 * 2 * 70, 8);
    const auto g = randomValues<double>(3 * 2 * 70, 9);
    const Results<double> both = computed(shape, kernel, x, g);
    std::vector<double> dx(x.size());
    std::vector<double> dkernel(kernel.size());
    toeplitzBackward<double>(shape, kernel.data(), x.data(), g.data(), dx.data(), nullptr);
    toeplitzBackward<double>(shape, kernel.data(), x.data(), g.data(), nullptr, dkernel.data());
    EXPECT_EQ(dx, both.dx.values());
    EXPECT_EQ(dkernel, both.dkernel.values());
}

TEST(FftConv, ARowDoesNotFeelItsPartner)
{
    // Rows are transformed in pairs: a huge second row must not drown the first beyond rounding of its own size.
    const ToeplitzShape shape{2, 1, 64, 63, 63};
    const auto kernel = randomValues<double>(shape.lags(), 10);
    auto x = randomValues<double>(128, 11);
    std::vector<double> with(128);
    std::vector<double> without(128);
    toeplitzForward(shape, kernel.data(), x.data(), with.data());
    std::fill(x.begin() + 64, x.end(), 0);
    toeplitzForward(shape, kernel.data(), x.data(), without.data());
    for (std::size_t i = 0; i < 64; ++i)
        EXPECT_NEAR(with[i], without[i], 1e-13);
}

TEST(FftConv, RefusesLagsBeyondTheLength)
{
    std::vector<float> values(64);
    EXPECT_THROW(toeplitzForward<float>({1, 1, 4, 4, 0}, values.data(), values.data(), values.data()),
                 ContractViolation);
    EXPECT_THROW(toeplitzForward<float>({1, 1, 4, 0, -1}, values.data(), values.data(), values.data()),
                 ContractViolation);
    EXPECT_THROW(toeplitzForward<float>({1, 1, 0, 0, 0}, values.data(), values.data(), values.data()),
                 ContractViolation);
}

} // namespace
} // namespace toeplab::kernels
