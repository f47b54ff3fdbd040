// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/pointwise/dropout.h"

#include <cstdint>

namespace toeplab::kernels
{

/// Sequences enter the network here, straight into (batch, width, length) layout, with positions added and dropout
/// applied:
///   tokens: y[b, e, i] = drop(table[token[b, i], e] + positions[e, i])
///   pixels: y[b, e, i] = drop(weight[e] x[b, i] + bias[e] + positions[e, i])
/// positions: (width, position_stride), its first `length` columns are used; may be null.
struct EmbeddingShape {
    std::int64_t batch = 0;
    std::int64_t width = 0;
    std::int64_t length = 0;
    std::int64_t vocabulary = 0;
    std::int64_t position_stride = 0;
};

/// tokens (batch, length) in [0, vocabulary), checked; table (vocabulary, width).
template <typename T>
void embedTokens(const EmbeddingShape& shape, const Dropout& dropout, const std::int64_t* tokens, const T* table,
                 const T* positions, T* y);
template <typename T>
void embedTokensBackward(const EmbeddingShape& shape, const Dropout& dropout, const std::int64_t* tokens, const T* g,
                         T* dtable);

/// x (batch, length).
template <typename T>
void embedPixels(const EmbeddingShape& shape, const Dropout& dropout, const T* x, const T* weight, const T* bias,
                 const T* positions, T* y);
/// dx may be null.
template <typename T>
void embedPixelsBackward(const EmbeddingShape& shape, const Dropout& dropout, const T* x, const T* weight, const T* g,
                         T* dweight, T* dbias, T* dx);

/// Sinusoidal positions, (width, length): row 2i is sin(p 10000^(-2i/width)), row 2i + 1 the cosine; width even.
template <typename T>
void sinusoidalPositions(std::int64_t width, std::int64_t length, T* positions);

/// How a sequence becomes one vector, over its first lengths[b] positions (lengths null: all).
enum class Pooling : std::uint8_t { Mean, Last, First, Sum };

/// x (batch, width, length) -> y (batch, width); 1 <= lengths[b] <= length, checked.
template <typename T>
void pool(Pooling pooling, std::int64_t batch, std::int64_t width, std::int64_t length, const std::int64_t* lengths,
          const T* x, T* y);
template <typename T>
void poolBackward(Pooling pooling, std::int64_t batch, std::int64_t width, std::int64_t length,
                  const std::int64_t* lengths, const T* g, T* dx);

} // namespace toeplab::kernels
