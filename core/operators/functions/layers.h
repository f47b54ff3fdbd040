// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/base/initializer.h"
#include "core/operators/base/module.h"
#include "core/operators/functions/functions.h"

#include <string>

namespace toeplab::core
{

/// y = W x + c over the channels. Weight and bias are drawn from U(-1/sqrt(in), 1/sqrt(in)), or from N(0, deviation^2)
/// where a deviation is given.
class Linear final : public Module
{
public:
    Linear(std::int64_t in, std::int64_t out, bool bias, Initializer& initial, double deviation = 0);

    [[nodiscard]] at::Tensor operator()(const at::Tensor& x, const at::Tensor& residual = {}) const
    {
        return project(x, weight, bias, residual);
    }

    at::Tensor weight; ///< (out, in)
    at::Tensor bias;   ///< (out), undefined without one
};

/// A norm over the channels by its published name, with its parameters.
class ChannelNormLayer final : public Module
{
public:
    ChannelNormLayer(const std::string& name, std::int64_t channels, Initializer& initial);

    [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const
    {
        return channelNorm(kind_, x, weight_, bias_, gate_);
    }
    [[nodiscard]] Normed withResidual(const at::Tensor& x, at::ScalarType type) const
    {
        return normChannels(kind_, x, weight_, bias_, gate_, type);
    }

    [[nodiscard]] kernels::ChannelNorm kind() const { return kind_; }
    /// Undefined where the kind has none.
    [[nodiscard]] const at::Tensor& weight() const { return weight_; }
    [[nodiscard]] const at::Tensor& bias() const { return bias_; }
    [[nodiscard]] const at::Tensor& gate() const { return gate_; }

private:
    kernels::ChannelNorm kind_;
    at::Tensor weight_, bias_, gate_;
};

} // namespace toeplab::core
