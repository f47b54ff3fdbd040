// SPDX-License-Identifier: Apache-2.0
#include "core/operators/rpe/rpe.h"
#include "tests/core/training/card/card.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cos.h>
#include <torch/csrc/autograd/function.h>

#include <gtest/gtest.h>

#include <cstdlib>

namespace toeplab::core
{
namespace
{

struct Pass {
    at::Tensor values;
    std::vector<NamedTensor> gradients;
    std::string made_by; ///< the last function of the graph
};

/// With positions that want a gradient the network goes layer by layer.
Pass passThrough(Rpe& rpe, const at::Tensor& positions, bool layers)
{
    const at::Tensor t = positions.detach().requires_grad_(layers);
    const at::Tensor y = rpe(t);
    const at::Tensor weights = at::cos(at::arange(y.numel(), y.options().requires_grad(false))).view(y.sizes());
    (y * weights).sum().backward();
    Pass pass{y.detach().clone(), {}, y.grad_fn()->name()};
    for (const NamedTensor& p : rpe.parameters()) {
        at::Tensor gradient = p.value.grad();
        if (gradient.defined())
            pass.gradients.push_back({p.name, gradient.clone()});
        p.value.mutable_grad().reset();
    }
    return pass;
}

bool isFused(const Pass& pass)
{
    return pass.made_by.find("Fused") != std::string::npos;
}

double apart(const at::Tensor& a, const at::Tensor& b)
{
    return ((a - b).to(at::kDouble).norm() / b.to(at::kDouble).norm().clamp_min(1e-6)).item<double>();
}

at::Device deviceOf(const testing::CardScope& card)
{
    return card.isReal() ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
}

at::Tensor lags(std::int64_t count, at::Device device)
{
    const std::int64_t middle = count / 2;
    return ((at::arange(count, at::kFloat) - middle) * 0.05).view({1, 1, count}).to(device);
}

std::vector<RpeSettings> networks()
{
    std::vector<RpeSettings> all;
    for (const bool residual : {false, true})
        for (const bool bias : {true, false}) {
            all.push_back({"dpb", 24, 10, 0, "", "", residual, bias});
            for (const char* norm : {"simplermsnorm", "rmsnorm", "gatedrmsnorm", "scalenorm", "layernorm"})
                all.push_back({"mlp", 12, 33, static_cast<std::int64_t>(all.size() % 4),
                               all.size() % 2 == 0 ? "silu" : "sine", norm, residual, bias});
        }
    all.push_back({"mlp", 40, 6, 2, "none", "layernorm", true, true});
    all.push_back({"mlp", 7, 6, 2, "gelu", "rmsnorm", true, true});
    return all;
}

TEST(RpePath, TheKernelComputesWhatTheLayersDo)
{
    TOEPLAB_NEEDS_CARD();
    const auto card = testing::enterCard();
    for (const RpeSettings& settings : networks()) {
        SCOPED_TRACE(settings.network + " " + settings.norm + " " + settings.act + " layers " +
                     std::to_string(settings.layers) + (settings.residual ? " residual" : "") +
                     (settings.bias ? "" : " without bias"));
        Initializer initial(3);
        const auto rpe = makeRpe(settings, initial);
        moveTo(rpe->parameters(), deviceOf(*card));
        const at::Tensor positions = lags(77, deviceOf(*card));
        const Pass fused = passThrough(*rpe, positions, false);
        const Pass again = passThrough(*rpe, positions, false);
        const Pass layers = passThrough(*rpe, positions, true);
        EXPECT_TRUE(isFused(fused)) << fused.made_by;
        EXPECT_FALSE(isFused(layers)) << layers.made_by;
        EXPECT_LT(apart(fused.values, layers.values), 1e-5);
        EXPECT_TRUE(fused.values.equal(again.values));
        ASSERT_EQ(fused.gradients.size(), rpe->parameters().size());
        ASSERT_EQ(layers.gradients.size(), rpe->parameters().size());
        for (std::size_t i = 0; i < fused.gradients.size(); ++i) {
            EXPECT_LT(apart(fused.gradients[i].value, layers.gradients[i].value), 1e-4) << fused.gradients[i].name;
            EXPECT_TRUE(fused.gradients[i].value.equal(again.gradients[i].value)) << fused.gradients[i].name;
        }
    }
}

TEST(RpePath, WhatTheKernelDoesNotTakeGoesLayerByLayer)
{
    TOEPLAB_NEEDS_CARD();
    const auto card = testing::enterCard();
    const auto fuses = [&](const RpeSettings& settings) {
        Initializer initial(3);
        const auto rpe = makeRpe(settings, initial);
        moveTo(rpe->parameters(), deviceOf(*card));
        const Pass pass = passThrough(*rpe, lags(5, deviceOf(*card)), false);
        EXPECT_TRUE(pass.values.isfinite().all().item<bool>());
        return isFused(pass);
    };
    EXPECT_TRUE(fuses({"mlp", 8, 4, 11, "relu", "simplermsnorm", false, true}));
    EXPECT_FALSE(fuses({"mlp", 8, 4, 12, "relu", "simplermsnorm", false, true}));
    EXPECT_FALSE(fuses({"mlp", 8, 4, 1, "exp", "simplermsnorm", false, true}));
    EXPECT_FALSE(fuses({"mlp", 2000, 4, 0, "relu", "simplermsnorm", false, true}));
}

TEST(RpePath, WithoutACardThereIsNoKernel)
{
    Initializer initial(3);
    const auto rpe = makeRpe({"mlp", 8, 4, 1, "relu", "rmsnorm", false, true}, initial);
    EXPECT_FALSE(isFused(passThrough(*rpe, lags(9, at::kCPU), false)));
}

} // namespace
} // namespace toeplab::core
