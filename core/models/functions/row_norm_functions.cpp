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
            forType(x, [&](auto type) {
                using T = decltype(type);
                kernels::batchNormForward<T>(shape, constData<T>(weight), constData<T>(bias),
                                             static_cast<T>(state.epsilon), constData<T>(in), data<T>(y), data<T>(mean),
                                             data<T>(inverse), data<T>(variance));
            });
            const auto count = static_cast<double>(shape.batch * shape.length);
            state.running_mean.mul_(1 - state.momentum).add_(mean, state.momentum);
            state.running_var.mul_(1 - state.momentum)
                .add_(variance, count > 1 ? state.momentum * count / (count - 1) : state.momentum);
        } else {
            mean = state.running_mean.clone();
            inverse = at::rsqrt(state.running_var + state.epsilon);
            forType(x, [&](auto type) {
                using T = decltype(type);
                kernels::batchNormApply<T>(shape, constData<T>(weight), constData<T>(bias), constData<T>(mean),
                                           constData<T>(inverse), constData<T>(in), data<T>(y));
            });
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
        forType(g, [&](auto type) {
            using T = decltype(type);
            kernels::batchNormBackward<T>(shapeOf(g), constData<T>(saved[1]), constData<T>(saved[2]),
                                          constData<T>(saved[3]), context->saved_data["fixed"].toBool(),
                                          constData<T>(saved[0]), constData<T>(g), data<T>(dx), data<T>(dweight),
                                          data<T>(dbias));
        });
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
        forType(x, [&](auto type) {
            using T = decltype(type);
            kernels::instanceNormForward<T>(shapeOf(in), static_cast<T>(epsilon), constData<T>(in), data<T>(y),
                                            data<T>(mean), data<T>(inverse));
        });
        context->save_for_backward({in, mean, inverse});
        return y;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor g = gradients[0].contiguous();
        at::Tensor dx = at::empty_like(g);
        forType(g, [&](auto type) {
            using T = decltype(type);
            kernels::instanceNormBackward<T>(shapeOf(g), constData<T>(saved[1]), constData<T>(saved[2]),
                                             constData<T>(saved[0]), constData<T>(g), data<T>(dx));
        });
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
        forType(x, [&](auto type) {
            using T = decltype(type);
            kernels::rowRmsForward<T>(shapeOf(in), static_cast<T>(epsilon), constData<T>(in), data<T>(y),
                                      data<T>(inverse));
        });
        context->save_for_backward({in, inverse});
        context->saved_data["epsilon"] = epsilon;
        return y;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor g = gradients[0].contiguous();
        at::Tensor dx = at::empty_like(g);
        forType(g, [&](auto type) {
            using T = decltype(type);
            kernels::rowRmsBackward<T>(shapeOf(g), static_cast<T>(context->saved_data["epsilon"].toDouble()),
                                       constData<T>(saved[1]), constData<T>(saved[0]), constData<T>(g), data<T>(dx));
        });
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
