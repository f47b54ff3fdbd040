// SPDX-License-Identifier: Apache-2.0
#include "core/operators/functions/layers.h"

#include <cmath>

namespace toeplab::core
{

Linear::Linear(std::int64_t in, std::int64_t out, bool has_bias, Initializer& initial, double deviation)
{
    const double bound = 1.0 / std::sqrt(static_cast<double>(in));
    const auto draw = [&](at::IntArrayRef shape) {
        return deviation > 0 ? initial.normal(shape, deviation) : initial.uniform(shape, bound);
    };
    weight = addParameter("weight", draw({out, in}));
    if (has_bias)
        bias = addParameter("bias", draw({out}));
}

ChannelNormLayer::ChannelNormLayer(const std::string& name, std::int64_t channels, Initializer& initial)
    : kind_(channelNormFromName(name))
{
    using enum kernels::ChannelNorm;
    switch (kind_) {
    case SimpleRms:
        break;
    case Rms:
        weight_ = addParameter("scale", initial.constant({channels}, 1));
        break;
    case GatedRms:
        weight_ = addParameter("scale", initial.constant({channels}, 1));
        gate_ = addParameter("gate", initial.constant({channels}, 1));
        break;
    case Scale:
        weight_ = addParameter("scala", initial.constant({1}, 1));
        break;
    case Layer:
        weight_ = addParameter("weight", initial.constant({channels}, 1));
        bias_ = addParameter("bias", initial.constant({channels}, 0));
        break;
    }
}

} // namespace toeplab::core
