// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/number.h"

#include <cstdint>

namespace toeplab::kernels
{

/// Norms along the sequence, x (batch, channels, length), rows contiguous. Computed in T; y, which goes into a product,
/// and g, which comes from one, are stored as S: T itself, or BFloat16 for T = float. Backward passes add to dx the
/// gradient of x that comes past the norm: add, which may be null or dx.
struct RowNormShape {
    std::int64_t batch = 0;
    std::int64_t channels = 0;
    std::int64_t length = 0;
};

/// Batch norm with the batch's own statistics: y = w (x - mean_c) / sqrt(var_c + eps) + b over batch and length (biased
/// variance). mean, inverse and variance (channels) are written; the caller updates its running statistics with them.
template <typename S, typename T>
void batchNormForward(const RowNormShape& shape, const T* weight, const T* bias, T epsilon, const T* x, S* y, T* mean,
                      T* inverse, T* variance);

/// The same affine map with given statistics (evaluation).
template <typename S, typename T>
void batchNormApply(const RowNormShape& shape, const T* weight, const T* bias, const T* mean, const T* inverse,
                    const T* x, S* y);

/// dx, dweight, dbias. With `fixed` the statistics were given (evaluation), so no gradient flows through them.
template <typename S, typename T>
void batchNormBackward(const RowNormShape& shape, const T* weight, const T* mean, const T* inverse, bool fixed,
                       const T* x, const S* g, const T* add, T* dx, T* dweight, T* dbias);

/// Instance norm: y = (x - mean) / sqrt(var + eps) for each row by itself; mean and inverse (batch * channels).
template <typename S, typename T>
void instanceNormForward(const RowNormShape& shape, T epsilon, const T* x, S* y, T* mean, T* inverse);
template <typename S, typename T>
void instanceNormBackward(const RowNormShape& shape, const T* mean, const T* inverse, const T* x, const S* g,
                          const T* add, T* dx);

/// y = x / (|row| / sqrt(channels) + eps): LRA's "simplerms" measures along the sequence but scales by the number of
/// channels, as published. inverse (batch * channels).
template <typename S, typename T>
void rowRmsForward(const RowNormShape& shape, T epsilon, const T* x, S* y, T* inverse);
template <typename S, typename T>
void rowRmsBackward(const RowNormShape& shape, T epsilon, const T* inverse, const T* x, const S* g, const T* add,
                    T* dx);

} // namespace toeplab::kernels
