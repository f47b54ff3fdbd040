// SPDX-License-Identifier: Apache-2.0
#include "tests/core/operators/variants.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/equal.h>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

// What holds of every operator whatever its kernel is.

namespace toeplab::core
{
namespace
{

using namespace testing;

/// The low-rank part commutes with shifts only as far as interpolation is exact.
bool isToeplitz(const MixerSettings& m)
{
    return (m.kind != "ski" || m.causal) && !m.normalize;
}

class Algebra : public ::testing::TestWithParam<Variant>
{
protected:
    void SetUp() override { mixer = GetParam().settings(); }

    /// A length, and the operator of it.
    std::unique_ptr<ToeplitzOperator> anyOperator(std::int64_t least = 2) const
    {
        const std::int64_t n = *rc::gen::inRange(std::max(least, shortestLength(mixer)), std::int64_t{70});
        MixerSettings m = mixer;
        m.algorithm = *rc::gen::element<std::string>("fft", "direct");
        auto op = makeDouble(m, 2 * m.heads, n, *rc::gen::inRange<std::uint64_t>(1, 1000));
        length = n;
        return op;
    }
    at::Tensor anyInput(const ToeplitzOperator& op) const
    {
        return normal({2, op.channels(), length}, *rc::gen::inRange<std::uint64_t>(1, 1000));
    }

    MixerSettings mixer;
    mutable std::int64_t length = 0;
};

TEST_P(Algebra, SumsGoThrough)
{
    EXPECT_TRUE(rc::check("T (a x + b z) = a T x + b T z", [this] {
        const at::NoGradGuard no_graph;
        const auto op = anyOperator();
        const at::Tensor x = anyInput(*op);
        const at::Tensor z = anyInput(*op);
        const double a = *rc::gen::inRange(-9, 10);
        const double b = *rc::gen::inRange(-9, 10);
        RC_ASSERT(worst(apply(*op, x * a + z * b), apply(*op, x) * a + apply(*op, z) * b) < 1e-12);
    }));
}

TEST_P(Algebra, TheGradientIsTheAdjoint)
{
    EXPECT_TRUE(rc::check("<T x, g> = <x, T' g>", [this] {
        const auto op = anyOperator();
        const at::Tensor x = anyInput(*op).requires_grad_(true);
        const at::Tensor g = anyInput(*op);
        const at::Tensor y = apply(*op, x);
        (y * g).sum().backward();
        const double forward = (y * g).sum().item<double>();
        const double scale = y.detach().norm().item<double>() * g.norm().item<double>();
        RC_ASSERT(std::abs(forward - (x * x.grad()).sum().item<double>()) < 1e-12 * (1 + scale));
    }));
}

TEST_P(Algebra, ShiftsGoThrough)
{
    if (!isToeplitz(mixer))
        GTEST_SKIP() << "interpolation below full rank, or rows divided by their sums: not a Toeplitz matrix";
    EXPECT_TRUE(rc::check("a shifted input gives the shifted output, where neither meets an edge", [this] {
        const at::NoGradGuard no_graph;
        const auto op = anyOperator(4);
        const std::int64_t shift = *rc::gen::inRange<std::int64_t>(1, length / 2 + 1);
        at::Tensor x = anyInput(*op);
        x.narrow(2, length - shift, shift).zero_(); // nothing leaves
        const at::Tensor shifted = at::constant_pad_nd(x.narrow(2, 0, length - shift), {shift, 0});
        const at::Tensor y = apply(*op, x).narrow(2, 0, length - shift);
        RC_ASSERT(worst(apply(*op, shifted).narrow(2, shift, length - shift), y) < 1e-12);
    }));
}

TEST_P(Algebra, ChannelsAndSamplesDoNotMeet)
{
    const auto op = makeDouble(mixer, 2 * mixer.heads, 24);
    const at::NoGradGuard no_graph;
    const at::Tensor x = normal({3, op->channels(), 24}, 1);
    at::Tensor changed = x.clone();
    changed.select(0, 1).select(0, 1).add_(1);
    const at::Tensor moved = (apply(*op, changed) - apply(*op, x)).abs().amax(2);
    for (std::int64_t b = 0; b < 3; ++b)
        for (std::int64_t c = 0; c < op->channels(); ++c) {
            const double by = moved[b][c].item<double>();
            if (b == 1 && c == 1)
                EXPECT_GT(by, 1e-3);
            else
                EXPECT_LT(by, 1e-13) << "sample " << b << ", channel " << c; // transforms take two samples at a time
        }
}

TEST_P(Algebra, CausalOnesDoNotLookAhead)
{
    const auto op = makeDouble(mixer, 2 * mixer.heads, 33);
    const bool causal = op->kernel(33).narrow(1, 0, 32).abs().max().item<double>() == 0;
    ASSERT_EQ(causal, mixer.causal);
    if (!causal)
        GTEST_SKIP() << "a bidirectional kernel";
    EXPECT_TRUE(
        rc::check("a change at j leaves the outputs before j: exactly (direct, blocks), or to rounding (fft)", [this] {
            const at::NoGradGuard no_graph;
            for (const char* algorithm : {"fft", "direct", "blocks"}) {
                MixerSettings m = mixer;
                m.algorithm = algorithm;
                const std::int64_t longest = m.algorithm == "blocks" ? 400 : 70;
                const std::int64_t n =
                    *rc::gen::inRange<std::int64_t>(std::max<std::int64_t>(shortestLength(m), 2), longest);
                const auto one = makeDouble(m, 2 * m.heads, n);
                const std::int64_t j = *rc::gen::inRange<std::int64_t>(1, n);
                const at::Tensor x = normal({2, one->channels(), n}, 3);
                at::Tensor changed = x.clone();
                changed.narrow(2, j, n - j).mul_(-100);
                const at::Tensor before = apply(*one, x).narrow(2, 0, j);
                const at::Tensor after = apply(*one, changed).narrow(2, 0, j);
                // Transforms round over the whole row, in proportion to its largest value; nothing beyond that may
                // pass.
                if (m.algorithm != "fft")
                    RC_ASSERT(at::equal(before, after));
                else
                    RC_ASSERT((before - after).abs().max().item<double>() <
                              1e-12 * (1 + apply(*one, changed).abs().max().item<double>()));
            }
        }));
}

INSTANTIATE_TEST_SUITE_P(Operators, Algebra, ::testing::ValuesIn(variants()),
                         variantName<::testing::TestParamInfo<Variant>>);

} // namespace
} // namespace toeplab::core
