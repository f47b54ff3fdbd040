// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/check.h"
#include "kernels/device/number.cuh"
#include "kernels/fftconv/fftconv_gpu.h"
#include "kernels/fftconv/transform.cuh"

#include <type_traits>

namespace toeplab::kernels::gpu
{

/// A product in shared memory: which transform, which rows.
struct FusedGeometry {
    int log = 0; ///< of the transform's size
    const float2* root = nullptr;
    int batch = 0, channels = 0, length = 0;
    int before = 0, after = 0;

    [[nodiscard]] __device__ __host__ int size() const { return 1 << log; }
    [[nodiscard]] __device__ __host__ int pairs() const { return (batch + 1) / 2; }
    /// Rows fill half of the transform at most, as they do whenever every lag is there.
    [[nodiscard]] bool half() const { return 2 * length <= size(); }

    template <int kLog>
    [[nodiscard]] __device__ Transform<kLog> transform() const
    {
        return {root, sharedMemory<float2>()};
    }
    /// Launch of `blocks` blocks with one transform each and `floats2` more in shared memory.
    [[nodiscard]] Launch launch(std::int64_t blocks, int floats2 = 0) const
    {
        return {blocks, size() / kEach, static_cast<std::size_t>(transformPlaces(size()) + floats2) * sizeof(float2)};
    }
};

/// log2 of the shared-memory transform for this many values, 0 where it would not fit.
[[nodiscard]] int fusedLog(const Context& context, std::int64_t least);

[[nodiscard]] FusedGeometry fusedGeometry(Context& context, const ToeplitzShape& shape, int log);

/// body(std::integral_constant<int, log>()) for the sizes that there are.
template <typename Body>
void forLog(int log, Body&& body)
{
    switch (log) {
    case 9:
        return body(std::integral_constant<int, 9>());
    case 10:
        return body(std::integral_constant<int, 10>());
    case 11:
        return body(std::integral_constant<int, 11>());
    case 12:
        return body(std::integral_constant<int, 12>());
    case 13:
        return body(std::integral_constant<int, 13>());
    case 14:
        return body(std::integral_constant<int, 14>());
    default:
        require(false, "transforms of 2^9 .. 2^14 fit into shared memory", log, 14);
    }
}

/// spectrum (channels, size) of kernels (channels, lags), divided by the size, in the order in which Transform leaves
/// it: frequency(r) of thread t at r * threads + t.
void fusedSpectrum(const Context& context, const FusedGeometry& geometry, const float* kernel, float2* spectrum);

/// A tensor of any kind of number: the transforms are long enough, and long enough to compile, for one kernel to serve
/// all kinds, which part where rows are read and written.
struct Stored {
    void* data = nullptr;
    Number number = Number::Float32;

    /// body(pointer) for the type that it holds; `data` null gives pointers of null.
    template <typename Body>
    __device__ __forceinline__ void as(Body&& body) const
    {
        if (number == Number::Float32)
            body(static_cast<float*>(data));
        else if (number == Number::Half)
            body(static_cast<Half*>(data));
        else
            body(static_cast<BFloat16*>(data));
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

/// Registers that hold rows' values: the lower half of them where rows fill half of the transform.
template <bool kHalf>
inline constexpr int kFilled = kHalf ? kEach / 2 : kEach;

/// Registers at position(r) from two rows, zero behind their ends; where kHalf those of the upper half are not set.
template <bool kHalf, int kLog>
__device__ __forceinline__ void readRows(const Transform<kLog>& transform, const Stored& tensor, const RowPair& rows,
                                         int length, float2 (&v)[kEach])
{
    tensor.as([&](const auto* values) {
        const auto* first = transform.own(values + rows.first);
        const auto* second = transform.own(values + rows.second);
        const int left = length - transform.position(0);
        TOEPLAB_UNROLL
        for (int r = 0; r < kFilled<kHalf>; ++r) {
            const int i = transform.offset(r);
            v[r] = make_float2(i < left ? toFloat(first[i]) : 0.0F, i < left && rows.both ? toFloat(second[i]) : 0.0F);
        }
    });
}
template <bool kHalf, int kLog>
__device__ __forceinline__ void writeRows(const Transform<kLog>& transform, const float2 (&v)[kEach], int length,
                                          const Stored& tensor, const RowPair& rows)
{
    tensor.as([&](auto* values) {
        auto* first = transform.own(values + rows.first);
        auto* second = transform.own(values + rows.second);
        const int left = length - transform.position(0);
        TOEPLAB_UNROLL
        for (int r = 0; r < kFilled<kHalf>; ++r) {
            const int i = transform.offset(r);
            if (i < left) {
                fromFloat(v[r].x, first[i]);
                if (rows.both)
                    fromFloat(v[r].y, second[i]);
            }
        }
    });
}

/// For products that do not fit: kernels/fftconv/long.cu.
template <typename T>
void longForward(Context& context, const ToeplitzShape& shape, const float* kernel, const T* x, T* y);
template <typename T>
void longBackward(Context& context, const ToeplitzShape& shape, const float* kernel, const T* x, const T* g, T* dx,
                  float* dkernel);

} // namespace toeplab::kernels::gpu
