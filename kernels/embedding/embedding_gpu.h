// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/gpu_context.h"
#include "kernels/device/number.h"
#include "kernels/embedding/embedding.h"

/// kernels/embedding on the device: activations as stored, parameters, positions and pixels float, tokens and lengths
/// 64-bit integers. Nobody waits to check them: a token outside of the vocabulary becomes NaN, and a length is taken as
/// the nearest of 1 .. the batch's. Masks are the CPU's, sums run in a fixed order.
namespace toeplab::kernels::gpu
{

template <typename T>
void embedTokens(Context& context, const EmbeddingShape& shape, const Dropout& dropout, const std::int64_t* tokens,
                 const float* table, const float* positions, T* y);
template <typename T>
void embedTokensBackward(Context& context, const EmbeddingShape& shape, const Dropout& dropout,
                         const std::int64_t* tokens, const T* g, float* dtable);
template <typename T>
void embedPixels(Context& context, const EmbeddingShape& shape, const Dropout& dropout, const float* x,
                 const float* weight, const float* bias, const float* positions, T* y);
/// dx may be null.
template <typename T>
void embedPixelsBackward(Context& context, const EmbeddingShape& shape, const Dropout& dropout, const float* x,
                         const float* weight, const T* g, float* dweight, float* dbias, float* dx);

struct PoolShape {
    std::int64_t batch = 0;
    std::int64_t width = 0;
    std::int64_t length = 0;
    Pooling pooling = Pooling::Mean;
};
/// y and g (batch, width) are float.
template <typename T>
void pool(Context& context, const PoolShape& shape, const std::int64_t* lengths, const T* x, float* y);
template <typename T>
void poolBackward(Context& context, const PoolShape& shape, const std::int64_t* lengths, const float* g, T* dx);

} // namespace toeplab::kernels::gpu
