// SPDX-License-Identifier: Apache-2.0
#include "core/operators/functions/functions.h"

#include "core/operators/functions/dispatch.h"
#include "core/operators/functions/layers.h"
#include "core/operators/functions/projection.h"
#include "kernels/norm/norm_gpu.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <map>

namespace toeplab::core
{
namespace
{

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

std::optional<at::Tensor> optional(const at::Tensor& tensor)
{
    return tensor.defined() ? std::optional(tensor) : std::nullopt;
}

using kernels::gpu::LayerTable;

constexpr Kernel kActivate(&kernels::activate<float>, &kernels::activate<double>, &LayerTable::activate);
constexpr Kernel kActivateBackward(&kernels::activateBackward<float>, &kernels::activateBackward<double>,
                                   &LayerTable::activateBackward);

class Project : public torch::autograd::Function<Project>
{
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                              const std::optional<at::Tensor>& bias, const std::optional<at::Tensor>& residual)
    {
        const at::Tensor in = x.contiguous();
        const at::Tensor factor = weight.to(in.scalar_type());
        context->save_for_backward({in, factor});
        context->saved_data["bias"] = bias.has_value();
        context->saved_data["residual"] = residual.has_value();
        return projectForward(factor, bias.value_or(at::Tensor()), residual ? residual->contiguous() : at::Tensor(),
                              in);
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor g = gradients[0].contiguous();
        const at::Tensor factor = g.to(saved[0].scalar_type());
        return {context->needs_input_grad(0) ? projectBackwardInput(saved[1], factor) : at::Tensor(),
                projectBackwardWeight(factor, saved[0]),
                context->saved_data["bias"].toBool() ? sumRows(g) : at::Tensor(),
                context->saved_data["residual"].toBool() ? g : at::Tensor()};
    }
};

class Activate : public torch::autograd::Function<Activate>
{
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, std::int64_t activation)
    {
        const at::Tensor in = x.contiguous();
        at::Tensor y = at::empty_like(in);
        kActivate(static_cast<kernels::Activation>(activation), in.numel(), in, y);
        context->save_for_backward({in});
        context->saved_data["activation"] = activation;
        return y;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const at::Tensor x = context->get_saved_variables()[0];
        const at::Tensor g = gradients[0].contiguous();
        at::Tensor dx = at::empty_like(x);
        kActivateBackward(static_cast<kernels::Activation>(context->saved_data["activation"].toInt()), x.numel(), x, g,
                          dx);
        return {dx, at::Tensor()};
    }
};

/// body(S{}, T{}): how a norm's values are stored, and what it computes in.
template <typename Body>
void forStored(const at::Tensor& values, const at::Tensor& x, Body&& body)
{
    if (values.scalar_type() == at::kBFloat16)
        body(kernels::BFloat16{}, float{});
    else
        forType(x, [&](auto type) { body(type, type); });
}

class ChannelNormFunction : public torch::autograd::Function<ChannelNormFunction>
{
public:
    static variable_list forward(AutogradContext* context, const at::Tensor& x, const std::optional<at::Tensor>& weight,
                                 const std::optional<at::Tensor>& bias, const std::optional<at::Tensor>& gate,
                                 std::int64_t kind, at::ScalarType type)
    {
        const at::Tensor in = x.contiguous();
        const kernels::ChannelNormShape shape{x.size(0), x.size(1), x.size(2), static_cast<kernels::ChannelNorm>(kind)};
        at::Tensor y = at::empty(in.sizes(), in.options().dtype(type));
        at::Tensor mean = at::empty({shape.batch, shape.length}, x.options());
        at::Tensor inverse = at::empty_like(mean);
        const at::Tensor w = weight.value_or(at::Tensor());
        const at::Tensor b = bias.value_or(at::Tensor());
        const at::Tensor q = gate.value_or(at::Tensor());
        if (const Gpu* gpu = gpuOf(in); gpu != nullptr) {
            const kernels::ChannelNormParameters<const float> parameters{constData<float>(w), constData<float>(b),
                                                                         constData<float>(q)};
            gpu->call(&LayerTable::channelNormForward, &shape, &parameters, numberOf(y), constData<float>(in),
                      data<void>(y), data<float>(mean), data<float>(inverse));
        } else {
            forStored(y, x, [&](auto stored, auto computed) {
                using S = decltype(stored);
                using T = decltype(computed);
                kernels::channelNormForward<S, T>(shape, {constData<T>(w), constData<T>(b), constData<T>(q)},
                                                  constData<T>(in), data<S>(y), data<T>(mean), data<T>(inverse));
            });
        }
        context->save_for_backward({in, w, b, q, mean, inverse});
        context->saved_data["kind"] = kind;
        context->set_materialize_grads(false);
        return {y, x};
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor& x = saved[0];
        const at::Tensor g = gradients[0].defined() ? gradients[0].contiguous() : at::zeros_like(x);
        const at::Tensor add = gradients[1].defined() ? gradients[1].contiguous() : at::Tensor();
        const kernels::ChannelNormShape shape{x.size(0), x.size(1), x.size(2),
                                              static_cast<kernels::ChannelNorm>(context->saved_data["kind"].toInt())};
        at::Tensor dx = at::empty_like(x);
        std::array<at::Tensor, 3> d;
        for (std::size_t i = 0; i < 3; ++i)
            if (saved[i + 1].defined())
                d[i] = at::empty_like(saved[i + 1]);
        if (const Gpu* gpu = gpuOf(x); gpu != nullptr) {
            const kernels::ChannelNormParameters<const float> parameters{
                constData<float>(saved[1]), constData<float>(saved[2]), constData<float>(saved[3])};
            const kernels::ChannelNormParameters<float> into{data<float>(d[0]), data<float>(d[1]), data<float>(d[2])};
            gpu->call(&LayerTable::channelNormBackward, &shape, &parameters, numberOf(g), constData<float>(x),
                      constData<float>(saved[4]), constData<float>(saved[5]), constData<void>(g), constData<float>(add),
                      data<float>(dx), &into);
        } else {
            forStored(g, x, [&](auto stored, auto computed) {
                using S = decltype(stored);
                using T = decltype(computed);
                kernels::channelNormBackward<S, T>(
                    shape, {constData<T>(saved[1]), constData<T>(saved[2]), constData<T>(saved[3])}, constData<T>(x),
                    constData<T>(saved[4]), constData<T>(saved[5]), constData<S>(g), constData<T>(add), data<T>(dx),
                    {data<T>(d[0]), data<T>(d[1]), data<T>(d[2])});
            });
        }
        return {dx, d[0], d[1], d[2], at::Tensor(), at::Tensor()};
    }
};

} // namespace

at::Tensor project(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& residual)
{
    return Project::apply(x, weight, optional(bias), optional(residual));
}

NamedActivation activationFromName(const std::string& name)
{
    using enum kernels::Activation;
    static const std::map<std::string, kernels::Activation> kNames{
        {"silu", Silu}, {"swish", Silu},      {"relu", Relu},       {"gelu", Gelu},
        {"elu", Elu},   {"sigmoid", Sigmoid}, {"leak", LeakyRelu},  {"1+elu", OnePlusElu},
        {"sine", Sine}, {"exp", Exp},         {"2+elu", TwoPlusElu}};
    const auto found = kNames.find(name);
    if (found == kNames.end())
        return {};
    return {found->second, found->second == Exp};
}

at::Tensor activate(const at::Tensor& x, const NamedActivation& activation, std::int64_t heads)
{
    if (activation.function == kernels::Activation::Identity)
        return x;
    at::Tensor in = x;
    if (activation.stabilised) {
        const at::Tensor grouped = x.unflatten(1, {heads, x.size(1) / heads});
        in = (grouped - grouped.detach().amax(2, true)).flatten(1, 2);
    }
    return Activate::apply(in, static_cast<std::int64_t>(activation.function));
}

Normed normChannels(kernels::ChannelNorm kind, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                    const at::Tensor& gate, at::ScalarType type)
{
    const variable_list out = ChannelNormFunction::apply(x, optional(weight), optional(bias), optional(gate),
                                                         static_cast<std::int64_t>(kind), type);
    return {out[0], out[1]};
}

at::Tensor channelNorm(kernels::ChannelNorm kind, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                       const at::Tensor& gate)
{
    return normChannels(kind, x, weight, bias, gate, x.scalar_type()).value;
}

kernels::ChannelNorm channelNormFromName(const std::string& name)
{
    using enum kernels::ChannelNorm;
    static const std::map<std::string, kernels::ChannelNorm> kNames{
        {"simplermsnorm", SimpleRms}, {"rmsnorm", Rms}, {"gatedrmsnorm", GatedRms}, {"scalenorm", Scale}};
    const auto found = kNames.find(name);
    return found == kNames.end() ? Layer : found->second;
}

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
