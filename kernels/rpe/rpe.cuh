// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/number.cuh"
#include "kernels/norm/channel_norm.cuh"
#include "kernels/pointwise/pointwise.cuh"
#include "kernels/rpe/rpe_gpu.h"

/// What both directions share. A block holds 32 positions, one for each lane; its warps share the channels, kEach
/// neighbouring ones at a time. Tiles lie in shared memory as (channels, 32); weights come from the cache, one address
/// for a whole warp.
namespace toeplab::kernels::gpu
{

constexpr int kRpeWarps = kNormWarps;
constexpr int kRpeThreads = kRpeWarps * kWarp;

/// The network as its kernels take it, by value.
struct RpeNetwork {
    int positions = 0;
    int width = 0;
    int outputs = 0;
    int count = 0;
    RpeStage stages[kRpeStages];
    RpeParameters parameters;

    RpeNetwork(const RpeShape& shape, const RpeParameters& given)
        : positions(static_cast<int>(shape.positions)), width(static_cast<int>(shape.width)),
          outputs(static_cast<int>(shape.outputs)), count(shape.count), parameters(given)
    {
        for (int s = 0; s < count; ++s)
            stages[s] = shape.stages[s];
    }

    [[nodiscard]] __device__ int rows(int s) const { return s + 1 < count ? width : outputs; }
    /// Of x_s in `kept`; its statistics are rows width and width + 1.
    [[nodiscard]] __device__ std::int64_t keptPlace(int s, int row) const
    {
        return (static_cast<std::int64_t>(s) * (width + 2) + row) * positions;
    }
};

/// This thread's place.
struct RpeThread {
    int warp, lane, position;
    bool there;

    __device__ explicit RpeThread(const RpeNetwork& network)
        : warp(static_cast<int>(threadIdx.x) / kWarp), lane(static_cast<int>(threadIdx.x) % kWarp),
          position(static_cast<int>(blockIdx.x) * kWarp + lane), there(position < network.positions)
    {
    }
};

/// Shared memory of a block: two tiles and two places for sumOverWarps.
struct RpeTiles {
    float *first, *second, *scratch;

    __device__ explicit RpeTiles(int width)
        : first(sharedMemory<float>()), second(first + width * kWarp), scratch(second + width * kWarp)
    {
    }
    [[nodiscard]] static std::size_t bytes(std::int64_t width)
    {
        return static_cast<std::size_t>(2 * width * kWarp + 2 * kRpeThreads) * sizeof(float);
    }
};

/// The norm of one stage at one position.
struct RpeNorm : NormAt {
    bool normed;

    __device__ RpeNorm(const RpeStage& stage, const ChannelNormParameters<const float>& given)
        : NormAt{stage.norm, {given.weight, given.bias, given.gate}}, normed(stage.normed)
    {
    }

    [[nodiscard]] __device__ __forceinline__ float operator()(float value, int c) const
    {
        return normed ? NormAt::operator()(value, c) : value;
    }
    [[nodiscard]] __device__ __forceinline__ float gradient(float g, float value, int c, float plain, float along) const
    {
        return normed ? NormAt::gradient(g, value, c, plain, along) : g;
    }
};

/// act and act' of values whose activation is decided once for all of them.
template <int kEach>
__device__ __forceinline__ void activateEach(Activation activation, const float (&x)[kEach], float (&value)[kEach],
                                             float (&derivative)[kEach])
{
    math::dispatch(activation, [&](auto which) {
        TOEPLAB_UNROLL
        for (int k = 0; k < kEach; ++k) {
            const math::Point<float> point = math::point<decltype(which)::value>(x[k]);
            value[k] = point.value;
            derivative[k] = point.derivative;
        }
    });
}

/// Calls body with the number of channels that a thread does at a time and whether rows of all matrices may be read
/// four values at a time.
template <typename Body>
void rpeVariant(const RpeShape& shape, const RpeParameters& parameters, Body body)
{
    bool fours = shape.width % 4 == 0;
    for (int s = 0; s < shape.count; ++s)
        fours = fours && wholeFours(0, parameters.stages[s].weight);
    if (!fours)
        body(std::integral_constant<int, 4>{}, std::false_type{});
    else if (shape.width <= 4 * kRpeWarps)
        body(std::integral_constant<int, 4>{}, std::true_type{});
    else
        body(std::integral_constant<int, 8>{}, std::true_type{});
}

/// Throws where a shape is none that the kernels take.
void requireRpe(const Context& context, const RpeShape& shape);

} // namespace toeplab::kernels::gpu
