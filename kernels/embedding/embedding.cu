// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/check.h"
#include "kernels/device/reduce.cuh"
#include "kernels/embedding/embedding_gpu.h"
#include "kernels/pointwise/pointwise.cuh"

namespace toeplab::kernels::gpu
{
namespace
{

constexpr int kThreads = 256;
constexpr int kTile = 1024; ///< positions that a block sorts by token at a time

struct EmbeddingGeometry {
    int batch = 0, width = 0, length = 0, vocabulary = 0;
    std::int64_t position_stride = 0;
    Drop drop;
};

EmbeddingGeometry geometryOf(const EmbeddingShape& shape, const Dropout& dropout)
{
    require(shape.batch >= 0 && shape.width >= 0, "batch and width are not negative", shape.batch, shape.width);
    require(shape.length >= 1 && shape.length <= 1 << 28, "length is at least 1 and at most 2^28", shape.length,
            1 << 28);
    return {static_cast<int>(shape.batch),      static_cast<int>(shape.width), static_cast<int>(shape.length),
            static_cast<int>(shape.vocabulary), shape.position_stride,         Drop::of(dropout)};
}

/// Element of (batch, width, length) that a thread has to do.
struct EmbeddingElement {
    std::int64_t index, row, sample;
    int channel, i;
    bool there;

    __device__ explicit EmbeddingElement(const EmbeddingGeometry& geometry)
        : index(static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x), row(index / geometry.length),
          sample(row / geometry.width), channel(static_cast<int>(row % geometry.width)),
          i(static_cast<int>(index % geometry.length)), there(sample < geometry.batch)
    {
    }
};

template <typename T>
__global__ void __launch_bounds__(kThreads) embedTokensKernel(EmbeddingGeometry geometry, const std::int64_t* tokens,
                                                              const float* table, const float* positions, T* y)
{
    const EmbeddingElement at(geometry);
    if (!at.there)
        return;
    const std::int64_t token = tokens[at.sample * geometry.length + at.i];
    float value = nanf("");
    if (token >= 0 && token < geometry.vocabulary)
        value = table[token * geometry.width + at.channel];
    if (positions != nullptr)
        value += positions[at.channel * geometry.position_stride + at.i];
    fromFloat(value * geometry.drop.keep(geometry.drop.row(at.row), at.i), y[at.index]);
}

/// partial (batch, vocabulary, width). A block does one row; a thread adds up what belongs to its tokens.
template <typename T>
__global__ void __launch_bounds__(kThreads)
    embedTokensBackwardKernel(EmbeddingGeometry geometry, const std::int64_t* tokens, const T* g, float* partial)
{
    auto* gradients = sharedMemory<float>();
    auto* tokens_here = reinterpret_cast<int*>(gradients + kTile);
    const std::int64_t row = blockIdx.x;
    const std::int64_t sample = row / geometry.width;
    const std::int64_t channel = row % geometry.width;
    const std::uint32_t seed = geometry.drop.row(row);
    for (int from = 0; from < geometry.vocabulary; from += static_cast<int>(blockDim.x)) {
        const int token = from + static_cast<int>(threadIdx.x);
        float sum = 0;
        for (int first = 0; first < geometry.length; first += kTile) {
            const int count = geometry.length - first < kTile ? geometry.length - first : kTile;
            __syncthreads();
            for (int i = static_cast<int>(threadIdx.x); i < count; i += static_cast<int>(blockDim.x)) {
                gradients[i] = toFloat(g[row * geometry.length + first + i]) * geometry.drop.keep(seed, first + i);
                tokens_here[i] = static_cast<int>(tokens[sample * geometry.length + first + i]);
            }
            __syncthreads();
            for (int i = 0; i < count; ++i)
                sum += tokens_here[i] == token ? gradients[i] : 0.0F;
        }
        if (token < geometry.vocabulary)
            partial[(sample * geometry.vocabulary + token) * geometry.width + channel] = sum;
    }
}

template <typename T>
__global__ void __launch_bounds__(kThreads)
    embedPixelsKernel(EmbeddingGeometry geometry, const float* x, const float* weight, const float* bias,
                      const float* positions, T* y)
{
    const EmbeddingElement at(geometry);
    if (!at.there)
        return;
    float value = weight[at.channel] * x[at.sample * geometry.length + at.i] + bias[at.channel];
    if (positions != nullptr)
        value += positions[at.channel * geometry.position_stride + at.i];
    fromFloat(value * geometry.drop.keep(geometry.drop.row(at.row), at.i), y[at.index]);
}

/// partial (batch, 2, width): a row's sums for weight and bias.
template <typename T>
__global__ void __launch_bounds__(kThreads)
    embedPixelsBackwardKernel(EmbeddingGeometry geometry, const float* x, const T* g, float* partial)
{
    auto* scratch = sharedMemory<float>();
    const std::int64_t row = blockIdx.x;
    const std::int64_t sample = row / geometry.width;
    const std::uint32_t seed = geometry.drop.row(row);
    float along = 0;
    float plain = 0;
    for (int i = static_cast<int>(threadIdx.x); i < geometry.length; i += static_cast<int>(blockDim.x)) {
        const float gradient = toFloat(g[row * geometry.length + i]) * geometry.drop.keep(seed, i);
        along += gradient * x[sample * geometry.length + i];
        plain += gradient;
    }
    along = blockSum(along, scratch);
    plain = blockSum(plain, scratch + kWarp);
    if (threadIdx.x == 0) {
        partial[2 * sample * geometry.width + row % geometry.width] = along;
        partial[(2 * sample + 1) * geometry.width + row % geometry.width] = plain;
    }
}

/// dx[b, i] = sum_e weight[e] g[b, e, i] keep
template <typename T>
__global__ void __launch_bounds__(kThreads)
    pixelGradientKernel(EmbeddingGeometry geometry, const float* weight, const T* g, float* dx)
{
    const std::int64_t index = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    const std::int64_t sample = index / geometry.length;
    const int i = static_cast<int>(index % geometry.length);
    if (sample >= geometry.batch)
        return;
    float sum = 0;
    for (int e = 0; e < geometry.width; ++e) {
        const std::int64_t row = sample * geometry.width + e;
        sum += weight[e] * toFloat(g[row * geometry.length + i]) * geometry.drop.keep(geometry.drop.row(row), i);
    }
    dx[index] = sum;
}

} // namespace

template <typename T>
void embedTokens(Context& context, const EmbeddingShape& shape, const Dropout& dropout, const std::int64_t* tokens,
                 const float* table, const float* positions, T* y)
{
    launch(context, {blocksFor(shape.batch * shape.width * shape.length, kThreads), kThreads}, &embedTokensKernel<T>,
           geometryOf(shape, dropout), tokens, table, positions, y);
}

template <typename T>
void embedTokensBackward(Context& context, const EmbeddingShape& shape, const Dropout& dropout,
                         const std::int64_t* tokens, const T* g, float* dtable)
{
    const std::int64_t count = shape.vocabulary * shape.width;
    auto* partial =
        static_cast<float*>(context.workspace(static_cast<std::size_t>(shape.batch * count) * sizeof(float)));
    launch(context, {shape.batch * shape.width, threadsFor(shape.vocabulary, kThreads), 2 * kTile * sizeof(float)},
           &embedTokensBackwardKernel<T>, geometryOf(shape, dropout), tokens, g, partial);
    sumParts(context, shape.batch, count, partial, dtable);
}

template <typename T>
void embedPixels(Context& context, const EmbeddingShape& shape, const Dropout& dropout, const float* x,
                 const float* weight, const float* bias, const float* positions, T* y)
{
    launch(context, {blocksFor(shape.batch * shape.width * shape.length, kThreads), kThreads}, &embedPixelsKernel<T>,
           geometryOf(shape, dropout), x, weight, bias, positions, y);
}

template <typename T>
void embedPixelsBackward(Context& context, const EmbeddingShape& shape, const Dropout& dropout, const float* x,
                         const float* weight, const T* g, float* dweight, float* dbias, float* dx)
{
    const EmbeddingGeometry geometry = geometryOf(shape, dropout);
    const std::int64_t sums = 2 * shape.width;
    auto* partial =
        static_cast<float*>(context.workspace(static_cast<std::size_t>((shape.batch + 1) * sums) * sizeof(float)));
    float* total = partial + shape.batch * sums;
    launch(context, {shape.batch * shape.width, threadsFor(shape.length, kThreads), 2 * kWarp * sizeof(float)},
           &embedPixelsBackwardKernel<T>, geometry, x, g, partial);
    sumParts(context, shape.batch, sums, partial, total);
    sumParts(context, 1, shape.width, total, dweight);
    sumParts(context, 1, shape.width, total + shape.width, dbias);
    if (dx != nullptr)
        launch(context, {blocksFor(shape.batch * shape.length, kThreads), kThreads}, &pixelGradientKernel<T>, geometry,
               weight, g, dx);
}

#define TOEPLAB_INSTANTIATE(T)                                                                                         \
    template void embedTokens(Context&, const EmbeddingShape&, const Dropout&, const std::int64_t*, const float*,      \
                              const float*, T*);                                                                       \
    template void embedTokensBackward(Context&, const EmbeddingShape&, const Dropout&, const std::int64_t*, const T*,  \
                                      float*);                                                                         \
    template void embedPixels(Context&, const EmbeddingShape&, const Dropout&, const float*, const float*,             \
                              const float*, const float*, T*);                                                         \
    template void embedPixelsBackward(Context&, const EmbeddingShape&, const Dropout&, const float*, const float*,     \
                                      const T*, float*, float*, float*);
TOEPLAB_INSTANTIATE(float)
TOEPLAB_INSTANTIATE(Half)
TOEPLAB_INSTANTIATE(BFloat16)
#undef TOEPLAB_INSTANTIATE

} // namespace toeplab::kernels::gpu
