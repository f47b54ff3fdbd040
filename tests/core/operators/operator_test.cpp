// SPDX-License-Identifier: Apache-2.0
#include "core/operators/operator.h"

#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/einsum.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/randn_like.h>
#include <ATen/ops/zeros_like.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>

namespace toeplab::core
{
namespace
{

/// An operator with one option away from its defaults.
struct Variant {
    std::string name;
    std::function<void(MixerSettings&)> change;
    bool toeplitz = true; ///< T is exactly the Toeplitz matrix of kernel() (SKI below full rank is not)
};

const std::vector<Variant> kVariants{
    {"tno_dpb", [](MixerSettings&) {}},
    {"tno_causal", [](MixerSettings& m) { m.causal = true; }},
    {"tno_mlp", [](MixerSettings& m) { m.rpe = "mlp"; }},
    {"tno_no_decay", [](MixerSettings& m) { m.decay = "none"; }},
    {"tno_learned_decay", [](MixerSettings& m) { m.decay = "learned"; }},
    {"tno_par2", [](MixerSettings& m) { m.par_type = 2; }},
    {"tno_par3_causal",
     [](MixerSettings& m) {
         m.par_type = 3;
         m.causal = true;
     }},
    {"tno_truncated", [](MixerSettings& m) { m.max_lag = 4; }},
    {"tno_silu_kernel_two_heads",
     [](MixerSettings& m) {
         m.kernel_act = "silu";
         m.heads = 2;
     }},
    {"fd", [](MixerSettings& m) { m.kind = "fd"; }},
    {"fd_causal",
     [](MixerSettings& m) {
         m.kind = "fd";
         m.causal = true;
     }},
    {"fd_cosine",
     [](MixerSettings& m) {
         m.kind = "fd";
         m.fd_input = "cos";
         m.rpe_act = "silu";
     }},
    {"fd_table",
     [](MixerSettings& m) {
         m.kind = "fd";
         m.fd_response = "table";
         m.fd_points = 5;
         m.heads = 2;
     }},
    {"fd_table_causal",
     [](MixerSettings& m) {
         m.kind = "fd";
         m.fd_response = "table";
         m.causal = true;
     }},
    {"ski",
     [](MixerSettings& m) {
         m.kind = "ski";
         m.rank = 2;
         m.band = 3;
     },
     false},
    {"ski_causal",
     [](MixerSettings& m) {
         m.kind = "ski";
         m.rank = 2;
         m.band = 5;
         m.causal = true;
     }},
    {"ski_rpe",
     [](MixerSettings& m) {
         m.kind = "ski";
         m.rank = 2;
         m.band = 3;
         m.ski_kernel = "rpe";
     },
     false},
    {"ski_rpe_causal",
     [](MixerSettings& m) {
         m.kind = "ski";
         m.rank = 2;
         m.band = 1;
         m.ski_kernel = "rpe";
         m.causal = true;
     }},
};

std::unique_ptr<ToeplitzOperator> make(const Variant& variant, std::int64_t channels, std::int64_t n,
                                       std::function<void(MixerSettings&)> more = {})
{
    OperatorRequest request;
    request.mixer.rpe_width = 5;
    request.mixer.gamma = 0.9;
    variant.change(request.mixer);
    if (more)
        more(request.mixer);
    request.channels = channels;
    request.length = n;
    Initializer initial(static_cast<std::uint64_t>(channels * 1000 + n), at::kDouble);
    auto made = makeOperator(request, initial);
    if (!made)
        throw std::runtime_error(variant.name + ": " + made.error().message);
    return std::move(*made);
}

/// T[c, i, j] = k[c, i - j], written out.
at::Tensor dense(const at::Tensor& kernel)
{
    const std::int64_t n = (kernel.size(1) + 1) / 2;
    const at::Tensor i = at::arange(n, at::kLong);
    const at::Tensor lag = i.unsqueeze(1) - i.unsqueeze(0) + (n - 1);
    return kernel.index_select(1, lag.flatten()).view({kernel.size(0), n, n});
}

double worst(const at::Tensor& a, const at::Tensor& b)
{
    return (a - b).abs().max().item<double>() / std::max(1.0, b.abs().max().item<double>());
}

struct Shape {
    std::int64_t batch, channels, n;
};
const std::vector<Shape> kShapes{{1, 2, 1}, {2, 2, 2}, {1, 2, 3}, {3, 4, 7}, {2, 6, 16}, {1, 2, 31}, {2, 2, 45}};

class Operators : public testing::TestWithParam<Variant>
{
protected:
    void SetUp() override { at::manual_seed(7); }
};

TEST_P(Operators, AgreeWithTheDenseMatrixOfTheirKernel)
{
    if (!GetParam().toeplitz)
        GTEST_SKIP() << "interpolation below full rank is not exactly Toeplitz";
    for (const Shape& s : kShapes) {
        const auto op = make(GetParam(), s.channels, s.n);
        const at::Tensor x = at::randn({s.batch, s.channels, s.n}, at::kDouble);
        const at::NoGradGuard no_graph;
        const at::Tensor kernel = op->kernel(s.n);
        ASSERT_EQ(kernel.sizes(), at::IntArrayRef({s.channels, 2 * s.n - 1}));
        EXPECT_LT(worst(apply(*op, x), at::einsum("cij,bcj->bci", {dense(kernel), x})), 1e-12) << s.n;
    }
}

TEST_P(Operators, AreLinearAndHaveTheirAdjoint)
{
    for (const Shape& s : kShapes) {
        const auto op = make(GetParam(), s.channels, s.n);
        at::Tensor x = at::randn({s.batch, s.channels, s.n}, at::kDouble).requires_grad_(true);
        const at::Tensor z = at::randn_like(x).detach();
        const at::Tensor g = at::randn_like(x).detach();
        const at::Tensor y = apply(*op, x);
        {
            const at::NoGradGuard no_graph;
            EXPECT_LT(worst(apply(*op, x * 2 - z * 3), y * 2 - apply(*op, z) * 3), 1e-12) << s.n;
        }
        (y * g).sum().backward();
        const double forward = (y * g).sum().item<double>();
        const double adjoint = (x * x.grad()).sum().item<double>();
        EXPECT_NEAR(forward, adjoint, 1e-10 * (1 + std::abs(forward))) << "<T x, g> and <x, T'g> at n = " << s.n;
    }
}

TEST_P(Operators, GradientsAreTheDerivatives)
{
    for (const Shape& s : {Shape{2, 2, 1}, Shape{2, 2, 2}, Shape{1, 4, 9}}) {
        const auto op = make(GetParam(), s.channels, s.n);
        const at::Tensor x = at::randn({s.batch, s.channels, s.n}, at::kDouble);
        const at::Tensor g = at::randn_like(x);
        const auto loss = [&] { return (apply(*op, x) * g).sum(); };
        loss().backward();
        for (const NamedTensor& p : op->parameters()) {
            const at::Tensor gradient = p.value.grad().defined() ? p.value.grad() : at::zeros_like(p.value);
            const at::NoGradGuard no_graph;
            const at::Tensor direction = at::randn_like(p.value);
            constexpr double kStep = 1e-6;
            const at::Tensor start = p.value.clone();
            p.value.copy_(start + direction * kStep);
            const double above = loss().item<double>();
            p.value.copy_(start - direction * kStep);
            const double below = loss().item<double>();
            p.value.copy_(start);
            const double numeric = (above - below) / (2 * kStep);
            const double analytic = (gradient * direction).sum().item<double>();
            EXPECT_NEAR(analytic, numeric, 1e-5 * (1 + std::abs(numeric))) << p.name << " at n = " << s.n;
        }
    }
}

TEST_P(Operators, CausalOnesDoNotLookAhead)
{
    const Shape s{2, 2, 33};
    const auto op = make(GetParam(), s.channels, s.n);
    const at::Tensor kernel = op->kernel(s.n);
    const bool causal = kernel.narrow(1, 0, s.n - 1).abs().max().item<double>() == 0;
    EXPECT_EQ(causal, GetParam().name.find("causal") != std::string::npos);
    if (!causal)
        return;
    const at::NoGradGuard no_graph;
    const at::Tensor x = at::randn({s.batch, s.channels, s.n}, at::kDouble);
    at::Tensor changed = x.clone();
    changed.select(2, 20).add_(1);
    // Transforms round over the whole row; nothing beyond that may pass.
    const at::Tensor difference = (apply(*op, changed) - apply(*op, x)).narrow(2, 0, 20);
    EXPECT_LT(difference.abs().max().item<double>(), 1e-13);
}

INSTANTIATE_TEST_SUITE_P(Kinds, Operators, testing::ValuesIn(kVariants),
                         [](const auto& variant) { return variant.param.name; });

TEST(OperatorKinds, EveryOneIsMadeAndDescribesItself)
{
    for (const OperatorKind& kind : operatorKinds()) {
        OperatorRequest request;
        request.mixer.kind = kind.name;
        request.channels = 4;
        request.length = 64;
        Initializer initial(1);
        const auto made = makeOperator(request, initial);
        ASSERT_TRUE(made) << made.error().message;
        EXPECT_FALSE((*made)->describe(64).empty());
        EXPECT_FALSE(kind.summary.empty());
        EXPECT_FALSE((*made)->map(64)->algorithm().empty());
        EXPECT_GT((*made)->cost(8, 64).operations, 0);
    }
}

TEST(OperatorKinds, NormalizedRowsSumToOne)
{
    const Variant positive{"tno", [](MixerSettings& m) {
                               m.kernel_act = "exp";
                               m.normalize = true;
                           }};
    const auto op = make(positive, 2, 13);
    const at::Tensor ones = at::ones({1, 2, 13}, at::kDouble);
    EXPECT_LT(worst(apply(*op, ones), ones), 1e-12);
}

TEST(OperatorKinds, FullRankInterpolationIsTheDenseMatrix)
{
    for (const std::int64_t n : {2, 3, 16, 31}) {
        const Variant full{"ski", [n](MixerSettings& m) {
                               m.kind = "ski";
                               m.rank = n;
                               m.band = 5;
                           }};
        const auto op = make(full, 3, n);
        const at::Tensor x = at::randn({2, 3, n}, at::kDouble);
        const at::NoGradGuard no_graph;
        EXPECT_LT(worst(apply(*op, x), at::einsum("cij,bcj->bci", {dense(op->kernel(n)), x})), 1e-12) << n;
    }
}

TEST(OperatorKinds, TwoAxesAreTheProductOrTheSumOfOne)
{
    for (const std::int64_t type : {4, 6}) {
        for (const char* kind : {"tno", "fd", "ski"}) {
            OperatorRequest request;
            request.mixer.kind = kind;
            request.mixer.rank = 3;
            request.mixer.band = 3;
            request.mixer.axes = 2;
            request.mixer.two_axis_type = type;
            request.mixer.rpe_width = 4;
            request.channels = 2;
            request.height = 4;
            request.width = 7;
            request.length = 28;
            Initializer initial(3, at::kDouble);
            auto made = makeOperator(request, initial);
            ASSERT_TRUE(made) << made.error().message;
            const at::Tensor x = at::randn({2, 2, 28}, at::kDouble);
            const at::NoGradGuard no_graph;
            const auto axes = (*made)->axes(28);
            ASSERT_EQ(axes.size(), 2U);
            EXPECT_EQ(axes[0].length, 7);
            EXPECT_EQ(axes[1].length, 4);
            const auto matrix = [&](const ToeplitzOperator::Axis& axis) {
                at::Tensor eye = at::eye(axis.length, at::kDouble).unsqueeze(1).repeat({1, 2, 1});
                return apply(*axis.toeplitz, eye).permute({1, 2, 0}); // (c, i, j)
            };
            const at::Tensor rows = matrix(axes[0]);
            const at::Tensor columns = matrix(axes[1]);
            const at::Tensor image = x.view({2, 2, 4, 7});
            const at::Tensor along = at::einsum("cwv,bchv->bchw", {rows, image});
            const at::Tensor expected = type == 4 ? at::einsum("chk,bckw->bchw", {columns, along}) * 2
                                                  : at::einsum("chk,bckw->bchw", {columns, image}) + along;
            EXPECT_LT(worst(apply(**made, x), expected.reshape({2, 2, 28})), 1e-12) << kind << " type " << type;
        }
    }
}

TEST(OperatorKinds, BadSettingsGetOneSentenceEach)
{
    const auto problem = [](auto change) {
        OperatorRequest request;
        request.channels = 4;
        request.length = 30;
        request.mixer.rank = 8;
        change(request);
        Initializer initial(1);
        const auto made = makeOperator(request, initial);
        return made ? std::string("none") : made.error().message;
    };
    const auto ski = [](OperatorRequest& r) { r.mixer.kind = "ski"; };
    EXPECT_EQ(problem([&](auto& r) { ski(r); }), "none");
    EXPECT_NE(problem([&](auto& r) {
                  ski(r);
                  r.mixer.rank = 1;
              }).find("mixer.rank is 1"),
              std::string::npos);
    EXPECT_NE(problem([&](auto& r) {
                  ski(r);
                  r.mixer.rank = 31;
              }).find("more than the 30"),
              std::string::npos);
    EXPECT_NE(problem([&](auto& r) {
                  ski(r);
                  r.mixer.band = 4;
              }).find("mixer.band is 4"),
              std::string::npos);
    EXPECT_NE(problem([&](auto& r) {
                  ski(r);
                  r.mixer.warp = 2;
              }).find("mixer.warp is 2"),
              std::string::npos);
    EXPECT_NE(problem([](auto& r) { r.mixer.gamma = 0; }).find("mixer.gamma is 0"), std::string::npos);
    EXPECT_NE(problem([](auto& r) {
                  r.mixer.axes = 2;
                  r.length = 31;
              }).find("31 positions"),
              std::string::npos);
    EXPECT_NE(problem([](auto& r) { r.mixer.heads = 3; }).find("mixer.heads is 3"), std::string::npos);
}

} // namespace
} // namespace toeplab::core
