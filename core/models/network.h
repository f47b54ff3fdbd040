// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/models/functions/sequence_functions.h"
#include "core/models/units.h"

#include <memory>
#include <string>
#include <vector>

namespace toeplab::core
{

/// The classifier's norms, by LRA's names: layer (over channels), batch, instance, simplerms (both along the sequence),
/// none. Statistics see padding positions, as published. Parameter names norm.weight, norm.bias, norm.running_mean, ...
class BlockNorm final : public Module
{
public:
    BlockNorm(const std::string& name, std::int64_t width, Initializer& initial);
    [[nodiscard]] at::Tensor forward(const at::Tensor& x) { return forward(x, x.scalar_type()).value; }
    /// With x for the path past it; type: that of the values, unless there is no norm.
    [[nodiscard]] Normed forward(const at::Tensor& x, at::ScalarType type);

private:
    class Affine; ///< one more level of names
    enum class Kind { Layer, Batch, Instance, SimpleRms, None };
    Kind kind_;
    std::unique_ptr<ChannelNormLayer> layer_;
    std::unique_ptr<Affine> batch_;

public:
    ~BlockNorm() override;
};

/// x <- x + drop(unit(norm x)), or norm(x + drop(unit x)) where the norm comes after. One of mixer and glu is set.
class ResidualBlock final : public Module
{
public:
    ResidualBlock(const ModelSettings& settings, std::unique_ptr<MixerUnit> mixer, std::unique_ptr<GluUnit> glu,
                  Initializer& initial);
    [[nodiscard]] at::Tensor forward(const at::Tensor& x);
    [[nodiscard]] MixerUnit* mixer() const { return mixer_.get(); }

private:
    at::Tensor unit(const at::Tensor& x, const at::Tensor& residual);

    ModelSettings settings_;
    std::unique_ptr<MixerUnit> mixer_;
    std::unique_ptr<GluUnit> glu_;
    BlockNorm norm_;
};

/// From pooled features to class scores: one linear layer; or for pairs of documents (rows 0..B-1 the first, B..2B-1
/// the second) with `nli` [a, b, a-b, a*b] -> e -> act -> classes, without [a, b] -> e -> act -> e/2 -> act -> classes.
class Decoder final : public Module
{
public:
    struct Options {
        bool pairs = false;
        bool nli = true;
        std::string act = "gelu"; ///< pairs only
        std::int64_t classes = 2;
    };
    Decoder(const Options& options, std::int64_t width, Initializer& initial);
    [[nodiscard]] at::Tensor forward(const at::Tensor& features) const;

private:
    Options options_;
    std::vector<std::unique_ptr<Linear>> layers_;
};

} // namespace toeplab::core
