// SPDX-License-Identifier: Apache-2.0
#include "kernels/direct/direct.h"

#include "kernels/device/check.h"
#include "kernels/device/parallel.h"
#include "kernels/device/scratch.h"
#include "kernels/direct/tiles.h"
#include "kernels/direct/tiles_levels.h"

#include <algorithm>
#include <type_traits>

namespace toeplab::kernels
{
namespace
{

void check(const DirectShape& shape)
{
    require(shape.length >= 1, "a Toeplitz product needs at least one position", shape.length, 1);
    require(shape.before >= 0 && shape.before < shape.length, "negative lags must stay below the length", shape.before,
            shape.length);
    require(shape.after >= 0 && shape.after < shape.length, "positive lags must stay below the length", shape.after,
            shape.length);
    require(shape.outer >= 1 && shape.inner >= 1, "outer and inner are at least 1", shape.outer, shape.inner);
}

/// In parallelFor's steps, for one product of all lines of a channel: about four multiply-adds for the time of one
/// value read.
std::int64_t channelWork(const DirectShape& shape)
{
    return shape.batch * shape.outer * shape.inner * (shape.length + shape.entries() / 4);
}

std::int64_t roundedUp(std::int64_t value, std::int64_t step)
{
    return (value + step - 1) / step * step;
}

/// A kernel between its zeros, times the shape's scale, in working memory of the calling thread; turned: k(-t).
template <typename T>
PaddedKernel<T> padKernel(const DirectShape& shape, const T* k, bool turned)
{
    const auto count = static_cast<std::size_t>(2 * shape.length - 1 + kLagMargin);
    T* values = scratch<T>(Slot::Kernel, count);
    std::fill_n(values, count, T(0));
    T* zero = values + shape.length - 1;
    for (std::int64_t t = -shape.before; t <= shape.after; ++t)
        zero[turned ? -t : t] = static_cast<T>(shape.scale) * k[shape.before + t];
    return {zero, shape.length, turned ? shape.after : shape.before, turned ? shape.before : shape.after};
}

template <typename T>
LagRows<T> clearedSums(const DirectShape& shape)
{
    const std::int64_t pitch = roundedUp(2 * shape.length - 1 + kLagMargin, 64 / sizeof(T));
    T* values = scratch<T>(Slot::Accumulator, static_cast<std::size_t>(kLagRows * pitch));
    std::fill_n(values, kLagRows * pitch, T(0));
    return {values + shape.length - 1, pitch};
}

template <typename T>
void takeSums(const DirectShape& shape, const LagRows<T>& sums, T* dkernel)
{
    for (std::int64_t t = -shape.before; t <= shape.after; ++t) {
        T sum = 0;
        for (std::int64_t r = 0; r < kLagRows; ++r)
            sum += sums.zero[r * sums.pitch + t + r];
        dkernel[shape.before + t] = static_cast<T>(shape.scale) * sum;
    }
}

/// The lines of one channel: how many pieces of memory they are in, and how each is laid out.
struct Pieces {
    explicit Pieces(const DirectShape& s)
        : columns(s.inner > 1), batched(!columns && s.outer == 1),
          count(batched ? std::min<std::int64_t>(s.batch, 1) : s.batch * (columns ? s.outer : 1)),
          lines(columns ? s.inner : (batched ? s.batch : s.outer)),
          pitch(columns ? s.inner : (batched ? s.channels * s.length : s.length)), shape(s)
    {
    }

    /// Where piece p of a channel begins.
    [[nodiscard]] std::int64_t offset(std::int64_t p, std::int64_t channel) const
    {
        const std::int64_t image = shape.outer * shape.length * shape.inner;
        if (!columns)
            return (p * shape.channels + channel) * image;
        return (p / shape.outer * shape.channels + channel) * image + p % shape.outer * shape.length * shape.inner;
    }

    /// What comes after piece p of a channel; nothing where that is not one stretch of memory.
    template <typename T>
    [[nodiscard]] Ahead<T> after(std::int64_t p, std::int64_t channel, const T* values) const
    {
        const bool last = p + 1 == count;
        if (batched || (last && channel + 1 == shape.channels))
            return {};
        return {values + (last ? offset(0, channel + 1) : offset(p + 1, channel)), lines * shape.length};
    }

    bool columns;       ///< lines lie across rows of `inner` values
    bool batched;       ///< sequences: one piece, whose lines are the samples
    std::int64_t count; ///< pieces
    std::int64_t lines; ///< of a piece
    std::int64_t pitch; ///< from row to row of memory
    const DirectShape& shape;
};

/// A copy with rows of `pitch` values, zeros after the first `width`.
template <typename T>
const T* padRows(const T* from, std::int64_t rows, std::int64_t from_pitch, std::int64_t width, std::int64_t pitch,
                 T* to)
{
    for (std::int64_t r = 0; r < rows; ++r) {
        std::copy_n(from + r * from_pitch, width, to + r * pitch);
        std::fill_n(to + r * pitch + width, pitch - width, T(0));
    }
    return to;
}

template <typename T>
class ChannelWorker
{
public:
    explicit ChannelWorker(const DirectShape& shape)
        : shape_(shape), pieces_(shape), tiles_(directTiles<T>(cpuIsa())), width_(roundedUp(shape.inner, tiles_.lanes)),
          line_(roundedUp(shape.length, tiles_.lanes))
    {
    }

    /// y = T x for every piece; `kernel` is between its zeros.
    void product(const PaddedKernel<T>& kernel, std::int64_t p, std::int64_t channel, const T* x, T* y) const
    {
        const std::int64_t at = pieces_.offset(p, channel);
        const Ahead<T> ahead = pieces_.after(p, channel, x);
        if (!pieces_.columns)
            return tiles_.alongRows(kernel, {x + at, y + at, pieces_.lines, pieces_.pitch, pieces_.pitch, ahead});
        const T* rows = x + at;
        if (width_ != shape_.inner) {
            T* copy = scratch<T>(Slot::RowA, static_cast<std::size_t>(shape_.length * width_));
            rows = padRows(rows, shape_.length, shape_.inner, shape_.inner, width_, copy);
        }
        tiles_.alongColumns(kernel, {rows, y + at, shape_.inner, width_, shape_.inner, ahead});
    }

    void addLagSums(std::int64_t p, std::int64_t channel, const T* x, const T* g, const LagRows<T>& sums) const
    {
        const PaddedKernel<T> shape{nullptr, shape_.length, shape_.before, shape_.after};
        const Ahead<T> ahead = pieces_.after(p, channel, x);
        const std::int64_t at = pieces_.offset(p, channel);
        if (pieces_.columns) {
            T* turned = scratch<T>(Slot::RowB, static_cast<std::size_t>(shape_.inner * line_));
            for (std::int64_t i = 0; i < shape_.length; ++i)
                for (std::int64_t q = 0; q < shape_.inner; ++q)
                    turned[q * line_ + i] = g[at + i * shape_.inner + q];
            for (std::int64_t q = 0; q < shape_.inner; ++q)
                std::fill_n(turned + q * line_ + shape_.length, line_ - shape_.length, T(0));
            return tiles_.addLagSums(shape, {turned, x + at, shape_.inner, line_, 1, shape_.inner, ahead}, sums);
        }
        const T* rows = g + at;
        const T* inputs = x + at;
        std::int64_t pitch = pieces_.pitch;
        std::int64_t input_pitch = pitch;
        // Samples lie far apart, and every tile reads all of them: at a power of two they would share a few cache sets.
        if (line_ != shape_.length || pieces_.batched) {
            T* copy = scratch<T>(Slot::RowB, static_cast<std::size_t>(pieces_.lines * line_));
            rows = padRows(rows, pieces_.lines, pitch, shape_.length, line_, copy);
            pitch = line_;
        }
        if (pieces_.batched) {
            T* copy = scratch<T>(Slot::RowC, static_cast<std::size_t>(pieces_.lines * line_));
            inputs = padRows(inputs, pieces_.lines, input_pitch, shape_.length, line_, copy);
            input_pitch = line_;
        }
        tiles_.addLagSums(shape, {rows, inputs, pieces_.lines, pitch, input_pitch, 1, ahead}, sums);
    }

    [[nodiscard]] std::int64_t pieces() const { return pieces_.count; }

private:
    const DirectShape& shape_;
    Pieces pieces_;
    const DirectTiles<T>& tiles_;
    std::int64_t width_; ///< of a row of x whose columns are multiplied, in whole vectors
    std::int64_t line_;  ///< of a line of g, in whole vectors
};

} // namespace

template <typename T>
const DirectTiles<T>& directTiles(Isa isa)
{
    constexpr bool kFloat = std::is_same_v<T, float>;
#if defined(__x86_64__)
    if (isa == Isa::V4) {
        if constexpr (kFloat)
            return levels::kDirectFloatV4;
        else
            return levels::kDirectDoubleV4;
    }
    if (isa == Isa::V3) {
        if constexpr (kFloat)
            return levels::kDirectFloatV3;
        else
            return levels::kDirectDoubleV3;
    }
#endif
    require(isa == Isa::Base, "this CPU's level is the base one", static_cast<int>(isa), 0);
    if constexpr (kFloat)
        return levels::kDirectFloatBase;
    else
        return levels::kDirectDoubleBase;
}

template <typename T>
void directForward(const DirectShape& shape, const T* kernel, const T* x, T* y)
{
    check(shape);
    parallelFor(shape.channels, channelWork(shape), [&](std::int64_t begin, std::int64_t end) {
        const ChannelWorker<T> worker(shape);
        for (std::int64_t c = begin; c < end; ++c) {
            const PaddedKernel<T> padded = padKernel(shape, kernel + c * shape.lags(), false);
            for (std::int64_t p = 0; p < worker.pieces(); ++p)
                worker.product(padded, p, c, x, y);
        }
    });
}

template <typename T>
void directBackward(const DirectShape& shape, const T* kernel, const T* x, const T* g, T* dx, T* dkernel)
{
    check(shape);
    parallelFor(shape.channels, 2 * channelWork(shape), [&](std::int64_t begin, std::int64_t end) {
        const ChannelWorker<T> worker(shape);
        for (std::int64_t c = begin; c < end; ++c) {
            const PaddedKernel<T> turned = padKernel(shape, kernel + c * shape.lags(), true);
            const LagRows<T> sums = clearedSums<T>(shape);
            for (std::int64_t p = 0; p < worker.pieces(); ++p) {
                if (dx != nullptr)
                    worker.product(turned, p, c, g, dx);
                if (dkernel != nullptr)
                    worker.addLagSums(p, c, x, g, sums);
            }
            if (dkernel != nullptr)
                takeSums(shape, sums, dkernel + c * shape.lags());
        }
    });
}

#define TOEPLAB_INSTANTIATE(T)                                                                                         \
    template const DirectTiles<T>& directTiles<T>(Isa);                                                                \
    template void directForward(const DirectShape&, const T*, const T*, T*);                                           \
    template void directBackward(const DirectShape&, const T*, const T*, const T*, T*, T*);
TOEPLAB_INSTANTIATE(float)
TOEPLAB_INSTANTIATE(double)
#undef TOEPLAB_INSTANTIATE

} // namespace toeplab::kernels
