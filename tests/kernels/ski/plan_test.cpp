// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/check.h"
#include "kernels/ski/plan.h"
#include "tests/kernels/ski/dense_ski.h"
#include "tests/kernels/support.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace toeplab::kernels
{
namespace
{

using namespace testing;

void expectLinear(std::int64_t n, std::int64_t r)
{
    const Dense w = planMatrix(InterpolationPlan<double>::exact(n, r));
    ASSERT_EQ(w.rows, n);
    ASSERT_EQ(w.columns, r);
    for (std::int64_t i = 0; i < n; ++i) {
        double sum = 0;
        double position = 0;
        for (std::int64_t m = 0; m < r; ++m) {
            const double weight = w.at(i, m);
            EXPECT_GE(weight, 0);
            EXPECT_LE(weight, 1);
            sum += weight;
            position += weight * static_cast<double>(m * (n - 1)) / static_cast<double>(r - 1);
        }
        EXPECT_NEAR(sum, 1, 1e-15) << n << " " << r << " row " << i;
        EXPECT_NEAR(position, static_cast<double>(i), 1e-12 * static_cast<double>(n)) << n << " " << r;
    }
}

TEST(InterpolationPlan, RowsSumToOneAndReproduceLinearFunctions)
{
    for (const std::int64_t n : {1, 2, 3, 4, 7, 31, 64, 97, 300, 513})
        for (const std::int64_t r : {2, 3, 8, 31, 64, 97, 500})
            expectLinear(n, r);
}

RC_GTEST_PROP(InterpolationPlan, RowsSumToOneForAnyShape, ())
{
    expectLinear(*rc::gen::inRange<std::int64_t>(1, 120), *rc::gen::inRange<std::int64_t>(2, 150));
    RC_ASSERT(!::testing::Test::HasFailure());
}

TEST(InterpolationPlan, AsManyPointsAsPositionsIsTheIdentity)
{
    for (const std::int64_t n : {2, 3, 8, 33, 128}) {
        const Dense w = planMatrix(InterpolationPlan<double>::exact(n, n));
        for (std::int64_t i = 0; i < n; ++i)
            for (std::int64_t j = 0; j < n; ++j)
                EXPECT_EQ(w.at(i, j), i == j ? 1.0 : 0.0) << n;
    }
}

TEST(InterpolationPlan, NineRowsAndThreePoints)
{
    const Dense w = planMatrix(InterpolationPlan<double>::exact(9, 3));
    EXPECT_EQ(part(w.values, 1, 3), (std::vector<double>{0.75, 0.25, 0}));
    EXPECT_EQ(part(w.values, 4, 3), (std::vector<double>{0, 1, 0}));
    EXPECT_EQ(part(w.values, 7, 3), (std::vector<double>{0, 0.25, 0.75}));
    EXPECT_EQ(part(w.values, 8, 3), (std::vector<double>{0, 0, 1}));
}

TEST(InterpolationPlan, OnePositionTakesTheFirstPoint)
{
    EXPECT_EQ(planMatrix(InterpolationPlan<double>::exact(1, 2)).values, (std::vector<double>{1, 0}));
    EXPECT_EQ(planMatrix(InterpolationPlan<double>::exact(1, 4)).values, (std::vector<double>{1, 0, 0, 0}));
}

/// The published loop, written out: the swapped weights, the cell one too high, positions to n, the falloff.
Dense publishedMatrix(std::int64_t n, std::int64_t r, double gamma, bool unit)
{
    Dense w(n, r);
    const auto last = static_cast<double>(n - 1);
    const auto cells = static_cast<double>(r - 1);
    for (std::int64_t i = 0; i < n; ++i) {
        const double t = static_cast<double>(i) * static_cast<double>(n) / last;
        std::int64_t q = 0;
        while (q < r - 2 && static_cast<double>(q) * last / cells < t)
            ++q;
        const double point = unit ? static_cast<double>(q) / cells : static_cast<double>(q) * last / cells;
        const double weight = (t - point) * cells / last;
        const double falloff = std::pow(gamma, static_cast<double>(n) * t);
        w.at(i, q) = falloff * weight;
        w.at(i, q + 1) = falloff * (1 - weight);
    }
    return w;
}

TEST(InterpolationPlan, ReleasedIsThePublishedMatrix)
{
    for (const std::int64_t n : {2, 9, 64, 100, 513})
        for (const std::int64_t r : {2, 3, 8, 64})
            for (const double gamma : {1.0, 0.999, 0.6}) {
                EXPECT_LE(
                    worstError(
                        planMatrix(InterpolationPlan<double>::released(n, r, gamma, PublishedGrid::Positions)).values,
                        publishedMatrix(n, r, gamma, false).values),
                    1e-13)
                    << n << " " << r;
                EXPECT_LE(
                    worstError(planMatrix(InterpolationPlan<double>::released(n, r, gamma, PublishedGrid::Unit)).values,
                               publishedMatrix(n, r, gamma, true).values),
                    1e-13)
                    << n << " " << r;
            }
}

TEST(InterpolationPlan, ReleasedRowOneOfNineAndThree)
{
    const Dense w = planMatrix(InterpolationPlan<double>::released(9, 3, 1.0, PublishedGrid::Positions));
    EXPECT_NEAR(w.at(1, 0), 0, 1e-15);
    EXPECT_NEAR(w.at(1, 1), -0.71875, 1e-15);
    EXPECT_NEAR(w.at(1, 2), 1.71875, 1e-15);
}

TEST(InterpolationPlan, CellsCoverTheRowsInOrderAndWeightsArePaddedWithZeros)
{
    const auto plan = InterpolationPlan<float>::exact(100, 4);
    ASSERT_EQ(plan.cells().size(), 3U);
    std::int64_t row = 0;
    for (const InterpolationCell& cell : plan.cells()) {
        EXPECT_EQ(cell.row, row);
        row += cell.rows;
    }
    EXPECT_EQ(row, 100);
    EXPECT_EQ(plan.lower(), nullptr) << "rows sum to 1";
    const auto released = InterpolationPlan<float>::released(100, 4, 0.9999, PublishedGrid::Positions);
    ASSERT_NE(released.lower(), nullptr);
    for (const float* weights : {plan.upper(), released.upper(), released.lower()}) {
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(weights) % 64, 0U);
        for (std::int64_t i = 100; i < 112; ++i)
            EXPECT_EQ(weights[i], 0.0F);
    }
}

TEST(InterpolationPlan, BrokenPromisesAreNamed)
{
    EXPECT_THROW((void)InterpolationPlan<float>::exact(0, 4), ContractViolation);
    EXPECT_THROW((void)InterpolationPlan<float>::exact(4, 1), ContractViolation);
    EXPECT_THROW((void)InterpolationPlan<float>::released(1, 4, 0.9, PublishedGrid::Positions), ContractViolation);
    const std::vector<double> weights{0.5, 0.5};
    EXPECT_THROW((InterpolationPlan<float>(4, std::vector<std::int64_t>{1, 0}, weights, weights)), ContractViolation);
    EXPECT_THROW((InterpolationPlan<float>(4, std::vector<std::int64_t>{1, 3}, weights, weights)), ContractViolation);
    EXPECT_THROW((InterpolationPlan<float>(4, std::vector<std::int64_t>{-1, 0}, weights, weights)), ContractViolation);
    EXPECT_THROW((InterpolationPlan<float>(4, std::vector<std::int64_t>{1}, weights, weights)), ContractViolation);
}

} // namespace
} // namespace toeplab::kernels
