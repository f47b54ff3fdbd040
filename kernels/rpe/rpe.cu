// SPDX-License-Identifier: Apache-2.0
#include "kernels/rpe/rpe.cuh"

#include <limits>

namespace toeplab::kernels::gpu
{
namespace
{

/// Rows first .. first + kEach - 1 of a matrix times this lane's column of a tile. Rows behind the last repeat it.
template <int kEach, bool kFours>
__device__ __forceinline__ void timesColumn(const float* weight, int rows, int width, int first, const float* column,
                                            float (&sums)[kEach])
{
    const float* row[kEach];
    TOEPLAB_UNROLL
    for (int k = 0; k < kEach; ++k) {
        row[k] = weight + static_cast<std::int64_t>(first + k < rows ? first + k : rows - 1) * width;
        sums[k] = 0;
    }
    if constexpr (kFours) {
        for (int c = 0; c < width; c += 4) {
            const float a[4] = {column[c * kWarp], column[(c + 1) * kWarp], column[(c + 2) * kWarp],
                                column[(c + 3) * kWarp]};
            TOEPLAB_UNROLL
            for (int k = 0; k < kEach; ++k) {
                const float4 w = loadFour(row[k] + c);
                sums[k] += w.x * a[0];
                sums[k] += w.y * a[1];
                sums[k] += w.z * a[2];
                sums[k] += w.w * a[3];
            }
        }
    } else {
        for (int c = 0; c < width; ++c) {
            const float a = column[c * kWarp];
            TOEPLAB_UNROLL
            for (int k = 0; k < kEach; ++k)
                sums[k] += row[k][c] * a;
        }
    }
}

template <int kEach, bool kFours>
__global__ void __launch_bounds__(kRpeThreads, 2)
    rpeForwardKernel(RpeNetwork network, const float* t, float* y, float* kept)
{
    const int width = network.width;
    const RpeTiles tiles(width);
    const RpeThread at(network);
    float* x = tiles.first + at.lane;
    float* a = tiles.second + at.lane;
    const float time = at.there ? t[at.position] : 0.0F;
    for (int c = at.warp; c < width; c += kRpeWarps) {
        const float shift = network.parameters.bias != nullptr ? network.parameters.bias[c] : 0.0F;
        x[c * kWarp] = network.parameters.weight[c] * time + shift;
    }
    for (int s = 0; s < network.count; ++s) {
        __syncthreads();
        const RpeStage stage = network.stages[s];
        RpeNorm norm(stage, network.parameters.stages[s].norm);
        if (stage.normed)
            measure(
                norm, at, width, [&](int c) { return x[c * kWarp]; }, tiles.scratch);
        const bool keeps = kept != nullptr && at.there;
        if (keeps && at.warp == 0) {
            kept[network.keptPlace(s, width) + at.position] = norm.centre;
            kept[network.keptPlace(s, width + 1) + at.position] = norm.scale;
        }
        for (int first = at.warp * kEach; first < width; first += kRpeWarps * kEach) {
            float values[kEach];
            float unused[kEach];
            TOEPLAB_UNROLL
            for (int k = 0; k < kEach; ++k) {
                const int c = first + k < width ? first + k : width - 1;
                const float value = x[c * kWarp];
                if (keeps && first + k < width)
                    kept[network.keptPlace(s, c) + at.position] = value;
                values[k] = norm(value, c);
            }
            activateEach(stage.activation, values, values, unused);
            TOEPLAB_UNROLL
            for (int k = 0; k < kEach; ++k)
                if (first + k < width)
                    a[(first + k) * kWarp] = values[k];
        }
        __syncthreads();
        const int rows = network.rows(s);
        const bool last = s + 1 == network.count;
        const float* bias = network.parameters.stages[s].bias;
        for (int first = at.warp * kEach; first < rows; first += kRpeWarps * kEach) {
            float sums[kEach];
            timesColumn<kEach, kFours>(network.parameters.stages[s].weight, rows, width, first, a, sums);
            TOEPLAB_UNROLL
            for (int k = 0; k < kEach; ++k) {
                const int o = first + k;
                if (o >= rows)
                    break;
                const float value = sums[k] + (bias != nullptr ? bias[o] : 0.0F);
                if (!last) {
                    const float skip = stage.skip == RpeSkip::Input       ? x[o * kWarp]
                                       : stage.skip == RpeSkip::Activated ? a[o * kWarp]
                                                                          : 0.0F;
                    x[o * kWarp] = value + skip;
                } else if (at.there) {
                    y[static_cast<std::int64_t>(o) * network.positions + at.position] = value;
                }
            }
        }
    }
}

} // namespace

bool rpeFits(const Context& context, const RpeShape& shape)
{
    return shape.count <= kRpeStages && RpeTiles::bytes(shape.width) <= context.sharedLimit();
}

void requireRpe(const Context& context, const RpeShape& shape)
{
    require(shape.count >= 1 && shape.count <= kRpeStages, "a position network has 1 to 12 stages", shape.count,
            kRpeStages);
    require(shape.width >= 1 && rpeFits(context, shape), "a position network's tiles fit in shared memory", shape.width,
            static_cast<std::int64_t>(context.sharedLimit()));
    require(shape.outputs >= 1 && shape.positions <= std::numeric_limits<std::int32_t>::max() - kWarp,
            "a position network has outputs, and positions that an int counts", shape.outputs, shape.positions);
    require(shape.stages[shape.count - 1].skip == RpeSkip::None, "the last stage skips nothing", shape.count,
            shape.outputs);
}

void rpeForward(Context& context, const RpeShape& shape, const RpeParameters& parameters, const float* t, float* y,
                float* kept)
{
    requireRpe(context, shape);
    const Launch at{blocksFor(shape.positions, kWarp), kRpeThreads, RpeTiles::bytes(shape.width)};
    rpeVariant(shape, parameters, [&](auto each, auto fours) {
        launch(context, at, &rpeForwardKernel<decltype(each)::value, decltype(fours)::value>,
               RpeNetwork(shape, parameters), t, y, kept);
    });
}

} // namespace toeplab::kernels::gpu
