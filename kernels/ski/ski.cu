// SPDX-License-Identifier: Apache-2.0
#include "kernels/ski/ski_row.cuh"

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <vector>

namespace toeplab::kernels::gpu
{
namespace
{

constexpr int kThreads = 256;

/// kFused: the block holds a whole row and makes its low rank part too; else v = A W^T x is given, (rows, rank).
template <bool kFused, typename T>
__global__ void __launch_bounds__(kThreads)
    skiForwardKernel(SkiGeometry geometry, const float* kernel, const float* lags, const T* x, const float* v, T* y,
                     float* inducing)
{
    auto* taps = sharedMemory<float>();
    const LowRank low(geometry, taps + geometry.frame.count);
    float* window = taps + geometry.frame.count + geometry.lowRankFloats();
    const int rank = geometry.plan.rank;
    const int length = geometry.length;
    const std::int64_t row = blockIdx.x / static_cast<unsigned>(geometry.tiles);
    const int first = static_cast<int>(blockIdx.x % static_cast<unsigned>(geometry.tiles)) * geometry.tile;
    const int channel = static_cast<int>(row % geometry.channels);
    loadTaps(geometry.frame, kernel + channel * geometry.frame.taps, false, taps);
    loadWindow(x + row * length, first - geometry.frame.before, geometry.tile + geometry.frame.count, length,
               geometry.whole, window);
    loadBegin(geometry.plan, low.begin);
    if constexpr (kFused)
        loadFloats(lags + channel * (2 * rank - 1), 2 * rank - 1, low.lags);
    else
        loadFloats(v + row * rank, rank, low.v);
    __syncthreads();
    if constexpr (kFused) {
        gatherRow(geometry, low, [&](int i) { return window[geometry.frame.before + i]; });
        if (inducing != nullptr) {
            for (int m = static_cast<int>(threadIdx.x); m < rank; m += static_cast<int>(blockDim.x))
                inducing[row * rank + m] = low.z[m];
        }
        multiplyInducing(geometry, low, false);
    }
    for (int i = 4 * static_cast<int>(threadIdx.x); i < geometry.tile; i += 4 * static_cast<int>(blockDim.x))
        writeFour(correlateFour(window + i, taps, geometry.frame.count,
                                spreadFour(geometry.plan, low.begin, low.v, first + i)),
                  y + row * length, first + i, length, geometry.whole);
}

/// 32 registers a thread: 64 warps of a multiprocessor.
template <int kRoom>
constexpr int kRowThreads = kRoom > 0 ? kRoom : kThreads;
template <int kRoom>
constexpr int kRowBlocks = 2048 / kRowThreads<kRoom>;

/// A whole row of a plan of octets; `turned`: y = T^T x.
template <int kTaps, int kRoom, typename T>
__global__ void __launch_bounds__(kRowThreads<kRoom>, kRowBlocks<kRoom>)
    skiRowKernel(SkiGeometry geometry, SkiRowLayout layout, const float* kernel, const float* lags, bool turned,
                 const T* x, T* y, float* inducing)
{
    const SkiRow<kTaps, kRoom> row{geometry, layout, kept(sharedMemory<float>())};
    const int length = geometry.length;
    const std::uint64_t begin = static_cast<std::uint64_t>(blockIdx.x) * static_cast<unsigned>(length);
    SkiOctet octet;
    const bool busy = row.thread < layout.octets;
    if constexpr (kRoom > 0) {
        OctetValues values{};
        if (busy) {
            values = readOctet(x + begin, row.thread, length, geometry.whole);
            octet = geometry.plan.octets[row.thread];
        }
        row.loadParameters(kernel, lags, turned); // while the row is on its way
        if (busy)
            row.share(octet, row.thread, values.a, values.b);
    } else {
        row.inTurn(layout.octets, [&](int q) {
            const OctetValues values = readOctet(x + begin, q, length, geometry.whole);
            row.share(geometry.plan.octets[q], q, values.a, values.b);
        });
        row.loadParameters(kernel, lags, turned);
    }
    __syncthreads();
    row.sumShares(inducing);
    if (y == nullptr)
        return;
    __syncthreads();
    row.multiply();
    __syncthreads();
    const auto finish = [&](const SkiOctet& of, int q) {
        float sums[8];
        row.spread(of, sums);
        row.correlate(q, sums);
        writeOctet(sums, y + begin, q, length, geometry.whole);
    };
    if constexpr (kRoom > 0) {
        if (busy)
            finish(octet, row.thread);
    } else {
        row.inTurn(layout.octets, [&](int q) { finish(geometry.plan.octets[q], q); });
    }
}

template <typename T>
__global__ void __launch_bounds__(kThreads)
    skiGatherKernel(SkiGeometry geometry, const float* lags, bool turned, const T* x, float* z, float* v)
{
    const LowRank low(geometry, sharedMemory<float>());
    const int rank = geometry.plan.rank;
    const std::int64_t row = blockIdx.x;
    const T* values = x + row * geometry.length;
    loadBegin(geometry.plan, low.begin);
    loadFloats(lags + row % geometry.channels * (2 * rank - 1), 2 * rank - 1, low.lags);
    __syncthreads();
    gatherRow(geometry, low, [&](int i) { return toFloat(values[i]); });
    multiplyInducing(geometry, low, turned);
    for (int m = static_cast<int>(threadIdx.x); m < rank; m += static_cast<int>(blockDim.x)) {
        if (z != nullptr)
            z[row * rank + m] = low.z[m];
        v[row * rank + m] = low.v[m];
    }
}

/// A thread for each octet, where not many idle: how many, else 0.
int roomFor(const SkiGeometry& geometry)
{
    const int octets = (geometry.length + 7) / 8;
    if (octets <= 64 || octets > 256 || (geometry.frame.taps != 33 && geometry.frame.taps != 17))
        return 0;
    return octets > 128 ? 256 : 128;
}
SkiRowLayout layoutOf(const SkiGeometry& geometry)
{
    const int room = roomFor(geometry);
    return SkiRowLayout::of(geometry, room > 0 ? room : (geometry.length + 7) / 8);
}

/// Whether each cell has at least `rows` rows.
bool cellsHold(const std::vector<int>& begin, int rows)
{
    return std::adjacent_find(begin.begin(), begin.end(), [&](int a, int b) { return b - a < rows; }) == begin.end();
}

std::vector<SkiOctet> octetsOf(const std::vector<int>& begin, const double* upper, double slope)
{
    std::vector<SkiOctet> octets(static_cast<std::size_t>((begin.back() + 7) / 8));
    std::size_t m = 0;
    for (std::size_t q = 0; q < octets.size(); ++q) {
        const int row = 8 * static_cast<int>(q);
        m += row >= begin[m + 1] ? 1 : 0;
        const int end = begin[m + 1];
        octets[q] = {static_cast<int>(m), end - row, static_cast<float>(upper[row]), 0.0F};
        if (end - row < 8 && end < begin.back())
            octets[q].second = static_cast<float>(upper[end] - slope * (end - row));
    }
    return octets;
}

} // namespace

SkiPlan::SkiPlan(Context& context, const InterpolationView& plan) : context_(context)
{
    require(plan.length >= 1 && plan.rank >= 2 && plan.length <= 1 << 28 && plan.rank <= 1 << 20,
            "length is at least 1 and rank at least 2", plan.length, plan.rank);
    const auto length = static_cast<std::size_t>(plan.length);
    const auto rank = static_cast<std::size_t>(plan.rank);
    std::vector<int> begin(rank, 0);
    std::vector<int> column((length + 3) / 4);
    std::vector<float> first(rank, 0);
    const double slope =
        plan.length > 1 ? static_cast<double>(plan.rank - 1) / static_cast<double>(plan.length - 1) : 1.0;
    bool even = plan.lower == nullptr;
    std::size_t filled = 0; // cells whose begin is known
    for (std::int64_t k = 0; k < plan.cell_count; ++k) {
        const InterpolationCell& cell = plan.cells[k];
        for (; filled <= static_cast<std::size_t>(cell.column); ++filled)
            begin[filled] = static_cast<int>(cell.row);
        first[static_cast<std::size_t>(cell.column)] = static_cast<float>(plan.upper[cell.row]);
        for (std::int64_t i = 0; i < cell.rows; ++i) {
            if ((cell.row + i) % 4 == 0)
                column[static_cast<std::size_t>((cell.row + i) / 4)] = static_cast<int>(cell.column);
            even = even &&
                   std::abs(plan.upper[cell.row] + slope * static_cast<double>(i) - plan.upper[cell.row + i]) < 1e-12;
        }
    }
    for (; filled < rank; ++filled)
        begin[filled] = static_cast<int>(plan.length);

    std::vector<float> upper;
    std::vector<float> lower;
    if (!even) {
        upper.assign(plan.upper, plan.upper + plan.length);
        if (plan.lower != nullptr)
            lower.assign(plan.lower, plan.lower + plan.length);
    }
    std::vector<SkiOctet> octets;
    std::vector<int> octet_begin;
    if (even && cellsHold(begin, 8)) {
        octets = octetsOf(begin, plan.upper, slope);
        octet_begin.assign(1, 0);
        for (const int row : begin)
            octet_begin.push_back((row + 7) / 8);
        octet_begin.push_back(octet_begin.back());
    }
    // One piece of memory, each array from a multiple of 16 bytes on.
    const auto padded = [](std::size_t count) { return (count + 3) / 4 * 4; };
    const std::size_t count = padded(begin.size()) + padded(column.size()) + padded(first.size()) +
                              padded(upper.size()) + padded(lower.size()) + 4 * octets.size() + octet_begin.size();
    memory_ = context.allocate(count * sizeof(float));
    auto* at = static_cast<float*>(memory_);
    const auto place = [&](const auto& values) {
        auto* here = at;
        if (!values.empty())
            context.upload(here, values.data(), values.size() * sizeof(values[0]));
        at += padded(values.size() * sizeof(values[0]) / sizeof(float));
        return values.empty() ? nullptr : here;
    };
    view_.length = static_cast<int>(plan.length);
    view_.rank = static_cast<int>(plan.rank);
    view_.slope = static_cast<float>(slope);
    view_.begin = reinterpret_cast<const int*>(place(begin));
    view_.column = reinterpret_cast<const int*>(place(column));
    view_.first = place(first);
    view_.upper = place(upper);
    view_.lower = place(lower);
    view_.octets = reinterpret_cast<const SkiOctet*>(place(octets));
    view_.octet_begin = reinterpret_cast<const int*>(place(octet_begin));
}

SkiPlan::~SkiPlan()
{
    context_.release(memory_);
}

SkiGeometry skiGeometry(const Context& context, const SkiShape& shape, const SkiPlan& plan, int windows, int padding,
                        bool whole)
{
    require(shape.batch >= 0 && shape.channels >= 0, "batch and channels are not negative", shape.batch,
            shape.channels);
    require(shape.length == plan.view().length, "the plan has the shape's length", shape.length, plan.view().length);
    require(shape.rank == plan.view().rank, "the plan has the shape's rank", shape.rank, plan.view().rank);
    SkiGeometry geometry;
    geometry.plan = plan.view();
    geometry.frame = TapFrame::of(shape.taps);
    geometry.channels = static_cast<int>(shape.channels);
    geometry.length = static_cast<int>(shape.length);
    geometry.whole = whole;
    const std::int64_t row = (shape.length + 3) / 4 * 4;
    const std::int64_t floats = geometry.frame.count + geometry.lowRankFloats() + windows * (row + padding);
    const bool fits =
        floats * static_cast<std::int64_t>(sizeof(float)) <= static_cast<std::int64_t>(context.sharedLimit());
    geometry.tile = fits ? static_cast<int>(row) : kSkiTile;
    geometry.tiles = fits ? 1 : static_cast<int>(blocksFor(shape.length, kSkiTile));
    // About two values a lane: more lanes would wait for others, fewer would walk alone.
    while (geometry.gather_width < kWarp && 2 * geometry.gather_width * (shape.rank - 1) < shape.length)
        geometry.gather_width *= 2;
    return geometry;
}

template <typename T>
void gatherRows(const Context& context, const SkiGeometry& geometry, std::int64_t rows, const float* lags, bool turned,
                const T* x, float* z, float* v)
{
    launch(context, {rows, kThreads, static_cast<std::size_t>(geometry.lowRankFloats()) * sizeof(float)},
           &skiGatherKernel<T>, geometry, lags, turned, x, z, v);
}

bool skiRowFits(const Context& context, const SkiGeometry& geometry)
{
    return geometry.plan.octets != nullptr && geometry.channels > 0 &&
           static_cast<std::size_t>(layoutOf(geometry).floats) * sizeof(float) <= context.sharedLimit();
}

template <typename T>
void skiRow(const Context& context, const SkiGeometry& geometry, std::int64_t rows, const float* kernel,
            const float* lags, bool turned, const T* x, T* y, float* inducing)
{
    const int room = roomFor(geometry);
    const SkiRowLayout layout = layoutOf(geometry);
    const auto bytes = static_cast<std::size_t>(layout.floats) * sizeof(float);
    const auto start = [&](auto taps) {
        const Launch at{rows, room > 0 ? room : threadsFor(layout.octets, kThreads), bytes};
        const auto with = [&](auto row_kernel) {
            launch(context, at, row_kernel, geometry, layout, kernel, lags, turned, x, y, inducing);
        };
        if constexpr (taps() > 0) {
            if (room == 256)
                return with(&skiRowKernel<taps(), 256, T>);
            if (room == 128)
                return with(&skiRowKernel<taps(), 128, T>);
        }
        with(&skiRowKernel<taps(), 0, T>);
    };
    if (geometry.frame.taps == 33)
        start(std::integral_constant<int, 33>{});
    else if (geometry.frame.taps == 17)
        start(std::integral_constant<int, 17>{});
    else
        start(std::integral_constant<int, 0>{});
}

template <typename T>
void skiForward(Context& context, const SkiShape& shape, const SkiPlan& plan, const float* kernel, const float* lags,
                const T* x, T* y, float* inducing)
{
    const int padding = TapFrame::of(shape.taps).count;
    const SkiGeometry geometry = skiGeometry(context, shape, plan, 1, padding, wholeFours(shape.length, x, y));
    const std::int64_t rows = shape.batch * shape.channels;
    if (rows > 0 && skiRowFits(context, geometry)) {
        skiRow(context, geometry, rows, kernel, lags, false, x, y, inducing);
        return;
    }
    const int floats = geometry.frame.count + geometry.lowRankFloats() + geometry.tile + padding;
    const Launch at{rows * geometry.tiles, threadsFor(geometry.tile / 4, kThreads),
                    static_cast<std::size_t>(floats) * sizeof(float)};
    if (geometry.tiles == 1) {
        launch(context, at, &skiForwardKernel<true, T>, geometry, kernel, lags, x, nullptr, y, inducing);
        return;
    }
    auto* v = static_cast<float*>(context.workspace(static_cast<std::size_t>(rows * shape.rank) * sizeof(float)));
    gatherRows(context, geometry, rows, lags, false, x, inducing, v);
    launch(context, at, &skiForwardKernel<false, T>, geometry, kernel, lags, x, v, y, nullptr);
}

#define TOEPLAB_INSTANTIATE(T)                                                                                         \
    template void gatherRows(const Context&, const SkiGeometry&, std::int64_t, const float*, bool, const T*, float*,   \
                             float*);                                                                                  \
    template void skiRow(const Context&, const SkiGeometry&, std::int64_t, const float*, const float*, bool, const T*, \
                         T*, float*);                                                                                  \
    template void skiForward(Context&, const SkiShape&, const SkiPlan&, const float*, const float*, const T*, T*,      \
                             float*);
TOEPLAB_INSTANTIATE(float)
TOEPLAB_INSTANTIATE(Half)
TOEPLAB_INSTANTIATE(BFloat16)
#undef TOEPLAB_INSTANTIATE

} // namespace toeplab::kernels::gpu
