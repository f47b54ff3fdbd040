// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/reduce.cuh"
#include "kernels/rpe/rpe.cuh"
#include "kernels/rpe/rpe_products.cuh"

namespace toeplab::kernels::gpu
{
namespace
{

/// Columns first .. first + kEach - 1 of a matrix times the gradients of its rows at this lane. Columns behind the last
/// repeat it.
template <int kEach, bool kFours, typename Gradient>
__device__ __forceinline__ void timesGradient(const float* weight, int rows, int width, int first, Gradient gradient,
                                              float (&sums)[kEach])
{
    constexpr int kStep = kFours ? 4 : 1;
    int column[kEach / kStep];
    TOEPLAB_UNROLL
    for (int j = 0; j < kEach / kStep; ++j)
        column[j] = first + kStep * j < width ? first + kStep * j : width - kStep;
    TOEPLAB_UNROLL
    for (int k = 0; k < kEach; ++k)
        sums[k] = 0;
    for (int o = 0; o < rows; ++o) {
        const float g = gradient(o);
        const float* row = weight + static_cast<std::int64_t>(o) * width;
        TOEPLAB_UNROLL
        for (int j = 0; j < kEach / kStep; ++j) {
            if constexpr (kFours) {
                const float4 w = loadFour(row + column[j]);
                sums[4 * j] += w.x * g;
                sums[4 * j + 1] += w.y * g;
                sums[4 * j + 2] += w.z * g;
                sums[4 * j + 3] += w.w * g;
            } else {
                sums[j] += row[column[j]] * g;
            }
        }
    }
}

/// What the walk from the last stage to the first leaves behind.
struct RpeTrace {
    float* activations; ///< a_s (stages, width, positions)
    float* gradients;   ///< of x_1, x_2, ... (stages - 1, width, positions)
    float* vectors;     ///< (blocks, vectors): sums over a block's positions, in the order of RpeLayout
};

template <int kEach, bool kFours>
__global__ void __launch_bounds__(kRpeThreads, 2)
    rpeBackwardKernel(RpeNetwork network, RpeLayout layout, const float* t, const float* kept, const float* g,
                      RpeTrace trace)
{
    const int width = network.width;
    const std::int64_t n = network.positions;
    const RpeTiles tiles(width);
    const RpeThread at(network);
    float* above = tiles.first + at.lane;  // the gradient of x_{s+1}, in the last stage it is g
    float* below = tiles.second + at.lane; // becomes that of x_s
    float* vectors = trace.vectors + blockIdx.x * layout.vectors();
    const auto put = [&](std::int64_t place, float sum) {
        if (at.lane == 0)
            vectors[place - layout.matrices()] = sum;
    };
    const auto output = [&](int o) { return at.there ? g[o * n + at.position] : 0.0F; };
    for (int o = at.warp; o < network.outputs; o += kRpeWarps)
        put(layout.stageBias(network.count - 1) + o, warpSum(output(o)));
    for (int s = network.count - 1; s >= 0; --s) {
        const RpeStage stage = network.stages[s];
        const RpeParameters::Stage& parameters = network.parameters.stages[s];
        RpeNorm norm(stage, parameters.norm);
        const float* x_here = kept + network.keptPlace(s, 0) + at.position;
        norm.centre = at.there ? x_here[width * n] : 0.0F;
        norm.scale = at.there ? x_here[(width + 1) * n] : 1.0F;
        const bool scaled = norm.kind == ChannelNorm::Scale;
        // As in channel_norm.cu; a single weight is taken out of the sum along xhat.
        float plain = 0;
        float along = 0;
        for (int first = at.warp * kEach; first < width; first += kRpeWarps * kEach) {
            float sums[kEach];
            if (s + 1 < network.count)
                timesGradient<kEach, kFours>(
                    parameters.weight, width, width, first, [&](int o) { return above[o * kWarp]; }, sums);
            else
                timesGradient<kEach, kFours>(parameters.weight, network.outputs, width, first, output, sums);
            float values[kEach];
            float derivatives[kEach];
            float x[kEach];
            TOEPLAB_UNROLL
            for (int k = 0; k < kEach; ++k) {
                const int c = first + k < width ? first + k : width - 1;
                x[k] = at.there ? x_here[c * n] : 0.0F;
                values[k] = norm(x[k], c);
            }
            activateEach(stage.activation, values, values, derivatives);
            TOEPLAB_UNROLL
            for (int k = 0; k < kEach; ++k) {
                const int c = first + k;
                if (c >= width)
                    break;
                if (at.there)
                    trace.activations[(s * std::int64_t{width} + c) * n + at.position] = values[k];
                const float into = sums[k] + (stage.skip == RpeSkip::Activated ? above[c * kWarp] : 0.0F);
                const float gradient = at.there ? into * derivatives[k] : 0.0F;
                below[c * kWarp] = gradient;
                float of_weight = 0;
                float of_bias = 0;
                float of_gate = 0;
                if (stage.normed) {
                    const NormAt::Terms terms = norm.terms(gradient, x[k], c);
                    plain += terms.r;
                    along += scaled ? terms.of_weight : terms.r * terms.hat;
                    of_weight = norm.parameters.weight != nullptr && !scaled ? warpSum(terms.of_weight) : 0.0F;
                    of_bias = norm.parameters.bias != nullptr ? warpSum(gradient) : 0.0F;
                    of_gate = norm.gated() ? warpSum(terms.of_gate) : 0.0F;
                }
                put(layout.normWeight(s) + c, of_weight);
                put(layout.normBias(s) + c, of_bias);
                put(layout.normGate(s) + c, of_gate);
            }
        }
        if (stage.normed) {
            const auto count = static_cast<float>(width);
            plain = norm.kind == ChannelNorm::Layer ? sumOverWarps(plain, tiles.scratch) / count : 0.0F;
            along = sumOverWarps(along, tiles.scratch + kRpeThreads);
            if (scaled) {
                if (at.warp == 0)
                    put(layout.normWeight(s), warpSum(along));
                along *= norm.parameters.weightOf(norm.kind, 0);
            }
            along *= normPull(norm.kind, norm.scale) / count;
        }
        const float time = at.there && s == 0 ? t[at.position] : 0.0F;
        for (int first = at.warp * kEach; first < width; first += kRpeWarps * kEach) {
            TOEPLAB_UNROLL
            for (int k = 0; k < kEach; ++k) {
                const int c = first + k;
                if (c >= width)
                    break;
                const float x = at.there ? x_here[c * n] : 0.0F;
                const float own = at.there ? norm.gradient(below[c * kWarp], x, c, plain, along) : 0.0F;
                const float whole = own + (stage.skip == RpeSkip::Input ? above[c * kWarp] : 0.0F);
                below[c * kWarp] = whole;
                if (s > 0 && at.there)
                    trace.gradients[((s - 1) * std::int64_t{width} + c) * n + at.position] = whole;
                put((s > 0 ? layout.stageBias(s - 1) : layout.bias()) + c, warpSum(whole));
                if (s == 0)
                    put(layout.weight() + c, warpSum(whole * time));
            }
        }
        float* const done = above;
        above = below;
        below = done;
        __syncthreads();
    }
}

} // namespace

void rpeBackward(Context& context, const RpeShape& shape, const RpeParameters& parameters, const float* t,
                 const float* kept, const float* g, float* gradients)
{
    requireRpe(context, shape);
    const RpeLayout layout(shape);
    const RpeProducts products(shape);
    const std::int64_t tile = shape.width * shape.positions;
    const std::int64_t blocks = blocksFor(shape.positions, kWarp);
    const std::int64_t traced = (2 * shape.count - 1) * tile;
    const std::int64_t of_matrices = products.chunks * layout.matrices();
    auto* memory = static_cast<float*>(
        context.workspace(static_cast<std::size_t>(traced + of_matrices + blocks * layout.vectors()) * sizeof(float)));
    const RpeTrace trace{memory, memory + shape.count * tile, memory + traced + of_matrices};
    const Launch at{blocks, kRpeThreads, RpeTiles::bytes(shape.width)};
    rpeVariant(shape, parameters, [&](auto each, auto fours) {
        launch(context, at, &rpeBackwardKernel<decltype(each)::value, decltype(fours)::value>,
               RpeNetwork(shape, parameters), layout, t, kept, g, trace);
    });
    products.start(context, trace.activations, trace.gradients, g, memory + traced);
    sumParts(context, products.chunks, layout.matrices(), memory + traced, gradients);
    sumParts(context, blocks, layout.vectors(), trace.vectors, gradients + layout.matrices());
}

} // namespace toeplab::kernels::gpu
