// SPDX-License-Identifier: Apache-2.0
#include "core/models/functions/mixer_functions.h"

#include "core/models/functions/gated_product.h"
#include "core/operators/functions/capsule.h"
#include "core/operators/functions/dispatch.h"
#include "core/operators/functions/projection.h"
#include "kernels/pointwise/gate.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <array>
#include <optional>

namespace toeplab::core
{
namespace
{

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using Optional = std::optional<at::Tensor>;

Optional optional(const at::Tensor& tensor)
{
    return tensor.defined() ? Optional(tensor) : std::nullopt;
}
at::Tensor plain(const Optional& tensor)
{
    return tensor.value_or(at::Tensor());
}

using kernels::gpu::LayerTable;

using kernels::BFloat16;

constexpr Kernel kGateInput(&kernels::gateInput<float, float>, &kernels::gateInput<double, double>,
                            &LayerTable::gateInput, &kernels::gateInput<BFloat16, float>);
constexpr Kernel kGateOutput(&kernels::gateOutput<float, float>, &kernels::gateOutput<double, double>,
                             &LayerTable::gateOutput, &kernels::gateOutput<BFloat16, float>);
constexpr Kernel kGateOutputBackward(&kernels::gateOutputBackward<float, float>,
                                     &kernels::gateOutputBackward<double, double>, &LayerTable::gateOutputBackward,
                                     &kernels::gateOutputBackward<BFloat16, float>);
constexpr Kernel kGateInputBackward(&kernels::gateInputBackward<float, float>,
                                    &kernels::gateInputBackward<double, double>, &LayerTable::gateInputBackward,
                                    &kernels::gateInputBackward<BFloat16, float>);
constexpr Kernel kGluForward(&kernels::gluForward<float, float>, &kernels::gluForward<double, double>,
                             &LayerTable::gluForward, &kernels::gluForward<BFloat16, float>);
constexpr Kernel kGluBackward(&kernels::gluBackward<float, float>, &kernels::gluBackward<double, double>,
                              &LayerTable::gluBackward, &kernels::gluBackward<BFloat16, float>);

/// What the backward pass needs beside tensors.
struct GateOptions {
    std::shared_ptr<const ToeplitzMap> map; ///< of the Toeplitz unit
    std::optional<kernels::ChannelNorm> norm;
    NamedActivation activation;
    kernels::Dropout dropout;
    Products products = Products::Full;
    std::size_t operands = 0;
    at::ScalarType input = at::kFloat; ///< of x as it came
    bool bias1 = false, bias2 = false, bias3 = false, residual = false;
};

kernels::GateShape gateShape(const at::Tensor& z, const GateOptions& options)
{
    return {z.size(0), z.size(1) / 2, z.size(2), options.activation.function};
}

at::Tensor halfOf(const at::Tensor& tensor, bool wanted, std::int64_t half)
{
    const std::int64_t rows = tensor.size(0) / 2;
    return wanted ? tensor.narrow(0, half * rows, rows) : at::Tensor();
}

/// The type that sums have beside a tensor of rounded numbers.
at::ScalarType unrounded(const at::Tensor& tensor)
{
    return tensor.scalar_type() == at::kBFloat16 ? at::kFloat : tensor.scalar_type();
}

/// How an operator's input and output are stored beside projections z: as those on a card, never rounded on the CPU.
at::TensorOptions operatorOptions(const at::Tensor& z)
{
    return gpuOf(z) != nullptr ? z.options() : z.options().dtype(unrounded(z));
}

/// The parameters of a norm, or their gradients, as a kernel takes them.
template <typename T>
kernels::ChannelNormParameters<T> normParameters(at::TensorList tensors)
{
    return {data<T>(tensors[0]), data<T>(tensors[1]), data<T>(tensors[2])};
}

class ToeplitzUnit : public torch::autograd::Function<ToeplitzUnit>
{
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& u_weight,
                              const Optional& u_bias, const at::Tensor& v_weight, const Optional& v_bias,
                              const Optional& o_weight, const Optional& o_bias, const Optional& residual,
                              const Optional& norm_weight, const Optional& norm_bias, const Optional& norm_gate,
                              at::TensorList operands, GateOptions options)
    {
        const at::Tensor in = rounded(x.contiguous(), options.products);
        const at::Tensor weight = rounded(stackRows(u_weight, v_weight), options.products);
        const at::Tensor bias = stackRows(plain(u_bias), plain(v_bias));
        const at::Tensor z = product(weight, in, options.activation.stabilised);
        if (options.activation.stabilised) {
            stabilise(z, bias, 0);
            stabilise(z, bias, 1);
        }
        const kernels::GateShape shape = gateShape(z, options);
        at::Tensor v = at::empty({shape.batch, shape.channels, shape.length}, operatorOptions(z));
        kGateInput(shape, z, bias, v);
        variable_list kept;
        const at::Tensor y = options.map->forward(v, operands, kept);
        at::Tensor o = v.scalar_type() == z.scalar_type() ? v : at::empty(v.sizes(), z.options()); // v has served
        const std::array<at::Tensor, 3> norm{plain(norm_weight), plain(norm_bias), plain(norm_gate)};
        at::Tensor mean;
        at::Tensor inverse;
        if (options.norm) {
            mean = at::empty({shape.batch, shape.length}, z.options().dtype(at::kFloat));
            inverse = at::empty_like(mean);
            const auto parameters = normParameters<const float>(norm);
            gpuOf(z)->call(&LayerTable::gateNormForward, &shape, &options.dropout, *options.norm, &parameters,
                           numberOf(z, y, o), constData<void>(z), constData<float>(bias), constData<void>(y),
                           data<void>(o), data<float>(mean), data<float>(inverse));
        } else {
            kGateOutput(shape, options.dropout, z, bias, y, o);
        }
        options.bias1 = u_bias.has_value();
        options.bias2 = v_bias.has_value();
        options.bias3 = o_bias.has_value();
        options.residual = residual.has_value();
        options.operands = operands.size();
        options.input = x.scalar_type();
        const at::Tensor out_weight = o_weight ? rounded(*o_weight, options.products) : at::Tensor();
        const Products products = options.products;
        variable_list saved{in, weight, bias, z, y, out_weight, norm[0], norm[1], norm[2], mean, inverse};
        saved.insert(saved.end(), operands.begin(), operands.end());
        saved.insert(saved.end(), kept.begin(), kept.end());
        context->save_for_backward(std::move(saved));
        context->saved_data["options"] = encapsulate(std::move(options));
        if (!o_weight)
            return o.to(unrounded(o));
        return projectForward(out_weight, plain(o_bias), residual ? residual->contiguous() : at::Tensor(),
                              rounded(o, products));
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const variable_list saved = context->get_saved_variables();
        const auto& options = encapsulated<GateOptions>(context->saved_data["options"]);
        const at::Tensor& x = saved[0];
        const at::Tensor& weight = saved[1];
        const at::Tensor& bias = saved[2];
        const at::Tensor& z = saved[3];
        const at::Tensor& y = saved[4];
        const at::Tensor& o_weight = saved[5];
        const kernels::GateShape shape = gateShape(z, options);
        const at::Tensor g = gradients[0].contiguous();
        const at::Tensor g_factor = o_weight.defined() ? rounded(g, options.products) : g;
        at::Tensor dz = at::empty_like(z);
        at::Tensor dbias = at::empty({2 * shape.channels}, g.options());
        const bool apart = y.scalar_type() != z.scalar_type();
        at::Tensor o = at::empty(y.sizes(), z.options());
        const at::Tensor go =
            o_weight.defined() ? projectBackwardInput(o_weight, g_factor).to(z.scalar_type()) : g.to(z.scalar_type());
        at::Tensor dy = o_weight.defined() && !apart ? go : at::empty_like(y);
        std::array<at::Tensor, 3> dnorm;
        if (options.norm) {
            const at::TensorList norm = at::TensorList(saved).slice(6, 3);
            for (std::size_t i = 0; i < dnorm.size(); ++i)
                dnorm[i] = norm[i].defined() ? at::empty_like(norm[i]) : at::Tensor();
            const auto parameters = normParameters<const float>(norm);
            const auto into = normParameters<float>(dnorm);
            gpuOf(z)->call(&LayerTable::gateNormBackward, &shape, &options.dropout, *options.norm, &parameters,
                           numberOf(z, y, go, dy), constData<void>(z), constData<float>(bias), constData<void>(y),
                           constData<float>(saved[9]), constData<float>(saved[10]), constData<void>(go), data<void>(dz),
                           data<void>(dy), data<void>(o), data<float>(dbias), &into);
        } else {
            kGateOutputBackward(shape, options.dropout, z, bias, y, go, dz, dy, o, dbias);
        }
        at::Tensor do_weight;
        at::Tensor do_bias;
        if (o_weight.defined()) {
            do_weight = projectBackwardWeight(g_factor, rounded(o, options.products));
            if (options.bias3)
                do_bias = sumRows(g);
        }
        at::Tensor v = apart ? at::empty_like(y) : o; // o has served
        kGateInput(shape, z, bias, v);
        ToeplitzMap::Gradients d = options.map->backward(dy, v, at::TensorList(saved).slice(11, options.operands),
                                                         at::TensorList(saved).slice(11 + options.operands));
        kGateInputBackward(shape, z, bias, d.x, dz, dbias);
        const at::Tensor dz_factor = rounded(dz, options.products);
        const at::Tensor dweight = projectBackwardWeight(dz_factor, x);
        variable_list out{context->needs_input_grad(0) ? projectBackwardInput(weight, dz_factor).to(options.input)
                                                       : at::Tensor(),
                          halfOf(dweight, true, 0),
                          halfOf(dbias, options.bias1, 0),
                          halfOf(dweight, true, 1),
                          halfOf(dbias, options.bias2, 1),
                          do_weight,
                          do_bias,
                          options.residual ? g : at::Tensor(),
                          dnorm[0],
                          dnorm[1],
                          dnorm[2]};
        out.insert(out.end(), d.operands.begin(), d.operands.end());
        out.emplace_back();
        return out;
    }
};

class LinearUnit : public torch::autograd::Function<LinearUnit>
{
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight1,
                              const Optional& bias1, const at::Tensor& weight2, const Optional& bias2,
                              const at::Tensor& weight3, const Optional& bias3, const Optional& residual,
                              GateOptions options)
    {
        const at::Tensor in = rounded(x.contiguous(), options.products);
        const at::Tensor weight = rounded(stackRows(weight1, weight2), options.products);
        const at::Tensor bias = stackRows(plain(bias1), plain(bias2));
        const at::Tensor z = product(weight, in, options.activation.stabilised);
        if (options.activation.stabilised)
            stabilise(z, bias, 0);
        const kernels::GateShape shape = gateShape(z, options);
        at::Tensor a = at::empty({shape.batch, shape.channels, shape.length}, z.options());
        kGluForward(shape, options.dropout, z, bias, a);
        options.bias1 = bias1.has_value();
        options.bias2 = bias2.has_value();
        options.bias3 = bias3.has_value();
        options.residual = residual.has_value();
        options.input = x.scalar_type();
        const at::Tensor out_weight = rounded(weight3, options.products);
        const at::Tensor out_factor = rounded(a, options.products);
        context->save_for_backward({in, weight, bias, z, out_weight});
        context->saved_data["options"] = encapsulate(std::move(options));
        return projectForward(out_weight, plain(bias3), residual ? residual->contiguous() : at::Tensor(), out_factor);
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const variable_list saved = context->get_saved_variables();
        const auto& options = encapsulated<GateOptions>(context->saved_data["options"]);
        const at::Tensor& x = saved[0];
        const at::Tensor& bias = saved[2];
        const at::Tensor& z = saved[3];
        const kernels::GateShape shape = gateShape(z, options);
        const at::Tensor g = gradients[0].contiguous();
        const at::Tensor g_factor = rounded(g, options.products);
        at::Tensor a = projectBackwardInput(saved[4], g_factor).to(z.scalar_type());
        at::Tensor dz = at::empty_like(z);
        at::Tensor dbias = at::empty({2 * shape.channels}, g.options());
        kGluBackward(shape, options.dropout, z, bias, a, dz, a, dbias);
        const at::Tensor dweight3 = projectBackwardWeight(g_factor, rounded(a, options.products));
        const at::Tensor dz_factor = rounded(dz, options.products);
        const at::Tensor dweight = projectBackwardWeight(dz_factor, x);
        return {context->needs_input_grad(0) ? projectBackwardInput(saved[1], dz_factor).to(options.input)
                                             : at::Tensor(),
                halfOf(dweight, true, 0),
                halfOf(dbias, options.bias1, 0),
                halfOf(dweight, true, 1),
                halfOf(dbias, options.bias2, 1),
                dweight3,
                options.bias3 ? sumRows(g) : at::Tensor(),
                options.residual ? g : at::Tensor(),
                at::Tensor()};
    }
};

} // namespace

bool normsGates(const at::Tensor& x)
{
    return gpuOf(x) != nullptr;
}

at::Tensor gatedToeplitz(const GatedToeplitz& unit, const at::Tensor& x, const at::Tensor& residual)
{
    GateOptions options;
    std::array<Optional, 3> norm;
    if (unit.norm != nullptr) {
        options.norm = unit.norm->kind();
        norm = {optional(unit.norm->weight()), optional(unit.norm->bias()), optional(unit.norm->gate())};
    }
    options.map = unit.map;
    options.activation = unit.activation;
    options.dropout = unit.dropout;
    options.products = unit.products;
    return ToeplitzUnit::apply(x, unit.u_weight, optional(unit.u_bias), unit.v_weight, optional(unit.v_bias),
                               optional(unit.o_weight), optional(unit.o_bias), optional(residual), norm[0], norm[1],
                               norm[2], at::TensorList(unit.operands), options);
}

at::Tensor gatedLinear(const GatedLinear& unit, const at::Tensor& x, const at::Tensor& residual)
{
    GateOptions options;
    options.activation = unit.activation;
    options.dropout = unit.dropout;
    options.products = unit.products;
    return LinearUnit::apply(x, unit.weight1, optional(unit.bias1), unit.weight2, optional(unit.bias2), unit.weight3,
                             optional(unit.bias3), optional(residual), options);
}

} // namespace toeplab::core
