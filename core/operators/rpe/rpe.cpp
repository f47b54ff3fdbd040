// SPDX-License-Identifier: Apache-2.0
#include "core/operators/rpe/rpe.h"

#include "core/operators/functions/capsule.h"
#include "core/operators/functions/dispatch.h"
#include "core/operators/functions/layers.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/custom_function.h>

#include <fmt/format.h>

#include <vector>

namespace toeplab::core
{
namespace
{

using kernels::gpu::LayerTable;
using kernels::gpu::RpeLayout;
using kernels::gpu::RpeParameters;
using kernels::gpu::RpeShape;
using kernels::gpu::RpeSkip;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// A network as kernels/rpe/rpe_gpu.h describes it, but for the number of positions.
struct FusedShape {
    RpeShape shape;
    std::vector<bool> has; ///< which parameters there are, in the order of `each`

    /// visit(pointer, place of the gradient) for every parameter that there is.
    template <typename Visit>
    void each(RpeParameters& p, Visit visit) const
    {
        const RpeLayout at(shape);
        std::size_t next = 0;
        const auto one = [&](const float*& pointer, std::int64_t place) {
            if (has[next++])
                visit(pointer, place);
        };
        one(p.weight, at.weight());
        one(p.bias, at.bias());
        for (int s = 0; s < shape.count; ++s) {
            RpeParameters::Stage& stage = p.stages[s];
            one(stage.norm.weight, at.normWeight(s));
            one(stage.norm.bias, at.normBias(s));
            one(stage.norm.gate, at.normGate(s));
            one(stage.weight, at.matrix(s));
            one(stage.bias, at.stageBias(s));
        }
    }

    /// tensors: the parameters that there are.
    [[nodiscard]] RpeParameters pointers(at::TensorList tensors) const
    {
        RpeParameters p;
        std::size_t next = 0;
        each(p, [&](const float*& pointer, std::int64_t) { pointer = constData<float>(tensors[next++]); });
        return p;
    }
};

class Fused : public torch::autograd::Function<Fused>
{
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& positions, const at::TensorList& parameters,
                              const FusedShape& network, bool keeps)
    {
        const at::Tensor t = positions.contiguous();
        const RpeShape& shape = network.shape;
        at::Tensor y = at::empty({1, shape.outputs, shape.positions}, t.options());
        const at::Tensor kept = keeps ? at::empty({rpeKept(shape)}, t.options()) : at::Tensor();
        const RpeParameters pointers = network.pointers(parameters);
        gpuOf(t)->call(&LayerTable::rpeForward, &shape, &pointers, constData<float>(t), data<float>(y),
                       data<float>(kept));
        variable_list saved{t, kept};
        saved.insert(saved.end(), parameters.begin(), parameters.end());
        context->save_for_backward(saved);
        context->saved_data["network"] = encapsulate(network);
        return y;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const variable_list saved = context->get_saved_variables();
        const auto& network = encapsulated<FusedShape>(context->saved_data["network"]);
        const at::TensorList parameters = at::TensorList(saved).slice(2);
        const at::Tensor g = gradients[0].contiguous();
        const at::Tensor all = at::empty({RpeLayout(network.shape).size()}, g.options());
        RpeParameters pointers = network.pointers(parameters);
        gpuOf(g)->call(&LayerTable::rpeBackward, &network.shape, &pointers, constData<float>(saved[0]),
                       constData<float>(saved[1]), constData<float>(g), data<float>(all));
        variable_list result{at::Tensor()};
        std::size_t next = 0;
        network.each(pointers, [&](const float*&, std::int64_t place) {
            const at::Tensor& parameter = parameters[next++];
            result.push_back(all.narrow(0, place, parameter.numel()).view(parameter.sizes()));
        });
        result.resize(result.size() + 2); // of what is no tensor
        return result;
    }
};

/// The whole network as one kernel, for those who have a graphics card.
class FusedNetwork
{
public:
    FusedNetwork(std::int64_t width, std::int64_t outputs)
    {
        network_.shape.width = width;
        network_.shape.outputs = outputs;
        network_.shape.count = 0;
    }

    void begin(const Linear& first) { take({first.weight, first.bias}); }
    void add(const ChannelNormLayer* norm, const NamedActivation& act, RpeSkip skip, const Linear& linear)
    {
        RpeShape& shape = network_.shape;
        possible_ = possible_ && !act.stabilised && shape.count < kernels::gpu::kRpeStages;
        if (!possible_)
            return;
        const bool normed = norm != nullptr;
        shape.stages[shape.count++] = {normed, normed ? norm->kind() : kernels::ChannelNorm::Layer, act.function, skip};
        const at::Tensor none;
        take({normed ? norm->weight() : none, normed ? norm->bias() : none, normed ? norm->gate() : none, linear.weight,
              linear.bias});
    }

    /// Whether these positions lie on a card that takes the network, and are constants.
    [[nodiscard]] bool takes(const at::Tensor& positions) const
    {
        const Gpu* gpu = possible_ ? gpuOf(positions) : nullptr;
        if (gpu == nullptr || positions.scalar_type() != at::kFloat || positions.requires_grad() ||
            positions.numel() == 0)
            return false;
        int fits = 0;
        gpu->call(&LayerTable::rpeFits, &network_.shape, &fits);
        return fits != 0;
    }

    [[nodiscard]] at::Tensor operator()(const at::Tensor& positions) const
    {
        FusedShape network = network_;
        network.shape.positions = positions.numel();
        return Fused::apply(positions, at::TensorList(parameters_), network, at::GradMode::is_enabled());
    }

private:
    void take(const std::vector<at::Tensor>& parameters)
    {
        for (const at::Tensor& parameter : parameters) {
            network_.has.push_back(parameter.defined());
            if (parameter.defined())
                parameters_.push_back(parameter);
        }
    }

    FusedShape network_;
    std::vector<at::Tensor> parameters_;
    bool possible_ = true;
};

class MlpRpe final : public Rpe
{
public:
    MlpRpe(const RpeSettings& settings, Initializer& initial)
        : settings_(settings), act_(activationFromName(settings.act)),
          pos_proj_(1, settings.width, settings.bias, initial), fused_(settings.width, settings.outputs)
    {
        addPart("pos_proj", pos_proj_);
        fused_.begin(pos_proj_);
        for (std::int64_t l = 0; l < settings.layers; ++l)
            addStage(fmt::format("layers.{}", l), settings.width, initial);
        addStage("out", settings.outputs, initial);
        for (const auto& stage : stages_) {
            const bool skips = settings.residual && stage != stages_.back();
            fused_.add(&stage->norm, act_, skips ? RpeSkip::Input : RpeSkip::None, stage->linear);
        }
    }

    at::Tensor operator()(const at::Tensor& positions) const override
    {
        if (fused_.takes(positions))
            return fused_(positions);
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
    FusedNetwork fused_;
};

class DpbRpe final : public Rpe
{
public:
    DpbRpe(const RpeSettings& settings, Initializer& initial)
        : settings_(settings), pos_proj_(1, settings.width, settings.bias, initial),
          first_(settings.width, settings.width, settings.bias, initial),
          second_(settings.width, settings.width, settings.bias, initial), norm_("layernorm", settings.width, initial),
          out_(settings.width, settings.outputs, settings.bias, initial), fused_(settings.width, settings.outputs)
    {
        addPart("pos_proj", pos_proj_);
        addPart("pos1.1", first_);
        addPart("pos2.1", second_);
        addPart("pos3.0", norm_);
        addPart("pos3.2", out_);
        fused_.begin(pos_proj_);
        for (const Linear* layer : {&first_, &second_})
            fused_.add(nullptr, kRelu, settings.residual ? RpeSkip::Activated : RpeSkip::None, *layer);
        fused_.add(&norm_, kRelu, RpeSkip::None, out_);
    }

    at::Tensor operator()(const at::Tensor& positions) const override
    {
        if (fused_.takes(positions))
            return fused_(positions);
        at::Tensor x = pos_proj_(positions);
        for (const Linear* layer : {&first_, &second_}) {
            const at::Tensor rectified = activate(x, kRelu);
            x = (*layer)(rectified, settings_.residual ? rectified : at::Tensor());
        }
        return out_(activate(norm_(x), kRelu));
    }

    std::string describe() const override { return fmt::format("position MLP 2 x {}", settings_.width); }

private:
    static constexpr NamedActivation kRelu{kernels::Activation::Relu, false};

    RpeSettings settings_;
    Linear pos_proj_, first_, second_;
    ChannelNormLayer norm_;
    Linear out_;
    FusedNetwork fused_;
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
