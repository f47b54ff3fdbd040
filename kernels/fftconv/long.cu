// SPDX-License-Identifier: Apache-2.0
#include "kernels/fftconv/fft_library.h"
#include "kernels/fftconv/fused.cuh"

#include <algorithm>

namespace toeplab::kernels::gpu
{
namespace
{

constexpr int kThreads = 256;

/// Element of a (rows, width) array that a thread has to do, if any.
struct Element {
    std::int64_t row;
    std::int64_t i;
    bool there;

    __device__ Element(std::int64_t rows, std::int64_t width)
    {
        const std::int64_t index = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
        row = index / width;
        i = index % width;
        there = row < rows;
    }
};

/// to (rows, size + 2) from rows of `length`, zero behind them.
__global__ void padRowsKernel(std::int64_t rows, std::int64_t length, std::int64_t size, Stored from,
                              std::int64_t first_row, float* to)
{
    const Element at(rows, size + 2);
    if (at.there)
        from.as([&](const auto* values) {
            to[at.row * (size + 2) + at.i] =
                at.i < length ? toFloat(values[(first_row + at.row) * length + at.i]) : 0.0F;
        });
}

__global__ void cropRowsKernel(std::int64_t rows, std::int64_t length, std::int64_t size, const float* from, Stored to,
                               std::int64_t first_row)
{
    const Element at(rows, length);
    if (at.there)
        to.as([&](auto* values) {
            fromFloat(from[at.row * (size + 2) + at.i] / static_cast<float>(size),
                      values[(first_row + at.row) * length + at.i]);
        });
}

/// Lags -before .. after into circular order.
__global__ void wrapLagsKernel(std::int64_t channels, std::int64_t before, std::int64_t after, std::int64_t size,
                               const float* kernel, float* to)
{
    const Element at(channels, size + 2);
    if (!at.there)
        return;
    const std::int64_t lag = at.i <= after ? at.i : at.i - size;
    const bool inside = at.i < size && lag >= -before;
    to[at.row * (size + 2) + at.i] = inside ? kernel[at.row * (before + 1 + after) + lag + before] : 0.0F;
}

__global__ void unwrapLagsKernel(std::int64_t channels, std::int64_t before, std::int64_t after, std::int64_t size,
                                 const float* from, float* kernel)
{
    const Element at(channels, before + 1 + after);
    if (!at.there)
        return;
    const std::int64_t lag = at.i - before;
    kernel[at.row * (before + 1 + after) + at.i] =
        from[at.row * (size + 2) + (lag < 0 ? lag + size : lag)] / static_cast<float>(size);
}

/// values (rows, bins) *= response (channels, bins) of the row's channel, or its conjugate.
__global__ void multiplyKernel(std::int64_t rows, std::int64_t channels, std::int64_t bins, const float2* response,
                               bool conjugated, float2* values)
{
    const Element at(rows, bins);
    if (!at.there)
        return;
    const float2 h = response[at.row % channels * bins + at.i];
    float2& value = values[at.row * bins + at.i];
    value = value * (conjugated ? conjugate(h) : h);
}

/// sum (channels, bins) += sum over samples of g conj(x); set, not added to, where `first`.
__global__ void correlateKernel(std::int64_t samples, std::int64_t channels, std::int64_t bins, const float2* g,
                                const float2* x, bool first, float2* sum)
{
    const Element at(channels, bins);
    if (!at.there)
        return;
    const std::int64_t index = at.row * bins + at.i;
    float2 total = first ? make_float2(0, 0) : sum[index];
    for (std::int64_t b = 0; b < samples; ++b)
        total = total + g[b * channels * bins + index] * conjugate(x[b * channels * bins + index]);
    sum[index] = total;
}

/// A batch in chunks of whole samples, each with its padded rows.
struct LongProduct {
    Context& context;
    ToeplitzShape shape;
    std::int64_t size = 0;
    std::int64_t chunk = 0; ///< samples
    float* response = nullptr;
    float* sum = nullptr;
    float* rows[2] = {};

    LongProduct(Context& owner, const ToeplitzShape& of, int row_sets) : context(owner), shape(of)
    {
        const std::int64_t least = shape.length + std::max(shape.before, shape.after);
        for (size = 2; size < least; size *= 2)
            ;
        if (size >= 8 && size / 4 * 3 >= least) // even all the same
            size = size / 4 * 3;
        const std::int64_t sample = shape.channels * (size + 2);
        const auto in_chunk = static_cast<std::int64_t>(context.chunkBytes() / sizeof(float)) / (sample * row_sets);
        chunk = std::clamp<std::int64_t>(in_chunk, 1, std::max<std::int64_t>(shape.batch, 1));
        response = static_cast<float*>(
            context.workspace(static_cast<std::size_t>((2 + row_sets * chunk) * sample) * sizeof(float)));
        sum = response + sample;
        rows[0] = sum + sample;
        rows[1] = rows[0] + (row_sets - 1) * chunk * sample;
    }

    [[nodiscard]] std::int64_t bins() const { return size / 2 + 1; }
    [[nodiscard]] float2* spectrum(float* values) const { return reinterpret_cast<float2*>(values); }

    template <typename... Parameters, typename... Arguments>
    void forEach(std::int64_t count, void (*kernel)(Parameters...), Arguments... arguments) const
    {
        launch(context, {blocksFor(count, kThreads), kThreads}, kernel, arguments...);
    }

    void transformKernel(const float* kernel) const
    {
        forEach(shape.channels * (size + 2), &wrapLagsKernel, shape.channels, shape.before, shape.after, size, kernel,
                response);
        context.fft().forward(size, shape.channels, response);
    }
    void transformRows(const Stored& from, std::int64_t sample, std::int64_t count, float* to) const
    {
        const std::int64_t rows_here = count * shape.channels;
        forEach(rows_here * (size + 2), &padRowsKernel, rows_here, shape.length, size, from, sample * shape.channels,
                to);
        context.fft().forward(size, rows_here, to);
    }
    void multiplyInto(float* values, bool conjugated, std::int64_t sample, std::int64_t count, const Stored& to) const
    {
        const std::int64_t rows_here = count * shape.channels;
        forEach(rows_here * bins(), &multiplyKernel, rows_here, shape.channels, bins(), spectrum(response), conjugated,
                spectrum(values));
        context.fft().backward(size, rows_here, values);
        forEach(rows_here * shape.length, &cropRowsKernel, rows_here, shape.length, size, values, to,
                sample * shape.channels);
    }
};

} // namespace

template <typename T>
void longForward(Context& context, const ToeplitzShape& shape, const float* kernel, const T* x, T* y)
{
    if (shape.channels == 0 || shape.batch == 0)
        return;
    const LongProduct product(context, shape, 1);
    product.transformKernel(kernel);
    for (std::int64_t b = 0; b < shape.batch; b += product.chunk) {
        const std::int64_t count = std::min(product.chunk, shape.batch - b);
        product.transformRows(stored(x), b, count, product.rows[0]);
        product.multiplyInto(product.rows[0], false, b, count, stored(y));
    }
}

template <typename T>
void longBackward(Context& context, const ToeplitzShape& shape, const float* kernel, const T* x, const T* g, T* dx,
                  float* dkernel)
{
    if (shape.channels == 0 || shape.batch == 0)
        return;
    const LongProduct product(context, shape, 2);
    if (dx != nullptr)
        product.transformKernel(kernel);
    for (std::int64_t b = 0; b < shape.batch; b += product.chunk) {
        const std::int64_t count = std::min(product.chunk, shape.batch - b);
        product.transformRows(stored(g), b, count, product.rows[0]);
        if (dkernel != nullptr) {
            product.transformRows(stored(x), b, count, product.rows[1]);
            product.forEach(shape.channels * product.bins(), &correlateKernel, count, shape.channels, product.bins(),
                            product.spectrum(product.rows[0]), product.spectrum(product.rows[1]), b == 0,
                            product.spectrum(product.sum));
        }
        if (dx != nullptr)
            product.multiplyInto(product.rows[0], true, b, count, stored(dx));
    }
    if (dkernel != nullptr) {
        context.fft().backward(product.size, shape.channels, product.sum);
        product.forEach(shape.channels * shape.lags(), &unwrapLagsKernel, shape.channels, shape.before, shape.after,
                        product.size, product.sum, dkernel);
    }
}

#define TOEPLAB_INSTANTIATE(T)                                                                                         \
    template void longForward(Context&, const ToeplitzShape&, const float*, const T*, T*);                             \
    template void longBackward(Context&, const ToeplitzShape&, const float*, const T*, const T*, T*, float*);
TOEPLAB_INSTANTIATE(float)
TOEPLAB_INSTANTIATE(Half)
TOEPLAB_INSTANTIATE(BFloat16)
#undef TOEPLAB_INSTANTIATE

} // namespace toeplab::kernels::gpu
