// SPDX-License-Identifier: Apache-2.0
#include "core/operators/ski/ski_functions.h"

#include "core/operators/functions/capsule.h"
#include "core/operators/functions/dispatch.h"
#include "kernels/ski/ski.h"
#include "kernels/ski/ski_gpu.h"
#include "kernels/ski/warp_gpu.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <tuple>
#include <type_traits>
#include <utility>

namespace toeplab::core
{
namespace
{

using kernels::gpu::Table;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

template <typename T>
std::shared_ptr<const kernels::InterpolationPlan<T>> planOf(std::int64_t n, std::int64_t rank,
                                                            const SkiInterpolation& how)
{
    using Plan = kernels::InterpolationPlan<T>;
    return std::make_shared<Plan>(how.released ? Plan::released(n, rank, how.gamma, how.grid) : Plan::exact(n, rank));
}

/// The product by band and inducing points, whoever computes it.
class SkiMap : public ToeplitzMap
{
public:
    SkiMap(std::int64_t n, std::int64_t rank, std::int64_t taps) : n_(n), rank_(rank), taps_(taps) {}

    at::Tensor forward(const at::Tensor& x, at::TensorList operands, std::vector<at::Tensor>& kept) const override
    {
        at::Tensor y = at::empty_like(x);
        at::Tensor inducing = at::empty({x.size(0), x.size(1), rank_}, operands[0].options());
        product(shapeOf(x), operands, x, y, inducing);
        kept.push_back(inducing);
        return y;
    }

    Gradients backward(const at::Tensor& g, const at::Tensor& x, at::TensorList operands,
                       at::TensorList kept) const override
    {
        Gradients d{at::empty_like(x), {at::empty_like(operands[0]), at::empty_like(operands[1])}};
        adjoint(shapeOf(x), operands, x, kept[0], g, d);
        return d;
    }

    std::string algorithm() const override { return fmt::format("band {} + rank {}", taps_, rank_); }
    std::size_t operandCount() const override { return 2; }

protected:
    virtual void product(const kernels::SkiShape& shape, at::TensorList operands, const at::Tensor& x,
                         const at::Tensor& y, const at::Tensor& inducing) const = 0;
    virtual void adjoint(const kernels::SkiShape& shape, at::TensorList operands, const at::Tensor& x,
                         const at::Tensor& inducing, const at::Tensor& g, const Gradients& d) const = 0;

private:
    kernels::SkiShape shapeOf(const at::Tensor& x) const { return {x.size(0), x.size(1), n_, rank_, taps_}; }

    std::int64_t n_, rank_, taps_;
};

template <typename T>
class CpuSkiMap final : public SkiMap
{
public:
    CpuSkiMap(std::int64_t n, std::int64_t rank, std::int64_t taps, const SkiInterpolation& how)
        : SkiMap(n, rank, taps), plan_(planOf<T>(n, rank, how))
    {
    }

protected:
    void product(const kernels::SkiShape& shape, at::TensorList operands, const at::Tensor& x, const at::Tensor& y,
                 const at::Tensor& inducing) const override
    {
        kernels::skiForward<T>(shape, *plan_, constData<T>(operands[0]), constData<T>(operands[1]), constData<T>(x),
                               data<T>(y), data<T>(inducing));
    }
    void adjoint(const kernels::SkiShape& shape, at::TensorList operands, const at::Tensor& x,
                 const at::Tensor& inducing, const at::Tensor& g, const Gradients& d) const override
    {
        kernels::skiBackward<T>(shape, *plan_, constData<T>(operands[0]), constData<T>(operands[1]), constData<T>(x),
                                constData<T>(inducing), constData<T>(g),
                                {data<T>(d.x), data<T>(d.operands[0]), data<T>(d.operands[1])});
    }

private:
    std::shared_ptr<const kernels::InterpolationPlan<T>> plan_;
};

class GpuSkiMap final : public SkiMap
{
public:
    GpuSkiMap(const Gpu& gpu, std::int64_t n, std::int64_t rank, std::int64_t taps, const SkiInterpolation& how)
        : SkiMap(n, rank, taps), gpu_(gpu)
    {
        const auto plan = planOf<double>(n, rank, how);
        const kernels::gpu::InterpolationView view = kernels::gpu::viewOf(*plan);
        gpu_.call(&Table::createSkiPlan, &view, &plan_);
    }
    GpuSkiMap(const GpuSkiMap&) = delete;
    GpuSkiMap& operator=(const GpuSkiMap&) = delete;
    ~GpuSkiMap() override { static_cast<void>(gpu_.table().destroySkiPlan(plan_)); }

protected:
    void product(const kernels::SkiShape& shape, at::TensorList operands, const at::Tensor& x, const at::Tensor& y,
                 const at::Tensor& inducing) const override
    {
        gpu_.call(&Table::skiForward, &shape, plan_, numberOf(x, y), constData<float>(operands[0]),
                  constData<float>(operands[1]), constData<void>(x), data<void>(y), data<float>(inducing));
    }
    void adjoint(const kernels::SkiShape& shape, at::TensorList operands, const at::Tensor& x,
                 const at::Tensor& inducing, const at::Tensor& g, const Gradients& d) const override
    {
        gpu_.call(&Table::skiBackward, &shape, plan_, numberOf(x, g, d.x), constData<float>(operands[0]),
                  constData<float>(operands[1]), constData<void>(x), constData<float>(inducing), constData<void>(g),
                  data<void>(d.x), data<float>(d.operands[0]), data<float>(d.operands[1]));
    }

private:
    const Gpu& gpu_;
    kernels::gpu::SkiPlan* plan_ = nullptr;
};

/// What was made for each graphics card, by what it was made from. Batches of many lengths come again and again and
/// layers share them, and making one waits for the card.
template <typename Key, typename Value>
class MadeOnCard
{
public:
    template <typename Make>
    std::shared_ptr<Value> get(const Gpu& gpu, const Key& key, Make&& make)
    {
        constexpr std::size_t kMost = 4096; // some kilobytes each
        const std::lock_guard lock(mutex_);
        if (made_.size() >= kMost)
            made_.clear();
        std::shared_ptr<Value>& one = made_[{&gpu, key}];
        if (one == nullptr)
            one = make();
        return one;
    }

private:
    std::mutex mutex_;
    std::map<std::pair<const Gpu*, Key>, std::shared_ptr<Value>> made_;
};

template <typename T>
const kernels::WarpPlan<T>& planFor(const Warp& warp)
{
    if constexpr (std::is_same_v<T, float>)
        return *warp.single;
    else
        return *warp.twofold;
}

Warp warpOnCard(const Gpu& gpu, kernels::WarpSides sides, std::int64_t rank, double gamma,
                const std::vector<double>& lags)
{
    using Plan = kernels::WarpPlan<double>;
    Warp warp;
    warp.twofold = std::make_shared<Plan>(Plan::atLags(sides, rank, gamma, lags));
    const kernels::gpu::WarpView view = kernels::gpu::viewOf(*warp.twofold);
    kernels::gpu::WarpTable* table = nullptr;
    gpu.call(&kernels::gpu::LayerTable::createWarpTable, &view, &table);
    warp.table = {
        table, [&gpu](kernels::gpu::WarpTable* gone) { static_cast<void>(gpu.table().layers.destroyWarpTable(gone)); }};
    return warp;
}

class WarpFunction : public torch::autograd::Function<WarpFunction>
{
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& alphas,
                              const std::optional<at::Tensor>& betas, const Warp& warp)
    {
        const at::Tensor a = alphas.contiguous();
        const at::Tensor b = betas ? betas->contiguous() : at::Tensor();
        at::Tensor kernel = at::empty({a.size(0), warp.count()}, a.options());
        if (const Gpu* gpu = gpuOf(a); gpu != nullptr) {
            gpu->check(gpu->table().layers.warpForward(warp.table.get(), a.size(0), constData<float>(a),
                                                       constData<float>(b), data<float>(kernel)));
        } else {
            forType(a, [&](auto type) {
                using T = decltype(type);
                planFor<T>(warp).forward(a.size(0), constData<T>(a), constData<T>(b), data<T>(kernel));
            });
        }
        context->saved_data["warp"] = encapsulate(warp);
        context->saved_data["rank"] = a.size(1);
        context->saved_data["causal"] = !betas.has_value();
        return kernel;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients)
    {
        const at::Tensor g = gradients[0].contiguous();
        const auto& warp = encapsulated<Warp>(context->saved_data["warp"]);
        at::Tensor dalphas = at::empty({g.size(0), context->saved_data["rank"].toInt()}, g.options());
        at::Tensor dbetas = context->saved_data["causal"].toBool() ? at::Tensor() : at::empty_like(dalphas);
        if (const Gpu* gpu = gpuOf(g); gpu != nullptr) {
            gpu->check(gpu->table().layers.warpBackward(warp.table.get(), g.size(0), constData<float>(g),
                                                        data<float>(dalphas), data<float>(dbetas)));
        } else {
            forType(g, [&](auto type) {
                using T = decltype(type);
                planFor<T>(warp).backward(g.size(0), constData<T>(g), data<T>(dalphas), data<T>(dbetas));
            });
        }
        return {dalphas, dbetas, at::Tensor()};
    }
};

} // namespace

std::shared_ptr<const ToeplitzMap> makeSkiMap(std::int64_t n, std::int64_t rank, std::int64_t taps,
                                              const SkiInterpolation& interpolation, const at::Tensor& like)
{
    if (const Gpu* gpu = gpuOf(like); gpu != nullptr) {
        const auto make = [&] { return std::make_shared<GpuSkiMap>(*gpu, n, rank, taps, interpolation); };
        if (!like.is_cuda())
            return make();
        using Key = std::tuple<std::int64_t, std::int64_t, std::int64_t, bool, double, kernels::PublishedGrid>;
        static auto* const made = new MadeOnCard<Key, GpuSkiMap>; // at the end of the process the driver may be gone
        return made->get(*gpu, {n, rank, taps, interpolation.released, interpolation.gamma, interpolation.grid}, make);
    }
    if (like.scalar_type() == at::kDouble)
        return std::make_shared<CpuSkiMap<double>>(n, rank, taps, interpolation);
    return std::make_shared<CpuSkiMap<float>>(n, rank, taps, interpolation);
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

at::Tensor diagonalMeans(std::int64_t n, std::int64_t rank, const SkiInterpolation& interpolation)
{
    const auto plan = planOf<double>(n, rank, interpolation);
    std::vector<std::int64_t> column(static_cast<std::size_t>(n));
    std::vector<double> lower(column.size()), upper(column.size());
    for (const kernels::InterpolationCell& cell : plan->cells()) {
        for (std::int64_t i = cell.row; i < cell.row + cell.rows; ++i) {
            const auto row = static_cast<std::size_t>(i);
            column[row] = cell.column;
            upper[row] = plan->upper()[i];
            lower[row] = plan->lower() != nullptr ? plan->lower()[i] : 1 - upper[row];
        }
    }
    at::Tensor means = at::zeros({2 * n - 1, 2 * rank - 1}, at::kDouble);
    auto* values = means.mutable_data_ptr<double>();
    at::parallel_for(1 - n, n, 1, [&](std::int64_t first, std::int64_t end) {
        for (std::int64_t t = first; t < end; ++t) {
            double* mean = values + (t + n - 1) * (2 * rank - 1) + rank - 1; // at lag 0 of A
            for (std::int64_t i = std::max<std::int64_t>(t, 0); i < std::min(n, n + t); ++i) {
                const auto row = static_cast<std::size_t>(i);
                const auto from = static_cast<std::size_t>(i - t);
                const std::int64_t lag = column[row] - column[from];
                mean[lag] += lower[row] * lower[from] + upper[row] * upper[from];
                if (lag + 1 < rank)
                    mean[lag + 1] += upper[row] * lower[from];
                if (lag - 1 > -rank)
                    mean[lag - 1] += lower[row] * upper[from];
            }
            const double count = static_cast<double>(n - std::abs(t));
            for (std::int64_t lag = 1 - rank; lag < rank; ++lag)
                mean[lag] /= count;
        }
    });
    return means.t();
}

std::int64_t Warp::count() const
{
    return single != nullptr ? single->count() : twofold->count();
}

Warp makeWarp(kernels::WarpSides sides, std::int64_t rank, double gamma, const std::vector<double>& lags,
              const at::Tensor& like)
{
    if (const Gpu* gpu = gpuOf(like); gpu != nullptr) {
        const auto make = [&] { return std::make_shared<Warp>(warpOnCard(*gpu, sides, rank, gamma, lags)); };
        if (!like.is_cuda())
            return *make();
        using Key = std::tuple<kernels::WarpSides, std::int64_t, double, std::vector<double>>;
        static auto* const made = new MadeOnCard<Key, Warp>;
        return *made->get(*gpu, {sides, rank, gamma, lags}, make);
    }
    Warp warp;
    if (like.scalar_type() == at::kDouble)
        warp.twofold =
            std::make_shared<kernels::WarpPlan<double>>(kernels::WarpPlan<double>::atLags(sides, rank, gamma, lags));
    else
        warp.single =
            std::make_shared<kernels::WarpPlan<float>>(kernels::WarpPlan<float>::atLags(sides, rank, gamma, lags));
    return warp;
}

at::Tensor warpKernel(const Warp& warp, const at::Tensor& alphas, const at::Tensor& betas)
{
    return WarpFunction::apply(alphas, betas.defined() ? std::optional(betas) : std::nullopt, warp);
}

} // namespace toeplab::core
