// SPDX-License-Identifier: Apache-2.0
#include "core/operators/ski/ski_functions.h"

#include "core/operators/functions/capsule.h"
#include "core/operators/functions/dispatch.h"
#include "kernels/ski/ski.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <fmt/format.h>

#include <type_traits>

namespace toeplab::core
{
namespace
{

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

template <typename T>
std::shared_ptr<const kernels::InterpolationPlan<T>> planOf(std::int64_t n, std::int64_t rank,
                                                            const SkiInterpolation& how)
{
    using Plan = kernels::InterpolationPlan<T>;
    return std::make_shared<Plan>(how.released ? Plan::released(n, rank, how.gamma, how.grid) : Plan::exact(n, rank));
}

template <typename T>
class SkiMap final : public ToeplitzMap
{
public:
    SkiMap(std::int64_t n, std::int64_t rank, std::int64_t taps, const SkiInterpolation& how)
        : n_(n), rank_(rank), taps_(taps), plan_(planOf<T>(n, rank, how))
    {
    }

    at::Tensor forward(const at::Tensor& x, at::TensorList operands, std::vector<at::Tensor>& kept) const override
    {
        at::Tensor y = at::empty_like(x);
        at::Tensor inducing = at::empty({x.size(0), x.size(1), rank_}, x.options());
        kernels::skiForward<T>(shapeOf(x), *plan_, constData<T>(operands[0]), constData<T>(operands[1]),
                               constData<T>(x), data<T>(y), data<T>(inducing));
        kept.push_back(inducing);
        return y;
    }

    Gradients backward(const at::Tensor& g, const at::Tensor& x, at::TensorList operands,
                       at::TensorList kept) const override
    {
        at::Tensor dx = at::empty_like(x);
        at::Tensor dband = at::empty_like(operands[0]);
        at::Tensor dlags = at::empty_like(operands[1]);
        kernels::skiBackward<T>(shapeOf(x), *plan_, constData<T>(operands[0]), constData<T>(operands[1]),
                                constData<T>(x), constData<T>(kept[0]), constData<T>(g),
                                {data<T>(dx), data<T>(dband), data<T>(dlags)});
        return {dx, {dband, dlags}};
    }

    std::string algorithm() const override { return fmt::format("band {} + rank {}", taps_, rank_); }
    std::size_t operandCount() const override { return 2; }

private:
    kernels::SkiShape shapeOf(const at::Tensor& x) const { return {x.size(0), x.size(1), n_, rank_, taps_}; }

    std::int64_t n_, rank_, taps_;
    std::shared_ptr<const kernels::InterpolationPlan<T>> plan_;
};

template <typename T>
const kernels::WarpPlan<T>& planFor(const Warp& warp)
{
    if constexpr (std::is_same_v<T, float>)
        return *warp.single;
    else
        return *warp.twofold;
}

class WarpFunction : public torch::autograd::Function<WarpFunction>
{
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& alphas,
                              const std::optional<at::Tensor>& betas, const Warp& warp)
    {
        const at::Tensor a = alphas.contiguous();
        const at::Tensor b = betas ? betas->contiguous() : at::Tensor();
        at::Tensor kernel;
        forType(a, [&](auto type) {
            using T = decltype(type);
            kernel = at::empty({a.size(0), planFor<T>(warp).count()}, a.options());
            planFor<T>(warp).forward(a.size(0), constData<T>(a), constData<T>(b), data<T>(kernel));
        });
        context->saved_data["warp"] = encapsulate(warp);
        context->saved_data["causal"] = !betas.has_value();
        return kernel;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const at::Tensor g = gradients[0].contiguous();
        const auto& warp = encapsulated<Warp>(context->saved_data["warp"]);
        at::Tensor dalphas;
        at::Tensor dbetas;
        forType(g, [&](auto type) {
            using T = decltype(type);
            dalphas = at::empty({g.size(0), planFor<T>(warp).rank()}, g.options());
            if (!context->saved_data["causal"].toBool())
                dbetas = at::empty_like(dalphas);
            planFor<T>(warp).backward(g.size(0), constData<T>(g), data<T>(dalphas), data<T>(dbetas));
        });
        return {dalphas, dbetas, at::Tensor()};
    }
};

} // namespace

std::shared_ptr<const ToeplitzMap> makeSkiMap(std::int64_t n, std::int64_t rank, std::int64_t taps,
                                              const SkiInterpolation& interpolation, at::ScalarType dtype)
{
    if (dtype == at::kDouble)
        return std::make_shared<SkiMap<double>>(n, rank, taps, interpolation);
    return std::make_shared<SkiMap<float>>(n, rank, taps, interpolation);
}

at::Tensor interpolationMatrix(std::int64_t n, std::int64_t rank, const SkiInterpolation& interpolation)
{
    const auto shared = planOf<double>(n, rank, interpolation);
    const kernels::InterpolationPlan<double>& plan = *shared;
    at::Tensor matrix = at::zeros({n, rank}, at::kDouble);
    auto w = matrix.accessor<double, 2>();
    for (const kernels::InterpolationCell& cell : plan.cells()) {
        for (std::int64_t i = 0; i < cell.rows; ++i) {
            const std::int64_t row = cell.row + i;
            w[row][cell.column] = plan.lower() != nullptr ? plan.lower()[row] : 1 - plan.upper()[row];
            w[row][cell.column + 1] = plan.upper()[row];
        }
    }
    return matrix;
}

Warp makeWarp(kernels::WarpSides sides, std::int64_t rank, double gamma, const std::vector<double>& lags,
              at::ScalarType dtype)
{
    if (dtype == at::kDouble)
        return {nullptr, std::make_shared<kernels::WarpPlan<double>>(
                             kernels::WarpPlan<double>::atLags(sides, rank, gamma, lags))};
    return {std::make_shared<kernels::WarpPlan<float>>(kernels::WarpPlan<float>::atLags(sides, rank, gamma, lags)),
            nullptr};
}

at::Tensor warpKernel(const Warp& warp, const at::Tensor& alphas, const at::Tensor& betas)
{
    return WarpFunction::apply(alphas, betas.defined() ? std::optional(betas) : std::nullopt, warp);
}

} // namespace toeplab::core
