// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/check.h"
#include "kernels/device/number.cuh"
#include "kernels/fftconv/fftconv_gpu.h"
#include "kernels/fftconv/transform.cuh"

namespace toeplab::kernels::gpu
{

/// A product in shared memory: which transform, which rows.
struct FusedGeometry {
    int size = 0;
    int log = 0;
    const float2* root = nullptr;
    int batch = 0, channels = 0, length = 0;
    int before = 0, after = 0;

    [[nodiscard]] __device__ __host__ int pairs() const { return (batch + 1) / 2; }
    [[nodiscard]] __device__ __host__ int threads() const { return size / kEach; }
    [[nodiscard]] std::size_t shared() const
    {
        return static_cast<std::size_t>(transformPlaces(size)) * sizeof(float2);
    }
    [[nodiscard]] __device__ Transform transform() const { return {size, log, root, sharedMemory<float2>()}; }
};

/// Size of the shared-memory transform for this many values, 0 where it would not fit.
[[nodiscard]] int fusedSize(const Context& context, std::int64_t least);

[[nodiscard]] FusedGeometry fusedGeometry(Context& context, const ToeplitzShape& shape, int size);

/// spectrum (channels, size) of kernels (channels, lags), divided by the size, in the order in which Transform leaves
/// it: frequency(r) of thread t at r * threads + t.
void fusedSpectrum(const Context& context, const FusedGeometry& geometry, const float* kernel, float2* spectrum);

/// A tensor of any kind of number: the transforms are long enough, and long enough to compile, for one kernel to serve
/// all kinds.
struct Stored {
    void* data = nullptr;
    Number number = Number::Float32;

    [[nodiscard]] __device__ __forceinline__ float at(std::int64_t i) const
    {
        if (number == Number::Float32)
            return static_cast<const float*>(data)[i];
        if (number == Number::Half)
            return toFloat(static_cast<const Half*>(data)[i]);
        return toFloat(static_cast<const BFloat16*>(data)[i]);
    }
    __device__ __forceinline__ void set(std::int64_t i, float value) const
    {
        if (number == Number::Float32)
            static_cast<float*>(data)[i] = value;
        else if (number == Number::Half)
            fromFloat(value, static_cast<Half*>(data)[i]);
        else
            fromFloat(value, static_cast<BFloat16*>(data)[i]);
    }
};
[[nodiscard]] inline Stored stored(const float* data)
{
    return {const_cast<float*>(data), Number::Float32};
}
[[nodiscard]] inline Stored stored(const Half* data)
{
    return {const_cast<Half*>(data), Number::Half};
}
[[nodiscard]] inline Stored stored(const BFloat16* data)
{
    return {const_cast<BFloat16*>(data), Number::BFloat16};
}

/// Rows b = 2 pair and b + 1 of a channel; the second is missing at the end of an odd batch.
struct RowPair {
    std::int64_t first;
    std::int64_t second;
    bool both;

    __device__ RowPair(const FusedGeometry& geometry, int channel, int pair)
        : first((static_cast<std::int64_t>(2 * pair) * geometry.channels + channel) * geometry.length),
          second(first + std::int64_t{1} * geometry.channels * geometry.length), both(2 * pair + 1 < geometry.batch)
    {
    }
};

/// Registers at position(r) from two rows, zero behind their ends.
__device__ __forceinline__ void readRows(const Transform& transform, const Stored& tensor, const RowPair& rows,
                                         int length, float2 (&v)[kEach])
{
    TOEPLAB_UNROLL
    for (int r = 0; r < kEach; ++r) {
        const int i = transform.position(r);
        v[r] = make_float2(i < length ? tensor.at(rows.first + i) : 0.0F,
                           i < length && rows.both ? tensor.at(rows.second + i) : 0.0F);
    }
}
__device__ __forceinline__ void writeRows(const Transform& transform, const float2 (&v)[kEach], int length,
                                          const Stored& tensor, const RowPair& rows)
{
    TOEPLAB_UNROLL
    for (int r = 0; r < kEach; ++r) {
        const int i = transform.position(r);
        if (i < length) {
            tensor.set(rows.first + i, v[r].x);
            if (rows.both)
                tensor.set(rows.second + i, v[r].y);
        }
    }
}

/// For products that do not fit: kernels/fftconv/long.cu.
template <typename T>
void longForward(Context& context, const ToeplitzShape& shape, const float* kernel, const T* x, T* y);
template <typename T>
void longBackward(Context& context, const ToeplitzShape& shape, const float* kernel, const T* x, const T* g, T* dx,
                  float* dkernel);

} // namespace toeplab::kernels::gpu
