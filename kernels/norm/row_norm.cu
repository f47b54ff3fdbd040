// SPDX-License-Identifier: Apache-2.0
// Each norm along rows is three kernels: sums over each row; from them the coefficients of an affine map, for a channel
// or a row; the map.
#include "kernels/device/number.cuh"
#include "kernels/device/reduce.cuh"
#include "kernels/norm/norm_gpu.h"

namespace toeplab::kernels::gpu
{
namespace
{

constexpr int kThreads = 256;
constexpr int kTile = 4 * kThreads;

/// out = a first + b + c (second - centre) [+ add]
struct alignas(16) Coefficients {
    float a, b, c, centre;
};

/// What stands for all channels (Batch) or each row by itself.
enum class Norm { Batch, Instance, Rms };

struct RowGeometry {
    int batch = 0;
    int channels = 0;
    int length = 0;
    bool whole = false;

    [[nodiscard]] __device__ __host__ std::int64_t rows() const { return std::int64_t{1} * batch * channels; }
};

/// sums[row] = (mean, sum of (x - mean)^2); with the mean taken as 0 where not `centred`.
__global__ void __launch_bounds__(kThreads)
    rowSpreadKernel(RowGeometry geometry, bool centred, const float* x, float2* sums)
{
    auto* scratch = sharedMemory<float>();
    const std::int64_t row = blockIdx.x;
    const float* values = x + row * geometry.length;
    float mean = 0;
    if (centred) {
        float sum = 0;
        for (int i = static_cast<int>(threadIdx.x); i < geometry.length; i += static_cast<int>(blockDim.x))
            sum += values[i];
        mean = blockSum(sum, scratch) / static_cast<float>(geometry.length);
    }
    float squares = 0;
    for (int i = static_cast<int>(threadIdx.x); i < geometry.length; i += static_cast<int>(blockDim.x)) {
        const float from_mean = values[i] - mean;
        squares += from_mean * from_mean;
    }
    squares = blockSum(squares, scratch + kWarp);
    if (threadIdx.x == 0)
        sums[row] = make_float2(mean, squares);
}

/// sums[row] = (sum g, sum g (x - centre)), centre that of the channel or row (0 where null).
template <typename T>
__global__ void __launch_bounds__(kThreads)
    rowProductsKernel(RowGeometry geometry, bool by_channel, const float* centre, const float* x, const T* g,
                      float2* sums)
{
    auto* scratch = sharedMemory<float>();
    const std::int64_t row = blockIdx.x;
    const float middle = centre != nullptr ? centre[by_channel ? row % geometry.channels : row] : 0.0F;
    float plain = 0;
    float along = 0;
    for (int i = static_cast<int>(threadIdx.x); i < geometry.length; i += static_cast<int>(blockDim.x)) {
        const float gradient = toFloat(g[row * geometry.length + i]);
        plain += gradient;
        along += gradient * (x[row * geometry.length + i] - middle);
    }
    plain = blockSum(plain, scratch);
    along = blockSum(along, scratch + kWarp);
    if (threadIdx.x == 0)
        sums[row] = make_float2(plain, along);
}

struct Statistics {
    float* mean;
    float* inverse;
    float* variance;
};

/// Statistics and the map of the forward pass, one thread for a channel (Batch) or a row.
template <Norm kNorm>
__global__ void forwardCoefficientsKernel(RowGeometry geometry, float epsilon, const float2* sums, const float* weight,
                                          const float* bias, Statistics statistics, Coefficients* coefficients)
{
    const std::int64_t index = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (index >= (kNorm == Norm::Batch ? geometry.channels : geometry.rows()))
        return;
    float mean = 0;
    float inverse = 0;
    if constexpr (kNorm == Norm::Batch) {
        // Rows of equal length: the mean of means, and the spread within plus that of the means.
        double total = 0;
        for (int b = 0; b < geometry.batch; ++b)
            total += static_cast<double>(sums[static_cast<std::int64_t>(b) * geometry.channels + index].x);
        const double centre = total / geometry.batch;
        double spread = 0;
        for (int b = 0; b < geometry.batch; ++b) {
            const float2 row = sums[static_cast<std::int64_t>(b) * geometry.channels + index];
            const double apart = static_cast<double>(row.x) - centre;
            spread += static_cast<double>(row.y) + geometry.length * apart * apart;
        }
        const double variance = spread / (static_cast<double>(geometry.batch) * geometry.length);
        mean = static_cast<float>(centre);
        inverse = static_cast<float>(1.0 / std::sqrt(variance + static_cast<double>(epsilon)));
        statistics.variance[index] = static_cast<float>(variance);
    } else if constexpr (kNorm == Norm::Instance) {
        mean = sums[index].x;
        inverse = 1.0F / std::sqrt(sums[index].y / static_cast<float>(geometry.length) + epsilon);
    } else {
        inverse = 1.0F / (std::sqrt(sums[index].y / static_cast<float>(geometry.channels)) + epsilon);
    }
    if (statistics.mean != nullptr)
        statistics.mean[index] = mean;
    statistics.inverse[index] = inverse;
    const float a = (weight != nullptr ? weight[index] : 1.0F) * inverse;
    coefficients[index] = {a, (bias != nullptr ? bias[index] : 0.0F) - mean * a, 0, 0};
}

/// The map of given statistics, for each channel.
__global__ void fixedCoefficientsKernel(RowGeometry geometry, const float* weight, const float* bias, const float* mean,
                                        const float* inverse, Coefficients* coefficients)
{
    const std::int64_t c = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (c >= geometry.channels)
        return;
    const float a = weight[c] * inverse[c];
    coefficients[c] = {a, bias[c] - mean[c] * a, 0, 0};
}

/// The map of the backward pass, and for Batch the gradients of weight and bias.
template <Norm kNorm>
__global__ void backwardCoefficientsKernel(RowGeometry geometry, float epsilon, bool fixed, const float2* sums,
                                           const float* weight, const float* mean, const float* inverses,
                                           float* dweight, float* dbias, Coefficients* coefficients)
{
    const std::int64_t index = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (index >= (kNorm == Norm::Batch ? geometry.channels : geometry.rows()))
        return;
    const float inverse = inverses[index];
    float plain = 0;
    float along = 0;
    for (int b = 0; b < (kNorm == Norm::Batch ? geometry.batch : 1); ++b) {
        const float2 row = sums[static_cast<std::int64_t>(b) * geometry.channels + index];
        plain += row.x;
        along += row.y;
    }
    if constexpr (kNorm == Norm::Rms) {
        // d rms / dx_i = x_i / (channels rms); a zero row gets no gradient through its norm.
        const float rms = 1.0F / inverse - epsilon;
        const float slope =
            rms > epsilon * 1e-6F ? -along * inverse * inverse / (static_cast<float>(geometry.channels) * rms) : 0.0F;
        coefficients[index] = {inverse, 0, slope, 0};
    } else {
        const float count =
            static_cast<float>(geometry.length) * static_cast<float>(kNorm == Norm::Batch ? geometry.batch : 1);
        const float a = (weight != nullptr ? weight[index] : 1.0F) * inverse;
        coefficients[index] = {a, fixed ? 0.0F : -a * plain / count,
                               fixed ? 0.0F : -a * inverse * inverse * along / count, mean[index]};
        if constexpr (kNorm == Norm::Batch) {
            dbias[index] = plain;
            dweight[index] = along * inverse;
        }
    }
}

/// A block does one tile of a row; `second` and `add` may be null.
template <typename In, typename Out>
__global__ void __launch_bounds__(kThreads)
    mapRowsKernel(RowGeometry geometry, int tiles, bool by_channel, const Coefficients* coefficients, const In* first,
                  const float* second, const float* add, Out* out)
{
    const std::int64_t row = blockIdx.x / static_cast<unsigned>(tiles);
    const int i =
        static_cast<int>(blockIdx.x % static_cast<unsigned>(tiles)) * kTile + 4 * static_cast<int>(threadIdx.x);
    if (i >= geometry.length)
        return;
    const Coefficients map = coefficients[by_channel ? row % geometry.channels : row];
    const std::int64_t at = row * geometry.length;
    const float4 u = readFour(first + at, i, geometry.length, geometry.whole);
    float4 v = make_float4(map.centre, map.centre, map.centre, map.centre);
    float4 w = make_float4(0, 0, 0, 0);
    if (second != nullptr)
        v = readFour(second + at, i, geometry.length, geometry.whole);
    if (add != nullptr)
        w = readFour(add + at, i, geometry.length, geometry.whole);
    const auto mapped = [&](float a, float b, float past) {
        return map.a * a + map.b + map.c * (b - map.centre) + past;
    };
    writeFour(make_float4(mapped(u.x, v.x, w.x), mapped(u.y, v.y, w.y), mapped(u.z, v.z, w.z), mapped(u.w, v.w, w.w)),
              out + at, i, geometry.length, geometry.whole);
}

/// The steps over one tensor.
template <Norm kNorm, typename T>
struct RowNorm {
    Context& context;
    RowGeometry geometry;
    float2* sums;
    Coefficients* coefficients;

    template <typename... Tensors>
    RowNorm(Context& owner, const RowNormShape& shape, const Tensors*... tensors)
        : context(owner), geometry{static_cast<int>(shape.batch), static_cast<int>(shape.channels),
                                   static_cast<int>(shape.length), wholeFours(shape.length, tensors...)}
    {
        const auto rows = static_cast<std::size_t>(geometry.rows());
        coefficients = static_cast<Coefficients*>(context.workspace(rows * (sizeof(Coefficients) + sizeof(float2))));
        sums = reinterpret_cast<float2*>(coefficients + rows);
    }
    [[nodiscard]] Launch rows() const
    {
        return {geometry.rows(), threadsFor(geometry.length, kThreads), 2 * kWarp * sizeof(float)};
    }
    [[nodiscard]] Launch indices() const
    {
        return {blocksFor(kNorm == Norm::Batch ? geometry.channels : geometry.rows(), kWarp), kWarp};
    }

    void forward(const float* weight, const float* bias, float epsilon, const float* x, T* y,
                 const Statistics& statistics)
    {
        launch(context, rows(), &rowSpreadKernel, geometry, kNorm != Norm::Rms, x, sums);
        launch(context, indices(), &forwardCoefficientsKernel<kNorm>, geometry, epsilon, sums, weight, bias, statistics,
               coefficients);
        map(x, nullptr, nullptr, y);
    }
    void backward(const float* weight, const float* mean, const float* inverse, bool fixed, float epsilon,
                  const float* x, const T* g, const float* add, float* dx, float* dweight, float* dbias)
    {
        launch(context, rows(), &rowProductsKernel<T>, geometry, kNorm == Norm::Batch, mean, x, g, sums);
        launch(context, indices(), &backwardCoefficientsKernel<kNorm>, geometry, epsilon, fixed, sums, weight, mean,
               inverse, dweight, dbias, coefficients);
        map(g, x, add, dx);
    }
    template <typename In, typename Out>
    void map(const In* first, const float* second, const float* add, Out* out)
    {
        const std::int64_t tiles = blocksFor(geometry.length, kTile);
        launch(context, {geometry.rows() * tiles, threadsFor(geometry.length / 4 + 1, kThreads)},
               &mapRowsKernel<In, Out>, geometry, static_cast<int>(tiles), kNorm == Norm::Batch, coefficients, first,
               second, add, out);
    }
};

} // namespace

template <typename T>
void batchNormForward(Context& context, const RowNormShape& shape, const float* weight, const float* bias,
                      float epsilon, const float* x, T* y, float* mean, float* inverse, float* variance)
{
    RowNorm<Norm::Batch, T>(context, shape, x, y).forward(weight, bias, epsilon, x, y, {mean, inverse, variance});
}

template <typename T>
void batchNormApply(Context& context, const RowNormShape& shape, const float* weight, const float* bias,
                    const float* mean, const float* inverse, const float* x, T* y)
{
    RowNorm<Norm::Batch, T> norm(context, shape, x, y);
    launch(context, norm.indices(), &fixedCoefficientsKernel, norm.geometry, weight, bias, mean, inverse,
           norm.coefficients);
    norm.map(x, nullptr, nullptr, y);
}

template <typename T>
void batchNormBackward(Context& context, const RowNormShape& shape, const float* weight, const float* mean,
                       const float* inverse, bool fixed, const float* x, const T* g, const float* add, float* dx,
                       float* dweight, float* dbias)
{
    RowNorm<Norm::Batch, T>(context, shape, x, g, add, dx)
        .backward(weight, mean, inverse, fixed, 0, x, g, add, dx, dweight, dbias);
}

template <typename T>
void instanceNormForward(Context& context, const RowNormShape& shape, float epsilon, const float* x, T* y, float* mean,
                         float* inverse)
{
    RowNorm<Norm::Instance, T>(context, shape, x, y).forward(nullptr, nullptr, epsilon, x, y, {mean, inverse, nullptr});
}

template <typename T>
void instanceNormBackward(Context& context, const RowNormShape& shape, const float* mean, const float* inverse,
                          const float* x, const T* g, const float* add, float* dx)
{
    RowNorm<Norm::Instance, T>(context, shape, x, g, add, dx)
        .backward(nullptr, mean, inverse, false, 0, x, g, add, dx, nullptr, nullptr);
}

template <typename T>
void rowRmsForward(Context& context, const RowNormShape& shape, float epsilon, const float* x, T* y, float* inverse)
{
    RowNorm<Norm::Rms, T>(context, shape, x, y).forward(nullptr, nullptr, epsilon, x, y, {nullptr, inverse, nullptr});
}

template <typename T>
void rowRmsBackward(Context& context, const RowNormShape& shape, float epsilon, const float* inverse, const float* x,
                    const T* g, const float* add, float* dx)
{
    RowNorm<Norm::Rms, T>(context, shape, x, g, add, dx)
        .backward(nullptr, nullptr, inverse, false, epsilon, x, g, add, dx, nullptr, nullptr);
}

#define TOEPLAB_INSTANTIATE(T)                                                                                         \
    template void batchNormForward(Context&, const RowNormShape&, const float*, const float*, float, const float*, T*, \
                                   float*, float*, float*);                                                            \
    template void batchNormApply(Context&, const RowNormShape&, const float*, const float*, const float*,              \
                                 const float*, const float*, T*);                                                      \
    template void batchNormBackward(Context&, const RowNormShape&, const float*, const float*, const float*, bool,     \
                                    const float*, const T*, const float*, float*, float*, float*);                     \
    template void instanceNormForward(Context&, const RowNormShape&, float, const float*, T*, float*, float*);         \
    template void instanceNormBackward(Context&, const RowNormShape&, const float*, const float*, const float*,        \
                                       const T*, const float*, float*);                                                \
    template void rowRmsForward(Context&, const RowNormShape&, float, const float*, T*, float*);                       \
    template void rowRmsBackward(Context&, const RowNormShape&, float, const float*, const float*, const T*,           \
                                 const float*, float*);
TOEPLAB_INSTANTIATE(float)
TOEPLAB_INSTANTIATE(Half)
TOEPLAB_INSTANTIATE(BFloat16)
#undef TOEPLAB_INSTANTIATE

} // namespace toeplab::kernels::gpu
