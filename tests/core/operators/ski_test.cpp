// SPDX-License-Identifier: Apache-2.0
#include "core/operators/ski/ski_functions.h"
#include "tests/core/operators/oracle.h"
#include "tests/core/operators/variants.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

// Sparse plus low rank: interpolation, full rank, and what it cannot represent (math.md 5, 14).

namespace toeplab::core
{
namespace
{

using namespace testing;

MixerSettings exactSki(std::int64_t rank, std::int64_t band)
{
    MixerSettings mixer = variant("ski_exact_warp").settings();
    mixer.rank = rank;
    mixer.band = band;
    return mixer;
}

/// T as the map has it: its columns are the images of unit vectors.
at::Tensor matrixOf(ToeplitzOperator& op, std::int64_t n)
{
    const at::NoGradGuard no_graph;
    const at::Tensor units = at::eye(n, at::kDouble).unsqueeze(1).repeat({1, op.channels(), 1});
    return apply(op, units).permute({1, 2, 0});
}

RC_GTEST_PROP(Ski, RowsOfWSumToOneAndReproduceLinearFunctions, ())
{
    const auto n = *rc::gen::inRange<std::int64_t>(2, 300);
    const auto rank = *rc::gen::inRange<std::int64_t>(2, n + 1);
    const at::Tensor w = interpolationMatrix(n, rank, {});
    RC_ASSERT(worst(w, oracleInterpolation(exactSki(rank, 1), 1, n)) < 1e-12);
    RC_ASSERT(w.min().item<double>() >= 0 && w.max().item<double>() <= 1);
    RC_ASSERT(worst(w.sum(1), at::ones({n}, at::kDouble)) < 1e-13);
    const at::Tensor inducing =
        at::arange(rank, at::kDouble) * (static_cast<double>(n - 1) / static_cast<double>(rank - 1));
    RC_ASSERT(worst(at::matmul(w, inducing), at::arange(n, at::kDouble)) < 1e-12);
}

RC_GTEST_PROP(Ski, FullRankIsTheDenseToeplitzMatrixOfTheDrawnKernel, ())
{
    const at::NoGradGuard no_graph;
    const auto n = *rc::gen::inRange<std::int64_t>(2, 70);
    MixerSettings mixer = exactSki(n, 2 * *rc::gen::inRange<std::int64_t>(0, 50) + 1);
    mixer.ski_kernel = *rc::gen::element<std::string>("warp", "rpe");
    const auto op = makeDouble(mixer, 3, n);
    RC_ASSERT(worst(matrixOf(*op, n), toeplitzMatrix(op->kernel(n))) < 1e-12);
}

/// Means along the diagonals of (channels, n, n), lags -(n-1)..n-1.
at::Tensor meansOf(const at::Tensor& matrix)
{
    std::vector<at::Tensor> means;
    for (std::int64_t t = 1 - matrix.size(1); t < matrix.size(1); ++t)
        means.push_back(matrix.diagonal(-t, 1, 2).mean(1));
    return at::stack(means, 1);
}

/// The drawn kernel is that of the Toeplitz matrix nearest to T, whatever the rank, the mode and the kernel.
RC_GTEST_PROP(Ski, TheDrawnKernelIsTheMeanAlongTheDiagonalsOfT, ())
{
    const at::NoGradGuard no_graph;
    const auto n = *rc::gen::inRange<std::int64_t>(2, 70);
    MixerSettings mixer =
        exactSki(*rc::gen::inRange<std::int64_t>(2, n + 1), 2 * *rc::gen::inRange<std::int64_t>(0, 20) + 1);
    mixer.ski_kernel = *rc::gen::element<std::string>("warp", "rpe");
    mixer.mode = *rc::gen::element<std::string>("exact", "released");
    if (mixer.mode == "released")
        mixer.gamma = 0.99;
    const auto op = makeDouble(mixer, 3, n);
    RC_ASSERT(worst(meansOf(matrixOf(*op, n)), op->kernel(n)) < 1e-12);
}

TEST(Ski, RefusesAWarpThatIsNone)
{
    const at::NoGradGuard no_graph;
    for (const double gamma : {2.0, 0.0, -0.5, std::nan("")}) {
        const auto op = makeDouble(exactSki(8, 5), 2, 100);
        op->buffers().front().value.fill_(gamma);
        EXPECT_THROW(static_cast<void>(op->operands(100)), c10::Error) << gamma;
    }
}

/// Nodes of the warp's grid that no inducing lag reaches are never trained: they must not be drawn either.
TEST(Ski, WhatTDoesNotUseIsNotDrawn)
{
    const at::NoGradGuard no_graph;
    const auto op = makeDouble(exactSki(8, 5), 2, 100);
    const at::Tensor before = op->kernel(100);
    const at::Tensor matrix = matrixOf(*op, 100);
    for (const NamedTensor& parameter : op->parameters()) {
        if (parameter.name == "betas")
            parameter.value.select(3, 0).add_(100);
    }
    EXPECT_EQ(worst(matrixOf(*op, 100), matrix), 0);
    EXPECT_EQ(worst(op->kernel(100), before), 0);
}

/// W A W' of a given kernel, without a band.
at::Tensor lowRankPart(std::int64_t n, std::int64_t rank, const std::function<double(double)>& kernel)
{
    at::Tensor lags = at::zeros({1, 2 * rank - 1}, at::kDouble);
    const double h = static_cast<double>(n - 1) / static_cast<double>(rank - 1);
    for (std::int64_t l = 1 - rank; l < rank; ++l)
        lags[0][l + rank - 1] = kernel(static_cast<double>(l) * h);
    const auto map = makeSkiMap(n, rank, 1, {}, at::zeros({1}, at::kDouble));
    std::vector<at::Tensor> kept;
    const at::Tensor units = at::eye(n, at::kDouble).unsqueeze(1);
    return map->forward(units, {at::zeros({1, 1}, at::kDouble), lags}, kept).permute({1, 2, 0})[0];
}

at::Tensor toeplitzOf(std::int64_t n, const std::function<double(double)>& kernel)
{
    at::Tensor lags = at::zeros({1, 2 * n - 1}, at::kDouble);
    for (std::int64_t t = 1 - n; t < n; ++t)
        lags[0][t + n - 1] = kernel(static_cast<double>(t));
    return toeplitzMatrix(lags)[0];
}

double spectralNorm(const at::Tensor& matrix)
{
    at::Tensor v = normal({matrix.size(1)}, 3);
    double norm = 0;
    for (int i = 0; i < 60; ++i) {
        v = at::matmul(matrix.t(), at::matmul(matrix, v / v.norm()));
        norm = std::sqrt(v.norm().item<double>());
    }
    return norm;
}

struct Smooth {
    const char* name;
    std::function<double(double)> kernel;
    double curvature; ///< max |k''|
};

TEST(Ski, TheInterpolationErrorKeepsItsBound)
{
    const at::NoGradGuard no_graph;
    for (const std::int64_t n : {65, 129, 200})
        for (const std::int64_t rank : {9, 16, 33}) {
            const double width = static_cast<double>(n) / 3;
            const double omega = 6.0 / static_cast<double>(n);
            const double h = static_cast<double>(n - 1) / static_cast<double>(rank - 1);
            for (const Smooth& smooth :
                 {Smooth{"gauss", [=](double t) { return std::exp(-t * t / (width * width)); }, 2 / (width * width)},
                  Smooth{"cosine", [=](double t) { return std::cos(omega * t + 0.3); }, omega * omega},
                  Smooth{"parabola", [=](double t) { return t * t / (width * width); }, 2 / (width * width)}}) {
                const at::Tensor error = lowRankPart(n, rank, smooth.kernel) - toeplitzOf(n, smooth.kernel);
                const double bound = h * h / 4 * smooth.curvature;
                const double entry = error.abs().max().item<double>();
                const double norm = spectralNorm(error);
                EXPECT_LE(entry, bound * (1 + 1e-10)) << // which the parabola reaches
                    smooth.name << " n " << n << " rank " << rank;
                EXPECT_GT(entry, bound / 100) << "the bound says nothing: " << smooth.name;
                EXPECT_LE(norm, static_cast<double>(n) * bound) << smooth.name << " n " << n << " rank " << rank;
                RecordProperty(smooth.name + std::string("_") + std::to_string(n) + "_" + std::to_string(rank),
                               std::to_string(entry / bound) + " of the bound");
            }
        }
}

/// A corner at lag 0 breaks the bound in the cells that straddle it, and only there.
TEST(Ski, TheBoundHoldsAwayFromACornerAtLagZero)
{
    const at::NoGradGuard no_graph;
    constexpr std::int64_t kLength = 129;
    constexpr std::int64_t kRank = 17;
    constexpr double kSpacing = 8;
    const auto kernel = [](double t) { return std::exp(-std::abs(t) / 20); };
    const at::Tensor error = (lowRankPart(kLength, kRank, kernel) - toeplitzOf(kLength, kernel)).abs();
    const at::Tensor i = at::arange(kLength, at::kDouble);
    const at::Tensor lag = (i.unsqueeze(1) - i.unsqueeze(0)).abs();
    const double bound = kSpacing * kSpacing / 4 / 400;
    EXPECT_LE((error * lag.ge(2 * kSpacing)).max().item<double>(), bound);
    EXPECT_GT(error.max().item<double>(), bound);
}

/// A kernel that the band holds whole is represented whatever the low-rank part is: with all its values zero T is B.
TEST(Ski, WithoutALowRankPartTheBandRemains)
{
    const at::NoGradGuard no_graph;
    const auto op = makeDouble(exactSki(4, 7), 2, 30);
    for (const NamedTensor& p : op->parameters())
        if (p.name == "alphas" || p.name == "betas")
            p.value.zero_();
    const at::Tensor kernel = op->kernel(30);
    EXPECT_EQ(kernel.narrow(1, 0, 26).abs().max().item<double>(), 0);
    EXPECT_EQ(kernel.narrow(1, 33, 26).abs().max().item<double>(), 0);
    EXPECT_LT(worst(matrixOf(*op, 30), toeplitzMatrix(kernel)), 1e-13);
}

TEST(Ski, ItsDescriptionNamesWarpVisitedCellsAndBlindZone)
{
    MixerSettings mixer = exactSki(64, 33);
    const auto described = [&](double warp) {
        mixer.warp = warp;
        return makeDouble(mixer, 2, 4096)->describe(4096);
    };
    using ::testing::HasSubstr;
    EXPECT_THAT(described(0), HasSubstr("warp 0.999438, 45 of 64 grid cells visited, blind between lags 16 and 130"));
    EXPECT_THAT(described(std::pow(64.0, -1.0 / 4095)), HasSubstr("37 of 64 grid cells visited")) << "math.md, D6";
    EXPECT_THAT(described(0.9), HasSubstr("2 of 64 grid cells visited (fewer than half"));
    mixer.rank = 30;
    mixer.band = 1;
    EXPECT_EQ(makeDouble(mixer, 2, 30)->describe(30).find("blind"), std::string::npos)
        << "where every position is an inducing point nothing is hidden";
}

} // namespace
} // namespace toeplab::core
