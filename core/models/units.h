// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/models/functions/mixer_functions.h"
#include "core/operators/functions/layers.h"
#include "core/operators/operator.h"

#include <memory>
#include <string>

namespace toeplab::core
{

/// Which published family a unit follows where they differ.
enum class Family {
    Lra,   ///< mixers draw u, v, o from N(0, 0.02^2) and own a LayerNorm pre_norm that nothing applies
    Laxtnn ///< every linear layer U(-1/sqrt(in), 1/sqrt(in))
};

/// d1 = floor(expand_ratio * width), rounded down to a multiple of heads.
[[nodiscard]] std::int64_t mixerChannels(const MixerSettings& settings, std::int64_t width);

/// Gated Toeplitz unit, y = W_o (u * T v) + b_o with u = act(W_u x), v = act(W_v x), and an optional norm before W_o;
/// the token shift comes first: 1 takes the previous token (zero before the first), 2 the mean of both.
/// x, y (batch, width, n). Parameter names u_proj, v_proj, o, toep, norm, pre_norm.
class MixerUnit final : public Module
{
public:
    struct Options {
        Family family = Family::Lra;
        bool bias = true;
        double dropout = 0; ///< of T v before the gate
        Products products = Products::Full;
    };

    /// The operator has mixerChannels() channels.
    MixerUnit(const MixerSettings& settings, const Options& options, std::int64_t width,
              std::unique_ptr<ToeplitzOperator> toeplitz, Initializer& initial);

    /// residual, where defined, is added to y.
    [[nodiscard]] at::Tensor forward(const at::Tensor& x, const at::Tensor& residual);
    [[nodiscard]] ToeplitzOperator& toeplitz() const { return *toeplitz_; }
    /// What x may be rounded for: tokens are shifted in full precision.
    [[nodiscard]] Products inputProducts() const;

private:
    MixerSettings settings_;
    Options options_;
    NamedActivation act_;
    Linear v_proj_, u_proj_, o_;
    std::unique_ptr<ToeplitzOperator> toeplitz_;
    std::unique_ptr<ChannelNormLayer> norm_, unused_norm_;
};

/// Gated linear unit, y = final(W_3 (drop(act(W_1 x)) * W_2 x)). Parameter names l1, l2, l3.
class GluUnit final : public Module
{
public:
    struct Options {
        std::string act = "silu";
        std::string final_act = "none";
        bool bias = true;
        double dropout = 0;
        Products products = Products::Full;
    };

    GluUnit(std::int64_t width, std::int64_t inner, const Options& options, Initializer& initial);

    [[nodiscard]] at::Tensor forward(const at::Tensor& x, const at::Tensor& residual);
    /// What x may be rounded for.
    [[nodiscard]] Products inputProducts() const { return options_.products; }

private:
    Options options_;
    NamedActivation act_, final_act_;
    Linear l1_, l2_, l3_;
};

/// y = final(W_2 (z * act(z))), z = W_1 x. Parameter names l1, l2. Neither dropout nor bf16.
class GluV2Unit final : public Module
{
public:
    GluV2Unit(std::int64_t width, std::int64_t inner, const GluUnit::Options& options, Initializer& initial);

    [[nodiscard]] at::Tensor forward(const at::Tensor& x);

private:
    NamedActivation act_, final_act_;
    Linear l1_, l2_;
};

} // namespace toeplab::core
