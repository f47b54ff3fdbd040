// SPDX-License-Identifier: Apache-2.0
#include "core/bench/bench.h"
#include "core/operators/operator.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/randn.h>

#include <algorithm>
#include <cmath>

namespace toeplab::core
{

namespace
{

/// The first `channels` channels of the first row of y = T x against the sum y_i = sum_j t_{i-j} x_j in double
/// precision.
double relativeError(const at::Tensor& y, const at::Tensor& x, const at::Tensor& kernel, std::int64_t channels)
{
    const std::int64_t n = x.size(2);
    const at::Tensor lags = kernel.to(at::kDouble).contiguous();
    const at::Tensor input = x.detach()[0].to(at::kDouble).contiguous();
    const at::Tensor output = y.detach()[0].to(at::kDouble).contiguous();
    double error = 0;
    double largest = 0;
    for (std::int64_t channel = 0; channel < std::min(channels, x.size(1)); ++channel) {
        const double* t = lags.const_data_ptr<double>() + channel * (2 * n - 1) + (n - 1);
        const double* in = input.const_data_ptr<double>() + channel * n;
        const double* out = output.const_data_ptr<double>() + channel * n;
        for (std::int64_t i = 0; i < n; ++i) {
            double sum = 0;
            for (std::int64_t j = 0; j < n; ++j)
                sum += t[i - j] * in[j];
            error = std::max(error, std::abs(sum - out[i]));
            largest = std::max(largest, std::abs(sum));
        }
    }
    return largest > 0 ? error / largest : error;
}

} // namespace

Result<BenchResult> benchOperator(const OperatorBench& bench)
{
    Initializer initial(1, at::kFloat);
    Result<std::unique_ptr<ToeplitzOperator>> toeplitz =
        makeOperator({bench.mixer, bench.channels, bench.length}, initial);
    if (!toeplitz)
        return tl::unexpected(toeplitz.error());
    at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(1);
    const at::Tensor x =
        at::randn({bench.batch, bench.channels, bench.length}, generator, at::TensorOptions()).requires_grad_(true);
    const at::Tensor cotangent = at::randn(x.sizes(), generator, at::TensorOptions());
    std::vector<NamedTensor> parameters = (*toeplitz)->parameters();
    BenchResult result;
    result.kind = bench.mixer.kind;
    result.length = bench.length;
    result.channels = bench.channels;
    result.batch = bench.batch;
    result.causal = bench.mixer.causal;
    for (const NamedTensor& parameter : parameters)
        result.parameters += parameter.value.numel();
    measure(result, bench.repeat, [&] {
        x.mutable_grad() = at::Tensor();
        for (NamedTensor& parameter : parameters)
            parameter.value.mutable_grad() = at::Tensor();
        apply(**toeplitz, x).backward(cotangent);
    });
    const at::NoGradGuard no_grad;
    result.max_error = relativeError(apply(**toeplitz, x), x, (*toeplitz)->kernel(bench.length), 2);
    return result;
}

} // namespace toeplab::core
