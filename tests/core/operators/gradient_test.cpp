// SPDX-License-Identifier: Apache-2.0
#include "tests/core/operators/variants.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros_like.h>

#include <gtest/gtest.h>

// Gradients of every operator against central differences, in double precision.

namespace toeplab::core
{
namespace
{

using namespace testing;

/// d loss / d value along a random direction: as computed, and by differences.
void expectSlope(const std::string& what, const at::Tensor& value, const std::function<at::Tensor()>& loss)
{
    const at::Tensor gradient = value.grad().defined() ? value.grad() : at::zeros_like(value);
    ASSERT_EQ(gradient.sizes(), value.sizes()) << what;
    const at::NoGradGuard no_graph;
    const at::Tensor direction = normal(value.sizes(), 11);
    constexpr double kStep = 1e-6;
    const at::Tensor start = value.clone();
    value.copy_(start + direction * kStep);
    const double above = loss().item<double>();
    value.copy_(start - direction * kStep);
    const double below = loss().item<double>();
    value.copy_(start);
    const double numeric = (above - below) / (2 * kStep);
    EXPECT_NEAR((gradient * direction).sum().item<double>(), numeric, 1e-6 * (1 + std::abs(numeric))) << what;
}

/// A loss that is no linear function of the output, so that the gradient that arrives depends on it.
void expectGradients(const OperatorRequest& request, std::int64_t batch)
{
    const auto op = makeDouble(request, 5);
    const at::Tensor x = normal({batch, request.channels, request.length}, 6).requires_grad_(true);
    const at::Tensor g = normal(x.sizes(), 7);
    const auto loss = [&] { return (apply(*op, x).sin() * g).sum(); };
    loss().backward();
    const std::string where = " at n = " + std::to_string(request.length) + ", " + request.mixer.algorithm;
    expectSlope("x" + where, x, loss);
    for (const NamedTensor& p : op->parameters())
        expectSlope(p.name + where, p.value, loss);
}

class Gradients : public ::testing::TestWithParam<Variant>
{
};

TEST_P(Gradients, AreTheDerivatives)
{
    OperatorRequest request;
    request.mixer = GetParam().settings();
    request.channels = 2 * request.mixer.heads;
    for (const char* algorithm : {"fft", "direct", "blocks"})
        for (const std::int64_t n : {1, 2, 3, 9, 24}) {
            request.mixer.algorithm = algorithm;
            request.length = n;
            if (n >= shortestLength(request.mixer))
                expectGradients(request, n == 9 ? 1 : 3);
        }
}

TEST_P(Gradients, AreTheDerivativesAlongTwoAxes)
{
    OperatorRequest request;
    request.mixer = GetParam().settings();
    request.mixer.axes = 2;
    request.channels = request.mixer.heads;
    request.height = 4;
    request.width = 5;
    request.length = 20;
    for (const char* algorithm : {"fft", "direct"})
        for (const std::int64_t type : {4, 6}) {
            request.mixer.algorithm = algorithm;
            request.mixer.two_axis_type = type;
            expectGradients(request, 2);
        }
}

INSTANTIATE_TEST_SUITE_P(Operators, Gradients, ::testing::ValuesIn(variants()),
                         variantName<::testing::TestParamInfo<Variant>>);

} // namespace
} // namespace toeplab::core
