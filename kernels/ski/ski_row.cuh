// SPDX-License-Identifier: Apache-2.0
#pragma once

/// SKI for rows that fit into shared memory and plans of octets (SkiPlanView::octets): each thread owns eight
/// neighbours, which lie in one cell or two, so it reads them once into registers, sums its own share of W^T x there,
/// and chooses cells once for eight outputs. The kernels are bound by the instructions that they issue: of about 530
/// for an octet with 33 taps, 288 are the band's multiply-adds.

#include "kernels/ski/ski.cuh"

namespace toeplab::kernels::gpu
{

/// Where a block keeps what in shared memory, in floats, multiples of four.
struct SkiRowLayout {
    int octets = 0;
    int nodes = 0;           ///< rank, padded to whole fours
    int groups = 0;          ///< of four taps
    int before = 0;          ///< TapFrame::before
    int around = 0;          ///< fours of zeros in each plane of the window, before the row and behind
    int shift = 0;           ///< 2^shift lanes sum a node's shares
    unsigned reciprocal = 0; ///< floor((2^32 - 1) / channels)
    int high = 0;            ///< each octet's share of W^T x for its second column; at 0, for its first
    /// The row in fours, even ones and odd ones apart: so neighbouring threads, two fours apart in the row, read and
    /// write neighbouring fours, without bank conflicts, and an octet's whole window lies at fixed distances.
    int even = 0;
    int odd = 0;
    int taps = 0;
    int lags = 0;  ///< 2 nodes, lag 0 in the middle
    int z = 0;     ///< nodes
    int v = 0;     ///< nodes
    int third = 0; ///< share for column m + 2 of the last octet that begins in cell m
    int begin = 0; ///< SkiPlanView::octet_begin
    std::int64_t floats = 0;

    /// `room`: for so many octets.
    [[nodiscard]] static SkiRowLayout of(const SkiGeometry& geometry, int room)
    {
        SkiRowLayout layout;
        layout.octets = (geometry.length + 7) / 8;
        layout.nodes = geometry.rankFloats();
        layout.groups = geometry.frame.count / 4;
        layout.before = geometry.frame.before;
        layout.around = layout.groups / 2 + 1;
        while (layout.shift < 5 && (8 << layout.shift) * (geometry.plan.rank - 1) < layout.octets)
            ++layout.shift; // about eight octets of a cell a lane
        layout.reciprocal = 0xFFFFFFFFU / static_cast<unsigned>(geometry.channels);
        const auto place = [&](std::int64_t count) {
            const std::int64_t begin = layout.floats;
            layout.floats += (count + 3) / 4 * 4;
            return static_cast<int>(begin);
        };
        place(room);
        layout.high = place(room);
        layout.even = place(4 * (room + layout.around));
        layout.odd = place(4 * (room + layout.around));
        layout.taps = place(geometry.frame.count);
        layout.lags = place(2 * layout.nodes);
        layout.z = place(layout.nodes);
        layout.v = place(layout.nodes);
        layout.third = place(layout.nodes);
        layout.begin = place(geometry.plan.rank + 2);
        return layout;
    }
};

/// What a block does with its row. kTaps: 8 k + 1 of them, 0 where the layout says how many and how they are padded;
/// kRoom: threads, and at most so many octets, 0 where threads take octets in turn. What is known when compiling costs
/// no instructions: all places up to the lags.
template <int kTaps, int kRoom>
struct SkiRow {
    static constexpr bool kFixed = kTaps > 0 && kRoom > 0;
    static constexpr int kGroups = (kTaps + 3) / 4;
    static constexpr int kAround = kGroups / 2 + 1;

    const SkiGeometry& geometry;
    const SkiRowLayout& layout;
    float* memory;
    int thread = static_cast<int>(threadIdx.x);

    [[nodiscard]] __device__ int threads() const { return kRoom > 0 ? kRoom : static_cast<int>(blockDim.x); }
    [[nodiscard]] __device__ int around() const { return kTaps > 0 ? kAround : layout.around; }
    [[nodiscard]] __device__ int before() const { return kTaps > 0 ? kTaps / 2 : layout.before; }
    [[nodiscard]] __device__ int front() const { return (before() / 4 + 1) / 2; }
    [[nodiscard]] __device__ float* low() const { return memory; }
    [[nodiscard]] __device__ float* high() const { return memory + (kFixed ? kRoom : layout.high); }
    [[nodiscard]] __device__ float4* even() const
    {
        return reinterpret_cast<float4*>(memory + (kFixed ? 2 * kRoom : layout.even));
    }
    [[nodiscard]] __device__ float4* odd() const
    {
        return reinterpret_cast<float4*>(memory + (kFixed ? 2 * kRoom + 4 * (kRoom + kAround) : layout.odd));
    }
    [[nodiscard]] __device__ float* taps() const
    {
        return memory + (kFixed ? 2 * kRoom + 8 * (kRoom + kAround) : layout.taps);
    }
    [[nodiscard]] __device__ float* lags() const
    {
        return memory + (kFixed ? 2 * kRoom + 8 * (kRoom + kAround) + 4 * kGroups : layout.lags);
    }

    /// row % channels by a multiplication: the quotient that it gives is right or one too small.
    [[nodiscard]] __device__ unsigned channel(unsigned row) const
    {
        const auto channels = static_cast<unsigned>(geometry.channels);
        const auto quotient = static_cast<unsigned>(static_cast<std::uint64_t>(row) * layout.reciprocal >> 32U);
        const unsigned rest = row - quotient * channels;
        return rest < channels ? rest : rest - channels;
    }

    /// each(i), 0 <= i < count, by the block's threads.
    template <typename Each>
    __device__ __forceinline__ void inTurn(int count, Each&& each) const
    {
        TOEPLAB_ROLLED
        for (int i = thread; i < count; i += threads())
            each(i);
    }

    __device__ __forceinline__ void loadParameters(const float* kernel, const float* lags, bool turned) const;
    __device__ __forceinline__ void share(const SkiOctet& octet, int q, float4 a, float4 b) const;
    __device__ __forceinline__ void sumShares(float* inducing) const;
    __device__ __forceinline__ void multiply() const;
    __device__ __forceinline__ void spread(const SkiOctet& octet, float (&sums)[8]) const;
    __device__ __forceinline__ void correlate(int q, float (&sums)[8]) const;
};

/// What does not depend on the row: taps and lags of all channels, both backwards where `turned`, where nodes' octets
/// begin, zeros around the window.
template <int kTaps, int kRoom>
__device__ __forceinline__ void SkiRow<kTaps, kRoom>::loadParameters(const float* kernel, const float* all_lags,
                                                                     bool turned) const
{
    const unsigned of = channel(blockIdx.x);
    const auto tap_count = static_cast<unsigned>(kTaps > 0 ? kTaps : geometry.frame.taps);
    const int lead = kTaps > 0 ? 0 : geometry.frame.lead;
    const auto* row_taps = kernel + static_cast<std::uint64_t>(of) * tap_count;
    inTurn(4 * (kTaps > 0 ? kGroups : layout.groups), [&](int m) {
        const auto tap = static_cast<unsigned>(turned ? static_cast<int>(tap_count) - 1 - m + lead : m - lead);
        taps()[m] = tap < tap_count ? row_taps[tap] : 0.0F;
    });
    const int rank = geometry.plan.rank;
    const auto lag_count = static_cast<unsigned>(2 * rank - 1);
    const auto* row_lags = all_lags + static_cast<std::uint64_t>(of) * lag_count;
    inTurn(2 * layout.nodes, [&](int i) {
        const auto lag = static_cast<unsigned>(rank - 1 + (turned ? layout.nodes - i : i - layout.nodes));
        lags()[i] = lag < lag_count ? row_lags[lag] : 0.0F;
    });
    auto* begin = reinterpret_cast<int*>(memory + layout.begin);
    inTurn(rank + 2, [&](int i) { begin[i] = geometry.plan.octet_begin[i]; });
    inTurn(around(), [&](int i) {
        const int j = i < front() ? i : i + layout.octets;
        even()[j] = make_float4(0, 0, 0, 0);
        odd()[j] = make_float4(0, 0, 0, 0);
    });
}

/// sums[o] += sum_j taps[j] x[o + j], x = a, b, c
__device__ __forceinline__ void addFour(float4 taps, float4 a, float4 b, float4 c, float (&sums)[8])
{
    const float x[11] = {a.x, a.y, a.z, a.w, b.x, b.y, b.z, b.w, c.x, c.y, c.z};
    const float tap[4] = {taps.x, taps.y, taps.z, taps.w};
    TOEPLAB_UNROLL
    for (int j = 0; j < 4; ++j) {
        TOEPLAB_UNROLL
        for (int o = 0; o < 8; ++o)
            sums[o] += tap[j] * x[o + j]; // one instruction each, which a sum of four products would not be
    }
}

/// Values 8 q .. 8 q + 7 of a row, zeros behind its end.
struct OctetValues {
    float4 a, b;
};
template <typename T>
__device__ __forceinline__ OctetValues readOctet(const T* row, int q, int length, bool whole)
{
    if (whole && 8 * q + 8 <= length)
        return {loadFour(row + 8 * q), loadFour(row + 8 * q + 4)};
    return {readFour(row, 8 * q, length, false), readFour(row, 8 * q + 4, length, false)};
}
template <typename T>
__device__ __forceinline__ void writeOctet(const float (&values)[8], T* row, int q, int length, bool whole)
{
    const float4 a = make_float4(values[0], values[1], values[2], values[3]);
    const float4 b = make_float4(values[4], values[5], values[6], values[7]);
    if (whole && 8 * q + 8 <= length) {
        storeFour(a, row + 8 * q);
        storeFour(b, row + 8 * q + 4);
    } else {
        writeFour(a, row, 8 * q, length, false);
        writeFour(b, row, 8 * q + 4, length, false);
    }
}

/// An octet's values into the window, and its shares of W^T x. A cell's weights rise evenly, so two sums make both of
/// its shares: of the values, and of the values times their place.
template <int kTaps, int kRoom>
__device__ __forceinline__ void SkiRow<kTaps, kRoom>::share(const SkiOctet& octet, int q, float4 a, float4 b) const
{
    (even() + front())[q] = a;
    (odd() + front())[q] = b;
    const float x[8] = {a.x, a.y, a.z, a.w, b.x, b.y, b.z, b.w};
    float first = x[0];
    float first_rise = 0;
    float second = 0;
    float second_rise = 0;
    TOEPLAB_UNROLL
    for (int o = 1; o < 8; ++o) {
        if (o < octet.split) {
            first += x[o];
            first_rise += static_cast<float>(o) * x[o];
        } else {
            second += x[o];
            second_rise += static_cast<float>(o) * x[o];
        }
    }
    const float slope = geometry.plan.slope;
    const float above = octet.first * first + slope * first_rise;
    const float above_second = octet.second * second + slope * second_rise;
    low()[q] = first - above;
    high()[q] = above + (second - above_second);
    if (octet.split <= 8)
        memory[layout.third + octet.cell] = above_second;
}

/// z = W^T x of the octets' shares, in the order of the octets for each of the lanes that sum a node; zero from rank
/// to whole fours. To `inducing` too, (rows, rank) in global memory, where it is not null.
template <int kTaps, int kRoom>
__device__ __forceinline__ void SkiRow<kTaps, kRoom>::sumShares(float* inducing) const
{
    if (thread / kWarp * kWarp >= layout.nodes << layout.shift)
        return; // the whole warp
    const int rank = geometry.plan.rank;
    const int width = 1 << layout.shift;
    const int lane = thread & (width - 1);
    const auto* begins = reinterpret_cast<const int*>(memory + layout.begin);
    TOEPLAB_ROLLED
    for (int from = 0; from < layout.nodes; from += threads() >> layout.shift) {
        const int m = from + (thread >> layout.shift);
        float sum = 0;
        if (m < rank) {
            const int begin = begins[m + 1];
            const int end = begins[m + 2];
            if (m > 1 && lane == 0)
                sum = memory[layout.third + m - 2];
            for (int q = begins[m] + lane; q < begin; q += width)
                sum += high()[q];
            for (int q = begin + lane; q < end; q += width)
                sum += low()[q];
        }
        sum = groupSum(sum, width);
        if (lane == 0 && m < layout.nodes) {
            memory[layout.z + m] = sum;
            if (inducing != nullptr && m < rank)
                inducing[static_cast<std::int64_t>(blockIdx.x) * rank + m] = sum;
        }
    }
}

/// v = A z. Eight lanes make four neighbouring nodes, 16 products at a time from three 16-byte loads.
template <int kTaps, int kRoom>
__device__ __forceinline__ void SkiRow<kTaps, kRoom>::multiply() const
{
    constexpr int kLanes = 8;
    const int fours = layout.nodes / 4;
    if (thread / kWarp * (kWarp / kLanes) >= fours)
        return; // the whole warp
    const int lane = thread % kLanes;
    const auto* z = reinterpret_cast<const float4*>(memory + layout.z);
    TOEPLAB_ROLLED
    for (int group = thread / kLanes; group / (kWarp / kLanes) * (kWarp / kLanes) < fours;
         group += threads() / kLanes) {
        float sums[4] = {};
        if (group < fours) {
            // Lags 4 (group - l) - 4 .. + 3
            const auto* around = reinterpret_cast<const float4*>(lags() + layout.nodes) + group;
            TOEPLAB_ROLLED
            for (int l = lane; l < fours; l += kLanes) {
                const float4 a = around[-l - 1];
                const float4 b = around[-l];
                const float4 w = z[l];
                const float lag[7] = {a.y, a.z, a.w, b.x, b.y, b.z, b.w};
                const float of[4] = {w.x, w.y, w.z, w.w};
                TOEPLAB_UNROLL
                for (int j = 0; j < 4; ++j) {
                    TOEPLAB_UNROLL
                    for (int i = 0; i < 4; ++i)
                        sums[i] += lag[3 + i - j] * of[j];
                }
            }
        }
        // Each lane hands on half of what it holds, so that lanes 2 j and 2 j + 1 of the eight end with node j's sum.
        const bool late = (lane & 4) != 0;
        float half[2];
        TOEPLAB_UNROLL
        for (int i = 0; i < 2; ++i) {
            const float handed_on = late ? sums[i] : sums[i + 2];
            half[i] = (late ? sums[i + 2] : sums[i]) + __shfl_xor_sync(kFullWarp, handed_on, 4);
        }
        const bool odd_node = (lane & 2) != 0;
        const float handed_on = odd_node ? half[0] : half[1];
        float sum = (odd_node ? half[1] : half[0]) + __shfl_xor_sync(kFullWarp, handed_on, 2);
        sum += __shfl_xor_sync(kFullWarp, sum, 1);
        if (group < fours && lane % 2 == 0)
            memory[layout.v + 4 * group + lane / 2] = sum;
    }
}

/// sums[o] = (W v)[8 q + o]
template <int kTaps, int kRoom>
__device__ __forceinline__ void SkiRow<kTaps, kRoom>::spread(const SkiOctet& octet, float (&sums)[8]) const
{
    const float* v = memory + layout.v + octet.cell;
    const float before = v[0];
    const float between = v[1];
    const float behind = v[octet.cell + 2 < geometry.plan.rank ? 2 : 1];
    const float first_rise = between - before;
    const float second_rise = behind - between;
    const float first = before + octet.first * first_rise;
    const float second = between + octet.second * second_rise;
    const float first_step = geometry.plan.slope * first_rise;
    // Not slope * second_rise: compilers would then choose the rise and multiply eight times.
    const float second_step = first_step + geometry.plan.slope * (second_rise - first_rise);
    TOEPLAB_UNROLL
    for (int o = 0; o < 8; ++o) {
        const bool in_first = o < octet.split;
        sums[o] = (in_first ? first : second) + static_cast<float>(o) * (in_first ? first_step : second_step);
    }
}

/// sums[o] += sum_m taps[m] x[8 q - before + o + m]
template <int kTaps, int kRoom>
__device__ __forceinline__ void SkiRow<kTaps, kRoom>::correlate(int q, float (&sums)[8]) const
{
    // The window begins with an odd four where half the band is an odd number of fours.
    const bool swapped = before() % 8 != 0;
    const float4* ahead[2] = {(swapped ? odd() : even()) + q, swapped ? even() + q + 1 : odd() + q};
    const auto* fours = reinterpret_cast<const float4*>(taps());
    float4 a = ahead[0][0];
    float4 b = ahead[1][0];
    if constexpr (kTaps > 0) {
        TOEPLAB_UNROLL
        for (int g = 0; g < kTaps / 4; ++g) {
            const float4 c = ahead[g % 2][g / 2 + 1];
            addFour(fours[g], a, b, c, sums);
            a = b;
            b = c;
        }
        const float last = taps()[kTaps - 1];
        const float x[8] = {a.x, a.y, a.z, a.w, b.x, b.y, b.z, b.w};
        TOEPLAB_UNROLL
        for (int o = 0; o < 8; ++o)
            sums[o] += last * x[o];
    } else {
        for (int g = 0; g < layout.groups; ++g) {
            const float4 c = (g % 2 == 0 ? ahead[0] : ahead[1])[g / 2 + 1];
            addFour(fours[g], a, b, c, sums);
            a = b;
            b = c;
        }
    }
}

} // namespace toeplab::kernels::gpu
