// SPDX-License-Identifier: Apache-2.0
#include "core/models/classifier.h"

#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>

#include <gtest/gtest.h>

namespace toeplab::core
{
namespace
{

/// The published settings of a task, as its launch script overrides them.
struct Published {
    std::string task;
    std::int64_t layers, width;
    double expand, glu;
    std::int64_t rpe_layers, rpe_width;
    TaskShape shape;
    std::int64_t tno; ///< trained parameters of the published model
};

const TaskShape kListops{10, 18, 2048, false, 0, 0};
const TaskShape kText{2, 135, 4096, false, 0, 0};
const TaskShape kRetrieval{2, 98, 4000, true, 0, 0};

const std::vector<Published> kPublished{
    {"listops", 4, 128, 1, 1, 3, 32, kListops, 429066},
    {"text", 4, 128, 1, 2, 3, 32, kText, 640642},
    {"retrieval", 2, 64, 1, 1.5, 3, 16, kRetrieval, 89474},
};

Experiment experimentOf(const Published& p)
{
    Experiment e;
    e.model.layers = p.layers;
    e.model.width = p.width;
    e.model.glu_ratio = p.glu;
    e.mixer.expand_ratio = p.expand;
    e.mixer.rpe_layers = p.rpe_layers;
    e.mixer.rpe_width = p.rpe_width;
    e.mixer.max_lag = 1024;
    return e;
}

Experiment smallExperiment()
{
    Experiment e;
    e.model.layers = 2;
    e.model.width = 8;
    e.mixer.rpe_width = 8;
    e.mixer.gamma = 0.9;
    return e;
}

const TaskShape kSmall{3, 7, 20, false, 0, 0};

std::unique_ptr<Classifier> make(const Experiment& e, const TaskShape& shape, std::uint64_t seed,
                                 at::ScalarType dtype = at::kFloat)
{
    auto made = makeClassifier(e, shape, seed, dtype);
    if (!made)
        throw std::runtime_error(made.error().message);
    return std::move(*made);
}

ModelInput smallBatch(std::int64_t rows = 4, std::int64_t n = 20)
{
    return {at::randint(0, 7, {rows, n}, at::kLong), {}, at::full({rows}, n - 3, at::kLong)};
}

TEST(Classifier, HasThePublishedNumberOfParameters)
{
    for (const Published& p : kPublished) {
        std::int64_t count = 0;
        for (const NamedTensor& parameter : make(experimentOf(p), p.shape, 1)->parameters())
            count += parameter.value.numel();
        EXPECT_EQ(count, p.tno) << p.task;
    }
}

TEST(Classifier, SameSeedSameParametersWhateverRanBefore)
{
    const auto first = make(smallExperiment(), kSmall, 5);
    (void)at::randn({1000});
    const auto second = make(smallExperiment(), kSmall, 5);
    const auto other = make(smallExperiment(), kSmall, 6);
    const auto a = first->parameters();
    const auto b = second->parameters();
    const auto c = other->parameters();
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        EXPECT_EQ(a[i].name, b[i].name);
        EXPECT_TRUE(at::equal(a[i].value, b[i].value)) << a[i].name;
    }
    EXPECT_FALSE(at::equal(a.front().value, c.front().value));
}

TEST(Classifier, InitialParametersFollowThePublishedLaws)
{
    Experiment e = experimentOf(kPublished[0]);
    for (const NamedTensor& p : make(e, kListops, 3)->parameters()) {
        const double deviation = p.value.numel() > 1 ? p.value.std().item<double>() : 0;
        const double largest = p.value.abs().max().item<double>();
        const bool projection =
            p.name.find("_proj.") != std::string::npos && p.name.find("pos_proj") == std::string::npos;
        if (projection || p.name.find("layer.o.") != std::string::npos) {
            EXPECT_NEAR(deviation, 0.02, p.value.numel() > 1000 ? 0.001 : 0.006) << p.name;
        } else if (p.name.find(".l1.") != std::string::npos) {
            EXPECT_LE(largest, 1 / std::sqrt(128.0)) << p.name;
            EXPECT_NEAR(deviation, 1 / std::sqrt(3 * 128.0), 0.01) << p.name;
        } else if (p.name.find("pos_proj") != std::string::npos) {
            EXPECT_LE(largest, 1) << p.name;
            EXPECT_GT(largest, 0.5) << p.name;
        } else if (p.name == "encoder.0.weight") {
            EXPECT_NEAR(deviation, 1, 0.05);
        } else if (p.name.find("norm.norm.weight") != std::string::npos) {
            EXPECT_EQ(p.value.min().item<double>(), 1) << p.name;
        }
    }
}

TEST(Classifier, LossesAreTheSameToTheLastBit)
{
    const auto run = [] {
        at::manual_seed(11);
        Experiment e = smallExperiment();
        e.model.dropout = 0.05;
        const auto model = make(e, kSmall, 5);
        const ModelInput input = smallBatch();
        const at::Tensor labels = at::randint(0, 3, {4}, at::kLong);
        std::vector<float> losses;
        for (int step = 0; step < 20; ++step) {
            const at::Tensor loss = at::cross_entropy_loss(model->logits(input), labels);
            loss.backward();
            for (const NamedTensor& p : model->parameters()) {
                if (!p.value.grad().defined())
                    continue;
                p.value.mutable_grad().mul_(-0.2);
                p.value.data().add_(p.value.grad());
                p.value.mutable_grad() = at::Tensor();
            }
            losses.push_back(loss.item<float>());
        }
        return losses;
    };
    const std::vector<float> first = run();
    EXPECT_EQ(first, run());
    EXPECT_LT(first.back(), first.front());
}

TEST(Classifier, EveryAppliedParameterGetsAGradient)
{
    const auto model = make(smallExperiment(), kSmall, 5);
    model->logits(smallBatch()).square().sum().backward();
    for (const NamedTensor& p : model->parameters()) {
        if (p.name.find("pre_norm") != std::string::npos) {
            EXPECT_FALSE(p.value.grad().defined()) << p.name << " is never applied, as published";
        } else {
            ASSERT_TRUE(p.value.grad().defined()) << p.name;
            EXPECT_TRUE(at::isfinite(p.value.grad()).all().item<bool>()) << p.name;
        }
    }
}

TEST(Classifier, DropoutActsInTrainingOnly)
{
    Experiment e = smallExperiment();
    e.model.dropout = 0.5;
    e.model.norm = "layer";
    const auto model = make(e, kSmall, 5);
    const ModelInput input = smallBatch();
    EXPECT_FALSE(at::equal(model->logits(input), model->logits(input)));
    model->setTraining(false);
    EXPECT_TRUE(at::equal(model->logits(input), model->logits(input)));
}

TEST(Classifier, KernelsHaveTheirLayersShape)
{
    Experiment e = smallExperiment();
    e.mixer.max_lag = 6;
    const auto model = make(e, kSmall, 5);
    const auto layers = model->layers();
    ASSERT_EQ(layers.size(), 2U);
    EXPECT_EQ(layers[1].layer, 2);
    EXPECT_EQ(layers[1].length, 20);
    EXPECT_EQ(layers[1].kind, "tno");
    const at::Tensor kernel = model->kernel(1);
    EXPECT_EQ(kernel.sizes(), at::IntArrayRef({8, 39}));
    EXPECT_EQ(kernel.scalar_type(), at::kFloat);
    EXPECT_EQ(kernel.narrow(1, 0, 14).abs().max().item<float>(), 0) << "lags -19..-6 are cut";
    EXPECT_GT(kernel.narrow(1, 14, 11).abs().min().item<float>(), 0) << "lags -5..5 are not";
    EXPECT_EQ(kernel.narrow(1, 25, 14).abs().max().item<float>(), 0) << "lags 6..19 are cut";
}

TEST(Classifier, OnePositionAndOneSampleWork)
{
    for (const char* norm : {"layer", "instance", "simplerms", "none"}) {
        Experiment e = smallExperiment();
        e.model.norm = norm;
        const auto model = make(e, kSmall, 5);
        const at::Tensor y = model->logits({at::full({1, 1}, 2, at::kLong), {}, {}});
        y.sum().backward();
        EXPECT_TRUE(at::isfinite(y).all().item<bool>()) << norm;
    }
}

TEST(Classifier, WhatCannotBeBuiltGetsASentence)
{
    const auto problem = [](auto change) {
        Experiment e = smallExperiment();
        change(e);
        const auto made = makeClassifier(e, kSmall, 1);
        return made ? std::string() : made.error().message;
    };
    EXPECT_NE(problem([](Experiment& e) { e.mixer.kind = "none"; }).find("mixer.kind is none"), std::string::npos);
    EXPECT_NE(problem([](Experiment& e) { e.mixer.par_type = 3; }).find("mixer.par_type is 3"), std::string::npos);
    EXPECT_NE(problem([](Experiment& e) { e.mixer.gamma = 1.5; }).find("mixer.gamma is 1.5"), std::string::npos);
    EXPECT_NE(problem([](Experiment& e) { e.model.norm = "group"; }).find("model.norm is group"), std::string::npos);
    EXPECT_NE(problem([](Experiment& e) { e.model.layers = 0; }).find("model.layers is 0"), std::string::npos);
    EXPECT_NE(problem([](Experiment& e) { e.mixer.expand_ratio = 0.01; }).find("0 channels"), std::string::npos);
}

} // namespace
} // namespace toeplab::core
