// SPDX-License-Identifier: Apache-2.0
#include "core/operators/fd/fd.h"

#include "core/operators/base/keepsakes.h"
#include "core/operators/convolution/convolution_map.h"
#include "core/operators/functions/dispatch.h"
#include "core/operators/rpe/rpe.h"
#include "kernels/fftconv/fftconv_gpu.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/complex.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/fft_irfft.h>
#include <ATen/ops/fft_rfft.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

namespace toeplab::core
{
namespace
{

/// N = 2^ceil(log2 2n)
std::int64_t spectrumLength(std::int64_t n)
{
    return static_cast<std::int64_t>(std::bit_ceil(2 * static_cast<std::uint64_t>(n)));
}

/// Linear interpolation from `points` values to `bins` ones, cell centres aligned: (points, bins).
at::Tensor resampling(std::int64_t points, std::int64_t bins, const at::TensorOptions& options)
{
    at::Tensor weights = at::zeros({points, bins}, at::kDouble);
    auto w = weights.accessor<double, 2>();
    const double step = static_cast<double>(points) / static_cast<double>(bins);
    for (std::int64_t i = 0; i < bins; ++i) {
        const double at = std::max(0.0, (static_cast<double>(i) + 0.5) * step - 0.5);
        const auto below = std::min(static_cast<std::int64_t>(at), points - 1);
        const double part = at - static_cast<double>(below);
        w[below][i] += 1 - part;
        w[std::min(below + 1, points - 1)][i] += part;
    }
    return weights.to(options);
}

/// causalKernel() on a graphics card, in one kernel of the GPU library.
class CausalKernelOnCard : public torch::autograd::Function<CausalKernelOnCard>
{
public:
    using CausalShape = kernels::gpu::CausalShape;

    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& response, std::int64_t n)
    {
        const at::Tensor in = response.contiguous();
        const CausalShape shape{in.size(0), n};
        at::Tensor kernel = at::empty({shape.channels, n}, in.options());
        gpuOf(in)->call(&kernels::gpu::Table::causalKernelForward, &shape, constData<const float>(in),
                        data<float>(kernel));
        context->saved_data["bins"] = in.size(1);
        return kernel;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   const torch::autograd::variable_list& gradients)
    {
        const at::Tensor g = gradients[0].contiguous();
        const CausalShape shape{g.size(0), g.size(1)};
        at::Tensor dresponse = at::empty({shape.channels, context->saved_data["bins"].toInt()}, g.options());
        gpuOf(g)->call(&kernels::gpu::Table::causalKernelBackward, &shape, constData<const float>(g),
                       data<float>(dresponse));
        return {dresponse, at::Tensor()};
    }

    /// Whether there is a card that has room for the transform, and the response is one for n lags.
    static bool takes(const at::Tensor& response, std::int64_t n)
    {
        const CausalShape shape{1, n};
        const Gpu* gpu = gpuOf(response);
        if (gpu == nullptr || response.dim() != 2 || response.size(1) != shape.transform() / 2 + 1)
            return false;
        int fits = 0;
        gpu->call(&kernels::gpu::Table::causalKernelFits, &shape, &fits);
        return fits != 0;
    }
};

class Fd final : public ToeplitzOperator
{
public:
    Fd(const OperatorRequest& request, Initializer& initial)
        : ToeplitzOperator(request.channels), settings_(request.mixer), table_(settings_.fd_response == "table"),
          cosine_(settings_.fd_input == "cos" && !table_)
    {
        const std::int64_t outputs = (settings_.causal ? 1 : 2) * request.channels;
        if (!table_) {
            rpe_ = makeRpe({"mlp", settings_.rpe_width, outputs, settings_.rpe_layers, settings_.rpe_act,
                            settings_.rpe_norm, settings_.rpe_residual, settings_.rpe_bias},
                           initial);
            addPart("rpe", *rpe_);
            return;
        }
        const std::int64_t d = request.channels / settings_.heads;
        if (settings_.causal) {
            real_ = addParameter("coeffs", initial.normal({d, settings_.fd_points}));
        } else {
            real_ = addParameter("coeffs_re", initial.normal({d, settings_.fd_points}));
            imaginary_ = addParameter("coeffs_im", initial.normal({d, settings_.fd_points}));
        }
        dc_ = addParameter("dc", initial.constant({d, 1}, 1));
    }

    std::vector<at::Tensor> operands(std::int64_t n) override { return {lagKernel(n)}; }

    std::shared_ptr<const ToeplitzMap> map(std::int64_t n) override
    {
        if (map_ == nullptr || map_length_ != n) {
            map_ = makeConvolutionMap(convolution(n));
            map_length_ = n;
        }
        return map_;
    }

    at::Tensor kernel(std::int64_t n) override
    {
        const at::NoGradGuard no_graph;
        return fullKernel(convolution(n), lagKernel(n));
    }

    OperatorCost cost(std::int64_t batch, std::int64_t n) const override
    {
        const auto bins = static_cast<double>(spectrumLength(n) / 2 + 1);
        const auto width = static_cast<double>(settings_.rpe_width);
        const double outputs = static_cast<double>(channels()) * (settings_.causal ? 1 : 2);
        const double network = table_
                                   ? 6 * bins * outputs
                                   : 6 * bins * width * (width * static_cast<double>(settings_.rpe_layers) + outputs);
        const auto length = static_cast<double>(spectrumLength(n));
        const double inverse = 5 * outputs * length * std::log2(length);
        return {convolution(n).operations(batch, channels()) + inverse + network,
                4 * (static_cast<double>(batch * channels() * n) + 6 * bins * outputs)};
    }

    std::string describe(std::int64_t n) const override
    {
        const std::int64_t bins = spectrumLength(n) / 2 + 1;
        if (table_)
            return fmt::format("table of {} frequencies, response on {} bins, {}", settings_.fd_points, bins,
                               convolution(n).algorithm());
        return fmt::format("{} of {}, response on {} bins{}, {}", rpe_->describe(), cosine_ ? "cos ω" : "ω", bins,
                           settings_.causal ? ", Hilbert" : "", convolution(n).algorithm());
    }

private:
    Convolution convolution(std::int64_t n) const
    {
        return Convolution::of(n, settings_.causal ? 0 : n - 1, n - 1, settings_.algorithm);
    }

    at::Tensor lagKernel(std::int64_t n)
    {
        prepare(n);
        for (const at::Tensor& constant : {input_, odd_, resample_})
            keep(constant);
        const at::Tensor response = table_ ? tableResponse() : networkResponse();
        if (settings_.causal)
            return causalKernel(response, n);
        const at::Tensor values = at::fft_irfft(response, spectrum_, -1);
        return at::cat({values.narrow(1, spectrum_ - (n - 1), n - 1), values.narrow(1, 0, n)}, 1);
    }

    /// (channels, bins): real when causal, else complex.
    at::Tensor networkResponse() const
    {
        const at::Tensor answer = (*rpe_)(input_).squeeze(0);
        if (settings_.causal)
            return answer;
        const std::int64_t h = settings_.heads;
        const std::int64_t d = channels() / h;
        const at::Tensor parts = answer.view({h, 2, d, -1});
        return at::complex(parts.select(1, 0).reshape({channels(), -1}),
                           parts.select(1, 1).reshape({channels(), -1}) * odd_);
    }

    at::Tensor tableResponse() const
    {
        const std::int64_t h = settings_.heads;
        const at::Tensor real = at::cat({dc_, at::matmul(real_, resample_)}, 1);
        if (settings_.causal)
            return real.repeat({h, 1});
        const at::Tensor imaginary = at::cat({at::zeros_like(dc_), at::matmul(imaginary_, resample_)}, 1) * odd_;
        return at::complex(real, imaginary).repeat({h, 1});
    }

    /// Constants of the spectrum's length, which many n share.
    void prepare(std::int64_t n)
    {
        if (spectrum_ == spectrumLength(n))
            return;
        const auto options = parameters().front().value.options().requires_grad(false);
        spectrum_ = spectrumLength(n);
        const std::int64_t bins = spectrum_ / 2 + 1;
        const at::Tensor omega = at::arange(bins, options) * (2 * std::numbers::pi / static_cast<double>(spectrum_));
        input_ = (cosine_ ? at::cos(omega) : omega).view({1, 1, bins}).contiguous();
        odd_ = cosine_ ? at::sin(omega) : at::ones({bins}, options);
        odd_.select(0, 0).zero_();
        odd_.select(0, bins - 1).zero_();
        if (table_)
            resample_ = resampling(settings_.fd_points, bins - 1, options);
    }

    MixerSettings settings_;
    bool table_, cosine_;
    std::unique_ptr<Rpe> rpe_;
    at::Tensor real_, imaginary_, dc_;
    std::int64_t spectrum_ = 0;
    at::Tensor input_, odd_, resample_;
    std::shared_ptr<const ToeplitzMap> map_;
    std::int64_t map_length_ = 0;
};

std::string problem(const OperatorRequest& request)
{
    const MixerSettings& m = request.mixer;
    if (m.fd_response == "table" && m.fd_points < 1)
        return fmt::format("mixer.fd_points is {}: a response table needs at least one frequency.", m.fd_points);
    return m.fd_response == "table" ? std::string() : rpeProblem(m.rpe_width, m.rpe_layers);
}

std::unique_ptr<ToeplitzOperator> make(const OperatorRequest& request, Initializer& initial)
{
    return std::make_unique<Fd>(request, initial);
}

} // namespace

at::Tensor causalKernel(const at::Tensor& response, std::int64_t n)
{
    if (CausalKernelOnCard::takes(response, n))
        return CausalKernelOnCard::apply(response, n);
    const at::Tensor even = at::fft_irfft(response, 2 * (response.size(-1) - 1), -1).narrow(-1, 0, n);
    return at::cat({even.narrow(-1, 0, 1), even.narrow(-1, 1, n - 1) * 2}, -1);
}

at::Tensor causalSpectrum(const at::Tensor& response)
{
    const std::int64_t bins = response.size(-1);
    const std::int64_t length = 2 * (bins - 1);
    const at::Tensor kernel = causalKernel(response, bins);
    return at::fft_rfft(at::constant_pad_nd(kernel, {0, length - bins}), length, -1);
}

OperatorKind fdKind()
{
    return {"fd", "Frequency domain: the kernel's response is a network's answer to the frequency", &problem, &make};
}

} // namespace toeplab::core
