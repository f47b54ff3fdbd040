// SPDX-License-Identifier: Apache-2.0
#include "core/operators/rpe/rpe.h"

#include "core/operators/functions/layers.h"

#include <fmt/format.h>

#include <vector>

namespace toeplab::core
{
namespace
{

class MlpRpe final : public Rpe
{
public:
    MlpRpe(const RpeSettings& settings, Initializer& initial)
        : settings_(settings), act_(activationFromName(settings.act)),
          pos_proj_(1, settings.width, settings.bias, initial)
    {
        addPart("pos_proj", pos_proj_);
        for (std::int64_t l = 0; l < settings.layers; ++l)
            addStage(fmt::format("layers.{}", l), settings.width, initial);
        addStage("out", settings.outputs, initial);
    }

    at::Tensor operator()(const at::Tensor& positions) const override
    {
        at::Tensor x = pos_proj_(positions);
        for (std::size_t l = 0; l + 1 < stages_.size(); ++l)
            x = stage(*stages_[l], x, settings_.residual ? x : at::Tensor());
        return stage(*stages_.back(), x, {});
    }

    std::string describe() const override { return fmt::format("RPE {} x {}", settings_.layers, settings_.width); }

private:
    /// W act(norm(x)) + c
    struct Stage {
        Stage(const RpeSettings& s, std::int64_t outputs, Initializer& initial)
            : norm(s.norm, s.width, initial), linear(s.width, outputs, s.bias, initial)
        {
        }
        ChannelNormLayer norm;
        Linear linear;
    };

    void addStage(const std::string& name, std::int64_t outputs, Initializer& initial)
    {
        stages_.push_back(std::make_unique<Stage>(settings_, outputs, initial));
        addPart(name + ".0", stages_.back()->norm);
        addPart(name + ".2", stages_.back()->linear);
    }

    at::Tensor stage(const Stage& s, const at::Tensor& x, const at::Tensor& residual) const
    {
        return s.linear(activate(s.norm(x), act_), residual);
    }

    RpeSettings settings_;
    NamedActivation act_;
    Linear pos_proj_;
    std::vector<std::unique_ptr<Stage>> stages_; ///< the layers and the output
};

class DpbRpe final : public Rpe
{
public:
    DpbRpe(const RpeSettings& settings, Initializer& initial)
        : settings_(settings), pos_proj_(1, settings.width, settings.bias, initial),
          first_(settings.width, settings.width, settings.bias, initial),
          second_(settings.width, settings.width, settings.bias, initial), norm_("layernorm", settings.width, initial),
          out_(settings.width, settings.outputs, settings.bias, initial)
    {
        addPart("pos_proj", pos_proj_);
        addPart("pos1.1", first_);
        addPart("pos2.1", second_);
        addPart("pos3.0", norm_);
        addPart("pos3.2", out_);
    }

    at::Tensor operator()(const at::Tensor& positions) const override
    {
        const NamedActivation relu{kernels::Activation::Relu, false};
        at::Tensor x = pos_proj_(positions);
        for (const Linear* layer : {&first_, &second_}) {
            const at::Tensor rectified = activate(x, relu);
            x = (*layer)(rectified, settings_.residual ? rectified : at::Tensor());
        }
        return out_(activate(norm_(x), relu));
    }

    std::string describe() const override { return fmt::format("position MLP 2 x {}", settings_.width); }

private:
    RpeSettings settings_;
    Linear pos_proj_, first_, second_;
    ChannelNormLayer norm_;
    Linear out_;
};

} // namespace

std::string rpeProblem(std::int64_t width, std::int64_t layers)
{
    if (width >= 1 && layers >= 0)
        return {};
    return fmt::format("mixer.rpe_width is {} and mixer.rpe_layers {}: a width of at least 1 and no negative number of "
                       "layers are needed.",
                       width, layers);
}

std::unique_ptr<Rpe> makeRpe(const RpeSettings& settings, Initializer& initial)
{
    if (settings.network == "dpb")
        return std::make_unique<DpbRpe>(settings, initial);
    return std::make_unique<MlpRpe>(settings, initial);
}

} // namespace toeplab::core
