// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/gpu_context.h"
#include "kernels/device/number.h"

namespace toeplab::kernels::gpu
{

/// Toeplitz products along the short axes of planes, x (batch, channels, height, width), as dense sums (on axes of 32 a
/// transform costs more): with T_w[j, b] = lags_w[c, j - b + width - 1] and T_h alike,
///     Y = T_h X T_w^T.
/// Where an axis' lags are null its matrix is the identity. A block does a plane in shared memory: x is read and y
/// written once for both axes. 2 height width + O(lags) floats must fit into what a block may share, 3 in the backward
/// pass: axes of 128 on an H100, of 110 on an A100.
struct PlaneShape {
    std::int64_t batch = 0;
    std::int64_t channels = 0;
    std::int64_t height = 0;
    std::int64_t width = 0;
};

template <typename T>
void planeForward(Context& context, const PlaneShape& shape, const float* lags_h, const float* lags_w, const T* x,
                  T* y);

/// dx = T_h^T G T_w; dlags_h[t] = sum G[i, j] (X T_w^T)[i - t, j], dlags_w[t] = sum (T_h^T G)[a, j] X[a, j - t], over
/// batch and plane in a fixed order. Lags and their gradients are null together.
template <typename T>
void planeBackward(Context& context, const PlaneShape& shape, const float* lags_h, const float* lags_w, const T* x,
                   const T* g, T* dx, float* dlags_h, float* dlags_w);

} // namespace toeplab::kernels::gpu
