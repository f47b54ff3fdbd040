// SPDX-License-Identifier: Apache-2.0
#include "core/models/functions/sequence_functions.h"
#include "core/operators/functions/dispatch.h"
#include "kernels/norm/row_norm.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/rsqrt.h>
#include <torch/csrc/autograd/custom_function.h>

namespace toeplab::core
{
namespace
{

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

using kernels::gpu::LayerTable;

constexpr Kernel kBatchNormForward(&kernels::batchNormForward<float>, &kernels::batchNormForward<double>,
                                   &LayerTable::batchNormForward);
constexpr Kernel kBatchNormApply(&kernels::batchNormApply<float>, &kernels::batchNormApply<double>,
                                 &LayerTable::batchNormApply);
constexpr Kernel kBatchNormBackward(&kernels::batchNormBackward<float>, &kernels::batchNormBackward<double>,
                                    &LayerTable::batchNormBackward);
constexpr Kernel kInstanceNormForward(&kernels::instanceNormForward<float>, &kernels::instanceNormForward<double>,
                                      &LayerTable::instanceNormForward);
constexpr Kernel kInstanceNormBackward(&kernels::instanceNormBackward<float>, &kernels::instanceNormBackward<double>,
                                       &LayerTable::instanceNormBackward);
constexpr Kernel kRowRmsForward(&kernels::rowRmsForward<float>, &kernels::rowRmsForward<double>,
                                &LayerTable::rowRmsForward);
constexpr Kernel kRowRmsBackward(&kernels::rowRmsBackward<float>, &kernels::rowRmsBackward<double>,
                                 &LayerTable::rowRmsBackward);

kernels::RowNormShape shapeOf(const at::Tensor& x)
{
    return {x.size(0), x.size(1), x.size(2)};
}

class BatchNorm : public torch::autograd::Function<BatchNorm>
{
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                              const at::Tensor& bias, const BatchNormState& state)
    {
        const at::Tensor in = x.contiguous();
        const kernels::RowNormShape shape = shapeOf(in);
        at::Tensor y = at::empty_like(in);
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
        return y;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor g = gradients[0].contiguous();
        at::Tensor dx = at::empty_like(g);
        at::Tensor dweight = at::empty_like(saved[1]);
        at::Tensor dbias = at::empty_like(saved[1]);
        kBatchNormBackward(shapeOf(g), saved[1], saved[2], saved[3], context->saved_data["fixed"].toBool(), saved[0], g,
                           dx, dweight, dbias);
        return {dx, dweight, dbias, at::Tensor()};
    }
};

class InstanceNorm : public torch::autograd::Function<InstanceNorm>
{
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, double epsilon)
    {
        const at::Tensor in = x.contiguous();
        at::Tensor y = at::empty_like(in);
        at::Tensor mean = at::empty({x.size(0), x.size(1)}, x.options());
        at::Tensor inverse = at::empty_like(mean);
        kInstanceNormForward(shapeOf(in), epsilon, in, y, mean, inverse);
        context->save_for_backward({in, mean, inverse});
        return y;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor g = gradients[0].contiguous();
        at::Tensor dx = at::empty_like(g);
        kInstanceNormBackward(shapeOf(g), saved[1], saved[2], saved[0], g, dx);
        return {dx, at::Tensor()};
    }
};

class RowRmsNorm : public torch::autograd::Function<RowRmsNorm>
{
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, double epsilon)
    {
        const at::Tensor in = x.contiguous();
        at::Tensor y = at::empty_like(in);
        at::Tensor inverse = at::empty({x.size(0), x.size(1)}, x.options());
        kRowRmsForward(shapeOf(in), epsilon, in, y, inverse);
        context->save_for_backward({in, inverse});
        context->saved_data["epsilon"] = epsilon;
        return y;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor g = gradients[0].contiguous();
        at::Tensor dx = at::empty_like(g);
        kRowRmsBackward(shapeOf(g), context->saved_data["epsilon"].toDouble(), saved[1], saved[0], g, dx);
        return {dx, at::Tensor()};
    }
};

} // namespace

at::Tensor batchNorm(const BatchNormState& state, const at::Tensor& x)
{
    return BatchNorm::apply(x, state.weight, state.bias, state);
}

at::Tensor instanceNorm(const at::Tensor& x, double epsilon)
{
    return InstanceNorm::apply(x, epsilon);
}

at::Tensor rowRmsNorm(const at::Tensor& x, double epsilon)
{
    return RowRmsNorm::apply(x, epsilon);
}

} // namespace toeplab::core
