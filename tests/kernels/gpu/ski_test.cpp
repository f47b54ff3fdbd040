// SPDX-License-Identifier: Apache-2.0
#include "kernels/ski/ski_gpu.h"

#include "kernels/ski/warp.h"
#include "tests/kernels/gpu/backend.h"
#include "tests/kernels/ski/dense_ski.h"

namespace toeplab::kernels::gpu::testing
{
namespace
{

using Plan = InterpolationPlan<double>;

class GpuSki : public GpuTest
{
protected:
    std::shared_ptr<SkiPlan> upload(const Plan& plan) const
    {
        const InterpolationView view = viewOf(plan);
        SkiPlan* uploaded = nullptr;
        expectDone(table().createSkiPlan(context(), &view, &uploaded));
        return {uploaded, [](SkiPlan* old) { backend().table->destroySkiPlan(old); }};
    }

    /// Forward and backward against explicit matrices, or against the library for the CPU in double.
    void expectSki(const SkiShape& shape, const Plan& plan, Number number, bool dense, int shift = 0)
    {
        const std::int64_t count = shape.batch * shape.channels * shape.length;
        const std::int64_t inducing = shape.batch * shape.channels * shape.rank;
        const auto kernel = randomStored(shape.channels * shape.taps, 1);
        const auto lags = randomStored(shape.channels * shape.lags(), 2);
        const auto x = randomStored(count, 3, number);
        const auto g = randomStored(count, 4, number);
        const SkiExpected expected =
            dense ? denseSki(shape, planMatrix(plan), widened(kernel), widened(lags), widened(x), widened(g))
                  : onCpu(shape, plan, kernel, lags, x, g);

        const auto uploaded = upload(plan);
        const Buffer k = in(kernel);
        const Buffer l = in(lags);
        const Buffer x_in = in(x, number, shift);
        const Buffer g_in = in(g, number, shift);
        Buffer y = out(count, number, shift);
        Buffer z = out(inducing);
        Buffer dx = out(count, number, shift);
        Buffer dk = out(shape.channels * shape.taps);
        Buffer dl = out(shape.channels * shape.lags());
        everyOrder({&y, &z}, [&] {
            return table().skiForward(context(), &shape, uploaded.get(), number, k.floats(), l.floats(), x_in.data(),
                                      y.data(), z.floats());
        });
        everyOrder({&dx, &dk, &dl}, [&] {
            return table().skiBackward(context(), &shape, uploaded.get(), number, k.floats(), l.floats(), x_in.data(),
                                       z.floats(), g_in.data(), dx.data(), dk.floats(), dl.floats());
        });
        const std::string what = "batch " + std::to_string(shape.batch) + " channels " +
                                 std::to_string(shape.channels) + " length " + std::to_string(shape.length) + " rank " +
                                 std::to_string(shape.rank) + " taps " + std::to_string(shape.taps) + " number " +
                                 std::to_string(static_cast<int>(number));
        const double exact = tolerance(Number::Float32);
        EXPECT_LE(worstError(y.values(), expected.y), tolerance(number)) << what;
        EXPECT_LE(worstError(dx.values(), expected.dx), tolerance(number)) << what;
        EXPECT_LE(worstError(dk.values(), expected.dkernel), exact) << what;
        EXPECT_LE(worstError(dl.values(), expected.dlags), exact) << what;
    }

private:
    static SkiExpected onCpu(const SkiShape& shape, const Plan& plan, const std::vector<float>& kernel,
                             const std::vector<float>& lags, const std::vector<float>& x, const std::vector<float>& g)
    {
        SkiExpected expected{std::vector<double>(x.size()), std::vector<double>(x.size()),
                             std::vector<double>(kernel.size()), std::vector<double>(lags.size())};
        std::vector<double> z(static_cast<std::size_t>(shape.batch * shape.channels * shape.rank));
        kernels::skiForward<double>(shape, plan, widened(kernel).data(), widened(lags).data(), widened(x).data(),
                                    expected.y.data(), z.data());
        kernels::skiBackward<double>(shape, plan, widened(kernel).data(), widened(lags).data(), widened(x).data(),
                                     z.data(), widened(g).data(),
                                     {expected.dx.data(), expected.dkernel.data(), expected.dlags.data()});
        return expected;
    }
};

TEST_F(GpuSki, AgreesWithExplicitMatrices)
{
    for (const std::int64_t length : {1, 2, 3, 5, 8, 31, 32, 33, 64, 97, 130})
        for (const std::int64_t rank : {2, 3, 8, 13, 32, 33, 64})
            if (kThorough || (length % 32 == 1 && rank % 5 == 3))
                expectSki({2, 2, length, rank, length % 2 == 0 ? 17 : 33}, Plan::exact(length, rank), Number::Float32,
                          true);
}

TEST_F(GpuSki, AgreesWithTheCpuAtLongLengthsAndAnyBand)
{
    expectSki({2, 3, 509, 64, 1}, Plan::exact(509, 64), Number::Float32, false);
    if (!kThorough)
        return;
    expectSki({1, 2, 2048, 64, 33}, Plan::exact(2048, 64), Number::Float32, false);
    expectSki({2, 1, 2047, 32, 255}, Plan::exact(2047, 32), Number::Float32, false);
    expectSki({1, 1, 16384, 64, 33}, Plan::exact(16384, 64), Number::Float32, false);
    expectSki({1, 1, 300, 300, 17}, Plan::exact(300, 300), Number::Float32, false);
}

TEST_F(GpuSki, TakesEightNeighboursTogetherWhereCellsAreLongEnough)
{
    // Cells of 8 rows and of 7, rows of whole eights and not, ranks of whole fours and not, half bands of every
    // remainder, in fours, and one tap.
    const std::int64_t shapes[][3] = {{64, 8, 33},  {65, 9, 17},  {71, 11, 17}, {8, 2, 33},   {9, 2, 1},
                                      {61, 5, 255}, {130, 7, 33}, {131, 6, 17}, {132, 13, 5}, {100, 10, 7},
                                      {97, 3, 3},   {90, 8, 41},  {77, 8, 25},  {96, 11, 9},  {70, 4, 15},
                                      {81, 11, 35}, {120, 16, 33}};
    for (const auto& [length, rank, taps] : shapes)
        expectSki({2, 2, length, rank, taps}, Plan::exact(length, rank), Number::Float32, true);
    expectSki({1, 1, 97, 8, 33}, Plan::exact(97, 8), Number::Float32, true);
    expectSki({5, 1, 97, 8, 17}, Plan::exact(97, 8), Number::Float32, true);
}

TEST_F(GpuSki, HasAThreadForEachEightOrTakesThemInTurn)
{
    expectSki({2, 3, 513, 64, 33}, Plan::exact(513, 64), Number::Float32, false);
    if (!kThorough)
        return;
    const std::int64_t shapes[][3] = {{512, 64, 17},  {513, 33, 17},  {1016, 64, 33},  {1024, 128, 33},
                                      {1025, 64, 33}, {1027, 2, 17},  {2041, 255, 33}, {2048, 256, 17},
                                      {2049, 64, 17}, {3001, 6, 255}, {4096, 64, 33},  {5003, 33, 17}};
    for (const auto& [length, rank, taps] : shapes)
        expectSki({2, 3, length, rank, taps}, Plan::exact(length, rank), Number::Float32, false);
    for (const Number number : {Number::Half, Number::BFloat16})
        for (const std::int64_t length : {600, 1028, 2047, 2600})
            for (const int shift : {0, 1})
                expectSki({2, 2, length, 40, 33}, Plan::exact(length, 40), number, false, shift);
    expectSki({2, 2, 2048, 64, 33}, Plan::exact(2048, 64), Number::Float32, false, 1);
}

TEST_F(GpuSki, SumsGradientsOverManySamples)
{
    expectSki({11, 2, 65, 8, 33}, Plan::exact(65, 8), Number::Float32, true);
    expectSki({17, 1, 33, 3, 17}, Plan::exact(33, 3), Number::Float32, true);
    if (kThorough) // blocks of several samples
        for (const std::int64_t taps : {17, 33})
            expectSki({7, 512, 41, 4, taps}, Plan::exact(41, 4), Number::Float32, true);
}

TEST_F(GpuSki, TakesCellsOfAnyLengthAndFirstWeight)
{
    // Weights rise as evenly as those of Plan::exact, but begin anywhere.
    const std::int64_t rows[] = {8, 19, 8, 13, 9, 40};
    std::vector<std::int64_t> column;
    std::vector<double> upper;
    std::vector<double> lower;
    const auto first = randomValues<double>(6, 9);
    for (std::size_t m = 0; m < 6; ++m) {
        for (std::int64_t i = 0; i < rows[m]; ++i) {
            column.push_back(static_cast<std::int64_t>(m));
            upper.push_back(first[m] + static_cast<double>(i) * 6.0 / 96.0);
            lower.push_back(1.0 - upper.back());
        }
    }
    const Plan plan(7, column, lower, upper);
    ASSERT_EQ(plan.lower(), nullptr);
    expectSki({2, 2, 97, 7, 33}, plan, Number::Float32, true);
}

TEST_F(GpuSki, ReadsThePublishedWeights)
{
    for (const auto grid : {PublishedGrid::Positions, PublishedGrid::Unit})
        for (const std::int64_t length : {9, 32, 130})
            for (const double gamma : {1.0, 0.999})
                expectSki({2, 2, length, 8, 17}, Plan::released(length, 8, gamma, grid), Number::Float32, true);
}

TEST_F(GpuSki, ReadsWeightsThatRiseUnevenly)
{
    // Rows that sum to one, cells without rows, weights of no pattern.
    const std::vector<std::int64_t> column{0, 0, 0, 1, 1, 4, 4, 4, 4, 5, 5};
    const auto upper = randomValues<double>(11, 9);
    std::vector<double> lower(upper.size());
    std::transform(upper.begin(), upper.end(), lower.begin(), [](double w) { return 1.0 - w; });
    const Plan plan(8, column, lower, upper);
    ASSERT_EQ(plan.lower(), nullptr);
    expectSki({2, 2, 11, 8, 5}, plan, Number::Float32, true);
}

TEST_F(GpuSki, HoldsHalfPrecisionValuesAndSumsInFloat)
{
    for (const Number number : {Number::Half, Number::BFloat16})
        for (const std::int64_t length : {7, 64, 257})
            for (const int shift : {0, 1})
                expectSki({2, 2, length, 16, 33}, Plan::exact(length, 16), number, true, shift);
}

TEST_F(GpuSki, DividesRowsThatDoNotFitIntoSharedMemory)
{
    expectDone(table().limitShared(context(), 32 * 1024));
    for (const Number number : {Number::Float32, Number::BFloat16})
        for (const std::int64_t length : {4099, 8192, 9000})
            for (const std::int64_t taps : {17, 33})
                if (kThorough || (length == 9000 && taps == 33))
                    expectSki({2, 2, length, 32, taps}, Plan::exact(length, 32), number, false);
}

TEST_F(GpuSki, EachGradientMayBeLeftOutAndSoMayTheInducingValues)
{
    const SkiShape shape{2, 2, 45, 8, 5};
    const auto plan = upload(Plan::exact(45, 8));
    const Buffer k = in(randomStored(2 * 5, 1));
    const Buffer l = in(randomStored(2 * 15, 2));
    const Buffer x = in(randomStored(2 * 2 * 45, 3));
    const Buffer g = in(randomStored(2 * 2 * 45, 4));
    Buffer y = out(2 * 2 * 45);
    Buffer y_alone = out(2 * 2 * 45);
    Buffer z = out(2 * 2 * 8);
    const auto forward = [&](Buffer& to, float* inducing) {
        expectDone(table().skiForward(context(), &shape, plan.get(), Number::Float32, k.floats(), l.floats(), x.data(),
                                      to.data(), inducing));
    };
    forward(y, z.floats());
    forward(y_alone, nullptr);
    EXPECT_EQ(y.values(), y_alone.values());
    Buffer dx[2] = {out(180), out(180)};
    Buffer dk[2] = {out(10), out(10)};
    Buffer dl[2] = {out(30), out(30)};
    const auto backward = [&](void* dx_data, float* dk_data, float* dl_data) {
        expectDone(table().skiBackward(context(), &shape, plan.get(), Number::Float32, k.floats(), l.floats(), x.data(),
                                       z.floats(), g.data(), dx_data, dk_data, dl_data));
    };
    backward(dx[0].data(), dk[0].floats(), dl[0].floats());
    backward(dx[1].data(), nullptr, nullptr);
    backward(nullptr, dk[1].floats(), nullptr);
    backward(nullptr, nullptr, dl[1].floats());
    EXPECT_EQ(dx[0].values(), dx[1].values());
    EXPECT_EQ(dk[0].values(), dk[1].values());
    EXPECT_EQ(dl[0].values(), dl[1].values());
}

TEST_F(GpuSki, ThePlanMustBeTheShapes)
{
    const SkiShape shape{1, 1, 45, 8, 5};
    const auto plan = upload(Plan::exact(45, 9));
    const Buffer any = in(std::vector<float>(64));
    EXPECT_EQ(table().skiForward(context(), &shape, plan.get(), Number::Float32, any.floats(), any.floats(), any.data(),
                                 any.data(), nullptr),
              1);
    EXPECT_NE(std::string(table().message()).find("rank"), std::string::npos);
}

} // namespace
} // namespace toeplab::kernels::gpu::testing
