// SPDX-License-Identifier: Apache-2.0
#include "core/bench/gpu_figures.h"

#include "core/device/gpu.h"
#include "core/operators/functions/dispatch.h"
#include "core/operators/ski/ski_functions.h"
#include "core/operators/ski/ski_limits.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv1d.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/fft_irfft.h>
#include <ATen/ops/fft_rfft.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/roll.h>
#include <c10/core/Event.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace toeplab::core
{
namespace
{

c10::Stream currentStream()
{
    const c10::Device device(c10::DeviceType::CUDA, static_cast<c10::DeviceIndex>(currentGpuIndex()));
    return c10::impl::getDeviceGuardImpl(c10::DeviceType::CUDA)->getStream(device);
}

/// Milliseconds of `calls` calls in a row on the card.
double timed(std::int64_t calls, const std::function<void()>& work)
{
    c10::Event begin(c10::DeviceType::CUDA, c10::EventFlag::BACKEND_DEFAULT);
    c10::Event end(c10::DeviceType::CUDA, c10::EventFlag::BACKEND_DEFAULT);
    begin.record(currentStream());
    for (std::int64_t i = 0; i < calls; ++i)
        work();
    end.record(currentStream());
    end.synchronize();
    return begin.elapsedTime(end);
}

/// T x by transforms of 2n values, as published: lags 0..n-1, a zero, -(n-1)..-1.
at::Tensor eagerConvolution(const at::Tensor& x, const at::Tensor& kernel)
{
    const std::int64_t n = x.size(2);
    const std::int64_t before = kernel.size(1) - n; // all lags from 0 on, and as many below
    const at::Tensor padded = at::constant_pad_nd(kernel, {0, 2 * n - kernel.size(1)});
    const at::Tensor spectrum = at::fft_rfft(before > 0 ? at::roll(padded, -before, 1) : padded, 2 * n, -1);
    return at::fft_irfft(at::fft_rfft(x, 2 * n, -1) * spectrum, 2 * n, -1).narrow(2, 0, n);
}

/// B x + W A W^T x.
at::Tensor eagerSki(const at::Tensor& x, const at::Tensor& band, const at::Tensor& lags, const at::Tensor& w,
                    const at::Tensor& places)
{
    const at::Tensor between = lags.index_select(1, places).view({lags.size(0), w.size(1), w.size(1)});
    const at::Tensor inducing = at::matmul(x, w).unsqueeze(3);
    const at::Tensor smooth = at::matmul(at::matmul(between, inducing).squeeze(3), w.t());
    const std::vector<std::int64_t> half{band.size(1) / 2};
    return at::conv1d(x, band.unsqueeze(1), {}, at::IntArrayRef({1}), half, at::IntArrayRef({1}), x.size(1)) + smooth;
}

} // namespace

double cardSeconds(std::int64_t repeat, const std::function<void()>& work)
{
    constexpr double kSample = 5; // milliseconds
    timed(2, work);
    const double one = std::max(timed(1, work), 1e-3);
    const auto calls = static_cast<std::int64_t>(std::clamp(kSample / one, 1.0, 200.0));
    std::vector<double> samples;
    for (std::int64_t i = 0; i < repeat; ++i)
        samples.push_back(timed(calls, work) / static_cast<double>(calls) / 1e3);
    std::nth_element(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2), samples.end());
    return samples[samples.size() / 2];
}

void addGpuFigures(BenchResult& result, ToeplitzOperator& toeplitz, const MixerSettings& mixer, const at::Tensor& x,
                   const at::Tensor& cotangent, std::int64_t repeat)
{
    if (!x.is_cuda())
        return;
    const std::int64_t n = x.size(2);
    std::vector<at::Tensor> operands;
    {
        const at::NoGradGuard no_graph;
        operands = toeplitz.operands(n);
    }
    const auto map = toeplitz.map(n);
    const at::Tensor in = x.detach();
    GpuFigures figures;
    std::vector<at::Tensor> kept;
    const auto forward = [&] {
        const at::NoGradGuard no_graph;
        kept.clear();
        return map->forward(in, operands, kept);
    };
    figures.forward_seconds = cardSeconds(repeat, [&] { static_cast<void>(forward()); });
    figures.both_seconds = cardSeconds(repeat, [&] {
        static_cast<void>(forward());
        static_cast<void>(map->backward(cotangent, in, operands, kept));
    });
    const double bytes = 2.0 * static_cast<double>(in.nbytes());
    const double rate = gpus()[static_cast<std::size_t>(currentGpuIndex())].gigabytes_s * 1e9;
    figures.floor_seconds = rate > 0 ? bytes / rate : 0;
    const at::Tensor copy = at::empty_like(in);
    figures.copy_seconds = cardSeconds(repeat, [&] { copy.copy_(in); });

    std::function<at::Tensor(const at::Tensor&, const std::vector<at::Tensor>&)> eager;
    if (mixer.axes == 1 && operands.size() == 1)
        eager = [](const at::Tensor& v, const std::vector<at::Tensor>& o) { return eagerConvolution(v, o[0]); };
    if (mixer.axes == 1 && mixer.kind == "ski" && operands.size() == 2) {
        const at::Tensor w = interpolationMatrix(n, mixer.rank, {}).to(in.options());
        const at::Tensor m = at::arange(mixer.rank, at::kLong);
        const at::Tensor places = (m.unsqueeze(1) - m.unsqueeze(0) + mixer.rank - 1).flatten().to(in.device());
        eager = [w, places](const at::Tensor& v, const std::vector<at::Tensor>& o) {
            return eagerSki(v, o[0], o[1], w, places);
        };
    }
    if (eager) {
        std::vector<at::Tensor> leaves;
        for (const at::Tensor& operand : operands)
            leaves.push_back(operand.detach().clone().requires_grad_(true));
        const at::Tensor leaf = in.clone().requires_grad_(true);
        {
            const at::NoGradGuard no_graph;
            const at::Tensor y = forward();
            figures.eager_difference = ((eager(in, operands) - y).abs().max() / y.abs().max()).item<double>();
            figures.eager_forward_seconds = cardSeconds(repeat, [&] { static_cast<void>(eager(in, operands)); });
        }
        figures.eager_both_seconds = cardSeconds(repeat, [&] {
            leaf.mutable_grad() = at::Tensor();
            for (at::Tensor& one : leaves)
                one.mutable_grad() = at::Tensor();
            eager(leaf, leaves).backward(cotangent);
        });
    }
    result.gpu = figures;
}

} // namespace toeplab::core
