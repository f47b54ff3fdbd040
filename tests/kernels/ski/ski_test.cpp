// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/check.h"
#include "kernels/ski/rows.h"
#include "kernels/ski/ski.h"
#include "tests/kernels/ski/dense_ski.h"
#include "tests/kernels/support.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace toeplab::kernels
{
namespace
{

using namespace testing;

template <typename T>
struct Inputs {
    explicit Inputs(const SkiShape& shape)
        : kernel(randomValues<T>(shape.channels * shape.taps, 21)),
          lags(randomValues<T>(shape.channels * shape.lags(), 22)),
          x(randomValues<T>(shape.batch * shape.channels * shape.length, 23)),
          g(randomValues<T>(shape.batch * shape.channels * shape.length, 24))
    {
    }
    std::vector<T> kernel;
    std::vector<T> lags;
    std::vector<T> x;
    std::vector<T> g;
};

template <typename T>
struct Outputs {
    std::vector<T> y;
    std::vector<T> inducing;
    std::vector<T> dx;
    std::vector<T> dkernel;
    std::vector<T> dlags;
    bool margins_intact = false;
};

template <typename T>
Outputs<T> run(const SkiShape& shape, const InterpolationPlan<T>& plan, const Inputs<T>& in)
{
    Guarded<T> kernel(in.kernel);
    Guarded<T> lags(in.lags);
    Guarded<T> x(in.x);
    Guarded<T> g(in.g);
    Guarded<T> y(shape.batch * shape.channels * shape.length);
    Guarded<T> inducing(shape.batch * shape.channels * shape.rank);
    Guarded<T> dx(shape.batch * shape.channels * shape.length);
    Guarded<T> dkernel(shape.channels * shape.taps);
    Guarded<T> dlags(shape.channels * shape.lags());
    skiForward(shape, plan, kernel.data(), lags.data(), x.data(), y.data(), inducing.data());
    skiBackward(shape, plan, kernel.data(), lags.data(), x.data(), inducing.data(), g.data(),
                SkiGradients<T>{dx.data(), dkernel.data(), dlags.data()});
    return {y.values(),
            inducing.values(),
            dx.values(),
            dkernel.values(),
            dlags.values(),
            y.marginsIntact() && inducing.marginsIntact() && dx.marginsIntact() && dkernel.marginsIntact() &&
                dlags.marginsIntact()};
}

template <typename T>
void expectDense(const SkiShape& shape, const InterpolationPlan<T>& plan, double tolerance)
{
    const Inputs<T> in(shape);
    const Outputs<T> out = run(shape, plan, in);
    const SkiExpected expected =
        denseSki(shape, planMatrix(plan), widened(in.kernel), widened(in.lags), widened(in.x), widened(in.g));
    const std::string what = "batch " + std::to_string(shape.batch) + " channels " + std::to_string(shape.channels) +
                             " length " + std::to_string(shape.length) + " rank " + std::to_string(shape.rank) +
                             " taps " + std::to_string(shape.taps);
    EXPECT_LE(worstError(out.y, expected.y), tolerance) << what;
    EXPECT_LE(worstError(out.dx, expected.dx), tolerance) << what;
    EXPECT_LE(worstError(out.dkernel, expected.dkernel), tolerance) << what;
    EXPECT_LE(worstError(out.dlags, expected.dlags), tolerance) << what;
    EXPECT_TRUE(out.margins_intact) << what;
}

void expectExact(const SkiShape& shape)
{
    expectDense(shape, InterpolationPlan<double>::exact(shape.length, shape.rank), 1e-12);
    expectDense(shape, InterpolationPlan<float>::exact(shape.length, shape.rank), 2e-5);
}

TEST(Ski, AgreesWithTheExplicitMatrices)
{
    for (const std::int64_t n : {1, 2, 3, 5, 17, 32, 64, 97, 130, 257})
        for (const std::int64_t r : {2, 3, 8, 32, 64, 131})
            expectExact({2, 2, n, r, n % 2 == 0 ? 17 : 33});
}

TEST(Ski, AgreesWithTheExplicitMatricesAtLongLengthsAndWideBands)
{
    expectExact({2, 1, 1021, 64, 33});
    expectExact({1, 2, 512, 32, 255});
    expectExact({1, 1, 6, 300, 255});
}

RC_GTEST_PROP(Ski, AgreesWithTheExplicitMatricesForAnyShape, ())
{
    expectExact({*rc::gen::inRange<std::int64_t>(1, 4), *rc::gen::inRange<std::int64_t>(1, 4),
                 *rc::gen::inRange<std::int64_t>(1, 120), *rc::gen::inRange<std::int64_t>(2, 90),
                 *rc::gen::inRange<std::int64_t>(0, 60) * 2 + 1});
    RC_ASSERT(!::testing::Test::HasFailure());
}

TEST(Ski, TakesThePublishedWeightsToo)
{
    for (const std::int64_t n : {2, 9, 64, 100})
        for (const std::int64_t r : {2, 3, 16})
            for (const double gamma : {1.0, 0.9999}) {
                const SkiShape shape{2, 3, n, r, 17};
                expectDense(shape, InterpolationPlan<double>::released(n, r, gamma, PublishedGrid::Positions), 1e-12);
                expectDense(shape, InterpolationPlan<float>::released(n, r, gamma, PublishedGrid::Unit), 2e-5);
            }
}

/// Columns that skip cells, dwell and carry any weights.
RC_GTEST_PROP(Ski, TakesAnyOrderedPlan, ())
{
    const auto n = *rc::gen::inRange<std::int64_t>(1, 150);
    const auto r = *rc::gen::inRange<std::int64_t>(2, 70);
    auto column = *rc::gen::container<std::vector<std::int64_t>>(static_cast<std::size_t>(n),
                                                                 rc::gen::inRange<std::int64_t>(0, r - 1));
    std::sort(column.begin(), column.end());
    const auto lower = randomValues<double>(n, 31);
    const auto upper = randomValues<double>(n, 32);
    expectDense({2, 1, n, r, 9}, InterpolationPlan<double>(r, column, lower, upper), 1e-12);
    expectDense({2, 1, n, r, 9}, InterpolationPlan<float>(r, column, lower, upper), 2e-5);
    RC_ASSERT(!::testing::Test::HasFailure());
}

TEST(SkiRows, EveryLevelGathersAndSpreads)
{
    for (const Isa isa : levelsHere())
        for (const std::int64_t n : {1, 2, 7, 33, 64, 300})
            for (const std::int64_t r : {2, 5, 64}) {
                const auto plan = InterpolationPlan<float>::exact(n, r);
                const auto cells = static_cast<std::int64_t>(plan.cells().size());
                const Dense w = planMatrix(plan);
                const auto x = randomValues<float>(n, 33);
                const auto v = randomValues<float>(r, 34);
                Guarded<float> guarded_x(x);
                Guarded<float> z(r);
                Guarded<float> y(n);
                skiRows<float>(isa).gather(plan.cells().data(), cells, plan.lower(), plan.upper(), n, r,
                                           guarded_x.data(), z.data());
                skiRows<float>(isa).spread(plan.cells().data(), cells, plan.lower(), plan.upper(), n, v.data(),
                                           y.data());
                EXPECT_LE(worstError(z.values(), w.transposed().times(widened(x))), 1e-6) << n << " " << r;
                EXPECT_LE(worstError(y.values(), w.times(widened(v))), 1e-6) << n << " " << r;
                EXPECT_TRUE(z.marginsIntact() && y.marginsIntact());
            }
}

TEST(Ski, WithAPointAtEachPositionItIsTheDenseToeplitzMatrix)
{
    for (const std::int64_t n : {2, 7, 32, 65}) {
        const SkiShape shape{1, 1, n, n, 3};
        const Inputs<double> in(shape);
        const std::vector<double> no_band(3);
        const auto plan = InterpolationPlan<double>::exact(n, n);
        std::vector<double> y(in.x.size());
        skiForward<double>(shape, plan, no_band.data(), in.lags.data(), in.x.data(), y.data(), nullptr);
        EXPECT_LE(worstError(y, inducingMatrix(in.lags.data(), n).times(in.x)), 1e-13) << n;
    }
}

TEST(Ski, GradientsAreTheDerivativesOfALoss)
{
    const SkiShape shape{2, 2, 23, 6, 7};
    const auto plan = InterpolationPlan<double>::exact(shape.length, shape.rank);
    Inputs<double> in(shape);
    const auto weights = in.g;
    const auto forward = [&] {
        std::vector<double> y(in.x.size());
        skiForward<double>(shape, plan, in.kernel.data(), in.lags.data(), in.x.data(), y.data(), nullptr);
        return y;
    };
    const auto loss = [&] {
        const auto y = forward();
        double sum = 0;
        for (std::size_t i = 0; i < y.size(); ++i)
            sum += weights[i] * std::sin(y[i]);
        return sum;
    };
    const auto y = forward();
    for (std::size_t i = 0; i < y.size(); ++i)
        in.g[i] = weights[i] * std::cos(y[i]);
    const Outputs<double> out = run(shape, plan, in);
    const auto expectSlopes = [&](std::vector<double>& values, const std::vector<double>& gradient) {
        ASSERT_EQ(values.size(), gradient.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            constexpr double kStep = 1e-5;
            const double kept = values[i];
            values[i] = kept + kStep;
            const double above = loss();
            values[i] = kept - kStep;
            const double below = loss();
            values[i] = kept;
            EXPECT_NEAR(gradient[i], (above - below) / (2 * kStep), 1e-6) << i;
        }
    };
    expectSlopes(in.x, out.dx);
    expectSlopes(in.kernel, out.dkernel);
    expectSlopes(in.lags, out.dlags);
}

TEST(Ski, BackwardIsTheAdjointOfForward)
{
    for (const std::int64_t n : {3, 64, 517}) {
        const SkiShape shape{2, 2, n, 16, 33};
        const Inputs<double> in(shape);
        const auto plan = InterpolationPlan<double>::exact(n, shape.rank);
        const Outputs<double> out = run(shape, plan, in);
        EXPECT_NEAR(dot(out.y, in.g), dot(in.x, out.dx), 1e-10 * std::abs(dot(out.y, in.g)) + 1e-8);
        // The loss <y, g> is linear in the kernel and the lags as well.
        EXPECT_NEAR(dot(out.y, in.g), dot(in.kernel, out.dkernel) + dot(in.lags, out.dlags), 1e-7);
    }
}

TEST(Ski, ResultsDoNotDependOnThreads)
{
    const SkiShape shape{3, 5, 1201, 16, 33}; // enough work to be shared
    const Inputs<float> in(shape);
    const auto plan = InterpolationPlan<float>::exact(shape.length, shape.rank);
    std::vector<Outputs<float>> results;
    for (const int count : {1, 2, 3}) {
        const Threads threads(count);
        results.push_back(run(shape, plan, in));
    }
    for (const std::size_t other : {1U, 2U}) {
        EXPECT_EQ(results[0].y, results[other].y);
        EXPECT_EQ(results[0].dx, results[other].dx);
        EXPECT_EQ(results[0].dkernel, results[other].dkernel);
        EXPECT_EQ(results[0].dlags, results[other].dlags);
    }
}

TEST(Ski, EachGradientAloneIsTheSame)
{
    const SkiShape shape{2, 3, 65, 8, 9};
    const Inputs<float> in(shape);
    const auto plan = InterpolationPlan<float>::exact(shape.length, shape.rank);
    const Outputs<float> all = run(shape, plan, in);
    Outputs<float> alone = all;
    const auto only = [&](const SkiGradients<float>& wanted) {
        skiBackward<float>(shape, plan, in.kernel.data(), in.lags.data(),
                           wanted.kernel != nullptr ? in.x.data() : nullptr,
                           wanted.lags != nullptr ? all.inducing.data() : nullptr, in.g.data(), wanted);
    };
    only({alone.dx.data(), nullptr, nullptr});
    only({nullptr, alone.dkernel.data(), nullptr});
    only({nullptr, nullptr, alone.dlags.data()});
    EXPECT_EQ(alone.dx, all.dx);
    EXPECT_EQ(alone.dkernel, all.dkernel);
    EXPECT_EQ(alone.dlags, all.dlags);
}

TEST(Ski, BrokenPromisesAreNamed)
{
    const auto plan = InterpolationPlan<float>::exact(16, 4);
    std::vector<float> values(64);
    const auto forward = [&](const SkiShape& shape) {
        skiForward<float>(shape, plan, values.data(), values.data(), values.data(), values.data(), nullptr);
    };
    EXPECT_THROW(forward({1, 1, 15, 4, 3}), ContractViolation);
    EXPECT_THROW(forward({1, 1, 16, 5, 3}), ContractViolation);
    EXPECT_THROW(forward({1, 1, 16, 4, 2}), ContractViolation);
}

} // namespace
} // namespace toeplab::kernels
