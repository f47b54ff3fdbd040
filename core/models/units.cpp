// SPDX-License-Identifier: Apache-2.0
#include "core/models/units.h"

#include "core/models/functions/gated_product.h"
#include "core/models/functions/sequence_functions.h"
#include "core/operators/base/keepsakes.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/constant_pad_nd.h>

#include <cmath>

namespace toeplab::core
{
namespace
{

constexpr double kLraDeviation = 0.02;

double deviationOf(Family family)
{
    return family == Family::Lra ? kLraDeviation : 0;
}

bool shifts(std::int64_t kind)
{
    return kind == 1 || kind == 2;
}

at::Tensor shiftTokens(const at::Tensor& x, std::int64_t kind)
{
    if (!shifts(kind))
        return x;
    const at::Tensor previous = at::constant_pad_nd(x, {1, -1});
    return kind == 1 ? previous : (x + previous) * 0.5;
}

} // namespace

std::int64_t mixerChannels(const MixerSettings& settings, std::int64_t width)
{
    const auto d1 = static_cast<std::int64_t>(std::floor(settings.expand_ratio * static_cast<double>(width)));
    return settings.heads > 0 ? d1 / settings.heads * settings.heads : d1;
}

MixerUnit::MixerUnit(const MixerSettings& settings, const Options& options, std::int64_t width,
                     std::unique_ptr<ToeplitzOperator> toeplitz, Initializer& initial)
    : settings_(settings), options_(options), act_(activationFromName(settings.act)),
      v_proj_(width, toeplitz->channels(), options.bias, initial, deviationOf(options.family)),
      u_proj_(width, toeplitz->channels(), options.bias, initial, deviationOf(options.family)),
      o_(toeplitz->channels(), width, options.bias, initial, deviationOf(options.family)),
      toeplitz_(std::move(toeplitz))
{
    addPart("v_proj", v_proj_);
    addPart("u_proj", u_proj_);
    addPart("o", o_);
    addPart(toeplitz_->partName(), *toeplitz_);
    if (settings.use_norm) {
        norm_ = std::make_unique<ChannelNormLayer>(settings.norm, toeplitz_->channels(), initial);
        addPart("norm", *norm_);
    }
    if (options.family == Family::Lra) {
        // Never applied, as published: kept so that parameter counts and files agree with the published code.
        unused_norm_ = std::make_unique<ChannelNormLayer>("layernorm", width, initial);
        addPart("pre_norm", *unused_norm_);
    }
}

at::Tensor MixerUnit::forward(const at::Tensor& x, const at::Tensor& residual)
{
    const std::int64_t n = x.size(2);
    GatedToeplitz unit;
    unit.u_weight = u_proj_.weight;
    unit.u_bias = u_proj_.bias;
    unit.v_weight = v_proj_.weight;
    unit.v_bias = v_proj_.bias;
    unit.operands = toeplitz_->operands(n);
    unit.map = toeplitz_->map(n);
    keep(unit.map);
    unit.activation = act_;
    unit.dropout = drawDropout(training() ? options_.dropout : 0);
    unit.products = options_.products;
    const at::Tensor in = shiftTokens(x, settings_.token_shift);
    if (norm_ != nullptr && normsGates(in)) {
        unit.norm = norm_.get();
    } else if (norm_ != nullptr) {
        const at::Tensor o = gatedToeplitz(unit, in, {});
        return o_(norm_->withResidual(o, factorType(o, options_.products)).value, residual);
    }
    unit.o_weight = o_.weight;
    unit.o_bias = o_.bias;
    return gatedToeplitz(unit, in, residual);
}

Products MixerUnit::inputProducts() const
{
    return shifts(settings_.token_shift) ? Products::Full : options_.products;
}

GluUnit::GluUnit(std::int64_t width, std::int64_t inner, const Options& options, Initializer& initial)
    : options_(options), act_(activationFromName(options.act)), final_act_(activationFromName(options.final_act)),
      l1_(width, inner, options.bias, initial), l2_(width, inner, options.bias, initial),
      l3_(inner, width, options.bias, initial)
{
    addPart("l1", l1_);
    addPart("l2", l2_);
    addPart("l3", l3_);
}

at::Tensor GluUnit::forward(const at::Tensor& x, const at::Tensor& residual)
{
    const GatedLinear unit{l1_.weight,       l1_.bias, l2_.weight, l2_.bias,
                           l3_.weight,       l3_.bias, act_,       drawDropout(training() ? options_.dropout : 0),
                           options_.products};
    if (final_act_.function == kernels::Activation::Identity)
        return gatedLinear(unit, x, residual);
    const at::Tensor y = activate(gatedLinear(unit, x, {}), final_act_);
    return residual.defined() ? residual + y : y;
}

GluV2Unit::GluV2Unit(std::int64_t width, std::int64_t inner, const GluUnit::Options& options, Initializer& initial)
    : act_(activationFromName(options.act)), final_act_(activationFromName(options.final_act)),
      l1_(width, inner, options.bias, initial), l2_(inner, width, options.bias, initial)
{
    addPart("l1", l1_);
    addPart("l2", l2_);
}

at::Tensor GluV2Unit::forward(const at::Tensor& x)
{
    const at::Tensor z = l1_(x);
    return activate(l2_(z * activate(z, act_)), final_act_);
}

} // namespace toeplab::core
