// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/check.h"
#include "kernels/ski/warp.h"
#include "tests/kernels/support.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace toeplab::kernels
{
namespace
{

using namespace testing;

/// f by its definition: a table of nodes with a zero on either side, and a straight line between neighbours.
double plainGrid(WarpSides sides, const std::vector<double>& alphas, const std::vector<double>& betas, double u)
{
    const auto r = static_cast<std::int64_t>(alphas.size());
    std::vector<double> nodes{0};
    if (sides == WarpSides::Both)
        nodes.insert(nodes.end(), betas.begin(), betas.end());
    nodes.push_back(0);
    nodes.insert(nodes.end(), alphas.begin(), alphas.end());
    nodes.push_back(0);
    const double first = (sides == WarpSides::Both ? -1.0 : 0.0) - 1.0 / static_cast<double>(r);
    for (std::size_t k = 0; k + 1 < nodes.size(); ++k) {
        const double from = first + static_cast<double>(k) / static_cast<double>(r);
        const double w = (u - from) * static_cast<double>(r);
        if (w >= 0 && w <= 1)
            return (1 - w) * nodes[k] + w * nodes[k + 1];
    }
    return 0;
}

std::vector<double> sample(WarpSides sides, const std::vector<double>& alphas, const std::vector<double>& betas,
                           const std::vector<double>& u)
{
    const WarpPlan<double> plan(sides, static_cast<std::int64_t>(alphas.size()), u);
    std::vector<double> values(u.size());
    plan.forward(1, alphas.data(), sides == WarpSides::Both ? betas.data() : nullptr, values.data());
    return values;
}

TEST(Warp, TimeIsSignedAndZeroCountsAsPositive)
{
    EXPECT_EQ(warpedTime(0, 0.5), 1.0);
    EXPECT_EQ(warpedTime(-0.0, 0.5), 1.0);
    EXPECT_EQ(warpedTime(3, 0.5), 0.125);
    EXPECT_EQ(warpedTime(-3, 0.5), -0.125);
    EXPECT_EQ(warpedTime(-7, 1.0), -1.0);
}

TEST(Warp, NodesCarryTheirValues)
{
    const std::vector<double> alphas{10, 20, 30};
    const std::vector<double> betas{-1, -2, -3};
    EXPECT_EQ(sample(WarpSides::Both, alphas, betas, {-1, 0, 1}), (std::vector<double>{-1, 0, 30}));
    EXPECT_LE(worstError(sample(WarpSides::Both, alphas, betas, {-2.0 / 3, -1.0 / 3, 1.0 / 3, 2.0 / 3}),
                         std::vector<double>{-2, -3, 10, 20}),
              1e-14);
    EXPECT_LE(worstError(sample(WarpSides::Both, alphas, betas, {-0.5, -1.0 / 6, 1.0 / 6, 0.5}),
                         std::vector<double>{-2.5, -1.5, 5, 15}),
              1e-14);
    EXPECT_LE(
        worstError(sample(WarpSides::Causal, alphas, {}, {0, 1.0 / 6, 0.5, 1}), std::vector<double>{0, 5, 15, 30}),
        1e-14);
}

TEST(Warp, OutsideTheGridItFallsToZeroOverOneCell)
{
    const std::vector<double> alphas{1, 4};
    const std::vector<double> betas{8, 2};
    EXPECT_LE(worstError(sample(WarpSides::Both, alphas, betas, {1.125, 1.5, 1.75, 100, -1.25, -1.5, -2, -1e9}),
                         std::vector<double>{3, 0, 0, 0, 4, 0, 0, 0}),
              1e-14);
    EXPECT_LE(worstError(sample(WarpSides::Causal, alphas, {}, {1.25, -0.1, -0.9}), std::vector<double>{2, 0, 0}),
              1e-14);
}

TEST(Warp, TheKernelIsTheClosedFormOfOneNode)
{
    // One value a side: f(u) = alpha u above 0 and -beta u below, so k(t) = alpha gamma^t and beta gamma^|t|.
    const double gamma = 0.9;
    const std::vector<double> lags{-4, -1.5, -1, 0, 0.25, 1, 7};
    const auto plan = WarpPlan<double>::atLags(WarpSides::Both, 1, gamma, lags);
    const double alpha = 3;
    const double beta = -2;
    std::vector<double> kernel(lags.size());
    plan.forward(1, &alpha, &beta, kernel.data());
    for (std::size_t j = 0; j < lags.size(); ++j)
        EXPECT_NEAR(kernel[j], (lags[j] < 0 ? beta : alpha) * std::pow(gamma, std::abs(lags[j])), 1e-15);
}

TEST(Warp, CausalKernelsAreZeroBeforeLagZero)
{
    const auto plan = WarpPlan<double>::atLags(WarpSides::Causal, 5, 0.8, std::vector<double>{-9, -2, -0.5, 0});
    const auto alphas = randomValues<double>(5, 1);
    std::vector<double> kernel(4);
    plan.forward(1, alphas.data(), nullptr, kernel.data());
    EXPECT_EQ(kernel, (std::vector<double>{0, 0, 0, alphas[4]}));
}

RC_GTEST_PROP(Warp, AgreesWithItsDefinitionForAnyGrid, ())
{
    const auto sides = *rc::gen::element(WarpSides::Both, WarpSides::Causal);
    const auto r = *rc::gen::inRange<std::int64_t>(1, 40);
    const auto alphas = randomValues<double>(r, 2);
    const auto betas = randomValues<double>(r, 3);
    auto u = randomValues<double>(50, *rc::gen::arbitrary<std::uint32_t>());
    u.insert(u.end(), {-1, 0, 1, 1 + 1e-9, -1 - 1e-9});
    const auto values = sample(sides, alphas, betas, u);
    for (std::size_t j = 0; j < u.size(); ++j)
        RC_ASSERT(std::abs(values[j] - plainGrid(sides, alphas, betas, u[j])) < 1e-11);
}

TEST(Warp, BackwardIsTheAdjoint)
{
    const std::int64_t channels = 3;
    for (const WarpSides sides : {WarpSides::Both, WarpSides::Causal}) {
        const auto lags = inducingLags(sides, 100, 9);
        const auto plan = WarpPlan<double>::atLags(sides, 9, defaultWarpGamma(100), lags);
        const auto alphas = randomValues<double>(channels * 9, 4);
        const auto betas = randomValues<double>(channels * 9, 5);
        const auto g = randomValues<double>(channels * plan.count(), 6);
        const bool both = sides == WarpSides::Both;
        std::vector<double> kernel(g.size());
        std::vector<double> dalphas(alphas.size(), 99);
        std::vector<double> dbetas(betas.size(), 99);
        plan.forward(channels, alphas.data(), both ? betas.data() : nullptr, kernel.data());
        plan.backward(channels, g.data(), dalphas.data(), both ? dbetas.data() : nullptr);
        // f is linear in its values, so <kernel, g> is reproduced by the gradients.
        EXPECT_NEAR(dot(kernel, g), dot(alphas, dalphas) + (both ? dot(betas, dbetas) : 0), 1e-12);
        if (both) {
            auto moved = betas;
            moved[10] += 1;
            std::vector<double> after(g.size());
            plan.forward(channels, alphas.data(), moved.data(), after.data());
            EXPECT_NEAR(dot(after, g) - dot(kernel, g), dbetas[10], 1e-12);
        }
    }
}

TEST(Warp, InducingLagsAreMultiplesOfTheSpacing)
{
    EXPECT_EQ(inducingSpacing(9, 3), 4.0);
    EXPECT_EQ(inducingLags(WarpSides::Both, 9, 3), (std::vector<double>{-8, -4, 0, 4, 8}));
    EXPECT_EQ(inducingLags(WarpSides::Causal, 10, 3), (std::vector<double>{0, 4.5, 9}));
    EXPECT_EQ(inducingLags(WarpSides::Both, 1, 2), (std::vector<double>{0, 0, 0}));
}

TEST(Warp, TheDefaultReachesATenthAtTheLastLag)
{
    for (const std::int64_t n : {2, 32, 2048, 16384})
        EXPECT_NEAR(warpedTime(static_cast<double>(n - 1), defaultWarpGamma(n)), 0.1, 1e-12);
    EXPECT_GT(defaultWarpGamma(1), 0);
}

TEST(Warp, CountsTheCellsThatInducingLagsVisit)
{
    EXPECT_EQ(visitedCells(4096, 64, std::pow(64.0, -1.0 / 4095)), 37);
    EXPECT_EQ(visitedCells(4096, 64, 0.9), 2);
    EXPECT_EQ(visitedCells(4000, 64, 0.6), 2);
    EXPECT_EQ(visitedCells(2048, 64, 1.0), 1);
    EXPECT_GT(2 * visitedCells(2048, 64, defaultWarpGamma(2048)), 64);
}

TEST(Warp, TheBlindZoneLiesBetweenTheBandAndTwoSpacings)
{
    const BlindZone zone = blindZone(2048, 64, 33);
    EXPECT_EQ(zone.from, 16);
    EXPECT_NEAR(zone.to, 2 * 2047.0 / 63, 1e-12);
    EXPECT_FALSE(zone.empty());
    EXPECT_TRUE(blindZone(128, 64, 17).empty());
}

TEST(Warp, BrokenPromisesAreNamed)
{
    EXPECT_THROW(WarpPlan<float>(WarpSides::Both, 0, std::vector<double>{1}), ContractViolation);
    EXPECT_THROW((void)inducingSpacing(10, 1), ContractViolation);
    const WarpPlan<float> causal(WarpSides::Causal, 1, std::vector<double>{1});
    float value = 0;
    EXPECT_THROW(causal.forward(1, &value, &value, &value), ContractViolation);
}

} // namespace
} // namespace toeplab::kernels
