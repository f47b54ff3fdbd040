// SPDX-License-Identifier: Apache-2.0
#include "core/device/gpu.h"
#include "core/models/classifier.h"
#include "core/models/functions/products.h"
#include "core/training/adamw.h"
#include "tests/core/training/card/card.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randint.h>

#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>

namespace toeplab::core
{
namespace
{

struct Case {
    std::string name;
    std::function<void(Experiment&)> change;
    TaskShape shape{4, 9, 40, false, 0, 0};
};

void PrintTo(const Case& one, std::ostream* out)
{
    *out << one.name;
}

std::vector<Case> cases()
{
    const TaskShape image{3, 0, 48, false, 6, 8};
    const TaskShape pairs{2, 9, 33, true, 0, 0};
    std::vector<Case> all{
        {"tno", [](Experiment&) {}},
        {"tno_fft", [](Experiment& e) { e.mixer.algorithm = "fft"; }},
        {"tno_causal", [](Experiment& e) { e.mixer.causal = true; }},
        {"tno_causal_fft",
         [](Experiment& e) {
             e.mixer.causal = true;
             e.mixer.algorithm = "fft";
         }},
        {"tno_causal_blocks",
         [](Experiment& e) {
             e.mixer.causal = true;
             e.mixer.algorithm = "blocks";
         },
         {4, 9, 150, false, 0, 0}},
        {"ski_wide_band",
         [](Experiment& e) {
             e.mixer.kind = "ski";
             e.mixer.band = 301;
         }},
        {"tno_truncated",
         [](Experiment& e) {
             e.mixer.max_lag = 7;
             e.mixer.algorithm = "fft";
         }},
        {"tno_truncated_direct", [](Experiment& e) { e.mixer.max_lag = 7; }},
        {"tno_normalized",
         [](Experiment& e) {
             e.mixer.normalize = true;
             e.mixer.kernel_act = "exp";
         }},
        {"tno_normalized_fft",
         [](Experiment& e) {
             e.mixer.normalize = true;
             e.mixer.kernel_act = "exp";
             e.mixer.algorithm = "fft";
         }},
        {"tno_causal_blocks_normalized",
         [](Experiment& e) {
             e.mixer.causal = true;
             e.mixer.normalize = true;
             e.mixer.kernel_act = "exp";
             e.mixer.algorithm = "blocks";
         },
         {4, 9, 150, false, 0, 0}},
        {"tno_learned_decay", [](Experiment& e) { e.mixer.decay = "learned"; }},
        {"tno_mlp",
         [](Experiment& e) {
             e.mixer.rpe = "mlp";
             e.mixer.rpe_residual = true;
             e.mixer.rpe_norm = "gatedrmsnorm";
             e.mixer.heads = 2;
         }},
        {"tno_mlp_plain",
         [](Experiment& e) {
             e.mixer.rpe = "mlp";
             e.mixer.rpe_norm = "layernorm";
             e.mixer.rpe_act = "gelu";
             e.mixer.rpe_bias = false;
         }},
        {"tno_dpb_residual", [](Experiment& e) { e.mixer.rpe_residual = true; }},
        {"tno_stabilised_exp", [](Experiment& e) { e.mixer.act = "exp"; }},
        {"ski_normed_output",
         [](Experiment& e) {
             e.mixer.kind = "ski";
             e.mixer.use_norm = true;
             e.mixer.norm = "gatedrmsnorm";
         }},
        {"fd_normed_output",
         [](Experiment& e) {
             e.mixer.kind = "fd";
             e.mixer.use_norm = true;
             e.mixer.norm = "scalenorm";
             e.mixer.act = "exp";
         }},
        {"tno_normed_output",
         [](Experiment& e) {
             e.mixer.use_norm = true;
             e.mixer.token_shift = 2;
         }},
        {"ski", [](Experiment& e) { e.mixer.kind = "ski"; }},
        {"ski_released",
         [](Experiment& e) {
             e.mixer.kind = "ski";
             e.mixer.mode = "released";
             e.mixer.gamma = 0.99;
         }},
        {"ski_network",
         [](Experiment& e) {
             e.mixer.kind = "ski";
             e.mixer.ski_kernel = "rpe";
         }},
        {"ski_causal",
         [](Experiment& e) {
             e.mixer.kind = "ski";
             e.mixer.causal = true;
         }},
        {"fd", [](Experiment& e) { e.mixer.kind = "fd"; }},
        {"fd_causal",
         [](Experiment& e) {
             e.mixer.kind = "fd";
             e.mixer.causal = true;
             e.mixer.fd_input = "cos";
         }},
        {"fd_table",
         [](Experiment& e) {
             e.mixer.kind = "fd";
             e.mixer.fd_response = "table";
             e.mixer.fd_points = 16;
         }},
        {"norms_layer",
         [](Experiment& e) {
             e.model.norm = "layer";
             e.model.prenorm = false;
             e.model.pool = "sum";
         }},
        {"norms_instance",
         [](Experiment& e) {
             e.model.norm = "instance";
             e.model.pool = "last";
         }},
        {"norms_simplerms",
         [](Experiment& e) {
             e.model.norm = "simplerms";
             e.model.pool = "first";
         }},
        {"dropout",
         [](Experiment& e) {
             e.model.dropout = 0.2;
             e.model.embedding_dropout = 0.3;
         }},
        {"pairs", [](Experiment&) {}, pairs},
        {"pixels", [](Experiment&) {}, {3, 0, 30, false, 0, 0}},
    };
    for (const char* kind : {"tno", "ski", "fd"}) {
        for (const std::int64_t type : {4, 6})
            all.push_back({std::string("image_") + kind + "_" + std::to_string(type),
                           [kind, type](Experiment& e) {
                               e.mixer.kind = kind;
                               e.mixer.axes = 2;
                               e.mixer.two_axis_type = type;
                               e.mixer.band = 3;
                               e.mixer.rank = 4;
                           },
                           image});
    }
    return all;
}

struct Pass {
    at::Tensor logits;
    std::vector<NamedTensor> gradients; ///< on the CPU
    std::vector<NamedTensor> buffers;
};

Experiment experimentOf(const Case& one)
{
    Experiment e;
    e.model.layers = 2;
    e.model.width = 8;
    e.model.embedding_dropout = 0;
    e.mixer.rpe_width = 8;
    e.mixer.gamma = 0.95;
    e.mixer.rank = 8;
    e.mixer.band = 5;
    one.change(e);
    return e;
}

/// Two passes, so that running statistics have moved, of a model with enlarged parameters, so that its mixers matter.
Pass passThrough(const Case& one, at::Device device)
{
    const Experiment e = experimentOf(one);
    auto model = makeClassifier(e, one.shape, 3);
    if (!model)
        throw std::runtime_error(model.error().message);
    {
        const at::NoGradGuard no_grad;
        for (const NamedTensor& p : (*model)->parameters()) {
            if (p.name.find("_proj.weight") != std::string::npos || p.name.find("layer.o.weight") != std::string::npos)
                p.value.mul_(15);
        }
    }
    moveTo((*model)->parameters(), device);
    moveTo((*model)->buffers(), device);
    at::manual_seed(4);
    at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(5);
    const std::int64_t rows = one.shape.pairs ? 6 : 3;
    const std::int64_t n = one.shape.max_length;
    ModelInput input;
    if (one.shape.vocabulary > 0)
        input.tokens = at::randint(0, one.shape.vocabulary, {rows, n}, generator, at::kLong).to(device);
    else
        input.pixels = at::rand({rows, n}, generator, at::TensorOptions()).to(device);
    input.lengths = at::randint(1, n + 1, {rows}, generator, at::kLong).to(device);
    const at::Tensor labels = at::randint(0, one.shape.classes, {3}, generator, at::kLong).to(device);
    static_cast<void>((*model)->logits(input));
    const at::Tensor logits = (*model)->logits(input);
    at::cross_entropy_loss(logits, labels).backward();
    Pass pass{logits.detach().cpu(), {}, {}};
    for (const NamedTensor& p : (*model)->parameters()) {
        if (p.value.grad().defined())
            pass.gradients.push_back({p.name, p.value.grad().cpu().clone()});
    }
    for (const NamedTensor& b : (*model)->buffers())
        pass.buffers.push_back({b.name, b.value.cpu().clone()});
    return pass;
}

double apart(const at::Tensor& a, const at::Tensor& b)
{
    return ((a - b).to(at::kDouble).norm() / b.to(at::kDouble).norm().clamp_min(1e-12)).item<double>();
}

at::Device deviceOf(const testing::CardScope& card)
{
    return card.isReal() ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
}

class GpuPath : public ::testing::TestWithParam<Case>
{
};

/// Norm of all gradients: one that is zero but for rounding is measured against it.
double sizeOf(const std::vector<NamedTensor>& tensors)
{
    double sum = 0;
    for (const NamedTensor& tensor : tensors)
        sum += std::pow(tensor.value.to(at::kDouble).norm().item<double>(), 2);
    return std::sqrt(sum);
}

TEST_P(GpuPath, ComputesWhatTheCpuDoes)
{
    TOEPLAB_NEEDS_CARD();
    const Pass expected = passThrough(GetParam(), at::kCPU);
    const auto card = testing::enterCard();
    const Pass pass = passThrough(GetParam(), deviceOf(*card));
    EXPECT_LT(apart(pass.logits, expected.logits), 2e-4);
    ASSERT_EQ(pass.gradients.size(), expected.gradients.size());
    const double all = sizeOf(expected.gradients);
    for (std::size_t i = 0; i < pass.gradients.size(); ++i) {
        const at::Tensor& a = pass.gradients[i].value;
        const at::Tensor& b = expected.gradients[i].value;
        const double size = b.to(at::kDouble).norm().item<double>();
        EXPECT_LT((a - b).to(at::kDouble).norm().item<double>(), 2e-3 * size + 1e-5 * all) << pass.gradients[i].name;
    }
    for (std::size_t i = 0; i < pass.buffers.size(); ++i)
        EXPECT_LT(apart(pass.buffers[i].value, expected.buffers[i].value), 1e-5) << pass.buffers[i].name;
}

TEST_P(GpuPath, RepeatsItselfToTheLastBit)
{
    TOEPLAB_NEEDS_CARD();
    const auto card = testing::enterCard();
    const Pass first = passThrough(GetParam(), deviceOf(*card));
    const Pass second = passThrough(GetParam(), deviceOf(*card));
    EXPECT_TRUE(first.logits.equal(second.logits));
    for (std::size_t i = 0; i < first.gradients.size(); ++i)
        EXPECT_TRUE(first.gradients[i].value.equal(second.gradients[i].value)) << first.gradients[i].name;
}

/// Blocks whose norms write bf16 and read gradients of bf16.
std::vector<Case> roundedCases()
{
    std::vector<Case> all;
    for (Case one : cases()) {
        one.name = "network_" + one.name;
        all.push_back(one);
    }
    for (const char* norm : {"layer", "batch", "instance", "simplerms", "none"})
        all.push_back({std::string("norms_") + norm, [norm](Experiment& e) { e.model.norm = norm; }});
    all.push_back({"dropout", [](Experiment& e) { e.model.dropout = 0.2; }});
    all.push_back({"normed_output", [](Experiment& e) { e.mixer.use_norm = true; }});
    all.push_back({"token_shift", [](Experiment& e) { e.mixer.token_shift = 2; }});
    all.push_back({"stabilised_exp", [](Experiment& e) { e.mixer.act = "exp"; }});
    for (Case& one : all)
        one.change = [change = one.change](Experiment& e) {
            change(e);
            e.train.precision = "bf16";
        };
    return all;
}

class GpuPathOfBf16 : public ::testing::TestWithParam<Case>
{
};

TEST_P(GpuPathOfBf16, RoundsWhereTheCpuDoes)
{
    TOEPLAB_NEEDS_CARD();
    if (productsFor("bf16") == Products::Full)
        GTEST_SKIP() << "this processor has no bf16 products to compare with";
    const Pass expected = passThrough(GetParam(), at::kCPU);
    const auto card = testing::enterCard();
    const Pass pass = passThrough(GetParam(), deviceOf(*card));
    const double near = 0.05; // a card rounds what lies between products as well
    EXPECT_LT(apart(pass.logits, expected.logits), near);
    ASSERT_EQ(pass.gradients.size(), expected.gradients.size());
    const double all = sizeOf(expected.gradients);
    for (std::size_t i = 0; i < pass.gradients.size(); ++i) {
        const at::Tensor& a = pass.gradients[i].value;
        const at::Tensor& b = expected.gradients[i].value;
        EXPECT_EQ(a.scalar_type(), at::kFloat) << pass.gradients[i].name;
        EXPECT_LT((a - b).to(at::kDouble).norm().item<double>(),
                  2 * near * b.to(at::kDouble).norm().item<double>() + 0.2 * near * all)
            << pass.gradients[i].name;
    }
}

TEST_P(GpuPathOfBf16, RepeatsItselfToTheLastBit)
{
    TOEPLAB_NEEDS_CARD();
    if (productsFor("bf16") == Products::Full)
        GTEST_SKIP() << "this processor has no bf16 products";
    const auto card = testing::enterCard();
    const Pass first = passThrough(GetParam(), deviceOf(*card));
    const Pass second = passThrough(GetParam(), deviceOf(*card));
    EXPECT_TRUE(first.logits.equal(second.logits));
    for (std::size_t i = 0; i < first.gradients.size(); ++i)
        EXPECT_TRUE(first.gradients[i].value.equal(second.gradients[i].value)) << first.gradients[i].name;
}

INSTANTIATE_TEST_SUITE_P(Models, GpuPathOfBf16, ::testing::ValuesIn(roundedCases()),
                         [](const ::testing::TestParamInfo<Case>& one) { return one.param.name; });

INSTANTIATE_TEST_SUITE_P(Models, GpuPath, ::testing::ValuesIn(cases()),
                         [](const ::testing::TestParamInfo<Case>& one) { return one.param.name; });

} // namespace
} // namespace toeplab::core
