// SPDX-License-Identifier: Apache-2.0
#include "core/models/classifier.h"
#include "core/models/functions/products.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>

#include <gtest/gtest.h>

namespace toeplab::core
{
namespace
{

struct Pass {
    at::Tensor logits;
    std::vector<NamedTensor> gradients;
};

/// One pass of a model with enlarged parameters, so that its projections matter.
Pass passWith(const std::string& precision, bool normed_output = false)
{
    Experiment e;
    e.model.layers = 2;
    e.model.width = 32;
    e.model.embedding_dropout = 0;
    e.mixer.rpe_width = 8;
    e.mixer.gamma = 0.9;
    e.mixer.use_norm = normed_output;
    e.train.precision = precision;
    auto model = makeClassifier(e, {4, 9, 50, false, 0, 0}, 3);
    if (!model)
        throw std::runtime_error(model.error().message);
    {
        const at::NoGradGuard no_grad;
        for (const NamedTensor& p : (*model)->parameters()) {
            if (p.name.find("_proj.weight") != std::string::npos || p.name.find("layer.o.weight") != std::string::npos)
                p.value.mul_(10);
        }
    }
    at::manual_seed(4);
    const ModelInput input{at::randint(0, 9, {6, 50}, at::kLong), {}, {}};
    const at::Tensor logits = (*model)->logits(input);
    at::cross_entropy_loss(logits, at::randint(0, 4, {6}, at::kLong)).backward();
    Pass pass{logits.detach(), {}};
    for (const NamedTensor& p : (*model)->parameters()) {
        if (p.value.grad().defined())
            pass.gradients.push_back({p.name, p.value.grad().clone()});
    }
    return pass;
}

double relative(const at::Tensor& a, const at::Tensor& b)
{
    return ((a - b).norm() / b.norm()).item<double>();
}

TEST(Precision, Bf16IsNearFp32AndNotTheSame)
{
    if (productsFor("bf16") != Products::Bf16)
        GTEST_SKIP() << "this processor has no bf16 products";
    for (const bool normed_output : {false, true}) {
        const Pass full = passWith("fp32", normed_output);
        const Pass half = passWith("bf16", normed_output);
        EXPECT_LT(relative(half.logits, full.logits), 0.03);
        EXPECT_GT(relative(half.logits, full.logits), 1e-5);
        ASSERT_EQ(half.gradients.size(), full.gradients.size());
        for (std::size_t i = 0; i < full.gradients.size(); ++i) {
            const at::Tensor& a = half.gradients[i].value;
            const at::Tensor& b = full.gradients[i].value;
            EXPECT_EQ(a.scalar_type(), at::kFloat) << full.gradients[i].name;
            if (b.norm().item<double>() > 1e-4) {
                EXPECT_LT(relative(a, b), 0.06) << full.gradients[i].name;
            }
        }
    }
}

TEST(Precision, WhatAProcessorLacksIsComputedInFp32AndSaid)
{
    EXPECT_EQ(productsFor("fp32"), Products::Full);
    EXPECT_EQ(productsFor("tf32"), Products::Full);
    EXPECT_EQ(describeProducts("fp32"), "fp32");
    EXPECT_EQ(describeProducts("tf32"), "fp32 (this processor has no tf32 products)");
    EXPECT_EQ(relative(passWith("tf32").logits, passWith("fp32").logits), 0);
}

} // namespace
} // namespace toeplab::core
