// SPDX-License-Identifier: Apache-2.0
#include "core/training/adamw.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_foreach_sub.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <utility>

namespace toeplab::core
{
AdamW::AdamW(std::vector<NamedTensor> parameters, const OptimizerSettings& settings) : settings_(settings)
{
    for (NamedTensor& parameter : parameters) {
        const at::Tensor& value = parameter.value;
        Slot slot{parameter, at::zeros_like(value), at::zeros_like(value),
                  at::zeros({}, value.options().dtype(at::kFloat).requires_grad(false))};
        slots_.push_back(std::move(slot));
    }
}

AdamW::Lists AdamW::lists() const
{
    Lists all;
    for (const Slot& slot : slots_) {
        const at::Tensor& gradient = slot.parameter.value.grad();
        if (!gradient.defined())
            continue;
        all.values.push_back(slot.parameter.value);
        all.gradients.push_back(gradient);
        all.exp_avgs.push_back(slot.exp_avg);
        all.exp_avg_sqs.push_back(slot.exp_avg_sq);
        all.steps.push_back(slot.steps);
    }
    return all;
}

template <typename Rate>
void AdamW::advance(const Rate& lr, const std::optional<at::Tensor>& spoiled)
{
    const at::NoGradGuard no_grad;
    const Lists all = lists();
    if (all.values.empty())
        return;
    at::_foreach_add_(all.steps, 1);
    at::_fused_adamw_(all.values, all.gradients, all.exp_avgs, all.exp_avg_sqs, {}, all.steps, lr, settings_.beta1,
                      settings_.beta2, settings_.weight_decay, settings_.eps, false, false, {}, spoiled);
    if (spoiled)
        at::_foreach_sub_(all.steps, std::vector<at::Tensor>(all.steps.size(), *spoiled));
}

void AdamW::step(double lr)
{
    advance(lr, {});
}

void AdamW::step(const at::Tensor& lr, const at::Tensor& spoiled)
{
    advance(lr, spoiled);
}

at::Tensor AdamW::gradientNorm() const
{
    const at::NoGradGuard no_grad;
    std::vector<at::Tensor> gradients;
    for (const Slot& slot : slots_) {
        if (slot.parameter.value.grad().defined())
            gradients.push_back(slot.parameter.value.grad());
    }
    if (gradients.empty())
        return at::zeros({}, at::kDouble);
    return at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients)).to(at::kDouble));
}

void AdamW::clearGradients()
{
    for (Slot& slot : slots_)
        slot.parameter.value.mutable_grad() = at::Tensor();
}

} // namespace toeplab::core
