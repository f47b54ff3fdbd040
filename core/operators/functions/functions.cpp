// SPDX-License-Identifier: Apache-2.0
#include "core/operators/functions/functions.h"

#include "core/operators/functions/dispatch.h"
#include "kernels/products/gemm.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

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

class Project : public torch::autograd::Function<Project>
{
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                              const std::optional<at::Tensor>& bias, const std::optional<at::Tensor>& residual)
    {
        TORCH_CHECK(x.dim() == 3 && x.size(1) == weight.size(1), "a projection of ", weight.size(1),
                    " channels was handed ", x.sizes());
        const kernels::ProjectionShape shape{x.size(0), x.size(1), weight.size(0), x.size(2)};
        const at::Tensor in = x.contiguous();
        const at::Tensor start = residual ? residual->contiguous() : at::Tensor();
        at::Tensor y = at::empty({shape.batch, shape.out, shape.length}, x.options());
        forType(x, [&](auto type) {
            using T = decltype(type);
            kernels::projectForward<T>(shape, constData<T>(weight), constData<T>(bias.value_or(at::Tensor())),
                                       constData<T>(start), constData<T>(in), data<T>(y));
        });
        context->save_for_backward({in, weight});
        context->saved_data["bias"] = bias.has_value();
        context->saved_data["residual"] = residual.has_value();
        return y;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor& x = saved[0];
        const at::Tensor& weight = saved[1];
        const at::Tensor g = gradients[0].contiguous();
        const kernels::ProjectionShape shape{x.size(0), x.size(1), weight.size(0), x.size(2)};
        at::Tensor dx;
        at::Tensor dw = at::empty_like(weight);
        at::Tensor dbias;
        forType(x, [&](auto type) {
            using T = decltype(type);
            if (context->needs_input_grad(0)) {
                dx = at::empty_like(x);
                kernels::projectBackwardInput<T>(shape, constData<T>(weight), constData<T>(g), false, data<T>(dx));
            }
            kernels::projectBackwardWeight<T>(shape, constData<T>(g), constData<T>(x), data<T>(dw));
            if (context->saved_data["bias"].toBool()) {
                dbias = at::empty({shape.out}, x.options());
                kernels::sumRows<T>(shape.batch, shape.out, shape.length, constData<T>(g), data<T>(dbias));
            }
        });
        return {dx, dw, dbias, context->saved_data["residual"].toBool() ? g : at::Tensor()};
    }
};

class Activate : public torch::autograd::Function<Activate>
{
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, std::int64_t activation)
    {
        const at::Tensor in = x.contiguous();
        at::Tensor y = at::empty_like(in);
        forType(x, [&](auto type) {
            using T = decltype(type);
            kernels::activate<T>(static_cast<kernels::Activation>(activation), in.numel(), constData<T>(in),
                                 data<T>(y));
        });
        context->save_for_backward({in});
        context->saved_data["activation"] = activation;
        return y;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const at::Tensor x = context->get_saved_variables()[0];
        const at::Tensor g = gradients[0].contiguous();
        at::Tensor dx = at::empty_like(x);
        forType(x, [&](auto type) {
            using T = decltype(type);
            kernels::activateBackward<T>(static_cast<kernels::Activation>(context->saved_data["activation"].toInt()),
                                         x.numel(), constData<T>(x), constData<T>(g), data<T>(dx));
        });
        return {dx, at::Tensor()};
    }
};

class ChannelNormFunction : public torch::autograd::Function<ChannelNormFunction>
{
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const std::optional<at::Tensor>& weight,
                              const std::optional<at::Tensor>& bias, const std::optional<at::Tensor>& gate,
                              std::int64_t kind)
    {
        const at::Tensor in = x.contiguous();
        const kernels::ChannelNormShape shape{x.size(0), x.size(1), x.size(2), static_cast<kernels::ChannelNorm>(kind)};
        at::Tensor y = at::empty_like(in);
        at::Tensor mean = at::empty({shape.batch, shape.length}, x.options());
        at::Tensor inverse = at::empty_like(mean);
        const at::Tensor w = weight.value_or(at::Tensor());
        const at::Tensor b = bias.value_or(at::Tensor());
        const at::Tensor q = gate.value_or(at::Tensor());
        forType(x, [&](auto type) {
            using T = decltype(type);
            kernels::channelNormForward<T>(shape, {constData<T>(w), constData<T>(b), constData<T>(q)}, constData<T>(in),
                                           data<T>(y), data<T>(mean), data<T>(inverse));
        });
        context->save_for_backward({in, w, b, q, mean, inverse});
        context->saved_data["kind"] = kind;
        return y;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor& x = saved[0];
        const at::Tensor g = gradients[0].contiguous();
        const kernels::ChannelNormShape shape{x.size(0), x.size(1), x.size(2),
                                              static_cast<kernels::ChannelNorm>(context->saved_data["kind"].toInt())};
        at::Tensor dx = at::empty_like(x);
        std::array<at::Tensor, 3> d;
        for (std::size_t i = 0; i < 3; ++i)
            if (saved[i + 1].defined())
                d[i] = at::empty_like(saved[i + 1]);
        forType(x, [&](auto type) {
            using T = decltype(type);
            kernels::channelNormBackward<T>(
                shape, {constData<T>(saved[1]), constData<T>(saved[2]), constData<T>(saved[3])}, constData<T>(x),
                constData<T>(saved[4]), constData<T>(saved[5]), constData<T>(g), data<T>(dx),
                {data<T>(d[0]), data<T>(d[1]), data<T>(d[2])});
        });
        return {dx, d[0], d[1], d[2], at::Tensor()};
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

at::Tensor channelNorm(kernels::ChannelNorm kind, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                       const at::Tensor& gate)
{
    return ChannelNormFunction::apply(x, optional(weight), optional(bias), optional(gate),
                                      static_cast<std::int64_t>(kind));
}

kernels::ChannelNorm channelNormFromName(const std::string& name)
{
    using enum kernels::ChannelNorm;
    static const std::map<std::string, kernels::ChannelNorm> kNames{
        {"simplermsnorm", SimpleRms}, {"rmsnorm", Rms}, {"gatedrmsnorm", GatedRms}, {"scalenorm", Scale}};
    const auto found = kNames.find(name);
    return found == kNames.end() ? Layer : found->second;
}

} // namespace toeplab::core
