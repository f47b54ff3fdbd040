// SPDX-License-Identifier: Apache-2.0
#include "tests/core/operators/oracle.h"
#include "tests/core/operators/variants.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/einsum.h>
#include <ATen/ops/equal.h>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

// Two axes: one operator along the rows of an image and one along its columns.

namespace toeplab::core
{
namespace
{

using namespace testing;

OperatorRequest imageRequest(const MixerSettings& mixer, std::int64_t height, std::int64_t width)
{
    OperatorRequest request;
    request.mixer = mixer;
    request.mixer.axes = 2;
    request.channels = 2 * mixer.heads;
    request.height = height;
    request.width = width;
    request.length = height * width;
    return request;
}

/// y by dense matrices along both axes.
at::Tensor expected(const OperatorRequest& request, ToeplitzOperator& op, const at::Tensor& x)
{
    const auto axes = op.axes(request.length);
    EXPECT_EQ(axes.size(), 2U);
    EXPECT_EQ(axes[0].name, "row");
    EXPECT_EQ(axes[0].length, request.width);
    EXPECT_EQ(axes[1].name, "column");
    EXPECT_EQ(axes[1].length, request.height);
    const at::Tensor rows = oracleMatrix(request.mixer, *axes[0].toeplitz, request.width);
    const at::Tensor columns = oracleMatrix(request.mixer, *axes[1].toeplitz, request.height);
    const at::Tensor image = x.view({x.size(0), x.size(1), request.height, request.width});
    const auto alongRows = [&](const at::Tensor& v) { return at::einsum("cwv,bchv->bchw", {rows, v}); };
    const auto alongColumns = [&](const at::Tensor& v) { return at::einsum("chk,bckw->bchw", {columns, v}); };
    // Both orders, as published; the operator computes one of them twice.
    const at::Tensor y = request.mixer.two_axis_type == 4
                             ? alongColumns(alongRows(image)) + alongRows(alongColumns(image))
                             : alongColumns(image) + alongRows(image);
    return y.reshape(x.sizes());
}

double worstAgainstOracle(const OperatorRequest& request)
{
    const at::NoGradGuard no_graph;
    const auto op = makeDouble(request, 9);
    const at::Tensor x = normal({2, request.channels, request.length}, 10);
    const at::Tensor y = expected(request, *op, x);
    return std::max(worst(apply(*op, x), y), worst(op->plainProduct(x[1][0], 0), y[1][0]));
}

class TwoAxes : public ::testing::TestWithParam<Variant>
{
};

TEST_P(TwoAxes, AreTheProductOrTheSumOfOne)
{
    EXPECT_TRUE(rc::check("dense matrices along both axes give the same, for any height and width", [] {
        MixerSettings mixer = GetParam().settings();
        mixer.two_axis_type = *rc::gen::element<std::int64_t>(4, 6);
        mixer.algorithm = *rc::gen::element<std::string>("auto", "fft", "direct");
        const std::int64_t least = std::max<std::int64_t>(shortestLength(mixer), 2);
        RC_ASSERT(worstAgainstOracle(imageRequest(mixer, *rc::gen::inRange<std::int64_t>(least, 20),
                                                  *rc::gen::inRange<std::int64_t>(least, 20))) < 1e-12);
    }));
}

INSTANTIATE_TEST_SUITE_P(Operators, TwoAxes, ::testing::ValuesIn(variants()),
                         variantName<::testing::TestParamInfo<Variant>>);

TEST(TwoAxesOnce, ImagesOfTheTasks)
{
    for (const char* name : {"tno_dpb", "fd_omega", "fd_cos", "ski_exact_warp"}) {
        MixerSettings mixer = variant(name).settings();
        mixer.rank = 32;
        EXPECT_LT(worstAgainstOracle(imageRequest(mixer, 32, 32)), 1e-12) << name;
    }
}

TEST(TwoAxesOnce, ALineIsAnImageToo)
{
    for (const char* name : {"tno_dpb", "fd_cos", "direct"}) {
        const MixerSettings mixer = variant(name).settings();
        EXPECT_LT(worstAgainstOracle(imageRequest(mixer, 1, 7)), 1e-12) << name;
        EXPECT_LT(worstAgainstOracle(imageRequest(mixer, 7, 1)), 1e-12) << name;
        EXPECT_LT(worstAgainstOracle(imageRequest(mixer, 1, 1)), 1e-12) << name;
    }
}

/// Once the map took the number of the row operator's operands from the last call of operands().
TEST(TwoAxesOnce, TheMapNeedsNoOperandsMadeBefore)
{
    const at::NoGradGuard no_graph;
    const OperatorRequest request = imageRequest(variant("ski_exact_warp").settings(), 5, 4);
    const auto op = makeDouble(request, 9);
    const auto map = op->map(20);
    const std::vector<at::Tensor> operands = op->operands(20);
    EXPECT_EQ(map->operandCount(), operands.size());
    const at::Tensor x = normal({1, request.channels, 20}, 10);
    std::vector<at::Tensor> kept;
    EXPECT_TRUE(at::equal(map->forward(x, operands, kept), apply(*op, x)));
}

TEST(TwoAxesOnce, TheShapeWithoutAHeightIsThePublishedOne)
{
    OperatorRequest request = imageRequest(variant("tno_dpb").settings(), 0, 0);
    request.length = 42;
    const auto axes = makeDouble(request)->axes(42);
    EXPECT_EQ(axes[0].length, 7) << "W = n / H";
    EXPECT_EQ(axes[1].length, 6) << "H = floor(sqrt(42))";
}

TEST(TwoAxesOnce, KernelsOfBothAxesAreTheirOwn)
{
    const OperatorRequest request = imageRequest(variant("tno_dpb").settings(), 6, 6);
    const auto op = makeDouble(request);
    const auto axes = op->axes(36);
    EXPECT_FALSE(at::equal(axes[0].toeplitz->kernel(6), axes[1].toeplitz->kernel(6)));
    std::vector<std::string> names;
    for (const NamedTensor& p : op->parameters())
        names.push_back(p.name.substr(0, 5));
    EXPECT_EQ(names.front(), "toep1");
    EXPECT_EQ(names.back(), "toep2");
}

} // namespace
} // namespace toeplab::core
