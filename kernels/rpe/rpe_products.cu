// SPDX-License-Identifier: Apache-2.0
#include "kernels/rpe/rpe_products.cuh"

#include <algorithm>

namespace toeplab::kernels::gpu
{
namespace
{

constexpr int kSide = 32;           ///< of a square
constexpr int kRound = 64;          ///< positions that lie in shared memory at a time
constexpr int kGroups = 4;          ///< of threads, each with its own positions of a round
constexpr int kStride = kRound + 4; ///< rows of a tile: eight neighbouring ones in different banks
constexpr int kThreads = 64 * kGroups;
constexpr int kFewest = 256; ///< positions of a chunk, where there are as many
constexpr int kBlocks = 512; ///< about, where positions are many

struct ProductGeometry {
    int positions, width, outputs, count;
    int columns, squares, all, span;
    std::int64_t matrices;
};

/// Rows first .. first + kSide - 1 of (rows, positions) at positions from .. end - 1, zeros elsewhere.
__device__ __forceinline__ void takeTile(const float* values, int rows, int positions, int first, int from, int end,
                                         float* tile)
{
    const int i = static_cast<int>(threadIdx.x) % kRound;
    for (int row = static_cast<int>(threadIdx.x) / kRound; row < kSide; row += kThreads / kRound) {
        const bool there = first + row < rows && from + i < end;
        tile[row * kStride + i] = there ? values[static_cast<std::int64_t>(first + row) * positions + from + i] : 0.0F;
    }
}

__global__ void __launch_bounds__(kThreads) rpeProductsKernel(ProductGeometry geometry, const float* activations,
                                                              const float* gradients, const float* g, float* partial)
{
    auto* left = sharedMemory<float>();
    float* right = left + kSide * kStride;
    const int square = static_cast<int>(blockIdx.x) % geometry.all;
    const int chunk = static_cast<int>(blockIdx.x) / geometry.all;
    const int s = square / geometry.squares < geometry.count - 1 ? square / geometry.squares : geometry.count - 1;
    const int within = square - s * geometry.squares;
    const int first_row = within / geometry.columns * kSide;
    const int first_column = within % geometry.columns * kSide;
    const bool last = s + 1 == geometry.count;
    const int rows = last ? geometry.outputs : geometry.width;
    const std::int64_t stage = static_cast<std::int64_t>(geometry.width) * geometry.positions;
    const float* of_rows = last ? g : gradients + s * stage;
    const int begin = chunk * geometry.span;
    const int end = geometry.positions - begin < geometry.span ? geometry.positions : begin + geometry.span;

    const int group = static_cast<int>(threadIdx.x) / 64;
    const int y = static_cast<int>(threadIdx.x) % 64 / 8;
    const int x = static_cast<int>(threadIdx.x) % 8;
    float sums[4][4] = {};
    for (int from = begin; from < end; from += kRound) {
        takeTile(of_rows, rows, geometry.positions, first_row, from, end, left);
        takeTile(activations + s * stage, geometry.width, geometry.positions, first_column, from, end, right);
        __syncthreads();
        for (int i = group * (kRound / kGroups); i < (group + 1) * (kRound / kGroups); i += 4) {
            float4 a[4];
            float4 b[4];
            TOEPLAB_UNROLL
            for (int k = 0; k < 4; ++k) {
                a[k] = loadFour(left + (y + 8 * k) * kStride + i);
                b[k] = loadFour(right + (x + 8 * k) * kStride + i);
            }
            TOEPLAB_UNROLL
            for (int j = 0; j < 4; ++j) {
                TOEPLAB_UNROLL
                for (int k = 0; k < 4; ++k) {
                    sums[j][k] += a[j].x * b[k].x;
                    sums[j][k] += a[j].y * b[k].y;
                    sums[j][k] += a[j].z * b[k].z;
                    sums[j][k] += a[j].w * b[k].w;
                }
            }
        }
        __syncthreads();
    }
    float* of_groups = left;
    TOEPLAB_UNROLL
    for (int j = 0; j < 4; ++j) {
        TOEPLAB_UNROLL
        for (int k = 0; k < 4; ++k)
            of_groups[(group * kSide + y + 8 * j) * kSide + x + 8 * k] = sums[j][k];
    }
    __syncthreads();
    float* matrix =
        partial + chunk * geometry.matrices + static_cast<std::int64_t>(s) * geometry.width * geometry.width;
    for (int i = static_cast<int>(threadIdx.x); i < kSide * kSide; i += kThreads) {
        const int row = first_row + i / kSide;
        const int column = first_column + i % kSide;
        float sum = 0;
        for (int of = 0; of < kGroups; ++of)
            sum += of_groups[of * kSide * kSide + i];
        if (row < rows && column < geometry.width)
            matrix[static_cast<std::int64_t>(row) * geometry.width + column] = sum;
    }
}

} // namespace

RpeProducts::RpeProducts(const RpeShape& network)
    : columns(static_cast<int>(blocksFor(network.width, kSide))), squares(columns * columns),
      all((network.count - 1) * squares + static_cast<int>(blocksFor(network.outputs, kSide)) * columns), shape(network)
{
    const std::int64_t most = std::max<std::int64_t>(blocksFor(shape.positions, kFewest), 1);
    const std::int64_t wanted = std::clamp<std::int64_t>(kBlocks / all, 1, most);
    span = blocksFor(blocksFor(std::max<std::int64_t>(shape.positions, 1), wanted), kRound) * kRound;
    chunks = blocksFor(shape.positions, span);
}

void RpeProducts::start(const Context& context, const float* activations, const float* gradients, const float* g,
                        float* partial) const
{
    const ProductGeometry geometry{static_cast<int>(shape.positions),
                                   static_cast<int>(shape.width),
                                   static_cast<int>(shape.outputs),
                                   shape.count,
                                   columns,
                                   squares,
                                   all,
                                   static_cast<int>(span),
                                   RpeLayout(shape).matrices()};
    launch(context, {chunks * all, kThreads, 2 * kSide * kStride * sizeof(float)}, &rpeProductsKernel, geometry,
           activations, gradients, g, partial);
}

} // namespace toeplab::kernels::gpu
