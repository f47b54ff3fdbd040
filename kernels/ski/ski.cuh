// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/band/band.cuh"
#include "kernels/ski/ski_gpu.h"

namespace toeplab::kernels::gpu
{

inline constexpr int kSkiTile = 2048; ///< of rows that do not fit

/// Rows as SKI's kernels divide them, and what a block keeps in shared memory.
struct SkiGeometry {
    SkiPlanView plan;
    TapFrame frame;
    int channels = 0;
    int length = 0;
    int tile = 0;         ///< outputs of a block, a multiple of four
    int tiles = 1;        ///< of a row
    int gather_width = 1; ///< lanes that sum a cell together
    bool whole = false;

    /// Floats of an array of `rank` values, a multiple of four.
    [[nodiscard]] __device__ __host__ int rankFloats() const { return (plan.rank + 3) / 4 * 4; }
    /// Of the low rank part: lags (2 rank), begin, z, v, and a cell's shares for its lower and upper column.
    [[nodiscard]] __device__ __host__ int lowRankFloats() const { return 7 * rankFloats(); }
};

/// Pointers into shared memory for the low rank part.
struct LowRank {
    float* lags;
    int* begin;
    float* z;
    float* v;
    float* below;
    float* above;

    __device__ LowRank(const SkiGeometry& geometry, float* memory)
        : lags(memory), begin(reinterpret_cast<int*>(memory + 2 * geometry.rankFloats())),
          z(memory + 3 * geometry.rankFloats()), v(memory + 4 * geometry.rankFloats()),
          below(memory + 5 * geometry.rankFloats()), above(memory + 6 * geometry.rankFloats())
    {
    }
};

struct Weights {
    float lower, upper;
};
__device__ __forceinline__ Weights weightsOf(const SkiPlanView& plan, int cell, int begin, int i)
{
    const float upper =
        plan.upper != nullptr ? plan.upper[i] : plan.first[cell] + plan.slope * static_cast<float>(i - begin);
    return {plan.lower != nullptr ? plan.lower[i] : 1.0F - upper, upper};
}

__device__ __forceinline__ void loadBegin(const SkiPlanView& plan, int* begin)
{
    for (int m = static_cast<int>(threadIdx.x); m < plan.rank; m += static_cast<int>(blockDim.x))
        begin[m] = plan.begin[m];
}

/// z = W^T x of the row whose value i is value(i); `begin` is loaded. Ends with z visible to the block.
template <typename Value>
__device__ __forceinline__ void gatherRow(const SkiGeometry& geometry, const LowRank& low, Value&& value)
{
    const int width = geometry.gather_width;
    const int groups = static_cast<int>(blockDim.x) / width;
    const int group = static_cast<int>(threadIdx.x) / width;
    const int lane = static_cast<int>(threadIdx.x) % width;
    const int cells = geometry.plan.rank - 1;
    for (int first = 0; first < cells; first += groups) {
        const int m = first + group;
        const int begin = m < cells ? low.begin[m] : 0;
        const int end = m < cells ? low.begin[m + 1] : 0;
        float below = 0;
        float above = 0;
        for (int i = begin + lane; i < end; i += width) {
            const Weights weights = weightsOf(geometry.plan, m, begin, i);
            const float x = value(i);
            below += weights.lower * x;
            above += weights.upper * x;
        }
        below = groupSum(below, width);
        above = groupSum(above, width);
        if (m < cells && lane == 0) {
            low.below[m] = below;
            low.above[m] = above;
        }
    }
    __syncthreads();
    for (int m = static_cast<int>(threadIdx.x); m <= cells; m += static_cast<int>(blockDim.x))
        low.z[m] = (m < cells ? low.below[m] : 0.0F) + (m > 0 ? low.above[m - 1] : 0.0F);
    __syncthreads();
}

/// v = A z, or A^T z where `turned`; A[m, l] = lags[m - l + rank - 1]. Ends with v visible to the block.
__device__ __forceinline__ void multiplyInducing(const SkiGeometry& geometry, const LowRank& low, bool turned)
{
    constexpr int kWidth = 8;
    const int rank = geometry.plan.rank;
    const int groups = static_cast<int>(blockDim.x) / kWidth;
    const int group = static_cast<int>(threadIdx.x) / kWidth;
    const int lane = static_cast<int>(threadIdx.x) % kWidth;
    for (int first = 0; first < rank; first += groups) {
        const int m = first + group;
        float sum = 0;
        for (int l = lane; m < rank && l < rank; l += kWidth)
            sum += low.lags[rank - 1 + (turned ? l - m : m - l)] * low.z[l];
        sum = groupSum(sum, kWidth);
        if (m < rank && lane == 0)
            low.v[m] = sum;
    }
    __syncthreads();
}

/// (W v)[i .. i + 3], i a multiple of four; zero behind the row.
__device__ __forceinline__ float4 spreadFour(const SkiPlanView& plan, const int* begin, const float* v, int i)
{
    float values[4] = {};
    if (i < plan.length) {
        int m = plan.column[i / 4];
        TOEPLAB_UNROLL
        for (int o = 0; o < 4; ++o) {
            if (i + o >= plan.length)
                break;
            while (i + o >= begin[m + 1])
                ++m;
            const Weights weights = weightsOf(plan, m, begin[m], i + o);
            values[o] = weights.lower * v[m] + weights.upper * v[m + 1];
        }
    }
    return make_float4(values[0], values[1], values[2], values[3]);
}

/// Values 0 .. count - 1 from global to shared memory.
__device__ __forceinline__ void loadFloats(const float* from, int count, float* to)
{
    for (int i = static_cast<int>(threadIdx.x); i < count; i += static_cast<int>(blockDim.x))
        to[i] = from[i];
}

/// How rows of this shape are divided: not at all where `windows` windows of a row, each with `padding` floats more,
/// fit into what a block may share; else in tiles.
SkiGeometry skiGeometry(const Context& context, const SkiShape& shape, const SkiPlan& plan, int windows, int padding,
                        bool whole);

/// For rows that do not fit: z = W^T x and v = A z (A^T z where `turned`), both (rows, rank); z may be null.
template <typename T>
void gatherRows(const Context& context, const SkiGeometry& geometry, std::int64_t rows, const float* lags, bool turned,
                const T* x, float* z, float* v);

/// Whether `skiRow` takes these rows: the plan has octets, and a row of them fits into what a block may share.
[[nodiscard]] bool skiRowFits(const Context& context, const SkiGeometry& geometry);

/// y = T x, or T^T x where `turned`, and inducing = W^T x; either may be null. There is a row at least.
template <typename T>
void skiRow(const Context& context, const SkiGeometry& geometry, std::int64_t rows, const float* kernel,
            const float* lags, bool turned, const T* x, T* y, float* inducing);

/// Into how many slices `sumTapsOfRows` divides the batch; 0 where it does not know the number of taps or rows do not
/// fit.
[[nodiscard]] int tapSlices(const Context& context, const SkiShape& shape);

/// partial[slice, channel, m] = sum over the slice's samples and i of g[i] x[i + m - taps / 2];
/// kernels/ski/ski_taps.cu.
template <typename T>
void sumTapsOfRows(const Context& context, const SkiShape& shape, int slices, const T* x, const T* g, float* partial);

} // namespace toeplab::kernels::gpu
