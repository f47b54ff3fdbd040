// SPDX-License-Identifier: Apache-2.0
#include "kernels/embedding/embedding.h"

#include "kernels/device/check.h"
#include "kernels/device/clones.h"
#include "kernels/device/parallel.h"
#include "kernels/device/scratch.h"
#include "kernels/pointwise/dropout_math.h"

#include <algorithm>
#include <cmath>

namespace toeplab::kernels
{
namespace
{

template <typename T>
struct Drop {
    std::uint32_t seed, threshold;
    T scale;
    bool active;

    Drop(const Dropout& dropout, std::int64_t row)
        : seed(dropout.row(static_cast<std::uint64_t>(row))), threshold(dropout.threshold()),
          scale(static_cast<T>(dropout.scale())), active(dropout.active())
    {
    }
    T operator()(std::int64_t i) const { return active ? math::keep(seed, i, threshold, scale) : T(1); }
};

template <typename T>
TOEPLAB_INLINE void tokenRowBody(const Drop<T>& drop, std::int64_t n, const std::int64_t* tokens, const T* column,
                                 const T* positions, T* y)
{
    for (std::int64_t i = 0; i < n; ++i)
        y[i] = column[tokens[i]];
    if (positions != nullptr) {
#pragma omp simd
        for (std::int64_t i = 0; i < n; ++i)
            y[i] += positions[i];
    }
    if (drop.active) {
#pragma omp simd
        for (std::int64_t i = 0; i < n; ++i)
            y[i] *= math::keep(drop.seed, i, drop.threshold, drop.scale);
    }
}
TOEPLAB_CLONES void tokenRow(const Drop<float>& drop, std::int64_t n, const std::int64_t* tokens, const float* column,
                             const float* positions, float* y)
{
    tokenRowBody(drop, n, tokens, column, positions, y);
}
TOEPLAB_CLONES void tokenRow(const Drop<double>& drop, std::int64_t n, const std::int64_t* tokens, const double* column,
                             const double* positions, double* y)
{
    tokenRowBody(drop, n, tokens, column, positions, y);
}

} // namespace

template <typename T>
void embedTokens(const EmbeddingShape& shape, const Dropout& dropout, const std::int64_t* tokens, const T* table,
                 const T* positions, T* y)
{
    for (std::int64_t i = 0; i < shape.batch * shape.length; ++i)
        require(tokens[i] >= 0 && tokens[i] < shape.vocabulary, "token ids must lie in the vocabulary", tokens[i],
                shape.vocabulary);
    parallelFor(shape.width, shape.batch * shape.length, [&](std::int64_t begin, std::int64_t end) {
        T* column = scratch<T>(Slot::Kernel, static_cast<std::size_t>(shape.vocabulary));
        for (std::int64_t e = begin; e < end; ++e) {
            for (std::int64_t v = 0; v < shape.vocabulary; ++v)
                column[v] = table[v * shape.width + e];
            const T* at = positions == nullptr ? nullptr : positions + e * shape.position_stride;
            for (std::int64_t b = 0; b < shape.batch; ++b) {
                const std::int64_t row = b * shape.width + e;
                tokenRow(Drop<T>(dropout, row), shape.length, tokens + b * shape.length, column, at,
                         y + row * shape.length);
            }
        }
    });
}

template <typename T>
void embedTokensBackward(const EmbeddingShape& shape, const Dropout& dropout, const std::int64_t* tokens, const T* g,
                         T* dtable)
{
    parallelFor(shape.width, shape.batch * shape.length, [&](std::int64_t begin, std::int64_t end) {
        T* column = scratch<T>(Slot::Kernel, static_cast<std::size_t>(shape.vocabulary));
        for (std::int64_t e = begin; e < end; ++e) {
            std::fill_n(column, shape.vocabulary, T(0));
            for (std::int64_t b = 0; b < shape.batch; ++b) {
                const std::int64_t row = b * shape.width + e;
                const Drop<T> drop(dropout, row);
                const T* gradient = g + row * shape.length;
                const std::int64_t* token = tokens + b * shape.length;
                for (std::int64_t i = 0; i < shape.length; ++i)
                    column[token[i]] += gradient[i] * drop(i);
            }
            for (std::int64_t v = 0; v < shape.vocabulary; ++v)
                dtable[v * shape.width + e] = column[v];
        }
    });
}

template <typename T>
void embedPixels(const EmbeddingShape& shape, const Dropout& dropout, const T* x, const T* weight, const T* bias,
                 const T* positions, T* y)
{
    parallelFor(shape.batch * shape.width, shape.length, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t r = begin; r < end; ++r) {
            const std::int64_t e = r % shape.width;
            const T* in = x + r / shape.width * shape.length;
            const Drop<T> drop(dropout, r);
            T* out = y + r * shape.length;
            for (std::int64_t i = 0; i < shape.length; ++i) {
                const T position = positions == nullptr ? T(0) : positions[e * shape.position_stride + i];
                out[i] = (weight[e] * in[i] + bias[e] + position) * drop(i);
            }
        }
    });
}

template <typename T>
void embedPixelsBackward(const EmbeddingShape& shape, const Dropout& dropout, const T* x, const T* weight, const T* g,
                         T* dweight, T* dbias, T* dx)
{
    parallelFor(shape.width, shape.batch * shape.length, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t e = begin; e < end; ++e) {
            T along = 0;
            T plain = 0;
            for (std::int64_t b = 0; b < shape.batch; ++b) {
                const std::int64_t row = b * shape.width + e;
                const Drop<T> drop(dropout, row);
                for (std::int64_t i = 0; i < shape.length; ++i) {
                    const T gradient = g[row * shape.length + i] * drop(i);
                    along += gradient * x[b * shape.length + i];
                    plain += gradient;
                }
            }
            dweight[e] = along;
            dbias[e] = plain;
        }
    });
    if (dx == nullptr)
        return;
    parallelFor(shape.batch, shape.width * shape.length, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t b = begin; b < end; ++b) {
            T* out = dx + b * shape.length;
            std::fill_n(out, shape.length, T(0));
            for (std::int64_t e = 0; e < shape.width; ++e) {
                const std::int64_t row = b * shape.width + e;
                const Drop<T> drop(dropout, row);
                for (std::int64_t i = 0; i < shape.length; ++i)
                    out[i] += weight[e] * g[row * shape.length + i] * drop(i);
            }
        }
    });
}

template <typename T>
void sinusoidalPositions(std::int64_t width, std::int64_t length, T* positions)
{
    for (std::int64_t e = 0; e < width; ++e) {
        const double rate =
            std::exp(static_cast<double>(e / 2 * 2) * -(std::log(10000.0) / static_cast<double>(width)));
        for (std::int64_t p = 0; p < length; ++p) {
            const double angle = static_cast<double>(p) * rate;
            positions[e * length + p] = static_cast<T>(e % 2 == 0 ? std::sin(angle) : std::cos(angle));
        }
    }
}

namespace
{

std::int64_t validLength(const std::int64_t* lengths, std::int64_t b, std::int64_t length)
{
    if (lengths == nullptr)
        return length;
    require(lengths[b] >= 1 && lengths[b] <= length, "a sample's length must lie within the batch's", lengths[b],
            length);
    return lengths[b];
}

} // namespace

template <typename T>
void pool(Pooling pooling, std::int64_t batch, std::int64_t width, std::int64_t length, const std::int64_t* lengths,
          const T* x, T* y)
{
    for (std::int64_t b = 0; b < batch; ++b) {
        const std::int64_t valid = validLength(lengths, b, length);
        for (std::int64_t e = 0; e < width; ++e) {
            const T* row = x + (b * width + e) * length;
            T value = 0;
            if (pooling == Pooling::First) {
                value = row[0];
            } else if (pooling == Pooling::Last) {
                value = row[valid - 1];
            } else {
#pragma omp simd reduction(+ : value)
                for (std::int64_t i = 0; i < valid; ++i)
                    value += row[i];
                if (pooling == Pooling::Mean)
                    value /= static_cast<T>(valid);
            }
            y[b * width + e] = value;
        }
    }
}

template <typename T>
void poolBackward(Pooling pooling, std::int64_t batch, std::int64_t width, std::int64_t length,
                  const std::int64_t* lengths, const T* g, T* dx)
{
    parallelFor(batch, width * length, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t b = begin; b < end; ++b) {
            const std::int64_t valid = lengths == nullptr ? length : lengths[b];
            for (std::int64_t e = 0; e < width; ++e) {
                T* row = dx + (b * width + e) * length;
                const T value = g[b * width + e];
                std::fill_n(row, length, T(0));
                if (pooling == Pooling::First)
                    row[0] = value;
                else if (pooling == Pooling::Last)
                    row[valid - 1] = value;
                else
                    std::fill_n(row, valid, pooling == Pooling::Mean ? value / static_cast<T>(valid) : value);
            }
        }
    });
}

#define TOEPLAB_INSTANTIATE(T)                                                                                         \
    template void embedTokens(const EmbeddingShape&, const Dropout&, const std::int64_t*, const T*, const T*, T*);     \
    template void embedTokensBackward(const EmbeddingShape&, const Dropout&, const std::int64_t*, const T*, T*);       \
    template void embedPixels(const EmbeddingShape&, const Dropout&, const T*, const T*, const T*, const T*, T*);      \
    template void embedPixelsBackward(const EmbeddingShape&, const Dropout&, const T*, const T*, const T*, T*, T*,     \
                                      T*);                                                                             \
    template void sinusoidalPositions(std::int64_t, std::int64_t, T*);                                                 \
    template void pool(Pooling, std::int64_t, std::int64_t, std::int64_t, const std::int64_t*, const T*, T*);          \
    template void poolBackward(Pooling, std::int64_t, std::int64_t, std::int64_t, const std::int64_t*, const T*, T*);
TOEPLAB_INSTANTIATE(float)
TOEPLAB_INSTANTIATE(double)
#undef TOEPLAB_INSTANTIATE

} // namespace toeplab::kernels
