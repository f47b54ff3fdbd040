// SPDX-License-Identifier: Apache-2.0
#include "core/models/functions/sequence_functions.h"
#include "core/operators/functions/dispatch.h"
#include "kernels/norm/row_norm.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>

namespace toeplab::core
{
namespace
{

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

using kernels::gpu::LayerTable;

using kernels::BFloat16;

constexpr Kernel kBatchNormForward(&kernels::batchNormForward<float, float>, &kernels::batchNormForward<double, double>,
                                   &LayerTable::batchNormForward, &kernels::batchNormForward<BFloat16, float>);
constexpr Kernel kBatchNormApply(&kernels::batchNormApply<float, float>, &kernels::batchNormApply<double, double>,
                                 &LayerTable::batchNormApply, &kernels::batchNormApply<BFloat16, float>);
constexpr Kernel kBatchNormBackward(&kernels::batchNormBackward<float, float>,
                                    &kernels::batchNormBackward<double, double>, &LayerTable::batchNormBackward,
                                    &kernels::batchNormBackward<BFloat16, float>);
constexpr Kernel kInstanceNormForward(&kernels::instanceNormForward<float, float>,
                                      &kernels::instanceNormForward<double, double>, &LayerTable::instanceNormForward,
                                      &kernels::instanceNormForward<BFloat16, float>);
constexpr Kernel kInstanceNormBackward(&kernels::instanceNormBackward<float, float>,
                                       &kernels::instanceNormBackward<double, double>,
                                       &LayerTable::instanceNormBackward,
                                       &kernels::instanceNormBackward<BFloat16, float>);
constexpr Kernel kRowRmsForward(&kernels::rowRmsForward<float, float>, &kernels::rowRmsForward<double, double>,
                                &LayerTable::rowRmsForward, &kernels::rowRmsForward<BFloat16, float>);
constexpr Kernel kRowRmsBackward(&kernels::rowRmsBackward<float, float>, &kernels::rowRmsBackward<double, double>,
                                 &LayerTable::rowRmsBackward, &kernels::rowRmsBackward<BFloat16, float>);

kernels::RowNormShape shapeOf(const at::Tensor& x)
{
    return {x.size(0), x.size(1), x.size(2)};
}

/// A norm's values, not yet written.
at::Tensor valuesLike(const at::Tensor& x, at::ScalarType type)
{
    return at::empty(x.sizes(), x.options().dtype(type));
}

/// The gradients of a norm's values and of x past it, which may be undefined.
struct Incoming {
    at::Tensor g, add;

    Incoming(const variable_list& gradients, const at::Tensor& x)
        : g(gradients[0].defined() ? gradients[0].contiguous() : at::zeros_like(x)),
          add(gradients[1].defined() ? gradients[1].contiguous() : at::Tensor())
    {
    }
};

class BatchNorm : public torch::autograd::Function<BatchNorm>
{
public:
    static variable_list forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                                 const at::Tensor& bias, const BatchNormState& state, at::ScalarType type)
    {
        const at::Tensor in = x.contiguous();
        const kernels::RowNormShape shape = shapeOf(in);
        at::Tensor y = valuesLike(in, type);
        at::Tensor mean;
        at::Tensor inverse;
        if (state.training) {
            mean = at::empty({shape.channels}, x.options());
            inverse = at::empty_like(mean);
            at::Tensor variance = at::empty_like(mean);
            kBatchNormForward(shape, weight, bias, state.epsilon, in, y, mean, inverse, variance);
            const auto count = static_cast<double>(shape.batch * shape.length);
            state.running_mean.mul_(1 - state.momentum).add_(mean, state.momentum);
            state.running_var.mul_(1 - state.momentum)
                .add_(variance, count > 1 ? state.momentum * count / (count - 1) : state.momentum);
        } else {
            mean = state.running_mean.clone();
            inverse = at::rsqrt(state.running_var + state.epsilon);
            kBatchNormApply(shape, weight, bias, mean, inverse, in, y);
        }
        context->save_for_backward({in, weight, mean, inverse});
        context->saved_data["fixed"] = !state.training;
        context->set_materialize_grads(false);
        return {y, x};
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const variable_list saved = context->get_saved_variables();
        const Incoming in(gradients, saved[0]);
        at::Tensor dx = at::empty_like(saved[0]);
        at::Tensor dweight = at::empty_like(saved[1]);
        at::Tensor dbias = at::empty_like(saved[1]);
        kBatchNormBackward(shapeOf(dx), saved[1], saved[2], saved[3], context->saved_data["fixed"].toBool(), saved[0],
                           in.g, in.add, dx, dweight, dbias);
        return {dx, dweight, dbias, at::Tensor(), at::Tensor()};
    }
};

class InstanceNorm : public torch::autograd::Function<InstanceNorm>
{
public:
    static variable_list forward(AutogradContext* context, const at::Tensor& x, at::ScalarType type, double epsilon)
    {
        const at::Tensor in = x.contiguous();
        at::Tensor y = valuesLike(in, type);
        at::Tensor mean = at::empty({x.size(0), x.size(1)}, x.options());
        at::Tensor inverse = at::empty_like(mean);
        kInstanceNormForward(shapeOf(in), epsilon, in, y, mean, inverse);
        context->save_for_backward({in, mean, inverse});
        context->set_materialize_grads(false);
        return {y, x};
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const variable_list saved = context->get_saved_variables();
        const Incoming in(gradients, saved[0]);
        at::Tensor dx = at::empty_like(saved[0]);
        kInstanceNormBackward(shapeOf(dx), saved[1], saved[2], saved[0], in.g, in.add, dx);
        return {dx, at::Tensor(), at::Tensor()};
    }
};

class RowRmsNorm : public torch::autograd::Function<RowRmsNorm>
{
public:
    static variable_list forward(AutogradContext* context, const at::Tensor& x, at::ScalarType type, double epsilon)
    {
        const at::Tensor in = x.contiguous();
        at::Tensor y = valuesLike(in, type);
        at::Tensor inverse = at::empty({x.size(0), x.size(1)}, x.options());
        kRowRmsForward(shapeOf(in), epsilon, in, y, inverse);
        context->save_for_backward({in, inverse});
        context->saved_data["epsilon"] = epsilon;
        context->set_materialize_grads(false);
        return {y, x};
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const variable_list saved = context->get_saved_variables();
        const Incoming in(gradients, saved[0]);
        at::Tensor dx = at::empty_like(saved[0]);
        kRowRmsBackward(shapeOf(dx), context->saved_data["epsilon"].toDouble(), saved[1], saved[0], in.g, in.add, dx);
        return {dx, at::Tensor(), at::Tensor()};
    }
};

Normed normed(const variable_list& outputs)
{
    return {outputs[0], outputs[1]};
}

} // namespace

Normed batchNorm(const BatchNormState& state, const at::Tensor& x, at::ScalarType type)
{
    return normed(BatchNorm::apply(x, state.weight, state.bias, state, type));
}

Normed instanceNorm(const at::Tensor& x, at::ScalarType type, double epsilon)
{
    return normed(InstanceNorm::apply(x, type, epsilon));
}

Normed rowRmsNorm(const at::Tensor& x, at::ScalarType type, double epsilon)
{
    return normed(RowRmsNorm::apply(x, type, epsilon));
}

} // namespace toeplab::core
