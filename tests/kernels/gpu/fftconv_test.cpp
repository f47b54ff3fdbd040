// SPDX-License-Identifier: Apache-2.0
#include "kernels/fftconv/fftconv_gpu.h"

#include "tests/kernels/gpu/backend.h"

namespace toeplab::kernels::gpu::testing
{
namespace
{

struct ToeplitzExpected {
    std::vector<double> y, dx, dkernel;
};

/// Directly from the sums, in double.
ToeplitzExpected plainToeplitz(const ToeplitzShape& shape, const std::vector<double>& kernel,
                               const std::vector<double>& x, const std::vector<double>& g)
{
    const std::int64_t n = shape.length;
    ToeplitzExpected expected{std::vector<double>(x.size()), std::vector<double>(x.size()),
                              std::vector<double>(kernel.size())};
    for (std::int64_t row = 0; row < shape.batch * shape.channels; ++row) {
        const std::int64_t c = row % shape.channels;
        for (std::int64_t i = 0; i < n; ++i)
            for (std::int64_t t = -shape.before; t <= shape.after; ++t) {
                const std::int64_t j = i - t;
                if (j < 0 || j >= n)
                    continue;
                const auto lag = static_cast<std::size_t>(c * shape.lags() + t + shape.before);
                const auto at_i = static_cast<std::size_t>(row * n + i);
                const auto at_j = static_cast<std::size_t>(row * n + j);
                expected.y[at_i] += kernel[lag] * x[at_j];
                expected.dx[at_j] += kernel[lag] * g[at_i];
                expected.dkernel[lag] += g[at_i] * x[at_j];
            }
    }
    return expected;
}

class GpuToeplitz : public GpuTest
{
protected:
    void expectToeplitz(const ToeplitzShape& shape, Number number)
    {
        const std::int64_t count = shape.batch * shape.channels * shape.length;
        const std::int64_t lags = shape.channels * shape.lags();
        const auto kernel = randomStored(lags, 1);
        const auto x = randomStored(count, 2, number);
        const auto g = randomStored(count, 3, number);
        const ToeplitzExpected expected = plainToeplitz(shape, widened(kernel), widened(x), widened(g));
        const Buffer k = in(kernel);
        const Buffer x_in = in(x, number, 1);
        const Buffer g_in = in(g, number, 1);
        Buffer y = out(count, number, 1);
        Buffer dx = out(count, number, 1);
        Buffer dk = out(lags);
        everyOrder({&y}, [&] {
            return table().toeplitzForward(context(), &shape, number, k.floats(), x_in.data(), y.data());
        });
        everyOrder({&dx, &dk}, [&] {
            return table().toeplitzBackward(context(), &shape, number, k.floats(), x_in.data(), g_in.data(), dx.data(),
                                            dk.floats());
        });
        const std::string what = "batch " + std::to_string(shape.batch) + " channels " +
                                 std::to_string(shape.channels) + " length " + std::to_string(shape.length) + " lags " +
                                 std::to_string(-shape.before) + " .. " + std::to_string(shape.after) + " number " +
                                 std::to_string(static_cast<int>(number));
        EXPECT_LE(worstError(y.values(), expected.y), tolerance(number)) << what;
        EXPECT_LE(worstError(dx.values(), expected.dx), tolerance(number)) << what;
        EXPECT_LE(worstError(dk.values(), expected.dkernel), 2 * tolerance(Number::Float32)) << what;
    }
};

TEST_F(GpuToeplitz, AgreesWithPlainSumsBothWays)
{
    for (const std::int64_t length : {1, 2, 3, 31, 64, 255, 256, 257, 511, 513})
        if (kThorough || length == 31 || length == 257)
            expectToeplitz({3, 2, length, length - 1, length - 1}, Number::Float32);
}

TEST_F(GpuToeplitz, AgreesWithPlainSumsForCausalAndCutKernels)
{
    for (const std::int64_t length : {1, 2, 100, 512, 700})
        if (kThorough || length == 100) {
            expectToeplitz({2, 3, length, 0, length - 1}, Number::Float32);
            expectToeplitz({1, 2, length, length / 3, length / 5}, Number::Float32);
            expectToeplitz({4, 1, length, length - 1, 0}, Number::Float32);
        }
}

TEST_F(GpuToeplitz, AgreesAtEverySizeOfItsTransform)
{
    // 2 length - 1 values need transforms of 512 .. 16384.
    for (const std::int64_t length : {200, 500, 1000, 2000, 4000, 8192})
        if (kThorough || length == 500)
            expectToeplitz({2, 1, length, length - 1, length - 1}, Number::Float32);
}

/// Few lags: rows fill more than half of the transform.
TEST_F(GpuToeplitz, AgreesAtEverySizeWhereRowsFillMoreThanHalf)
{
    for (const std::int64_t size : {512, 1024, 2048, 4096, 8192, 16384})
        if (kThorough || size == 512) {
            expectToeplitz({3, 1, size - 20, 20, 7}, Number::Float32);
            expectToeplitz({2, 2, size / 2 + 1, 0, 3}, Number::Float32);
        }
}

/// What does not fit beside a transform in shared memory is kept in the device's.
TEST_F(GpuToeplitz, AgreesWhereSpectraAreKeptInMemory)
{
    if (!kThorough)
        GTEST_SKIP() << "too long where each access is checked against those of all threads";
    expectDone(table().limitShared(context(), 100 * 1024));
    expectToeplitz({3, 1, 4096, 4095, 4095}, Number::Float32);
    expectToeplitz({3, 16, 2100, 20, 2090}, Number::Float32); // both pairs of rows by one block
    expectToeplitz({5, 1, 8000, 10, 100}, Number::Float32);
}

TEST_F(GpuToeplitz, OddAndSingleBatchesShareNoRow)
{
    for (const std::int64_t batch : {1, 2, 3, 5, 8, 17})
        expectToeplitz({batch, 1, 40, 39, 39}, Number::Float32);
}

TEST_F(GpuToeplitz, HoldsHalfPrecisionValuesAndSumsInFloat)
{
    for (const Number number : {Number::Half, Number::BFloat16})
        for (const std::int64_t length : {33, 300})
            expectToeplitz({3, 2, length, length - 1, length - 1}, number);
}

TEST_F(GpuToeplitz, LongProductsGoThroughTheLibraryInChunks)
{
    expectDone(table().limitShared(context(), 1024)); // nothing fits
    for (const std::size_t chunk : {std::size_t{1}, std::size_t{20000}, std::size_t{1} << 28U}) {
        expectDone(table().limitChunk(context(), chunk));
        for (const std::int64_t length : {1, 2, 97, 390}) {
            expectToeplitz({3, 2, length, length - 1, length - 1}, Number::Float32);
            expectToeplitz({2, 1, length, 0, length / 2}, Number::Float32);
        }
        for (const Number number : {Number::Half, Number::BFloat16})
            expectToeplitz({3, 2, 33, 32, 32}, number);
    }
}

TEST_F(GpuToeplitz, ProductsThatAreTooLongForSharedMemoryAgreeToo)
{
    if (kThorough)
        expectToeplitz({1, 1, 9000, 8999, 3000}, Number::Float32);
    expectToeplitz({1, 1, 17000, 3, 5}, Number::Float32);
}

TEST_F(GpuToeplitz, EachGradientMayBeLeftOut)
{
    const ToeplitzShape shape{17, 2, 50, 49, 49}; // several pairs of rows to a block
    const Buffer k = in(randomStored(2 * 99, 1));
    const Buffer x = in(randomStored(1700, 2));
    const Buffer g = in(randomStored(1700, 3));
    for (const bool library : {false, true}) {
        if (library)
            expectDone(table().limitShared(context(), 1024));
        Buffer dx[2] = {out(1700), out(1700)};
        Buffer dk[2] = {out(198), out(198)};
        const auto run = [&](void* dx_data, float* dk_data) {
            expectDone(table().toeplitzBackward(context(), &shape, Number::Float32, k.floats(), x.data(), g.data(),
                                                dx_data, dk_data));
        };
        run(dx[0].data(), dk[0].floats());
        run(dx[1].data(), nullptr);
        everyOrder({&dk[1]}, [&] {
            return table().toeplitzBackward(context(), &shape, Number::Float32, k.floats(), x.data(), g.data(), nullptr,
                                            dk[1].floats());
        });
        run(nullptr, nullptr);
        // Another kernel makes dx alone: the compiler may have contracted other products into sums.
        EXPECT_LE(worstError(dx[1].values(), widened(dx[0].values())), tolerance(Number::Float32));
        EXPECT_EQ(dk[0].values(), dk[1].values());
    }
}

TEST_F(GpuToeplitz, SteadyStepsAllocateNothing)
{
    const ToeplitzShape shape{2, 2, 300, 299, 299};
    const Buffer k = in(randomStored(2 * 599, 1));
    const Buffer x = in(randomStored(1200, 2));
    Buffer y = out(1200);
    std::size_t bytes[2] = {};
    for (std::size_t& now : bytes) {
        expectDone(table().toeplitzForward(context(), &shape, Number::Float32, k.floats(), x.data(), y.data()));
        expectDone(table().workspaceBytes(context(), &now));
    }
    EXPECT_GT(bytes[0], 0U);
    EXPECT_EQ(bytes[0], bytes[1]);
    expectDone(table().reserve(context(), 2 * bytes[0]));
    expectDone(table().workspaceBytes(context(), &bytes[0]));
    EXPECT_EQ(bytes[0], 2 * bytes[1]);
}

class GpuCausal : public GpuTest
{
protected:
    /// The map is linear: its matrix tells both directions.
    void expectCausal(const CausalShape& shape)
    {
        const std::int64_t size = shape.transform();
        const std::int64_t bins = size / 2 + 1;
        const auto response = randomStored(shape.channels * bins, 1);
        const auto g = randomStored(shape.channels * shape.length, 2);
        std::vector<double> kernel(g.size());
        std::vector<double> dresponse(response.size());
        std::vector<double> cosines;
        for (std::int64_t i = 0; i < size; ++i)
            cosines.push_back(
                std::cos(2 * 3.14159265358979323846 * static_cast<double>(i) / static_cast<double>(size)));
        for (std::int64_t t = 0; t < shape.length; ++t)
            for (std::int64_t k = 0; k < bins; ++k) {
                const double entry = (t == 0 ? 1.0 : 2.0) * (k == 0 || k == size / 2 ? 1.0 : 2.0) *
                                     cosines[static_cast<std::size_t>(k * t % size)] / static_cast<double>(size);
                for (std::int64_t c = 0; c < shape.channels; ++c) {
                    const auto lag = static_cast<std::size_t>(c * shape.length + t);
                    const auto bin = static_cast<std::size_t>(c * bins + k);
                    kernel[lag] += entry * static_cast<double>(response[bin]);
                    dresponse[bin] += entry * static_cast<double>(g[lag]);
                }
            }
        const Buffer r = in(response);
        const Buffer g_in = in(g);
        Buffer k = out(shape.channels * shape.length);
        Buffer dr = out(shape.channels * bins);
        everyOrder({&k}, [&] { return table().causalKernelForward(context(), &shape, r.floats(), k.floats()); });
        everyOrder({&dr}, [&] { return table().causalKernelBackward(context(), &shape, g_in.floats(), dr.floats()); });
        EXPECT_LE(worstError(k.values(), kernel), 1e-6) << shape.length;
        EXPECT_LE(worstError(dr.values(), dresponse), 1e-6) << shape.length;
    }
};

TEST_F(GpuCausal, AgreesWithSumsOfCosines)
{
    for (const std::int64_t length : {1, 2, 3, 5, 64, 100, 128, 129, 256, 257, 500, 1025})
        for (const std::int64_t channels : {1, 2, 3})
            if (kThorough || length < 258)
                expectCausal({channels, length});
    for (const std::int64_t length : {2000, 4097, 8192})
        if (kThorough)
            expectCausal({1, length});
    const CausalShape too_long{1, 8193};
    EXPECT_EQ(table().causalKernelForward(context(), &too_long, nullptr, nullptr), 1);
}

TEST_F(GpuCausal, SaysForWhichLengthsABlockHasRoom)
{
    const auto fits = [&](std::int64_t length) {
        const CausalShape shape{2, length};
        int answer = -1;
        expectDone(table().causalKernelFits(context(), &shape, &answer));
        return answer;
    };
    EXPECT_EQ(fits(8192), 1);
    EXPECT_EQ(fits(8193), 0);
    expectDone(table().limitShared(context(), 99 << 10));
    EXPECT_EQ(fits(4096), 1);
    EXPECT_EQ(fits(4097), 0);
    EXPECT_EQ(fits(3), 1);
    const CausalShape no_room{2, 8192};
    EXPECT_EQ(table().causalKernelForward(context(), &no_room, nullptr, nullptr), 1);
}

} // namespace
} // namespace toeplab::kernels::gpu::testing
