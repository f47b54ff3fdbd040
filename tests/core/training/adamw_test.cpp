// SPDX-License-Identifier: Apache-2.0
#include "core/training/adamw.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/randn_like.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

namespace
{

using namespace toeplab::core;

/// The update written out for one number (Loshchilov & Hutter 2019, algorithm 2), in double precision.
struct Reference {
    double w = 0, m = 0, v = 0;
    int t = 0;
    void step(double g, double lr, const OptimizerSettings& s)
    {
        ++t;
        w *= 1 - lr * s.weight_decay;
        m = s.beta1 * m + (1 - s.beta1) * g;
        v = s.beta2 * v + (1 - s.beta2) * g * g;
        const double m_hat = m / (1 - std::pow(s.beta1, t));
        const double v_hat = v / (1 - std::pow(s.beta2, t));
        w -= lr * m_hat / (std::sqrt(v_hat) + s.eps);
    }
};

TEST(AdamW, EqualsThePlainFormula)
{
    OptimizerSettings settings;
    settings.weight_decay = 0.1;
    std::vector<NamedTensor> parameters;
    for (const std::int64_t size : {1, 3, 16, 257})
        parameters.push_back({fmt::format("p{}", size), at::randn({size}).requires_grad_(true)});
    std::vector<std::vector<Reference>> references;
    for (const NamedTensor& parameter : parameters) {
        std::vector<Reference>& list = references.emplace_back();
        for (std::int64_t i = 0; i < parameter.value.numel(); ++i)
            list.push_back({parameter.value[i].item<double>()});
    }
    AdamW optimizer(parameters, settings);
    for (int step = 1; step <= 25; ++step) {
        const double lr = 0.003 * step;
        double squares = 0;
        for (std::size_t p = 0; p < parameters.size(); ++p) {
            const at::Tensor gradient = at::randn_like(parameters[p].value).mul(0.1);
            parameters[p].value.mutable_grad() = gradient.detach();
            for (std::int64_t i = 0; i < gradient.numel(); ++i) {
                const double g = gradient[i].item<double>();
                squares += g * g;
                references[p][static_cast<std::size_t>(i)].step(g, lr, settings);
            }
        }
        EXPECT_NEAR(optimizer.gradientNorm().item<double>(), std::sqrt(squares), 1e-5 * std::sqrt(squares));
        optimizer.step(lr);
    }
    for (std::size_t p = 0; p < parameters.size(); ++p) {
        for (std::int64_t i = 0; i < parameters[p].value.numel(); ++i)
            EXPECT_NEAR(parameters[p].value[i].item<double>(), references[p][static_cast<std::size_t>(i)].w, 2e-5);
    }
}

TEST(AdamW, LeavesParametersWithoutGradientAlone)
{
    const at::Tensor used = at::randn({4}).requires_grad_(true);
    const at::Tensor unused = at::randn({4}).requires_grad_(true);
    const at::Tensor before = unused.detach().clone();
    AdamW optimizer({{"used", used}, {"unused", unused}}, OptimizerSettings());
    used.mutable_grad() = at::ones_like(used).detach();
    optimizer.step(0.1);
    EXPECT_TRUE(unused.detach().equal(before));
    optimizer.clearGradients();
    EXPECT_FALSE(used.grad().defined());
    EXPECT_EQ(optimizer.gradientNorm().item<double>(), 0);
}

} // namespace
