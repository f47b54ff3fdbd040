// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/functions/functions.h"
#include "kernels/embedding/embedding.h"
#include "kernels/pointwise/dropout.h"

#include <ATen/core/Tensor.h>

#include <string>

namespace toeplab::core
{

/// Differentiable functions of a sequence network, (batch, channels, n) layout.

/// A mask of its own for each call: the seed is drawn from ATen's default CPU generator. Off for probability 0.
[[nodiscard]] kernels::Dropout drawDropout(double probability);
/// One seed, as drawDropout draws it.
[[nodiscard]] std::uint64_t drawSeed();

/// For steps that are recorded once and replayed: while one lives on a thread, drawDropout() of that thread draws
/// nothing and names the places, in order, from which its masks read their seeds when they are made.
class SeedPlaces
{
public:
    /// places: int64, contiguous, on the model's device.
    explicit SeedPlaces(at::Tensor places);
    SeedPlaces(const SeedPlaces&) = delete;
    SeedPlaces& operator=(const SeedPlaces&) = delete;
    ~SeedPlaces();

    /// How many seeds a replay needs.
    [[nodiscard]] std::int64_t used() const { return used_; }

private:
    friend kernels::Dropout drawDropout(double probability);

    at::Tensor places_;
    std::int64_t used_ = 0;
};

/// table (vocabulary, width), tokens (batch, n) int64, positions (width, at least n) -> (batch, width, n).
[[nodiscard]] at::Tensor embedTokens(const at::Tensor& tokens, const at::Tensor& table, const at::Tensor& positions,
                                     const kernels::Dropout& dropout);
/// weight (width, 1), bias (width), pixels (batch, n).
[[nodiscard]] at::Tensor embedPixels(const at::Tensor& pixels, const at::Tensor& weight, const at::Tensor& bias,
                                     const at::Tensor& positions, const kernels::Dropout& dropout);

/// (batch, width, n) -> (batch, width); lengths (batch) int64 or undefined.
[[nodiscard]] at::Tensor pool(kernels::Pooling pooling, const at::Tensor& x, const at::Tensor& lengths);

/// residual + drop(x)
[[nodiscard]] at::Tensor dropoutAdd(const at::Tensor& residual, const at::Tensor& x, const kernels::Dropout& dropout);

/// Norms along the sequence; type: that of their values, as of normChannels(). Batch norm is over batch and length: in
/// training the running statistics (channels) move by `momentum` towards the batch's (unbiased variance); otherwise
/// they are used.
struct BatchNormState {
    at::Tensor weight, bias, running_mean, running_var;
    double epsilon = 1e-5;
    double momentum = 0.1;
    bool training = true;
};
[[nodiscard]] Normed batchNorm(const BatchNormState& state, const at::Tensor& x, at::ScalarType type);
/// Over the length of each row.
[[nodiscard]] Normed instanceNorm(const at::Tensor& x, at::ScalarType type, double epsilon = 1e-5);
/// x / (|row| / sqrt(channels) + epsilon)
[[nodiscard]] Normed rowRmsNorm(const at::Tensor& x, at::ScalarType type, double epsilon = 1e-2);

} // namespace toeplab::core
