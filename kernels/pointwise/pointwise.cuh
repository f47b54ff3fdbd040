// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/number.cuh"
#include "kernels/pointwise/activation_math.h"
#include "kernels/pointwise/dropout.h"
#include "kernels/pointwise/dropout_math.h"

namespace toeplab::kernels::gpu
{

/// act(x) and act'(x). All threads of a launch take the same branch.
__device__ __forceinline__ math::Point<float> activated(Activation activation, float x)
{
    switch (activation) {
    case Activation::Identity:
        break;
    case Activation::Silu:
        return math::point<Activation::Silu>(x);
    case Activation::Relu:
        return math::point<Activation::Relu>(x);
    case Activation::Gelu:
        return math::point<Activation::Gelu>(x);
    case Activation::Elu:
        return math::point<Activation::Elu>(x);
    case Activation::Sigmoid:
        return math::point<Activation::Sigmoid>(x);
    case Activation::LeakyRelu:
        return math::point<Activation::LeakyRelu>(x);
    case Activation::OnePlusElu:
        return math::point<Activation::OnePlusElu>(x);
    case Activation::TwoPlusElu:
        return math::point<Activation::TwoPlusElu>(x);
    case Activation::Sine:
        return math::point<Activation::Sine>(x);
    case Activation::Exp:
        return math::point<Activation::Exp>(x);
    }
    return {x, 1.0F};
}

/// Dropout as a kernel sees it.
struct Drop {
    std::uint64_t seed = 0;
    std::uint32_t threshold = 0; ///< 0: nothing is dropped
    float scale = 1;
    const std::uint64_t* place = nullptr; ///< of the seed, where it is not `seed`

    [[nodiscard]] static Drop of(const Dropout& dropout)
    {
        if (!dropout.active())
            return {};
        return {dropout.seed, dropout.threshold(), static_cast<float>(dropout.scale()), dropout.place};
    }
    /// The seed of a row; Dropout::row for the device.
    [[nodiscard]] __device__ __forceinline__ std::uint32_t row(std::int64_t index) const
    {
        std::uint64_t z =
            (place != nullptr ? *place : seed) + (static_cast<std::uint64_t>(index) + 1) * 0x9E3779B97F4A7C15ULL;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
        return static_cast<std::uint32_t>(z ^ (z >> 31U));
    }
    /// 0 or 1 / (1 - p) for a position of a row with this seed.
    [[nodiscard]] __device__ __forceinline__ float keep(std::uint32_t row_seed, int position) const
    {
        return math::keep(row_seed, position, threshold, scale);
    }
};

/// Four values with indices, so that a kernel's body is written once for each of them.
struct Quad {
    float values[4];

    __device__ __forceinline__ explicit Quad(float4 four) : values{four.x, four.y, four.z, four.w} {}
    [[nodiscard]] __device__ __forceinline__ float4 four() const
    {
        return make_float4(values[0], values[1], values[2], values[3]);
    }
};

} // namespace toeplab::kernels::gpu
