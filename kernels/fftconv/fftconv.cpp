// SPDX-License-Identifier: Apache-2.0
#include "kernels/fftconv/fftconv.h"

#include "kernels/device/check.h"
#include "kernels/device/parallel.h"
#include "kernels/device/scratch.h"
#include "kernels/fftconv/rows.h"
#include "kernels/fftconv/rows_levels.h"

#include <algorithm>
#include <type_traits>

namespace toeplab::kernels
{
namespace
{

/// Lags -before..after into the circular order of a transform of `size` values.
template <typename T>
void wrapKernel(const ToeplitzShape& shape, const T* kernel, std::int64_t size, T* out)
{
    std::copy_n(kernel + shape.before, shape.after + 1, out);
    std::fill(out + shape.after + 1, out + size - shape.before, T(0));
    std::copy_n(kernel, shape.before, out + size - shape.before);
}

template <typename T>
void unwrapKernel(const ToeplitzShape& shape, const T* values, std::int64_t size, T scale, T* kernel)
{
    const auto scaled = [scale](T value) { return value * scale; };
    std::transform(values, values + shape.after + 1, kernel + shape.before, scaled);
    std::transform(values + size - shape.before, values + size, kernel, scaled);
}

void checkShape(const ToeplitzShape& shape)
{
    require(shape.length >= 1, "a Toeplitz product needs at least one position", shape.length, 1);
    require(shape.before >= 0 && shape.before < shape.length, "negative lags must stay below the length", shape.before,
            shape.length);
    require(shape.after >= 0 && shape.after < shape.length, "positive lags must stay below the length", shape.after,
            shape.length);
}

/// The calling thread's buffers and the functions for one transform length.
template <typename T>
class Transforms
{
public:
    Transforms(const ToeplitzShape& shape, const TransformRows<T>& rows, const TransformPlan<T>& plan)
        : shape_(shape), rows_(rows), plan_(plan), work(buffer(Slot::RowA)), padding(buffer(Slot::RowB)),
          kernel(buffer(Slot::Kernel))
    {
    }

    [[nodiscard]] T* buffer(Slot slot) const { return scratch<T>(slot, static_cast<std::size_t>(2 * plan_.length)); }

    /// The transform of channel c's kernel, scaled for a way back that does not scale.
    void takeKernel(const T* kernels, std::int64_t c) const
    {
        wrapKernel(shape_, kernels + c * shape_.lags(), plan_.length, work);
        rows_.spectrum(plan_, work, plan_.length, T(1) / static_cast<T>(plan_.length), padding, kernel);
    }

    /// Calls body(rows, next rows) for the pairs of samples of channel c, the next pair of the last being the first of
    /// the next channel.
    template <typename Body>
    void forPairs(std::int64_t c, Body&& body) const
    {
        for (std::int64_t b = 0; b < shape_.batch; b += 2)
            body(pair(c, b), b + 2 < shape_.batch ? pair(c, b + 2) : pair(c + 1, 0));
    }

private:
    /// Offsets of sample b and the one behind it; -1: there is none.
    struct Offsets {
        std::int64_t first, second;
    };
    [[nodiscard]] Offsets pair(std::int64_t c, std::int64_t b) const
    {
        const auto row = [&](std::int64_t sample) {
            return c < shape_.channels && sample < shape_.batch ? (sample * shape_.channels + c) * shape_.length
                                                                : std::int64_t{-1};
        };
        return {row(b), row(b + 1)};
    }

    const ToeplitzShape& shape_;
    const TransformRows<T>& rows_;
    const TransformPlan<T>& plan_;

public:
    T* work;
    T* padding;
    T* kernel;
};

template <typename T>
T* at(T* first, std::int64_t offset)
{
    return offset < 0 ? nullptr : first + offset;
}

template <typename T, typename Offsets>
typename TransformRows<T>::Pair pairAt(const T* first, const Offsets& rows)
{
    return {at(first, rows.first), at(first, rows.second)};
}
template <typename T, typename Offsets>
typename TransformRows<T>::Output outputAt(T* first, const Offsets& rows)
{
    if (first == nullptr)
        return {};
    return {at(first, rows.first), at(first, rows.second)};
}

/// A transform's passes in parallelFor's steps.
std::int64_t channelWork(const ToeplitzShape& shape, std::int64_t size)
{
    return 5 * (shape.batch + 1) * size;
}

} // namespace

template <typename T>
const TransformRows<T>& transformRows(Isa isa)
{
    constexpr bool kFloat = std::is_same_v<T, float>;
#if defined(__x86_64__)
    if (isa == Isa::V4) {
        if constexpr (kFloat)
            return levels::kTransformFloatV4;
        else
            return levels::kTransformDoubleV4;
    }
    if (isa == Isa::V3) {
        if constexpr (kFloat)
            return levels::kTransformFloatV3;
        else
            return levels::kTransformDoubleV3;
    }
#else
    static_cast<void>(isa);
#endif
    if constexpr (kFloat)
        return levels::kTransformFloatBase;
    else
        return levels::kTransformDoubleBase;
}

template const TransformRows<float>& transformRows<float>(Isa);
template const TransformRows<double>& transformRows<double>(Isa);

std::int64_t transformLength(const ToeplitzShape& shape)
{
    return transformLength(shape.length + std::max(shape.before, shape.after), transformRows<float>(cpuIsa()).lanes);
}

template <typename T>
void toeplitzForward(const ToeplitzShape& shape, const T* kernel, const T* x, T* y)
{
    checkShape(shape);
    const TransformRows<T>& rows = transformRows<T>(cpuIsa());
    const std::int64_t size = transformLength(shape.length + std::max(shape.before, shape.after), rows.lanes);
    const auto plan = transformPlan<T>(size, rows.lanes);
    parallelFor(shape.channels, channelWork(shape, size), [&](std::int64_t begin, std::int64_t end) {
        const Transforms<T> own(shape, rows, *plan);
        for (std::int64_t c = begin; c < end; ++c) {
            own.takeKernel(kernel, c);
            own.forPairs(c, [&](const auto& pair, const auto& next) {
                rows.convolve(*plan, pairAt(x, pair), shape.length, own.kernel, own.work, own.padding,
                              outputAt(y, pair), pairAt(x, next));
            });
        }
    });
}

template <typename T>
void toeplitzBackward(const ToeplitzShape& shape, const T* kernel, const T* x, const T* g, T* dx, T* dkernel)
{
    checkShape(shape);
    const TransformRows<T>& rows = transformRows<T>(cpuIsa());
    const std::int64_t size = transformLength(shape.length + std::max(shape.before, shape.after), rows.lanes);
    const auto plan = transformPlan<T>(size, rows.lanes);
    parallelFor(shape.channels, 2 * channelWork(shape, size), [&](std::int64_t begin, std::int64_t end) {
        const Transforms<T> own(shape, rows, *plan);
        T* other = own.buffer(Slot::RowC);
        T* sum = own.buffer(Slot::Accumulator);
        for (std::int64_t c = begin; c < end; ++c) {
            if (dx != nullptr)
                own.takeKernel(kernel, c);
            std::fill_n(sum, 2 * size, T(0));
            own.forPairs(c, [&](const auto& pair, const auto& next) {
                rows.correlate(*plan, pairAt(x, pair), pairAt(g, pair), shape.length, own.kernel, sum, own.work, other,
                               own.padding, outputAt(dx, pair), pairAt(x, next));
            });
            if (dkernel != nullptr) {
                rows.inverse(*plan, sum, own.work);
                unwrapKernel(shape, own.work, size, T(1) / static_cast<T>(size), dkernel + c * shape.lags());
            }
        }
    });
}

template void toeplitzForward(const ToeplitzShape&, const float*, const float*, float*);
template void toeplitzForward(const ToeplitzShape&, const double*, const double*, double*);
template void toeplitzBackward(const ToeplitzShape&, const float*, const float*, const float*, float*, float*);
template void toeplitzBackward(const ToeplitzShape&, const double*, const double*, const double*, double*, double*);

} // namespace toeplab::kernels
