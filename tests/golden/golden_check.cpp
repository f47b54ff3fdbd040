// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/golden_check.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/isfinite.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace toeplab::tests
{
namespace
{

double largest(const at::Tensor& tensor)
{
    return tensor.numel() == 0 ? 0 : tensor.abs().max().item<double>();
}

void expectClose(const at::Tensor& actual, const at::Tensor& expected, double tolerance, double floor,
                 const std::string& what)
{
    ASSERT_EQ(actual.sizes(), expected.sizes()) << what;
    if (actual.numel() == 0)
        return;
    const at::Tensor a = actual.detach().to(at::kDouble);
    const at::Tensor e = expected.to(at::kDouble);
    ASSERT_TRUE(at::isfinite(a).all().item<bool>()) << what << " is not finite";
    const double scale = std::max(largest(e), floor);
    EXPECT_LE(largest(a - e), tolerance * scale) << what << ", largest value " << largest(e);
}

bool endsWith(const std::string& text, const std::string& end)
{
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

} // namespace

void load(const GoldenCase& golden, const std::vector<core::NamedTensor>& parameters,
          const std::vector<core::NamedTensor>& buffers, const std::vector<std::string>& ignored)
{
    const at::NoGradGuard no_graph;
    std::map<std::string, at::Tensor> ours;
    for (const auto& list : {parameters, buffers})
        for (const core::NamedTensor& one : list)
            ours[one.name] = one.value;
    for (const std::string group : {"params", "buffers"}) {
        for (const std::string& name : golden.names(group)) {
            if (std::any_of(ignored.begin(), ignored.end(), [&](const auto& end) { return endsWith(name, end); }))
                continue;
            const auto found = ours.find(name);
            ASSERT_NE(found, ours.end()) << "the module has no " << name;
            const at::Tensor value = golden.tensor(group + "/" + name);
            ASSERT_EQ(found->second.sizes(), value.sizes()) << name;
            found->second.copy_(value);
            ours.erase(found);
        }
    }
    for (const auto& [name, value] : ours)
        ADD_FAILURE() << "the case has no " << name;
}

void expectOutput(const GoldenCase& golden, const at::Tensor& actual, const std::string& path)
{
    expectClose(actual, golden.tensor(path), golden.dtype == at::kDouble ? 1e-11 : 2e-5, 0, path);
}

void expectGradients(const GoldenCase& golden, const at::Tensor& output,
                     const std::vector<core::NamedTensor>& parameters, const std::vector<NamedInput>& inputs)
{
    (output * golden.tensor("cotangent")).sum().backward();
    const double tolerance = golden.dtype == at::kDouble ? 1e-9 : 2e-5;
    std::map<std::string, at::Tensor> expected;
    double scale = 0;
    for (const std::string& name : golden.names("grad/params")) {
        expected[name] = golden.tensor("grad/params/" + name);
        scale = std::max(scale, largest(expected[name]));
    }
    // A gradient that is zero by cancellation (a bias in front of a norm) is noise relative to the others.
    const double floor = 1e-4 * scale;
    for (const core::NamedTensor& parameter : parameters) {
        const at::Tensor gradient = parameter.value.grad();
        const auto found = expected.find(parameter.name);
        if (found == expected.end()) {
            EXPECT_TRUE(!gradient.defined() || largest(gradient) == 0) << parameter.name << " got a gradient";
            continue;
        }
        ASSERT_TRUE(gradient.defined()) << "no gradient of " << parameter.name;
        expectClose(gradient, found->second, tolerance, floor, "gradient of " + parameter.name);
        expected.erase(found);
    }
    for (const auto& [name, value] : expected)
        ADD_FAILURE() << "there is no parameter " << name << " with a gradient";
    for (const NamedInput& input : inputs) {
        if (!golden.has(input.path))
            continue;
        ASSERT_TRUE(input.value.grad().defined()) << "no gradient at " << input.path;
        expectClose(input.value.grad(), golden.tensor(input.path), tolerance, 0, input.path);
    }
}

at::Tensor inputLeaf(const GoldenCase& golden, const std::string& path)
{
    at::Tensor input = golden.tensor(path);
    return input.is_floating_point() ? input.requires_grad_(true) : input;
}

} // namespace toeplab::tests
