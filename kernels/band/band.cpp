// SPDX-License-Identifier: Apache-2.0
#include "kernels/band/band.h"

#include "kernels/band/rows.h"
#include "kernels/band/rows_levels.h"
#include "kernels/device/check.h"
#include "kernels/device/parallel.h"
#include "kernels/device/scratch.h"

#include <algorithm>
#include <type_traits>

namespace toeplab::kernels
{
namespace
{

void check(const BandShape& shape)
{
    require(shape.batch >= 0 && shape.channels >= 0, "batch and channels are not negative", shape.batch,
            shape.channels);
    require(shape.length >= 1 && shape.taps >= 1, "length and taps are at least 1", shape.length, shape.taps);
    require(shape.taps % 2 == 1 && shape.taps <= kMaxTaps, "taps is odd and no larger than the second number",
            shape.taps, kMaxTaps);
}

/// In parallelFor's steps: about four multiply-adds for the time of one value read.
std::int64_t rowWork(const BandShape& shape)
{
    return shape.length * (1 + shape.taps / 4);
}

} // namespace

template <typename T>
const BandRows<T>& bandRows(Isa isa)
{
    constexpr bool kFloat = std::is_same_v<T, float>;
#if defined(__x86_64__)
    if (isa == Isa::V4) {
        if constexpr (kFloat)
            return levels::kBandFloatV4;
        else
            return levels::kBandDoubleV4;
    }
    if (isa == Isa::V3) {
        if constexpr (kFloat)
            return levels::kBandFloatV3;
        else
            return levels::kBandDoubleV3;
    }
#endif
    require(isa == Isa::Base, "this CPU's level is the base one", static_cast<int>(isa), 0);
    if constexpr (kFloat)
        return levels::kBandFloatBase;
    else
        return levels::kBandDoubleBase;
}

template <typename T>
void bandForward(const BandShape& shape, const T* kernel, const T* x, T* y)
{
    check(shape);
    const BandRows<T>& rows = bandRows<T>(cpuIsa());
    const std::int64_t n = shape.length;
    parallelFor(shape.batch * shape.channels, rowWork(shape), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t row = begin; row < end; ++row)
            rows.correlate({.signal = x + row * n,
                            .length = n,
                            .shift = -shape.half(),
                            .taps = kernel + row % shape.channels * shape.taps,
                            .tap_count = shape.taps,
                            .out = y + row * n,
                            .count = n});
    });
}

template <typename T>
void bandBackward(const BandShape& shape, const T* kernel, const T* x, const T* g, T* dx, T* dkernel)
{
    check(shape);
    const BandRows<T>& rows = bandRows<T>(cpuIsa());
    const std::int64_t n = shape.length;
    const std::int64_t taps = shape.taps;
    parallelFor(shape.channels, 2 * shape.batch * rowWork(shape), [&](std::int64_t begin, std::int64_t end) {
        T* reversed = scratch<T>(Slot::Kernel, static_cast<std::size_t>(taps));
        T* sums = scratch<T>(Slot::Accumulator, static_cast<std::size_t>(taps * rows.lanes));
        for (std::int64_t c = begin; c < end; ++c) {
            std::reverse_copy(kernel + c * taps, kernel + (c + 1) * taps, reversed);
            std::fill_n(sums, taps * rows.lanes, T(0));
            for (std::int64_t b = 0; b < shape.batch; ++b) {
                const std::int64_t row = (b * shape.channels + c) * n;
                if (dx != nullptr)
                    rows.correlate({.signal = g + row,
                                    .length = n,
                                    .shift = -shape.half(),
                                    .taps = reversed,
                                    .tap_count = taps,
                                    .out = dx + row,
                                    .count = n,
                                    .ahead = {dkernel != nullptr ? x + row : nullptr}});
                if (dkernel != nullptr)
                    rows.tapSums(x + row, g + row, n, taps, sums);
            }
            if (dkernel != nullptr)
                rows.addUp(sums, taps, dkernel + c * taps);
        }
    });
}

#define TOEPLAB_INSTANTIATE(T)                                                                                         \
    template const BandRows<T>& bandRows<T>(Isa);                                                                      \
    template void bandForward(const BandShape&, const T*, const T*, T*);                                               \
    template void bandBackward(const BandShape&, const T*, const T*, const T*, T*, T*);
TOEPLAB_INSTANTIATE(float)
TOEPLAB_INSTANTIATE(double)
#undef TOEPLAB_INSTANTIATE

} // namespace toeplab::kernels
