// SPDX-License-Identifier: Apache-2.0
#include "kernels/band/band.h"

#include "tests/kernels/gpu/backend.h"

namespace toeplab::kernels::gpu::testing
{
namespace
{

class GpuBand : public GpuTest
{
protected:
    /// Forward and backward against the library for the CPU in double, which is proven against the dense matrix.
    void expectBand(const BandShape& shape, Number number, int shift = 0)
    {
        const std::int64_t count = shape.batch * shape.channels * shape.length;
        const auto kernel = randomStored(shape.channels * shape.taps, 1);
        const auto x = randomStored(count, 2, number);
        const auto g = randomStored(count, 3, number);
        std::vector<double> y(x.size());
        std::vector<double> dx(x.size());
        std::vector<double> dkernel(kernel.size());
        kernels::bandForward<double>(shape, widened(kernel).data(), widened(x).data(), y.data());
        kernels::bandBackward<double>(shape, widened(kernel).data(), widened(x).data(), widened(g).data(), dx.data(),
                                      dkernel.data());

        const Buffer k = in(kernel);
        const Buffer x_in = in(x, number, shift);
        const Buffer g_in = in(g, number, shift);
        Buffer y_out = out(count, number, shift);
        Buffer dx_out = out(count, number, shift);
        Buffer dk_out = out(shape.channels * shape.taps);
        everyOrder({&y_out}, [&] {
            return table().bandForward(context(), &shape, number, k.floats(), x_in.data(), y_out.data());
        });
        everyOrder({&dx_out, &dk_out}, [&] {
            return table().bandBackward(context(), &shape, number, k.floats(), x_in.data(), g_in.data(), dx_out.data(),
                                        dk_out.floats());
        });
        const std::string what = "batch " + std::to_string(shape.batch) + " channels " +
                                 std::to_string(shape.channels) + " length " + std::to_string(shape.length) + " taps " +
                                 std::to_string(shape.taps) + " number " + std::to_string(static_cast<int>(number));
        EXPECT_LE(worstError(y_out.values(), y), tolerance(number)) << what;
        EXPECT_LE(worstError(dx_out.values(), dx), tolerance(number)) << what;
        EXPECT_LE(worstError(dk_out.values(), dkernel), tolerance(Number::Float32)) << what;
    }
};

TEST_F(GpuBand, AgreesWithTheCpuAcrossTheSeamsOfItsTiles)
{
    for (const std::int64_t taps : {1, 3, 5, 7, 9, 17, 19, 33, 35, 65, 73, 255})
        for (const std::int64_t length : {1, 2, 3, 4, 5, 7, 8, 31, 32, 33, 127, 129, 500, 1021})
            if (kThorough || (taps % 16 == 1 && length % 2 == 1))
                expectBand({2, 3, length, taps}, Number::Float32);
}

TEST_F(GpuBand, AgreesWithTheCpuOnRowsOfSeveralTiles)
{
    for (const std::int64_t length : {2047, 2048, 2049, 2052, 4096, 4099, 6145})
        if (kThorough || length == 2049)
            expectBand({1, 2, length, 33}, Number::Float32);
    if (kThorough) {
        expectBand({1, 1, 16384, 17}, Number::Float32);
        expectBand({2, 1, 16383, 33}, Number::Float32);
    }
}

TEST_F(GpuBand, HoldsHalfPrecisionValuesAndSumsInFloat)
{
    for (const Number number : {Number::Half, Number::BFloat16})
        for (const std::int64_t length : {3, 32, 61, 1024})
            for (const std::int64_t taps : {17, 33})
                if (kThorough || length == 61)
                    expectBand({2, 2, length, taps}, number);
}

TEST_F(GpuBand, TakesRowsThatAreNotAligned)
{
    for (const Number number : kNumbers)
        for (const int shift : {1, 2, 3})
            expectBand({2, 2, 64, 17}, number, shift);
}

TEST_F(GpuBand, EachGradientMayBeLeftOut)
{
    const BandShape shape{2, 2, 37, 5};
    const auto kernel = randomStored(shape.channels * shape.taps, 4);
    const auto x = randomStored(2 * 2 * 37, 5);
    const auto g = randomStored(2 * 2 * 37, 6);
    const Buffer k = in(kernel);
    const Buffer x_in = in(x);
    const Buffer g_in = in(g);
    Buffer dx = out(2 * 2 * 37);
    Buffer dx_alone = out(2 * 2 * 37);
    Buffer dk = out(2 * 5);
    Buffer dk_alone = out(2 * 5);
    const auto run = [&](void* dx_data, float* dk_data) {
        return table().bandBackward(context(), &shape, Number::Float32, k.floats(), x_in.data(), g_in.data(), dx_data,
                                    dk_data);
    };
    expectDone(run(dx.data(), dk.floats()));
    expectDone(run(dx_alone.data(), nullptr));
    expectDone(run(nullptr, dk_alone.floats()));
    expectDone(run(nullptr, nullptr));
    EXPECT_EQ(dx.values(), dx_alone.values());
    EXPECT_EQ(dk.values(), dk_alone.values());
}

TEST_F(GpuBand, NoRowsAreNoWorkAndBrokenPromisesAreNamed)
{
    const Buffer values = in(std::vector<float>(64));
    const auto run = [&](const BandShape& shape) {
        return table().bandForward(context(), &shape, Number::Float32, values.floats(), values.data(), values.data());
    };
    EXPECT_EQ(run({0, 2, 8, 3}), 0);
    EXPECT_EQ(run({1, 1, 8, 4}), 1);
    EXPECT_NE(std::string(table().message()).find("taps is odd"), std::string::npos);
    EXPECT_EQ(run({1, 1, 0, 3}), 1);
}

} // namespace
} // namespace toeplab::kernels::gpu::testing
