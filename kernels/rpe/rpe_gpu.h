// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/device/clones.h"
#include "kernels/device/gpu_context.h"
#include "kernels/norm/channel_norm.h"
#include "kernels/pointwise/activation.h"

/// A position network (relative position encoding, RPE) from one number t to a value a channel:
///   x_0 = w t + c,   a_s = act(norm(x_s)),   x_{s+1} = W_s a_s + c_s + skip,   y = the last x
/// with W_s (width, width), in the last stage (outputs, width). The device alone has it as one kernel: on the CPU the
/// products are worth MKL's.
namespace toeplab::kernels::gpu
{

inline constexpr int kRpeStages = 12; ///< at most, the output among them

/// What a stage adds to its product: nothing, x_s, or a_s.
enum class RpeSkip : std::uint8_t { None, Input, Activated };

struct RpeStage {
    bool normed = true; ///< else norm(x) = x
    ChannelNorm norm = ChannelNorm::SimpleRms;
    Activation activation = Activation::Relu;
    RpeSkip skip = RpeSkip::None; ///< None in the last stage
};

struct RpeShape {
    std::int64_t positions = 0;
    std::int64_t width = 0;
    std::int64_t outputs = 0;
    int count = 1; ///< of stages
    RpeStage stages[kRpeStages];

    [[nodiscard]] std::int64_t rows(int s) const { return s + 1 < count ? width : outputs; }
};

struct RpeParameters {
    struct Stage {
        ChannelNormParameters<const float> norm;
        const float* weight = nullptr; ///< W_s
        const float* bias = nullptr;   ///< c_s, may be null
    };
    const float* weight = nullptr; ///< w (width)
    const float* bias = nullptr;   ///< c (width), may be null
    Stage stages[kRpeStages];
};

/// Where each parameter's gradient begins in the one array that they share: the matrices W_0, W_1, ..., then the
/// vectors. Vectors that a network does not have keep their places, where nothing of use stands; Scale's weight is the
/// first of its `width` values.
struct RpeLayout {
    std::int64_t width = 0;
    std::int64_t outputs = 0;
    int count = 0;

    explicit RpeLayout(const RpeShape& shape) : width(shape.width), outputs(shape.outputs), count(shape.count) {}

    [[nodiscard]] TOEPLAB_INLINE std::int64_t matrix(int s) const { return s * width * width; }
    [[nodiscard]] TOEPLAB_INLINE std::int64_t matrices() const { return matrix(count - 1) + outputs * width; }
    [[nodiscard]] TOEPLAB_INLINE std::int64_t weight() const { return matrices(); }
    [[nodiscard]] TOEPLAB_INLINE std::int64_t bias() const { return weight() + width; }
    [[nodiscard]] TOEPLAB_INLINE std::int64_t normWeight(int s) const { return bias() + width + 4 * width * s; }
    [[nodiscard]] TOEPLAB_INLINE std::int64_t normBias(int s) const { return normWeight(s) + width; }
    [[nodiscard]] TOEPLAB_INLINE std::int64_t normGate(int s) const { return normBias(s) + width; }
    [[nodiscard]] TOEPLAB_INLINE std::int64_t stageBias(int s) const { return normGate(s) + width; }
    [[nodiscard]] TOEPLAB_INLINE std::int64_t size() const { return stageBias(count - 1) + outputs; }
    [[nodiscard]] TOEPLAB_INLINE std::int64_t vectors() const { return size() - matrices(); }
};

/// Values that the forward pass keeps for the backward pass: (stages, width + 2, positions), x_s with its mean and its
/// inverse deviation.
[[nodiscard]] inline std::int64_t rpeKept(const RpeShape& shape)
{
    return shape.count * (shape.width + 2) * shape.positions;
}

/// Whether the network has at most kRpeStages stages and a block can share 2 * width + 16 rows of 32 floats.
[[nodiscard]] bool rpeFits(const Context& context, const RpeShape& shape);

/// t (positions) -> y (outputs, positions); kept may be null. One kernel of positions * (count - 1) * width^2 +
/// positions * width * outputs multiply-adds.
void rpeForward(Context& context, const RpeShape& shape, const RpeParameters& parameters, const float* t, float* y,
                float* kept);

/// The parameters' gradients in the order of RpeLayout, summed over the positions in a fixed order. The workspace holds
/// (2 count - 1) * width * positions floats and partial sums.
void rpeBackward(Context& context, const RpeShape& shape, const RpeParameters& parameters, const float* t,
                 const float* kept, const float* g, float* gradients);

} // namespace toeplab::kernels::gpu
