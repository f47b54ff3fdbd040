// SPDX-License-Identifier: Apache-2.0
#include "core/training/adamw.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>
#include <utility>

namespace toeplab::core
{

AdamW::AdamW(std::vector<NamedTensor> parameters, const OptimizerSettings& settings) : settings_(settings)
{
    for (NamedTensor& parameter : parameters) {
        const at::Tensor& value = parameter.value;
        Slot slot{parameter, at::zeros_like(value), at::zeros_like(value), at::zeros({}, at::kFloat)};
        slots_.push_back(std::move(slot));
    }
}

void AdamW::step(double lr)
{
    const at::NoGradGuard no_grad;
    std::vector<at::Tensor> values, gradients, exp_avgs, exp_avg_sqs, steps;
    for (Slot& slot : slots_) {
        const at::Tensor& gradient = slot.parameter.value.grad();
        if (!gradient.defined())
            continue;
        slot.steps.add_(1);
        values.push_back(slot.parameter.value);
        gradients.push_back(gradient);
        exp_avgs.push_back(slot.exp_avg);
        exp_avg_sqs.push_back(slot.exp_avg_sq);
        steps.push_back(slot.steps);
    }
    if (!values.empty())
        at::_fused_adamw_(values, gradients, exp_avgs, exp_avg_sqs, {}, steps, lr, settings_.beta1, settings_.beta2,
                          settings_.weight_decay, settings_.eps, false, false);
}

double AdamW::gradientNorm() const
{
    const at::NoGradGuard no_grad;
    std::vector<at::Tensor> gradients;
    for (const Slot& slot : slots_) {
        if (slot.parameter.value.grad().defined())
            gradients.push_back(slot.parameter.value.grad());
    }
    double sum = 0;
    if (!gradients.empty()) {
        for (const at::Tensor& norm : at::_foreach_norm(gradients)) {
            const double value = norm.item<double>();
            sum += value * value;
        }
    }
    return std::sqrt(sum);
}

void AdamW::clearGradients()
{
    for (Slot& slot : slots_)
        slot.parameter.value.mutable_grad() = at::Tensor();
}

} // namespace toeplab::core
