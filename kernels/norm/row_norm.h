// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace toeplab::kernels
{

/// Norms along the sequence, x (batch, channels, length), rows contiguous.
struct RowNormShape {
    std::int64_t batch = 0;
    std::int64_t channels = 0;
    std::int64_t length = 0;
};

/// Batch norm with the batch's own statistics: y = w (x - mean_c) / sqrt(var_c + eps) + b over batch and length (biased
/// variance). mean, inverse and variance (channels) are written; the caller updates its running statistics with them.
template <typename T>
void batchNormForward(const RowNormShape& shape, const T* weight, const T* bias, T epsilon, const T* x, T* y, T* mean,
                      T* inverse, T* variance);

/// The same affine map with given statistics (evaluation).
template <typename T>
void batchNormApply(const RowNormShape& shape, const T* weight, const T* bias, const T* mean, const T* inverse,
                    const T* x, T* y);

/// dx, dweight, dbias. With `fixed` the statistics were given (evaluation), so no gradient flows through them.
template <typename T>
void batchNormBackward(const RowNormShape& shape, const T* weight, const T* mean, const T* inverse, bool fixed,
                       const T* x, const T* g, T* dx, T* dweight, T* dbias);

/// Instance norm: y = (x - mean) / sqrt(var + eps) for each row by itself; mean and inverse (batch * channels).
template <typename T>
void instanceNormForward(const RowNormShape& shape, T epsilon, const T* x, T* y, T* mean, T* inverse);
template <typename T>
void instanceNormBackward(const RowNormShape& shape, const T* mean, const T* inverse, const T* x, const T* g, T* dx);

/// y = x / (|row| / sqrt(channels) + eps): LRA's "simplerms" measures along the sequence but scales by the number of
/// channels, as published. inverse (batch * channels).
template <typename T>
void rowRmsForward(const RowNormShape& shape, T epsilon, const T* x, T* y, T* inverse);
template <typename T>
void rowRmsBackward(const RowNormShape& shape, T epsilon, const T* inverse, const T* x, const T* g, T* dx);

} // namespace toeplab::kernels
