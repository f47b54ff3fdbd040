// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A complex transform of N = 2^9 .. 2^14 values by one block of N / 16 threads, 16 values in each thread's registers.
///
/// Forward takes values in natural order and leaves the spectrum where the last pass computed it: register j of thread
/// t holds frequency bitrev(16 t + j). Backward takes it from there. So a product of spectra costs neither a reordering
/// nor a trip to shared memory, and a convolution of 4096 values exchanges data four times. (cuFFTDx orders its results
/// and cannot leave them so; with it the product would cost two more exchanges.)
///
/// Passes have radix 16 and work in place (decimation in frequency): a pass over spans of length `span` combines the
/// values that lie span / 16 apart and multiplies output q of offset p by e^(-2 pi i p q / span). What log2 N leaves
/// over when divided by four is done first, as stages of radix 2 (one code for all N: it takes long enough to compile).

#include "kernels/device/gpu.cuh"

namespace toeplab::kernels::gpu
{

inline constexpr int kEach = 16; ///< values of a thread
inline constexpr int kMinTransform = 512;
inline constexpr int kMaxTransform = 16384;

/// Float pairs of shared memory for a transform: every 16 values one is left free, so that threads which take 16
/// neighbours each do not meet in one bank.
[[nodiscard]] __device__ __host__ constexpr int transformPlaces(int size)
{
    return size + size / kEach;
}
__device__ __forceinline__ int placeOf(int position)
{
    return position + position / kEach;
}

__device__ __forceinline__ float2 operator+(float2 a, float2 b)
{
    return make_float2(a.x + b.x, a.y + b.y);
}
__device__ __forceinline__ float2 operator-(float2 a, float2 b)
{
    return make_float2(a.x - b.x, a.y - b.y);
}
__device__ __forceinline__ float2 operator*(float2 a, float2 b)
{
    return make_float2(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}
__device__ __forceinline__ float2 conjugate(float2 a)
{
    return make_float2(a.x, -a.y);
}

enum class Direction { Forward, Backward };

/// a e^(-+2 pi i k / 16), 0 <= k < 8; k is a constant wherever this is called.
template <Direction kDirection>
__device__ __forceinline__ float2 turned(float2 a, int k)
{
    constexpr float kCos1 = 0.92387953251128674F;
    constexpr float kCos2 = 0.70710678118654752F;
    constexpr float kCos3 = 0.38268343236508977F;
    const float cosine = k == 1 ? kCos1 : k == 2 ? kCos2 : k == 3 ? kCos3 : k == 5 ? -kCos3 : k == 6 ? -kCos2 : -kCos1;
    const float sine = k == 1 || k == 7 ? kCos3 : k == 2 || k == 6 ? kCos2 : kCos1;
    constexpr float kSign = kDirection == Direction::Forward ? -1.0F : 1.0F;
    if (k == 0)
        return a;
    if (k == 4)
        return make_float2(-kSign * a.y, kSign * a.x);
    return a * make_float2(cosine, kSign * sine);
}

/// Of four bits.
__device__ __host__ constexpr int bitReversed(int j)
{
    return (j & 1) << 3 | (j & 2) << 1 | (j & 4) >> 1 | (j & 8) >> 3;
}

/// 16 values, forward from natural to bit-reversed order, backward the other way, unscaled.
template <Direction kDirection>
__device__ __forceinline__ void transformInRegisters(float2 (&v)[kEach])
{
    if constexpr (kDirection == Direction::Forward) {
        TOEPLAB_UNROLL
        for (int half = kEach / 2; half > 0; half /= 2) {
            TOEPLAB_UNROLL
            for (int j = 0; j < kEach; ++j) {
                if ((j & half) != 0)
                    continue;
                const float2 a = v[j];
                const float2 b = v[j + half];
                v[j] = a + b;
                v[j + half] = turned<kDirection>(a - b, j % half * (8 / half));
            }
        }
    } else {
        TOEPLAB_UNROLL
        for (int half = 1; half < kEach; half *= 2) {
            TOEPLAB_UNROLL
            for (int j = 0; j < kEach; ++j) {
                if ((j & half) != 0)
                    continue;
                const float2 a = v[j];
                const float2 b = turned<kDirection>(v[j + half], j % half * (8 / half));
                v[j] = a + b;
                v[j + half] = a - b;
            }
        }
    }
}

/// Multiplies output q of a forward pass (input q of a backward one) by root^q; v[j] is number bitrev(j).
template <Direction kDirection>
__device__ __forceinline__ void multiplyByPowers(float2 (&v)[kEach], float2 root)
{
    // root^q = low[q % 4] high[q / 4]: three products deep, and few registers.
    float2 low[4];
    float2 high[4];
    low[1] = kDirection == Direction::Forward ? root : conjugate(root);
    low[2] = low[1] * low[1];
    low[3] = low[2] * low[1];
    high[1] = low[2] * low[2];
    high[2] = high[1] * high[1];
    high[3] = high[2] * high[1];
    TOEPLAB_UNROLL
    for (int j = 1; j < kEach; ++j) {
        const int q = bitReversed(j);
        const float2 power = q < 4 ? low[q] : q % 4 == 0 ? high[q / 4] : low[q % 4] * high[q / 4];
        v[j] = v[j] * power;
    }
}

/// The block's part in a transform of `size` values.
struct Transform {
    int size;
    int log;            ///< of size
    const float2* root; ///< e^(-2 pi i k / size), k < size / 2
    float2* places;     ///< shared, transformPlaces(size)

    [[nodiscard]] __device__ __forceinline__ int threads() const { return size / kEach; }
    /// Stages of radix 2 that come first.
    [[nodiscard]] __device__ __forceinline__ int stages() const { return log % 4; }

    /// Where in the natural order register r of this thread lies before a forward and after a backward transform.
    [[nodiscard]] __device__ __forceinline__ int position(int r) const
    {
        return static_cast<int>(threadIdx.x) + r * threads();
    }
    /// ... and which frequency it holds between the two.
    [[nodiscard]] __device__ __forceinline__ int frequency(int r) const
    {
        return static_cast<int>(__brev(threadIdx.x * kEach + static_cast<unsigned>(r)) >> (32 - log));
    }

    /// One of those, on registers at position(r): halves the spans of length size >> kStage.
    template <Direction kDirection, int kStage>
    __device__ __forceinline__ void stage(float2 (&v)[kEach]) const
    {
        constexpr int kApart = kEach / 2 >> kStage;
        TOEPLAB_UNROLL
        for (int r = 0; r < kEach; ++r) {
            if ((r & kApart) != 0)
                continue;
            const float2 w = root[position(r) % (size >> (kStage + 1)) << kStage];
            const float2 a = v[r];
            const float2 b = v[r + kApart];
            if constexpr (kDirection == Direction::Forward) {
                v[r] = a + b;
                v[r + kApart] = (a - b) * w;
            } else {
                const float2 turned_b = b * conjugate(w);
                v[r] = a + turned_b;
                v[r + kApart] = a - turned_b;
            }
        }
    }

    /// First position and step of this thread's values in a pass over spans of length `span` (the whole, at the
    /// most).
    __device__ __forceinline__ void spanOf(int span, int& first, int& step) const
    {
        step = span / kEach;
        const int t = static_cast<int>(threadIdx.x);
        first = t / step * span + t % step;
    }

    template <Direction kDirection>
    __device__ __forceinline__ void innerPass(float2 (&v)[kEach], int span, int step) const
    {
        const float2 w = root[static_cast<int>(threadIdx.x) % step * (size / span)];
        if constexpr (kDirection == Direction::Forward) {
            transformInRegisters<kDirection>(v);
            multiplyByPowers<kDirection>(v, w);
        } else {
            multiplyByPowers<kDirection>(v, w);
            transformInRegisters<kDirection>(v);
        }
    }

    __device__ __forceinline__ void take(float2 (&v)[kEach], int first, int step) const
    {
        TOEPLAB_UNROLL
        for (int j = 0; j < kEach; ++j)
            v[j] = places[placeOf(first + j * step)];
    }
    __device__ __forceinline__ void leave(const float2 (&v)[kEach], int first, int step) const
    {
        TOEPLAB_UNROLL
        for (int j = 0; j < kEach; ++j)
            places[placeOf(first + j * step)] = v[j];
    }

    /// Registers at position(r) -> at frequency(r). Nobody may still be reading `places`.
    __device__ __forceinline__ void forward(float2 (&v)[kEach]) const
    {
        if (stages() > 0) {
            stage<Direction::Forward, 0>(v);
            if (stages() > 1)
                stage<Direction::Forward, 1>(v);
            if (stages() > 2)
                stage<Direction::Forward, 2>(v);
            leave(v, static_cast<int>(threadIdx.x), threads());
            __syncthreads();
        }
        int first = 0;
        int step = 1;
        for (int span = size >> stages(); span > kEach; span /= kEach) {
            spanOf(span, first, step);
            if (span < size)
                take(v, first, step);
            innerPass<Direction::Forward>(v, span, step);
            leave(v, first, step);
            __syncthreads();
        }
        spanOf(kEach, first, step);
        take(v, first, step);
        transformInRegisters<Direction::Forward>(v);
    }

    /// The way back, unscaled. It begins where the same thread's forward transform ended, so no barrier comes first.
    __device__ __forceinline__ void backward(float2 (&v)[kEach]) const
    {
        int first = 0;
        int step = 1;
        transformInRegisters<Direction::Backward>(v);
        spanOf(kEach, first, step);
        leave(v, first, step);
        __syncthreads();
        for (int span = kEach * kEach; span <= size >> stages(); span *= kEach) {
            spanOf(span, first, step);
            take(v, first, step);
            innerPass<Direction::Backward>(v, span, step);
            if (span < size) {
                leave(v, first, step);
                __syncthreads();
            }
        }
        if (stages() > 0) {
            take(v, static_cast<int>(threadIdx.x), threads());
            if (stages() > 2)
                stage<Direction::Backward, 2>(v);
            if (stages() > 1)
                stage<Direction::Backward, 1>(v);
            stage<Direction::Backward, 0>(v);
        }
    }
};

} // namespace toeplab::kernels::gpu
