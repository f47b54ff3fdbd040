// SPDX-License-Identifier: Apache-2.0
#include "core/operators/tno/tno.h"

#include "core/operators/base/keepsakes.h"
#include "core/operators/convolution/convolution_map.h"
#include "core/operators/functions/functions.h"
#include "core/operators/rpe/rpe.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/pow.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace toeplab::core
{
namespace
{

enum class Decay { None, Fixed, Learned };

Decay decayFromName(const std::string& name)
{
    return name == "learned" ? Decay::Learned : (name == "fixed" ? Decay::Fixed : Decay::None);
}

class Tno final : public ToeplitzOperator
{
public:
    Tno(const OperatorRequest& request, Initializer& initial)
        : ToeplitzOperator(request.channels), settings_(request.mixer), decay_(decayFromName(settings_.decay)),
          kernel_act_(activationFromName(settings_.kernel_act)),
          rpe_(makeRpe({settings_.rpe, settings_.rpe_width, request.channels, settings_.rpe_layers, settings_.rpe_act,
                        settings_.rpe_norm, settings_.rpe_residual, settings_.rpe_bias},
                       initial))
    {
        addPart(settings_.rpe == "dpb" ? "dpb" : "rpe", *rpe_);
        const std::int64_t h = settings_.heads;
        const std::vector<std::int64_t> shape{h, 1, request.channels / h};
        if (decay_ == Decay::Fixed)
            gamma_ = addBuffer("gamma", initial.constant(shape, settings_.gamma));
        else if (decay_ == Decay::Learned)
            gamma_ = addParameter("gamma", initial.normal(shape));
    }

    std::vector<at::Tensor> operands(std::int64_t n) override
    {
        at::Tensor kernel = lagKernel(n);
        if (!settings_.normalize)
            return {kernel};
        return {kernel, rowSums(convolution(n), kernel)};
    }

    std::shared_ptr<const ToeplitzMap> map(std::int64_t n) override
    {
        if (map_ == nullptr || map_length_ != n) {
            map_ = makeConvolutionMap(convolution(n));
            if (settings_.normalize)
                map_ = makeNormalizedMap(map_);
            map_length_ = n;
        }
        return map_;
    }

    at::Tensor kernel(std::int64_t n) override
    {
        const at::NoGradGuard no_graph;
        return fullKernel(convolution(n), lagKernel(n));
    }

    at::Tensor plainProduct(const at::Tensor& x, std::int64_t channel) override
    {
        const at::Tensor y = ToeplitzOperator::plainProduct(x, channel);
        return settings_.normalize ? y / ToeplitzOperator::plainProduct(at::ones_like(x), channel) : y;
    }

    OperatorCost cost(std::int64_t batch, std::int64_t n) const override
    {
        const Convolution product = convolution(n);
        const auto lags = static_cast<double>(product.before + 1 + product.after);
        const auto outputs = static_cast<double>(channels());
        const auto width = static_cast<double>(settings_.rpe_width);
        const double network = 6 * lags * width * (width * static_cast<double>(settings_.rpe_layers) + outputs);
        return {product.operations(batch, channels()) + network,
                4 * outputs * (static_cast<double>(batch * n) + 3 * lags)};
    }

    std::string describe(std::int64_t n) const override
    {
        std::string text = rpe_->describe();
        if (decay_ == Decay::Fixed && settings_.gamma != 1)
            text += fmt::format(", decay {:g}", settings_.gamma);
        if (decay_ == Decay::Learned)
            text += fmt::format(", learned decay above {:g}", settings_.gamma);
        if (settings_.par_type != 1)
            text += settings_.par_type == 2 ? ", positions t/(n-1)" : ", positions exp(t/(n-1))";
        if (kernel_act_.function != kernels::Activation::Identity)
            text += ", kernel through " + settings_.kernel_act;
        if (settings_.normalize)
            text += ", rows normalized";
        if (settings_.max_lag > 0 && settings_.max_lag < n)
            text += fmt::format(", lags below {}", settings_.max_lag);
        return text + ", " + convolution(n).algorithm();
    }

private:
    Convolution convolution(std::int64_t n) const
    {
        const std::int64_t reach = (settings_.max_lag > 0 ? std::min(n, settings_.max_lag) : n) - 1;
        return Convolution::of(n, settings_.causal ? 0 : reach, reach, settings_.algorithm);
    }

    /// k at its lags, (channels, lags), with a graph where gradients are on.
    at::Tensor lagKernel(std::int64_t n)
    {
        prepare(n);
        for (const at::Tensor& constant : {positions_, distances_, powers_})
            keep(constant);
        at::Tensor kernel = (*rpe_)(positions_).squeeze(0);
        if (decay_ == Decay::Fixed && powers_.defined()) {
            kernel = kernel * powers_;
        } else if (decay_ == Decay::Learned) {
            const at::Tensor rate = settings_.gamma + (1 - settings_.gamma) * gamma_.sigmoid();
            kernel = kernel * at::pow(rate.reshape({channels(), 1}), distances_);
        }
        return activate(kernel.unsqueeze(0), kernel_act_, settings_.heads).squeeze(0);
    }

    /// Positions and, for a fixed decay, gamma^|t|: constants of the lags, which batches of many lengths share where
    /// they are truncated (par_type 1), and of the length.
    void prepare(std::int64_t n)
    {
        const Convolution span = convolution(n);
        const std::int64_t length = settings_.par_type == 1 ? 0 : n;
        const Prepared wanted{span.before, span.after, length, decay_ == Decay::Fixed ? gamma_._version() : 0};
        const at::Tensor like = rpe_->parameters().front().value;
        if (prepared_ == wanted && positions_.device() == like.device())
            return;
        const auto options = like.options();
        const at::Tensor lags = at::arange(-span.before, span.after + 1, options);
        const auto last = static_cast<double>(std::max<std::int64_t>(n - 1, 1));
        positions_ = lags;
        if (settings_.par_type == 2)
            positions_ = lags / last;
        else if (settings_.par_type == 3)
            positions_ = (lags / last).exp();
        positions_ = positions_.view({1, 1, -1}).contiguous();
        distances_ = lags.abs().unsqueeze(0);
        powers_ = at::Tensor();
        if (decay_ == Decay::Fixed) {
            if (gamma_seen_ != gamma_._version()) { // reading it waits for a graphics card
                gamma_seen_ = gamma_._version();
                decays_ = !gamma_.eq(1).all().item<bool>();
            }
            if (decays_)
                powers_ = at::pow(gamma_.reshape({channels(), 1}), distances_);
        }
        prepared_ = wanted;
    }

    MixerSettings settings_;
    Decay decay_;
    NamedActivation kernel_act_;
    std::unique_ptr<Rpe> rpe_;
    at::Tensor gamma_;
    struct Prepared {
        std::int64_t before = -1, after = -1, length = -1, gamma = -1;
        friend bool operator==(const Prepared&, const Prepared&) = default;
    };
    Prepared prepared_;
    std::int64_t gamma_seen_ = -1; ///< version of gamma_ that decays_ was read from
    bool decays_ = false;
    at::Tensor positions_, distances_, powers_;
    std::shared_ptr<const ToeplitzMap> map_;
    std::int64_t map_length_ = 0;
};

std::string problem(const OperatorRequest& request)
{
    const MixerSettings& m = request.mixer;
    if (m.par_type < 1 || m.par_type > 3)
        return fmt::format("mixer.par_type is {}: it must be 1, 2 or 3.", m.par_type);
    if (m.par_type == 3 && !m.causal)
        return "mixer.par_type is 3, whose positions exp(t/(n-1)) are defined for causal kernels only. Set "
               "mixer.causal or use 1 or 2.";
    if (m.decay != "none" && !(m.gamma > 0 && m.gamma <= 1))
        return fmt::format("mixer.gamma is {}: a decay lies above 0 and is at most 1.", m.gamma);
    return rpeProblem(m.rpe_width, m.rpe_layers);
}

std::unique_ptr<ToeplitzOperator> make(const OperatorRequest& request, Initializer& initial)
{
    return std::make_unique<Tno>(request, initial);
}

} // namespace

OperatorKind tnoKind()
{
    return {"tno", "Toeplitz neural operator: the kernel is a network's answer to the lag", &problem, &make};
}

} // namespace toeplab::core
