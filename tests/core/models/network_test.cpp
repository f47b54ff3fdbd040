// SPDX-License-Identifier: Apache-2.0
#include "core/models/network.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/randn.h>

#include <gtest/gtest.h>

#include <functional>

// Residual blocks against what they are put together from.

namespace toeplab::core
{
namespace
{

constexpr std::int64_t kWidth = 6;
constexpr std::int64_t kLength = 11;

struct Case {
    std::string norm;
    bool mixer = true;
    bool prenorm = true;
    Products products = Products::Full;
    double dropout = 0;
    std::int64_t shift = 0;
    std::string act = "silu";
};

void PrintTo(const Case& one, std::ostream* out)
{
    *out << one.norm << (one.mixer ? " mixer" : " glu") << (one.prenorm ? " pre" : " post")
         << (one.products == Products::Full ? "" : " bf16") << " dropout " << one.dropout << " shift " << one.shift
         << ' ' << one.act;
}

/// A unit and a norm with the same parameters, whoever asks.
struct Parts {
    ModelSettings settings;
    std::unique_ptr<MixerUnit> mixer;
    std::unique_ptr<GluUnit> glu;
    Initializer initial;

    Parts(const Case& one, at::ScalarType type) : initial(7, type)
    {
        settings.width = kWidth;
        settings.norm = one.norm;
        settings.prenorm = one.prenorm;
        settings.dropout = one.dropout;
        if (one.mixer) {
            MixerSettings mixing;
            mixing.rpe_width = 4;
            mixing.gamma = 0.9;
            mixing.token_shift = one.shift;
            mixing.act = one.act;
            auto toeplitz = makeOperator({mixing, kWidth, kLength, 0, 0}, initial);
            if (!toeplitz)
                throw std::runtime_error(toeplitz.error().message);
            mixer =
                std::make_unique<MixerUnit>(mixing, MixerUnit::Options{Family::Laxtnn, true, one.dropout, one.products},
                                            kWidth, std::move(*toeplitz), initial);
        } else {
            glu = std::make_unique<GluUnit>(
                kWidth, 9, GluUnit::Options{one.act, "none", true, one.dropout, one.products}, initial);
        }
    }
    at::Tensor unit(const at::Tensor& x, const at::Tensor& residual)
    {
        return mixer != nullptr ? mixer->forward(x, residual) : glu->forward(x, residual);
    }
    [[nodiscard]] std::vector<NamedTensor> parameters() const
    {
        return mixer != nullptr ? mixer->parameters() : glu->parameters();
    }
};

/// Constants are no test of a norm's parameters.
void disturb(const std::vector<NamedTensor>& parameters)
{
    const at::NoGradGuard no_grad;
    at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(9);
    for (const NamedTensor& p : parameters)
        p.value.add_(at::randn(p.value.sizes(), generator, p.value.options()), 0.3);
}

struct Pass {
    at::Tensor y;
    std::vector<NamedTensor> gradients; ///< "x" first
};

/// y = forward(x) and its gradients.
Pass passThrough(const std::function<at::Tensor(const at::Tensor&)>& forward,
                 const std::vector<NamedTensor>& parameters, at::ScalarType type)
{
    at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(5);
    const at::Tensor x = at::randn({3, kWidth, kLength}, generator, at::TensorOptions(type)).requires_grad_(true);
    const at::Tensor weights = at::randn(x.sizes(), generator, x.options());
    at::manual_seed(2); // of the masks
    const at::Tensor y = forward(x);
    (y * weights).sum().backward();
    Pass pass{y.detach(), {{"x", x.grad()}}};
    for (const NamedTensor& p : parameters) {
        if (p.value.grad().defined())
            pass.gradients.push_back({p.name, p.value.grad()});
    }
    return pass;
}

Pass fused(const Case& one, at::ScalarType type)
{
    Parts parts(one, type);
    ResidualBlock block(parts.settings, std::move(parts.mixer), std::move(parts.glu), parts.initial);
    disturb(block.parameters());
    return passThrough([&](const at::Tensor& x) { return block.forward(x); }, block.parameters(), type);
}

/// The same with a norm that knows of nobody, and autograd to add the gradients of x.
Pass composed(const Case& one, at::ScalarType type,
              const std::function<at::Tensor(BlockNorm&, const at::Tensor&)>& normed)
{
    Parts parts(one, type);
    BlockNorm norm(one.norm, kWidth, parts.initial);
    std::vector<NamedTensor> parameters = parts.parameters();
    for (const NamedTensor& p : norm.parameters())
        parameters.push_back(p);
    disturb(parameters);
    return passThrough(
        [&](const at::Tensor& x) {
            const at::Tensor in = one.prenorm ? normed(norm, x) : x;
            const kernels::Dropout dropout = drawDropout(one.dropout);
            const at::Tensor y = dropout.active() ? dropoutAdd(x, parts.unit(in, {}), dropout) : parts.unit(in, x);
            return one.prenorm ? y : normed(norm, y);
        },
        parameters, type);
}

/// BlockNorm from ATen's functions.
at::Tensor plainNorm(const std::string& name, BlockNorm& norm, const at::Tensor& x)
{
    if (name == "none")
        return x;
    if (name == "simplerms")
        return x / (x.square().sum({2}, true).sqrt() / std::sqrt(static_cast<double>(kWidth)) + 1e-2);
    std::vector<std::int64_t> over{1};
    if (name == "batch")
        over = {0, 2};
    else if (name == "instance")
        over = {2};
    const at::Tensor apart = x - x.mean(over, true);
    const at::Tensor y = apart / (apart.square().mean(over, true) + 1e-5).sqrt();
    if (name == "instance")
        return y;
    const std::vector<NamedTensor> p = norm.parameters();
    return y * p[0].value.unsqueeze(1) + p[1].value.unsqueeze(1);
}

double apart(const at::Tensor& a, const at::Tensor& b)
{
    return ((a - b).norm() / b.norm().clamp_min(1e-12)).item<double>();
}

class Block : public ::testing::TestWithParam<Case>
{
};
class BlockInDouble : public Block
{
};

TEST_P(BlockInDouble, IsPlainFunctionsPutTogether)
{
    const Case& one = GetParam();
    const Pass pass = fused(one, at::kDouble);
    const Pass expected =
        composed(one, at::kDouble, [&](BlockNorm& norm, const at::Tensor& x) { return plainNorm(one.norm, norm, x); });
    EXPECT_LT(apart(pass.y, expected.y), 1e-12);
    ASSERT_EQ(pass.gradients.size(), expected.gradients.size());
    for (std::size_t i = 0; i < pass.gradients.size(); ++i) {
        const at::Tensor& a = pass.gradients[i].value;
        const at::Tensor& b = expected.gradients[i].value;
        // A bias in front of a norm that takes means away has a gradient of rounding alone.
        EXPECT_LT((a - b).norm().item<double>(), 1e-10 * b.norm().item<double>() + 1e-12) << pass.gradients[i].name;
    }
}

TEST_P(Block, RoundsWhatItsUnitWouldRound)
{
    const Case& one = GetParam();
    const Pass pass = fused(one, at::kFloat);
    const Pass expected =
        composed(one, at::kFloat, [](BlockNorm& norm, const at::Tensor& x) { return norm.forward(x); });
    EXPECT_EQ(pass.y.scalar_type(), at::kFloat);
    EXPECT_TRUE(at::equal(pass.y, expected.y)) << apart(pass.y, expected.y);
    ASSERT_EQ(pass.gradients.size(), expected.gradients.size());
    for (std::size_t i = 0; i < pass.gradients.size(); ++i) {
        const at::Tensor& a = pass.gradients[i].value;
        const at::Tensor& b = expected.gradients[i].value;
        EXPECT_EQ(a.scalar_type(), at::kFloat) << pass.gradients[i].name;
        // A sum of two gradients is rounded once here, twice there.
        EXPECT_TRUE(i == 0 ? apart(a, b) < 1e-6 : at::equal(a, b)) << pass.gradients[i].name << ' ' << apart(a, b);
    }
}

TEST_P(Block, RepeatsItselfToTheLastBit)
{
    const Pass first = fused(GetParam(), at::kFloat);
    const Pass second = fused(GetParam(), at::kFloat);
    EXPECT_TRUE(at::equal(first.y, second.y));
    for (std::size_t i = 0; i < first.gradients.size(); ++i)
        EXPECT_TRUE(at::equal(first.gradients[i].value, second.gradients[i].value)) << first.gradients[i].name;
}

std::vector<Case> cases(const std::vector<Products>& precisions)
{
    std::vector<Case> all;
    for (const char* norm : {"layer", "batch", "instance", "simplerms", "none"})
        for (const bool mixer : {true, false})
            for (const bool prenorm : {true, false})
                for (const Products products : precisions)
                    all.push_back({norm, mixer, prenorm, products});
    for (const Products products : precisions) {
        all.push_back({"layer", true, true, products, 0.3});
        all.push_back({"batch", false, true, products, 0.3});
        for (const std::int64_t shift : {1, 2})
            all.push_back({"layer", true, true, products, 0, shift});
        all.push_back({"layer", true, true, products, 0, 0, "exp"});
        all.push_back({"batch", false, true, products, 0, 0, "exp"});
    }
    return all;
}

INSTANTIATE_TEST_SUITE_P(Blocks, Block, ::testing::ValuesIn(cases({Products::Full, Products::Bf16})));
INSTANTIATE_TEST_SUITE_P(Blocks, BlockInDouble, ::testing::ValuesIn(cases({Products::Full})));

TEST(BlockInput, IsRoundedUnlessTokensAreShifted)
{
    const auto products = [](std::int64_t shift, Products of) {
        return Parts({"layer", true, true, of, 0, shift}, at::kFloat).mixer->inputProducts();
    };
    EXPECT_EQ(products(0, Products::Bf16), Products::Bf16);
    EXPECT_EQ(products(0, Products::Full), Products::Full);
    EXPECT_EQ(products(1, Products::Bf16), Products::Full);
    EXPECT_EQ(products(2, Products::Bf16), Products::Full);
    Parts parts({"layer"}, at::kFloat);
    BlockNorm norm("layer", kWidth, parts.initial);
    const at::Tensor x = at::randn({1, kWidth, kLength});
    const Normed narrow = norm.forward(x, at::kBFloat16);
    EXPECT_EQ(narrow.value.scalar_type(), at::kBFloat16);
    EXPECT_TRUE(at::equal(narrow.value, norm.forward(x).to(at::kBFloat16)));
    EXPECT_TRUE(at::equal(narrow.residual, x));
}

/// A path that nobody took has no gradient: not one of zeros.
TEST(BlockNorm, TakesEitherOfItsGradients)
{
    for (const char* name : {"layer", "batch", "instance", "simplerms"}) {
        Parts parts({"layer"}, at::kDouble);
        BlockNorm norm(name, kWidth, parts.initial);
        const at::Tensor x = at::randn({2, kWidth, kLength}, at::kDouble).requires_grad_(true);
        const at::Tensor weights = at::randn(x.sizes(), at::kDouble);
        const auto gradient = [&](bool value, bool residual) {
            x.mutable_grad() = at::Tensor();
            const Normed y = norm.forward(x, at::kDouble);
            at::Tensor sum = (value ? y.value : y.residual) * weights;
            if (value && residual)
                sum = sum + y.residual * weights;
            sum.sum().backward();
            return x.grad().clone();
        };
        EXPECT_TRUE(at::equal(gradient(false, true), weights)) << name;
        EXPECT_LT(apart(gradient(true, true), gradient(true, false) + weights), 1e-12) << name;
    }
}

} // namespace
} // namespace toeplab::core
