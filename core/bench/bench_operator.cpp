// SPDX-License-Identifier: Apache-2.0
#include "core/bench/bench.h"
#include "core/bench/gpu_figures.h"
#include "core/device/gpu.h"
#include "core/operators/operator.h"
#include "kernels/band/rows.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/randn.h>

#include <algorithm>

namespace toeplab::core
{

namespace
{

/// The first channels of the first sample of y = T x against the operator's plain product in double precision.
double relativeError(ToeplitzOperator& toeplitz, const at::Tensor& x, const at::Tensor& y, std::int64_t channels)
{
    const auto plain = [](const at::Tensor& values) {
        return values.detach()[0].to(at::kCPU, at::kDouble).contiguous();
    };
    const at::Tensor input = plain(x);
    const at::Tensor output = plain(y);
    double error = 0;
    double largest = 0;
    for (std::int64_t channel = 0; channel < std::min(channels, x.size(1)); ++channel) {
        const at::Tensor expected = toeplitz.plainProduct(input[channel], channel);
        error = std::max(error, (output[channel] - expected).abs().max().item<double>());
        largest = std::max(largest, expected.abs().max().item<double>());
    }
    return largest > 0 ? error / largest : error;
}

/// A sentence where an algorithm is asked for that this operator does not have.
std::string algorithmProblem(const OperatorBench& bench)
{
    const MixerSettings& m = bench.mixer;
    if (m.kind == "direct" && (m.algorithm == "fft" || m.algorithm == "blocks"))
        return fmt::format("The operator direct multiplies term by term and has no transforms. Time tno with "
                           "--algorithm {}.",
                           m.algorithm);
    if (m.algorithm == "blocks" && !m.causal)
        return "The algorithm blocks is for causal kernels. Add --causal.";
    const bool one_kernel = m.kind != "ski" || m.causal || m.rank == bench.length || m.band > kernels::kMaxTaps;
    if (!one_kernel && m.algorithm != "auto")
        return fmt::format("The algorithm {} is for products with one kernel; bidirectional ski of rank {} over {} "
                           "positions is a band and inducing points. Leave --algorithm out.",
                           m.algorithm, m.rank, bench.length);
    return {};
}

at::Device computeDevice()
{
    return currentGpu() == nullptr ? at::Device(at::kCPU)
                                   : at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(currentGpuIndex()));
}

} // namespace

Result<BenchResult> benchOperator(const OperatorBench& bench)
{
    if (const std::string problem = algorithmProblem(bench); !problem.empty())
        return fail("{}", problem);
    Initializer initial(1, at::kFloat);
    Result<std::unique_ptr<ToeplitzOperator>> toeplitz =
        makeOperator({bench.mixer, bench.channels, bench.length}, initial);
    if (!toeplitz)
        return tl::unexpected(toeplitz.error());
    at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(1);
    const at::Device device = computeDevice();
    const std::vector<std::int64_t> shape{bench.batch, bench.channels, bench.length};
    const at::Tensor x = at::randn(shape, generator, at::TensorOptions()).to(device).requires_grad_(true);
    const at::Tensor cotangent = at::randn(shape, generator, at::TensorOptions()).to(device);
    std::vector<NamedTensor> parameters = (*toeplitz)->parameters();
    // What a card computes is compared with the same operator on the CPU.
    std::unique_ptr<ToeplitzOperator> twin;
    if (device.is_cuda()) {
        Initializer again(1, at::kFloat);
        twin = std::move(*makeOperator({bench.mixer, bench.channels, bench.length}, again));
        moveTo(parameters, device);
        moveTo((*toeplitz)->buffers(), device);
    }
    BenchResult result;
    result.kind = bench.mixer.kind;
    result.length = bench.length;
    result.channels = bench.channels;
    result.batch = bench.batch;
    result.causal = bench.mixer.causal;
    result.axes = bench.mixer.axes;
    result.algorithm = (*toeplitz)->map(bench.length)->algorithm();
    for (const NamedTensor& parameter : parameters)
        result.parameters += parameter.value.numel();
    measure(result, bench.repeat, [&] {
        x.mutable_grad() = at::Tensor();
        for (NamedTensor& parameter : parameters)
            parameter.value.mutable_grad() = at::Tensor();
        apply(**toeplitz, x).backward(cotangent);
    });
    addGpuFigures(result, **toeplitz, bench.mixer, x, cotangent, bench.repeat);
    const at::NoGradGuard no_grad;
    result.max_error = relativeError(twin != nullptr ? *twin : **toeplitz, x, apply(**toeplitz, x), 2);
    return result;
}

} // namespace toeplab::core
