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
/// over when divided by four is done first, in a pass of radix 2, 4 or 8 with 8, 4 or 2 groups a thread. N is known to
/// the compiler: the kernels are bound by their instructions, and places in shared memory cost none this way.

#include "kernels/device/gpu.cuh"

namespace toeplab::kernels::gpu
{

inline constexpr int kEach = 16; ///< values of a thread
inline constexpr int kMinLog = 9;
inline constexpr int kMaxLog = 14;
inline constexpr int kMinTransform = 1 << kMinLog;
inline constexpr int kMaxTransform = 1 << kMaxLog;

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

/// The stages of a transform of radix 2^kStages on registers that lie 16 / 2^kStages apart, for each of the groups that
/// they form, unscaled: forward from natural to bit-reversed order, backward the other way. kHalf: registers 8 .. 15
/// are zero before a forward transform.
template <Direction kDirection, int kStages, bool kHalf = false>
__device__ __forceinline__ void transformInRegisters(float2 (&v)[kEach])
{
    constexpr int kGroups = kEach >> kStages;
    TOEPLAB_UNROLL
    for (int s = 0; s < kStages; ++s) {
        const int half = kDirection == Direction::Forward ? kEach / 2 >> s : kGroups << s;
        TOEPLAB_UNROLL
        for (int j = 0; j < kEach; ++j) {
            if ((j & half) != 0)
                continue;
            const int k = j / kGroups % (half / kGroups) * (8 * kGroups / half);
            const float2 a = v[j];
            if constexpr (kDirection == Direction::Forward) {
                if (kHalf && s == 0) {
                    v[j + half] = turned<kDirection>(a, k);
                    continue;
                }
                const float2 b = v[j + half];
                v[j] = a + b;
                v[j + half] = turned<kDirection>(a - b, k);
            } else {
                const float2 b = turned<kDirection>(v[j + half], k);
                v[j] = a + b;
                v[j + half] = a - b;
            }
        }
    }
}

/// Multiplies output q of a group of a forward pass (input q of a backward one) by root^q; number i of the group, which
/// lies in v[group + i 16 / 2^kStages], is q with its bits reversed.
template <Direction kDirection, int kStages>
__device__ __forceinline__ void multiplyByPowers(float2 (&v)[kEach], int group, float2 root)
{
    constexpr int kRadix = 1 << kStages;
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
    for (int i = 1; i < kRadix; ++i) {
        const int q = bitReversed(i) >> (4 - kStages);
        const float2 power = q < 4 ? low[q] : q % 4 == 0 ? high[q / 4] : low[q % 4] * high[q / 4];
        float2& value = v[group + i * (kEach / kRadix)];
        value = value * power;
    }
}

/// The block's part in a transform of 2^kLog values.
template <int kLog>
struct Transform {
    static constexpr int kSize = 1 << kLog;
    static constexpr int kThreads = kSize / kEach;
    static constexpr int kStages = kLog % 4;       ///< log2 of the first pass's radix; 0: it is 16
    static constexpr int kSpan = kSize >> kStages; ///< of the passes of radix 16

    const float2* root; ///< e^(-2 pi i k / kSize), k < kSize / 2
    float2* places;     ///< shared, transformPlaces(kSize)

    /// Where in the natural order register r of this thread lies before a forward and after a backward transform.
    [[nodiscard]] __device__ __forceinline__ int position(int r) const
    {
        return static_cast<int>(threadIdx.x) + r * kThreads;
    }
    /// The same as a pointer of the thread and a constant offset: own(values)[offset(r)] is values[position(r)]. The
    /// compiler then keeps one address, and not sixteen.
    template <typename Value>
    [[nodiscard]] __device__ __forceinline__ Value* own(Value* values) const
    {
        return values + threadIdx.x;
    }
    [[nodiscard]] __device__ __forceinline__ static constexpr int offset(int r) { return r * kThreads; }
    /// ... and which frequency it holds between the two.
    [[nodiscard]] __device__ __forceinline__ int frequency(int r) const
    {
        return static_cast<int>(__brev(threadIdx.x * kEach + static_cast<unsigned>(r)) >> (32 - kLog));
    }

    /// First position of this thread's values in a pass over spans of length kLength; they lie kLength / 16 apart.
    template <int kLength>
    [[nodiscard]] __device__ __forceinline__ int firstOf() const
    {
        constexpr int kStep = kLength / kEach;
        const int t = static_cast<int>(threadIdx.x);
        return t / kStep * kLength + t % kStep;
    }

    /// The place of value j of those that begin at place `first`, kStep positions apart.
    template <int kStep>
    [[nodiscard]] __device__ __forceinline__ static int placeAfter(int first, int j)
    {
        static_assert(kStep == 1 || kStep % kEach == 0);
        return first + j * (kStep + kStep / kEach);
    }
    template <int kStep>
    __device__ __forceinline__ void take(float2 (&v)[kEach], int first) const
    {
        const int place = placeOf(first);
        TOEPLAB_UNROLL
        for (int j = 0; j < kEach; ++j)
            v[j] = places[placeAfter<kStep>(place, j)];
    }
    template <int kStep>
    __device__ __forceinline__ void leave(const float2 (&v)[kEach], int first) const
    {
        const int place = placeOf(first);
        TOEPLAB_UNROLL
        for (int j = 0; j < kEach; ++j)
            places[placeAfter<kStep>(place, j)] = v[j];
    }

    /// The pass of radix 2^kStages, on registers at position(r).
    template <Direction kDirection, bool kHalf>
    __device__ __forceinline__ void firstPass(float2 (&v)[kEach]) const
    {
        constexpr int kGroups = kEach >> kStages;
        if constexpr (kDirection == Direction::Forward)
            transformInRegisters<kDirection, kStages, kHalf>(v);
        TOEPLAB_UNROLL
        for (int group = 0; group < kGroups; ++group)
            multiplyByPowers<kDirection, kStages>(v, group, root[position(group)]);
        if constexpr (kDirection == Direction::Backward)
            transformInRegisters<kDirection, kStages>(v);
    }

    template <int kLength, bool kHalf>
    __device__ __forceinline__ void forwardPasses(float2 (&v)[kEach]) const
    {
        constexpr int kStep = kLength / kEach;
        const int first = firstOf<kLength>();
        if constexpr (kLength < kSize)
            take<kStep>(v, first);
        transformInRegisters<Direction::Forward, 4, kHalf && kLength == kSize>(v);
        if constexpr (kStep > 1) {
            multiplyByPowers<Direction::Forward, 4>(v, 0,
                                                    root[static_cast<int>(threadIdx.x) % kStep * (kSize / kLength)]);
            leave<kStep>(v, first);
            __syncthreads();
            forwardPasses<kStep, kHalf>(v);
        }
    }

    template <int kLength>
    __device__ __forceinline__ void backwardPasses(float2 (&v)[kEach]) const
    {
        constexpr int kStep = kLength / kEach;
        const int first = firstOf<kLength>();
        if constexpr (kStep > 1) {
            take<kStep>(v, first);
            multiplyByPowers<Direction::Backward, 4>(v, 0,
                                                     root[static_cast<int>(threadIdx.x) % kStep * (kSize / kLength)]);
        }
        transformInRegisters<Direction::Backward, 4>(v);
        if constexpr (kLength < kSize) {
            leave<kStep>(v, first);
            __syncthreads();
        }
        if constexpr (kLength < kSpan)
            backwardPasses<kLength * kEach>(v);
    }

    /// Registers at position(r) -> at frequency(r). Nobody may still be reading `places`. kHalf: those in the upper
    /// half of the natural order are zero, and need not be set.
    template <bool kHalf>
    __device__ __forceinline__ void forward(float2 (&v)[kEach]) const
    {
        if constexpr (kStages > 0) {
            firstPass<Direction::Forward, kHalf>(v);
            leave<kThreads>(v, static_cast<int>(threadIdx.x));
            __syncthreads();
        }
        forwardPasses<kSpan, kHalf>(v);
    }

    /// The way back, unscaled. It begins where the same thread's forward transform ended, so no barrier comes first.
    __device__ __forceinline__ void backward(float2 (&v)[kEach]) const
    {
        backwardPasses<kEach>(v);
        if constexpr (kStages > 0) {
            take<kThreads>(v, static_cast<int>(threadIdx.x));
            firstPass<Direction::Backward, false>(v);
        }
    }
};

} // namespace toeplab::kernels::gpu
