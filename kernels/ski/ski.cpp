// SPDX-License-Identifier: Apache-2.0
#include "kernels/ski/ski.h"

#include "kernels/band/rows.h"
#include "kernels/device/check.h"
#include "kernels/device/parallel.h"
#include "kernels/device/scratch.h"
#include "kernels/ski/rows.h"
#include "kernels/ski/rows_levels.h"

#include <algorithm>
#include <type_traits>

namespace toeplab::kernels
{
namespace
{

template <typename T>
void check(const SkiShape& shape, const InterpolationPlan<T>& plan)
{
    require(shape.batch >= 0 && shape.channels >= 0, "batch and channels are not negative", shape.batch,
            shape.channels);
    require(shape.length == plan.length(), "the plan has the shape's length", shape.length, plan.length());
    require(shape.rank == plan.rank(), "the plan has the shape's rank", shape.rank, plan.rank());
    require(shape.taps % 2 == 1 && shape.taps >= 1 && shape.taps <= kMaxTaps,
            "taps is odd and no larger than the second number", shape.taps, kMaxTaps);
}

/// In parallelFor's steps: about four multiply-adds for the time of one value read.
std::int64_t rowWork(const SkiShape& shape)
{
    return shape.length * (4 + shape.taps / 4) + shape.rank * shape.rank / 4;
}

/// What one row needs: the functions of this CPU, the plan, and room for a few vectors of `rank` values.
template <typename T>
class RowWorker
{
public:
    RowWorker(const SkiShape& shape, const InterpolationPlan<T>& plan)
        : band(bandRows<T>(cpuIsa())), ski(skiRows<T>(cpuIsa())), shape_(shape), plan_(plan),
          cells_(static_cast<std::int64_t>(plan.cells().size())),
          backwards_(scratch<T>(Slot::RowA, static_cast<std::size_t>(2 * shape.rank))),
          product_(backwards_ + shape.rank), low_rank_(scratch<T>(Slot::RowB, static_cast<std::size_t>(shape.length)))
    {
    }

    /// z = W^T x
    void gather(const T* x, T* z) const
    {
        ski.gather(plan_.cells().data(), cells_, plan_.lower(), plan_.upper(), shape_.length, shape_.rank, x, z);
    }

    /// y = B x + W A z. Meanwhile the rows `ahead` are fetched.
    void apply(const T* kernel, const T* lags, const T* x, const T* z, T* y, const T* ahead, const T* also_ahead) const
    {
        // (A z)[m] = sum_l lags[m - l + r - 1] z[l]: the lags correlated with z backwards.
        const std::int64_t r = shape_.rank;
        std::reverse_copy(z, z + r, backwards_);
        band.correlate(
            {.signal = lags, .length = shape_.lags(), .taps = backwards_, .tap_count = r, .out = product_, .count = r});
        // W A z stays in a row of its own, so that the cold memory of y is first touched where there is much to
        // compute.
        ski.spread(plan_.cells().data(), cells_, plan_.lower(), plan_.upper(), shape_.length, product_, low_rank_);
        band.correlate({.signal = x,
                        .length = shape_.length,
                        .shift = -(shape_.taps / 2),
                        .taps = kernel,
                        .tap_count = shape_.taps,
                        .out = y,
                        .count = shape_.length,
                        .base = low_rank_,
                        .ahead = {ahead, also_ahead}});
    }

    const BandRows<T>& band;
    const SkiRows<T>& ski;

private:
    const SkiShape& shape_;
    const InterpolationPlan<T>& plan_;
    std::int64_t cells_;
    T* backwards_;
    T* product_;
    T* low_rank_;
};

} // namespace

template <typename T>
const SkiRows<T>& skiRows(Isa isa)
{
    constexpr bool kFloat = std::is_same_v<T, float>;
#if defined(__x86_64__)
    if (isa == Isa::V4) {
        if constexpr (kFloat)
            return levels::kSkiFloatV4;
        else
            return levels::kSkiDoubleV4;
    }
    if (isa == Isa::V3) {
        if constexpr (kFloat)
            return levels::kSkiFloatV3;
        else
            return levels::kSkiDoubleV3;
    }
#endif
    require(isa == Isa::Base, "this CPU's level is the base one", static_cast<int>(isa), 0);
    if constexpr (kFloat)
        return levels::kSkiFloatBase;
    else
        return levels::kSkiDoubleBase;
}

template <typename T>
void skiForward(const SkiShape& shape, const InterpolationPlan<T>& plan, const T* kernel, const T* lags, const T* x,
                T* y, T* inducing)
{
    check(shape, plan);
    const std::int64_t n = shape.length;
    const std::int64_t r = shape.rank;
    parallelFor(shape.batch * shape.channels, rowWork(shape), [&](std::int64_t begin, std::int64_t end) {
        const RowWorker<T> worker(shape, plan);
        T* own = scratch<T>(Slot::RowC, static_cast<std::size_t>(r));
        for (std::int64_t row = begin; row < end; ++row) {
            const std::int64_t c = row % shape.channels;
            T* z = inducing != nullptr ? inducing + row * r : own;
            worker.gather(x + row * n, z);
            worker.apply(kernel + c * shape.taps, lags + c * shape.lags(), x + row * n, z, y + row * n,
                         row + 1 < end ? x + (row + 1) * n : nullptr, nullptr);
        }
    });
}

template <typename T>
void skiBackward(const SkiShape& shape, const InterpolationPlan<T>& plan, const T* kernel, const T* lags, const T* x,
                 const T* inducing, const T* g, const SkiGradients<T>& gradients)
{
    check(shape, plan);
    const std::int64_t n = shape.length;
    const std::int64_t r = shape.rank;
    const std::int64_t taps = shape.taps;
    parallelFor(shape.channels, 2 * shape.batch * rowWork(shape), [&](std::int64_t begin, std::int64_t end) {
        const RowWorker<T> worker(shape, plan);
        T* zg = scratch<T>(Slot::RowC, static_cast<std::size_t>(r));
        T* turned_kernel = scratch<T>(Slot::Kernel, static_cast<std::size_t>(taps + shape.lags()));
        T* turned_lags = turned_kernel + taps;
        T* sums = scratch<T>(Slot::Accumulator, static_cast<std::size_t>(taps * worker.band.lanes));
        for (std::int64_t c = begin; c < end; ++c) {
            std::reverse_copy(kernel + c * taps, kernel + (c + 1) * taps, turned_kernel);
            std::reverse_copy(lags + c * shape.lags(), lags + (c + 1) * shape.lags(), turned_lags);
            std::fill_n(sums, taps * worker.band.lanes, T(0));
            T* dlags = gradients.lags != nullptr ? gradients.lags + c * shape.lags() : nullptr;
            if (dlags != nullptr)
                std::fill_n(dlags, shape.lags(), T(0));
            for (std::int64_t b = 0; b < shape.batch; ++b) {
                const std::int64_t row = b * shape.channels + c;
                if (gradients.x != nullptr || dlags != nullptr)
                    worker.gather(g + row * n, zg);
                if (gradients.x != nullptr) {
                    const T* next = b + 1 < shape.batch ? g + (row + shape.channels) * n : nullptr;
                    worker.apply(turned_kernel, turned_lags, g + row * n, zg, gradients.x + row * n, next,
                                 gradients.kernel != nullptr ? x + row * n : nullptr);
                }
                if (gradients.kernel != nullptr)
                    worker.band.tapSums(x + row * n, g + row * n, n, taps, sums);
                if (dlags != nullptr)
                    worker.band.correlate({.signal = zg,
                                           .length = r,
                                           .shift = 1 - r,
                                           .taps = inducing + row * r,
                                           .tap_count = r,
                                           .out = dlags,
                                           .count = shape.lags(),
                                           .base = dlags});
            }
            if (gradients.kernel != nullptr)
                worker.band.addUp(sums, taps, gradients.kernel + c * taps);
        }
    });
}

#define TOEPLAB_INSTANTIATE(T)                                                                                         \
    template const SkiRows<T>& skiRows<T>(Isa);                                                                        \
    template void skiForward(const SkiShape&, const InterpolationPlan<T>&, const T*, const T*, const T*, T*, T*);      \
    template void skiBackward(const SkiShape&, const InterpolationPlan<T>&, const T*, const T*, const T*, const T*,    \
                              const T*, const SkiGradients<T>&);
TOEPLAB_INSTANTIATE(float)
TOEPLAB_INSTANTIATE(double)
#undef TOEPLAB_INSTANTIATE

} // namespace toeplab::kernels
