// SPDX-License-Identifier: Apache-2.0
#include "core/operators/ski/ski.h"

#include "core/operators/base/keepsakes.h"
#include "core/operators/convolution/convolution_map.h"
#include "core/operators/functions/functions.h"
#include "core/operators/rpe/rpe.h"
#include "core/operators/ski/ski_functions.h"
#include "core/operators/ski/ski_limits.h"
#include "kernels/band/rows.h"
#include "kernels/ski/warp.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/full.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace toeplab::core
{
namespace
{

class Ski final : public ToeplitzOperator
{
public:
    Ski(const OperatorRequest& request, Initializer& initial)
        : ToeplitzOperator(request.channels), settings_(request.mixer), released_(settings_.mode == "released"),
          warped_(settings_.ski_kernel != "rpe"), kernel_act_(activationFromName(settings_.kernel_act)),
          length_(request.length), gamma_value_(skiGamma(request.mixer, request.length))
    {
        const std::int64_t g = request.channels;
        const std::int64_t r = settings_.rank;
        const std::int64_t half = settings_.band / 2;
        conv_kernel_ = addParameter("conv_kernel", initial.normal({g, settings_.causal ? half + 1 : settings_.band}));
        if (warped_) {
            alphas_ = addParameter("alphas", initial.normal({1, g, 1, r}));
            if (!settings_.causal)
                betas_ = addParameter("betas", initial.normal({1, g, 1, r}));
        } else {
            rpe_ = makeRpe({"mlp", settings_.rpe_width, g, settings_.rpe_layers, settings_.rpe_act, settings_.rpe_norm,
                            settings_.rpe_residual, settings_.rpe_bias},
                           initial);
            addPart("rpe", *rpe_);
        }
        gamma_ = addBuffer("gamma", initial.constant({1}, gamma_value_));
    }

    std::vector<at::Tensor> operands(std::int64_t n) override
    {
        prepare(n);
        keep(warp_.table);
        for (const at::Tensor& constant : {positions_, interpolation_, falloff_, no_band_})
            keep(constant);
        if (settings_.causal)
            return {causalKernelOf(n)};
        if (hasOneKernel(n))
            return {inducingKernel() + bandKernel(n)};
        if (isWide())
            return {wideBand(n), no_band_, inducingKernel()};
        return {conv_kernel_, inducingKernel()};
    }

    std::shared_ptr<const ToeplitzMap> map(std::int64_t n) override
    {
        prepare(n);
        return map_;
    }

    at::Tensor kernel(std::int64_t n) override
    {
        const at::NoGradGuard no_graph;
        prepare(n);
        if (settings_.causal)
            return fullKernel(convolution(n), causalKernelOf(n));
        const at::Tensor inducing = inducingKernel();
        if (hasOneKernel(n))
            return inducing + bandKernel(n);
        if (means_length_ != n) {
            means_ = diagonalMeans(n, settings_.rank, interpolation());
            means_length_ = n;
        }
        return at::matmul(inducing.to(at::kCPU, at::kDouble), means_).to(inducing.options()) + bandKernel(n);
    }

    at::Tensor plainProduct(const at::Tensor& x, std::int64_t channel) override
    {
        const at::NoGradGuard no_graph;
        const std::int64_t n = x.size(0);
        if (settings_.causal)
            return ToeplitzOperator::plainProduct(x, channel);
        prepare(n);
        const std::int64_t r = settings_.rank;
        const at::Tensor w = interpolationMatrix(n, r, interpolation());
        const at::Tensor lags = inducingKernel()[channel].to(at::kDouble);
        const at::Tensor m = at::arange(r, at::kLong);
        const at::Tensor between =
            lags.index_select(0, (m.unsqueeze(1) - m.unsqueeze(0) + r - 1).flatten()).view({r, r});
        at::Tensor y = at::matmul(w, at::matmul(between, at::matmul(w.t(), x)));
        const std::int64_t half = settings_.band / 2;
        const at::Tensor padded = at::constant_pad_nd(x, {half, half});
        for (std::int64_t tap = 0; tap < settings_.band; ++tap)
            y += conv_kernel_[channel][tap].to(at::kDouble) * padded.narrow(0, tap, n);
        return y;
    }

    OperatorCost cost(std::int64_t batch, std::int64_t n) const override
    {
        const auto rows = static_cast<double>(batch * channels());
        const auto length = static_cast<double>(n);
        const auto r = static_cast<double>(settings_.rank);
        if (hasOneKernel(n))
            return {convolution(n).operations(batch, channels()) + 6 * static_cast<double>(channels()) * length * r,
                    4 * (rows * length + 3 * length * static_cast<double>(channels()))};
        return {rows * (6 * length * static_cast<double>(settings_.band) + 12 * length + 6 * r * r),
                4 * rows * (length + r)};
    }

    std::string describe(std::int64_t n) const override
    {
        std::string text = fmt::format("rank {}, band {}", settings_.rank, settings_.band);
        const std::string parts[] = {warped_ ? "" : rpe_->describe(), skiLimits(settings_, length_, n).describe(),
                                     hasOneKernel(n) ? convolution(n).algorithm() : ""};
        for (const std::string& part : parts)
            text += part.empty() ? "" : ", " + part;
        return text;
    }

private:
    kernels::WarpSides sides() const
    {
        return settings_.causal ? kernels::WarpSides::Causal : kernels::WarpSides::Both;
    }

    SkiInterpolation interpolation() const
    {
        return {released_, gamma_value_, warped_ ? kernels::PublishedGrid::Positions : kernels::PublishedGrid::Unit};
    }

    /// Whether the product is that with one kernel: when causal, and where every position is an inducing point (W is
    /// the identity then).
    bool hasOneKernel(std::int64_t n) const { return settings_.causal || (!released_ && settings_.rank == n); }
    Convolution convolution(std::int64_t n) const
    {
        return Convolution::of(n, settings_.causal ? 0 : n - 1, n - 1, settings_.algorithm);
    }

    /// The bidirectional band at lags -reach .. reach. Lag t takes tap half - t: the band turned round, cut or padded.
    at::Tensor bandUpTo(std::int64_t reach) const
    {
        const std::int64_t side = reach - settings_.band / 2;
        return at::constant_pad_nd(conv_kernel_.flip(1), {side, side});
    }
    at::Tensor bandKernel(std::int64_t n) const { return bandUpTo(n - 1); }

    /// Bands wider than those that go with the inducing points (kernels/ski/ski.h) are a product of their own.
    bool isWide() const { return settings_.band > kernels::kMaxTaps; }
    Convolution bandConvolution(std::int64_t n) const
    {
        const std::int64_t reach = std::min(settings_.band / 2, n - 1);
        return Convolution::of(n, reach, reach, settings_.algorithm);
    }
    at::Tensor wideBand(std::int64_t n) const { return bandUpTo(bandConvolution(n).before).contiguous(); }

    /// Constants of the length.
    void prepare(std::int64_t n)
    {
        if (prepared_ == n)
            return;
        gamma_value_ = gamma_.item<double>();
        TORCH_CHECK(gamma_value_ > 0 && gamma_value_ <= 1, "The gamma of a ski layer is ", gamma_value_,
                    " in this checkpoint: it lies above 0 and is at most 1. The file was changed after training");
        const std::vector<double> lags = kernels::inducingLags(sides(), n, settings_.rank);
        warp_ = {};
        const at::Tensor like = conv_kernel_.detach();
        map_ = hasOneKernel(n) ? makeConvolutionMap(convolution(n))
                               : makeSkiMap(n, settings_.rank, isWide() ? 1 : settings_.band, interpolation(), like);
        if (isWide() && !hasOneKernel(n)) {
            map_ = makeSumMap(
                makeConvolutionMap(bandConvolution(n)), map_,
                fmt::format("band {} by {} + rank {}", settings_.band, bandConvolution(n).algorithm(), settings_.rank));
            no_band_ = at::zeros({channels(), 1}, like.options());
        }
        if (settings_.causal) {
            interpolation_ = interpolationMatrix(n, settings_.rank, {}).to(like.options()).t().contiguous();
            falloff_ = at::pow(at::full({1}, gamma_value_, at::kDouble), at::arange(n, at::kDouble)).to(like.options());
        }
        if (warped_)
            warp_ = makeWarp(sides(), settings_.rank, gamma_value_, lags, like);
        else
            positions_ = positionsOf(lags, n);
        prepared_ = n;
    }

    /// k at the inducing lags, with a graph.
    at::Tensor inducingKernel() const
    {
        if (warped_)
            return warpKernel(warp_, alphas_.view({channels(), -1}), betaValues());
        return networkAt(positions_);
    }

    at::Tensor betaValues() const { return betas_.defined() ? betas_.view({channels(), -1}) : at::Tensor(); }

    /// What the network is asked at for given lags, (1, 1, lags): as released they run over [-1, 1], or when causal
    /// over [0, n-1].
    at::Tensor positionsOf(const std::vector<double>& lags, std::int64_t n) const
    {
        const double last = static_cast<double>(std::max<std::int64_t>(n - 1, 1));
        const double scale = released_ && settings_.causal ? 1 : 1 / last;
        const at::Tensor positions = at::tensor(lags, at::kDouble) * scale;
        return positions.to(conv_kernel_.detach().options()).view({1, 1, -1});
    }

    /// The causal kernel's activation and decay come after the interpolation.
    at::Tensor networkAt(const at::Tensor& positions) const
    {
        const at::Tensor k = (*rpe_)(positions);
        return settings_.causal ? k.squeeze(0) : activate(k, kernel_act_, settings_.heads).squeeze(0);
    }

    at::Tensor causalKernelOf(std::int64_t n) const
    {
        at::Tensor kernel = at::matmul(inducingKernel(), interpolation_);
        if (!warped_)
            kernel = activate(kernel.unsqueeze(0), kernel_act_, settings_.heads).squeeze(0) * falloff_;
        const std::int64_t taps = std::min(conv_kernel_.size(1), n);
        return kernel + at::constant_pad_nd(conv_kernel_.narrow(1, 0, taps), {0, n - taps});
    }

    MixerSettings settings_;
    bool released_, warped_;
    NamedActivation kernel_act_;
    std::int64_t length_;
    double gamma_value_;
    at::Tensor conv_kernel_, alphas_, betas_, gamma_;
    std::unique_ptr<Rpe> rpe_;
    std::int64_t prepared_ = 0;
    Warp warp_;
    at::Tensor positions_, interpolation_, falloff_;
    at::Tensor no_band_; ///< of the low-rank part beside a wide band
    at::Tensor means_;   ///< diagonalMeans of means_length_ positions
    std::int64_t means_length_ = 0;
    std::shared_ptr<const ToeplitzMap> map_;
};

std::string problem(const OperatorRequest& request)
{
    const MixerSettings& m = request.mixer;
    if (m.rank < 2)
        return fmt::format("mixer.rank is {}: interpolation needs at least 2 inducing points.", m.rank);
    if (m.mode != "released" && m.rank > std::max<std::int64_t>(request.length, 2))
        return fmt::format("mixer.rank is {}, more than the {} positions of its axis. Use at most {}.", m.rank,
                           request.length, request.length);
    if (m.band < 1 || m.band % 2 == 0)
        return fmt::format("mixer.band is {}: it must be odd and at least 1. Try {}.", m.band,
                           std::max<std::int64_t>(m.band / 2 * 2 + 1, 1));
    const double gamma = skiGamma(m, request.length);
    if (!(gamma > 0 && gamma <= 1))
        return fmt::format("{} is {}: the warp lies above 0 and is at most 1.",
                           m.mode == "released" ? "mixer.gamma" : "mixer.warp", gamma);
    if (m.mode == "released" && !m.causal && request.length < 2)
        return "The released SKI divides by n - 1 and cannot mix a single position. Use mixer.mode=exact.";
    return m.ski_kernel == "rpe" ? rpeProblem(m.rpe_width, m.rpe_layers) : std::string();
}

std::unique_ptr<ToeplitzOperator> make(const OperatorRequest& request, Initializer& initial)
{
    return std::make_unique<Ski>(request, initial);
}

} // namespace

OperatorKind skiKind()
{
    return {"ski", "Sparse plus low rank: a short band and a kernel interpolated between inducing points", &problem,
            &make};
}

} // namespace toeplab::core
