// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/reduce.cuh"
#include "kernels/pointwise/pointwise.cuh"
#include "kernels/pointwise/pointwise_gpu.h"

namespace toeplab::kernels::gpu
{
namespace
{

constexpr int kThreads = 256;
constexpr int kTile = 8 * kThreads; ///< positions of a block

enum class Gate { Input, Output, Glu };

/// Rows of (batch, channels, length) in tiles, and where their two halves lie in z.
struct GateGeometry {
    int channels = 0;
    int length = 0;
    int tiles = 0;
    Activation activation = Activation::Silu;
    bool whole = false;
};

/// The block's tile.
struct GateTile {
    int channel;
    std::int64_t part; ///< (sample, tile): what sums over a channel run over
    std::int64_t row;  ///< of (batch, channels)
    int first, end;
    std::int64_t at, at_z1, at_z2; ///< elements in front of the rows

    __device__ explicit GateTile(const GateGeometry& geometry)
    {
        const auto tiles = static_cast<unsigned>(geometry.tiles);
        row = blockIdx.x / tiles;
        const int tile = static_cast<int>(blockIdx.x % tiles);
        channel = static_cast<int>(row % geometry.channels);
        const std::int64_t sample = row / geometry.channels;
        part = sample * geometry.tiles + tile;
        first = tile * kTile;
        end = first + kTile < geometry.length ? first + kTile : geometry.length;
        at = row * geometry.length;
        at_z1 = (sample * 2 * geometry.channels + channel) * geometry.length;
        at_z2 = at_z1 + static_cast<std::int64_t>(geometry.channels) * geometry.length;
    }
};

/// Input: out = act(z2). Output: out = act(z1) * drop(y). Glu: out = drop(act(z1)) * z2. Biases are added to z.
template <Gate kGate, typename T>
__global__ void __launch_bounds__(kThreads)
    gateKernel(GateGeometry geometry, Drop drop, const T* z, const float* bias, const T* y, T* out)
{
    const GateTile tile(geometry);
    const float bias1 = bias != nullptr ? bias[tile.channel] : 0.0F;
    const float bias2 = bias != nullptr ? bias[geometry.channels + tile.channel] : 0.0F;
    const std::uint32_t seed = drop.row(tile.row);
    const auto read = [&](const T* from, int i) { return Quad(readFour(from, i, geometry.length, geometry.whole)); };
    for (int i = tile.first + 4 * static_cast<int>(threadIdx.x); i < tile.end; i += 4 * static_cast<int>(blockDim.x)) {
        Quad a = read(z + (kGate == Gate::Input ? tile.at_z2 : tile.at_z1), i);
        const Quad b = kGate == Gate::Input    ? a
                       : kGate == Gate::Output ? read(y + tile.at, i)
                                               : read(z + tile.at_z2, i);
        TOEPLAB_UNROLL
        for (int o = 0; o < 4; ++o) {
            const float gate =
                activated(geometry.activation, a.values[o] + (kGate == Gate::Input ? bias2 : bias1)).value;
            const float other = kGate == Gate::Input ? 1.0F : kGate == Gate::Output ? b.values[o] : b.values[o] + bias2;
            a.values[o] = gate * other * (kGate == Gate::Input ? 1.0F : drop.keep(seed, i + o));
        }
        writeFour(a.four(), out + tile.at, i, geometry.length, geometry.whole);
    }
}

/// What the backward kernels write; partial1 and partial2 are the sums of dz1 and dz2 over the block's tile, (batch,
/// tiles, channels).
template <typename T>
struct GateGradients {
    T* dz = nullptr;
    T* dy = nullptr;      ///< Output alone
    T* forward = nullptr; ///< the forward's result once more; may be null
    float* partial1 = nullptr;
    float* partial2 = nullptr;
};

template <Gate kGate, typename T>
__global__ void __launch_bounds__(kThreads)
    gateBackwardKernel(GateGeometry geometry, Drop drop, const T* z, const float* bias, const T* y, const T* g,
                       GateGradients<T> out)
{
    const GateTile tile(geometry);
    const float bias1 = bias != nullptr ? bias[tile.channel] : 0.0F;
    const float bias2 = bias != nullptr ? bias[geometry.channels + tile.channel] : 0.0F;
    const std::uint32_t seed = drop.row(tile.row);
    float sum1 = 0;
    float sum2 = 0;
    const auto read = [&](const T* from, int i) { return Quad(readFour(from, i, geometry.length, geometry.whole)); };
    const auto write = [&](const Quad& value, T* to, int i) {
        writeFour(value.four(), to, i, geometry.length, geometry.whole);
    };
    for (int i = tile.first + 4 * static_cast<int>(threadIdx.x); i < tile.end; i += 4 * static_cast<int>(blockDim.x)) {
        Quad a = read(z + (kGate == Gate::Input ? tile.at_z2 : tile.at_z1), i);
        Quad b = kGate == Gate::Input ? a : kGate == Gate::Output ? read(y + tile.at, i) : read(z + tile.at_z2, i);
        Quad c = read(g + tile.at, i);
        TOEPLAB_UNROLL
        for (int o = 0; o < 4; ++o) {
            const math::Point<float> gate =
                activated(geometry.activation, a.values[o] + (kGate == Gate::Input ? bias2 : bias1));
            const float gradient = c.values[o]; // 0 behind the row, so nothing is summed there
            if constexpr (kGate == Gate::Input) {
                a.values[o] = gradient * gate.derivative;
                sum2 += a.values[o];
            } else {
                const float keep = drop.keep(seed, i + o);
                const float other = (kGate == Gate::Output ? b.values[o] : b.values[o] + bias2);
                a.values[o] = gradient * other * keep * gate.derivative;
                b.values[o] = gradient * gate.value * keep;
                c.values[o] = gate.value * other * keep;
                sum1 += a.values[o];
                sum2 += b.values[o];
            }
        }
        write(a, out.dz + (kGate == Gate::Input ? tile.at_z2 : tile.at_z1), i);
        if constexpr (kGate == Gate::Output)
            write(b, out.dy + tile.at, i);
        if constexpr (kGate == Gate::Glu)
            write(b, out.dz + tile.at_z2, i);
        if (kGate != Gate::Input && out.forward != nullptr)
            write(c, out.forward + tile.at, i);
    }
    auto* scratch = sharedMemory<float>();
    if constexpr (kGate != Gate::Input) {
        const float sum = blockSum(sum1, scratch);
        if (threadIdx.x == 0)
            out.partial1[tile.part * geometry.channels + tile.channel] = sum;
    }
    if constexpr (kGate != Gate::Output) {
        const float sum = blockSum(sum2, scratch + kWarp);
        if (threadIdx.x == 0)
            out.partial2[tile.part * geometry.channels + tile.channel] = sum;
    }
}

template <typename... T>
GateGeometry geometryOf(const GateShape& shape, const T*... tensors)
{
    return {static_cast<int>(shape.channels), static_cast<int>(shape.length),
            static_cast<int>(blocksFor(shape.length, kTile)), shape.activation, wholeFours(shape.length, tensors...)};
}

template <Gate kGate, typename T>
void forward(Context& context, const GateShape& shape, const Dropout& dropout, const T* z, const float* bias,
             const T* y, T* out)
{
    const GateGeometry geometry = geometryOf(shape, z, y, out);
    launch(context, {shape.batch * shape.channels * geometry.tiles, threadsFor(shape.length / 4 + 1, kThreads)},
           &gateKernel<kGate, T>, geometry, Drop::of(dropout), z, bias, y, out);
}

template <Gate kGate, typename T>
void backward(Context& context, const GateShape& shape, const Dropout& dropout, const T* z, const float* bias,
              const T* y, const T* g, GateGradients<T> out, float* dbias)
{
    const GateGeometry geometry = geometryOf(shape, z, y, g, out.dz, out.dy, out.forward);
    const std::int64_t parts = shape.batch * geometry.tiles;
    out.partial1 =
        static_cast<float*>(context.workspace(static_cast<std::size_t>(2 * parts * shape.channels) * sizeof(float)));
    out.partial2 = out.partial1 + parts * shape.channels;
    launch(context, {parts * shape.channels, threadsFor(shape.length / 4 + 1, kThreads), 2 * kWarp * sizeof(float)},
           &gateBackwardKernel<kGate, T>, geometry, Drop::of(dropout), z, bias, y, g, out);
    if (kGate != Gate::Input)
        sumParts(context, parts, shape.channels, out.partial1, dbias);
    if (kGate != Gate::Output)
        sumParts(context, parts, shape.channels, out.partial2, dbias + shape.channels);
}

} // namespace

template <typename T>
void gateInput(Context& context, const GateShape& shape, const T* z, const float* bias, T* v)
{
    forward<Gate::Input, T>(context, shape, {}, z, bias, nullptr, v);
}

template <typename T>
void gateOutput(Context& context, const GateShape& shape, const Dropout& dropout, const T* z, const float* bias,
                const T* y, T* o)
{
    forward<Gate::Output>(context, shape, dropout, z, bias, y, o);
}

template <typename T>
void gateOutputBackward(Context& context, const GateShape& shape, const Dropout& dropout, const T* z, const float* bias,
                        const T* y, const T* go, T* dz, T* dy, T* o, float* dbias)
{
    backward<Gate::Output>(context, shape, dropout, z, bias, y, go, GateGradients<T>{dz, dy, o}, dbias);
}

template <typename T>
void gateInputBackward(Context& context, const GateShape& shape, const T* z, const float* bias, const T* dv, T* dz,
                       float* dbias)
{
    backward<Gate::Input, T>(context, shape, {}, z, bias, nullptr, dv, GateGradients<T>{dz}, dbias);
}

template <typename T>
void gluForward(Context& context, const GateShape& shape, const Dropout& dropout, const T* z, const float* bias, T* a)
{
    forward<Gate::Glu, T>(context, shape, dropout, z, bias, nullptr, a);
}

template <typename T>
void gluBackward(Context& context, const GateShape& shape, const Dropout& dropout, const T* z, const float* bias,
                 const T* ga, T* dz, T* a, float* dbias)
{
    backward<Gate::Glu, T>(context, shape, dropout, z, bias, nullptr, ga, GateGradients<T>{dz, nullptr, a}, dbias);
}

#define TOEPLAB_INSTANTIATE(T)                                                                                         \
    template void gateInput(Context&, const GateShape&, const T*, const float*, T*);                                   \
    template void gateOutput(Context&, const GateShape&, const Dropout&, const T*, const float*, const T*, T*);        \
    template void gateOutputBackward(Context&, const GateShape&, const Dropout&, const T*, const float*, const T*,     \
                                     const T*, T*, T*, T*, float*);                                                    \
    template void gateInputBackward(Context&, const GateShape&, const T*, const float*, const T*, T*, float*);         \
    template void gluForward(Context&, const GateShape&, const Dropout&, const T*, const float*, T*);                  \
    template void gluBackward(Context&, const GateShape&, const Dropout&, const T*, const float*, const T*, T*, T*,    \
                              float*);
TOEPLAB_INSTANTIATE(float)
TOEPLAB_INSTANTIATE(Half)
TOEPLAB_INSTANTIATE(BFloat16)
#undef TOEPLAB_INSTANTIATE

} // namespace toeplab::kernels::gpu
