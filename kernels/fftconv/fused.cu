// SPDX-License-Identifier: Apache-2.0
#include "kernels/fftconv/fused.cuh"

#include <algorithm>

namespace toeplab::kernels::gpu
{
namespace
{

/// Blocks that a multiprocessor is to hold, for registers of `each` a thread.
template <int kLog>
[[nodiscard]] constexpr int blocksOf(int each)
{
    const int blocks = 65536 / (Transform<kLog>::kThreads * each);
    return blocks < 1 ? 1 : blocks > 16 ? 16 : blocks;
}

template <int kLog>
__global__ void __launch_bounds__(Transform<kLog>::kThreads)
    fusedSpectrumKernel(FusedGeometry geometry, const float* kernel, float2* spectrum)
{
    const auto transform = geometry.transform<kLog>();
    constexpr int kSize = 1 << kLog;
    const std::int64_t channel = blockIdx.x;
    const float* lags = kernel + channel * (geometry.before + 1 + geometry.after);
    const float scale = 1.0F / static_cast<float>(kSize);
    float2 v[kEach];
    TOEPLAB_UNROLL
    for (int r = 0; r < kEach; ++r) {
        const int i = transform.position(r);
        const int lag = i <= geometry.after ? i : i - kSize; // in circular order
        v[r] = make_float2(lag >= -geometry.before ? lags[lag + geometry.before] * scale : 0.0F, 0);
    }
    transform.template forward<false>(v);
    float2* own = transform.own(spectrum + channel * kSize);
    TOEPLAB_UNROLL
    for (int r = 0; r < kEach; ++r)
        own[transform.offset(r)] = v[r];
}

/// v = v h, h a spectrum or where sign is -1 its conjugate, a few values at a time: all at once they would not fit into
/// registers.
template <int kLog>
__device__ __forceinline__ void multiplyBySpectrum(const Transform<kLog>& transform, const float2* spectrum, float sign,
                                                   float2 (&v)[kEach])
{
    constexpr int kAtOnce = 4;
    const float2* own = transform.own(spectrum);
    TOEPLAB_UNROLL
    for (int first = 0; first < kEach; first += kAtOnce) {
        keepOrder();
        TOEPLAB_UNROLL
        for (int r = first; r < first + kAtOnce; ++r) {
            const float2 h = own[transform.offset(r)];
            v[r] = v[r] * make_float2(h.x, h.y * sign);
        }
    }
    keepOrder();
}

/// y = product of x's rows with the kernel of the spectrum, or with its mirror image where `turned_lags`. Blocks of one
/// channel follow each other, so its spectrum is read from the cache.
template <int kLog, bool kHalf>
__global__ void __launch_bounds__(Transform<kLog>::kThreads, blocksOf<kLog>(64))
    fusedForwardKernel(FusedGeometry geometry, const float2* spectrum, bool turned_lags, Stored x, Stored y)
{
    const auto transform = geometry.transform<kLog>();
    const int channel = static_cast<int>(blockIdx.x) / geometry.pairs();
    const int pair = static_cast<int>(blockIdx.x) % geometry.pairs();
    float2 v[kEach];
    const RowPair rows(geometry, channel, pair);
    readRows<kHalf>(transform, x, rows, geometry.length, v);
    transform.template forward<kHalf>(v);
    const float2* response = spectrum + (static_cast<std::int64_t>(channel) << kLog);
    multiplyBySpectrum(transform, response, turned_lags ? -1.0F : 1.0F, v);
    transform.backward(v);
    keepOrder();
    writeRows<kHalf>(transform, v, geometry.length, y, rows);
}

/// Where a block of the backward kernel keeps what registers cannot: the spectra of x while those of g are made, and,
/// where a transform of 16384 leaves no registers, the sum.
enum class Keep { InShared, InMemory };
inline constexpr int kLeastInMemory = 13; ///< smaller ones share too little memory for it to matter

/// dx as above from g, and the sum over a slice of the batch of G conj(X). Of two rows that share a transform the real
/// part of the correlation is the sum of both rows' own; what they have in common is imaginary and dropped in the end.
/// partial: (slices, channels, size), in the transform's order; scratch: the same, for Keep::InMemory.
template <int kLog, bool kHalf, Keep kKeep>
__global__ void __launch_bounds__(Transform<kLog>::kThreads, blocksOf<kLog>(128))
    fusedBackwardKernel(FusedGeometry geometry, int slices, const float2* spectrum, Stored x, Stored g, Stored dx,
                        float2* partial, float2* scratch)
{
    constexpr int kSize = 1 << kLog;
    const auto transform = geometry.transform<kLog>();
    const int channel = static_cast<int>(blockIdx.x) / slices;
    const int slice = static_cast<int>(blockIdx.x) % slices;
    const int begin = geometry.pairs() * slice / slices;
    const int end = geometry.pairs() * (slice + 1) / slices;
    const float2* response = spectrum + static_cast<std::int64_t>(channel) * kSize;
    const std::int64_t at = (static_cast<std::int64_t>(slice) * geometry.channels + channel) * kSize;
    float2* total = transform.own(partial + at);
    float2* kept = transform.own(kKeep == Keep::InShared ? transform.places + transformPlaces(kSize) : scratch + at);
    constexpr bool kSumInRegisters = kKeep == Keep::InShared;
    float2 sum[kEach] = {};
    for (int pair = begin; pair < end; ++pair) {
        float2 v[kEach];
        const RowPair rows(geometry, channel, pair);
        readRows<kHalf>(transform, x, rows, geometry.length, v);
        transform.template forward<kHalf>(v);
        TOEPLAB_UNROLL
        for (int r = 0; r < kEach; ++r)
            kept[transform.offset(r)] = v[r]; // read again by the same thread
        keepOrder();
        readRows<kHalf>(transform, g, rows, geometry.length, v);
        __syncthreads();
        transform.template forward<kHalf>(v);
        keepOrder();
        TOEPLAB_UNROLL
        for (int r = 0; r < kEach; ++r) {
            const float2 term = v[r] * conjugate(kept[transform.offset(r)]);
            if constexpr (kSumInRegisters)
                sum[r] = sum[r] + term;
            else
                total[transform.offset(r)] = pair == begin ? term : total[transform.offset(r)] + term;
        }
        if (dx.data != nullptr) {
            multiplyBySpectrum(transform, response, -1.0F, v);
            transform.backward(v);
            keepOrder();
            writeRows<kHalf>(transform, v, geometry.length, dx, rows);
        }
        __syncthreads(); // the next pair's first pass leaves its values where this one's last pass took them
    }
    if (kSumInRegisters || begin == end) {
        TOEPLAB_UNROLL
        for (int r = 0; r < kEach; ++r)
            total[transform.offset(r)] = sum[r];
    }
}

/// dkernel from the slices' sums, added in their order.
template <int kLog>
__global__ void __launch_bounds__(Transform<kLog>::kThreads)
    fusedLagsKernel(FusedGeometry geometry, int slices, const float2* partial, float* dkernel)
{
    constexpr int kSize = 1 << kLog;
    const auto transform = geometry.transform<kLog>();
    const std::int64_t channel = blockIdx.x;
    float* lags = dkernel + channel * (geometry.before + 1 + geometry.after);
    float2 v[kEach];
    TOEPLAB_UNROLL
    for (int r = 0; r < kEach; ++r)
        v[r] = make_float2(0, 0);
    for (int slice = 0; slice < slices; ++slice) {
        const float2* part = transform.own(partial + (slice * geometry.channels + channel) * kSize);
        TOEPLAB_UNROLL
        for (int r = 0; r < kEach; ++r)
            v[r] = v[r] + part[transform.offset(r)];
    }
    transform.backward(v);
    const float scale = 1.0F / static_cast<float>(kSize);
    TOEPLAB_UNROLL
    for (int r = 0; r < kEach; ++r) {
        const int i = transform.position(r);
        const int lag = i <= geometry.after ? i : i - kSize;
        if (lag >= -geometry.before)
            lags[lag + geometry.before] = v[r].x * scale;
    }
}

std::int64_t leastSize(const ToeplitzShape& shape)
{
    require(shape.batch >= 0 && shape.channels >= 0, "batch and channels are not negative", shape.batch,
            shape.channels);
    require(shape.length >= 1 && shape.length <= 1 << 26, "length is at least 1 and at most 2^26", shape.length,
            1 << 26);
    require(shape.before >= 0 && shape.before < shape.length, "negative lags must stay below the length", shape.before,
            shape.length);
    require(shape.after >= 0 && shape.after < shape.length, "positive lags must stay below the length", shape.after,
            shape.length);
    return shape.length + std::max(shape.before, shape.after);
}

} // namespace

int fusedLog(const Context& context, std::int64_t least)
{
    int log = kMinLog;
    while (1 << log < least && log < kMaxLog)
        ++log;
    const bool fits = static_cast<std::size_t>(transformPlaces(1 << log)) * sizeof(float2) <= context.sharedLimit();
    return 1 << log >= least && fits ? log : 0;
}

FusedGeometry fusedGeometry(Context& context, const ToeplitzShape& shape, int log)
{
    FusedGeometry geometry;
    geometry.log = log;
    geometry.root = reinterpret_cast<const float2*>(context.roots(1 << log));
    geometry.batch = static_cast<int>(shape.batch);
    geometry.channels = static_cast<int>(shape.channels);
    geometry.length = static_cast<int>(shape.length);
    geometry.before = static_cast<int>(shape.before);
    geometry.after = static_cast<int>(shape.after);
    return geometry;
}

void fusedSpectrum(const Context& context, const FusedGeometry& geometry, const float* kernel, float2* spectrum)
{
    forLog(geometry.log, [&](auto log) {
        launch(context, geometry.launch(geometry.channels), &fusedSpectrumKernel<log()>, geometry, kernel, spectrum);
    });
}

namespace
{

void product(const Context& context, const FusedGeometry& geometry, const float2* spectrum, bool turned_lags,
             const Stored& x, const Stored& y)
{
    forLog(geometry.log, [&](auto log) {
        const auto kernel = geometry.half() ? &fusedForwardKernel<log(), true> : &fusedForwardKernel<log(), false>;
        launch(context, geometry.launch(std::int64_t{1} * geometry.channels * geometry.pairs()), kernel, geometry,
               spectrum, turned_lags, x, y);
    });
}

/// The backward kernel for this size, and whether it keeps spectra in shared memory.
template <int kLog>
auto backwardKernel(const FusedGeometry& geometry, bool in_shared)
{
    constexpr Keep kElse = kLog >= kLeastInMemory ? Keep::InMemory : Keep::InShared;
    constexpr Keep kIfItFits = kLog == kMaxLog ? kElse : Keep::InShared; // two of the largest fit nowhere
    if (in_shared)
        return geometry.half() ? &fusedBackwardKernel<kLog, true, kIfItFits>
                               : &fusedBackwardKernel<kLog, false, kIfItFits>;
    return geometry.half() ? &fusedBackwardKernel<kLog, true, kElse> : &fusedBackwardKernel<kLog, false, kElse>;
}

} // namespace

template <typename T>
void toeplitzForward(Context& context, const ToeplitzShape& shape, const float* kernel, const T* x, T* y)
{
    const int log = fusedLog(context, leastSize(shape));
    if (log == 0)
        return longForward(context, shape, kernel, x, y);
    const FusedGeometry geometry = fusedGeometry(context, shape, log);
    auto* spectrum =
        static_cast<float2*>(context.workspace(static_cast<std::size_t>(shape.channels << log) * sizeof(float2)));
    fusedSpectrum(context, geometry, kernel, spectrum);
    product(context, geometry, spectrum, false, stored(x), stored(y));
}

template <typename T>
void toeplitzBackward(Context& context, const ToeplitzShape& shape, const float* kernel, const T* x, const T* g, T* dx,
                      float* dkernel)
{
    const int log = fusedLog(context, leastSize(shape));
    const bool in_shared =
        log < kMaxLog &&
        static_cast<std::size_t>(transformPlaces(1 << log) + (1 << log)) * sizeof(float2) <= context.sharedLimit();
    if (log == 0 || (!in_shared && log < kLeastInMemory))
        return longBackward(context, shape, kernel, x, g, dx, dkernel);
    const FusedGeometry geometry = fusedGeometry(context, shape, log);
    const int size = geometry.size();
    // As many slices of the batch as it takes to keep the device busy.
    const std::int64_t wanted = shape.channels > 0 ? blocksFor(8 * context.processors(), shape.channels) : 1;
    const int slices = static_cast<int>(std::clamp<std::int64_t>(wanted, 1, std::max(geometry.pairs(), 1)));
    const std::int64_t parts = (in_shared ? 1 : 2) * slices; // sums, and spectra of x
    auto* spectrum = static_cast<float2*>(
        context.workspace(static_cast<std::size_t>((1 + parts) * shape.channels * size) * sizeof(float2)));
    float2* partial = spectrum + shape.channels * size;
    float2* scratch = partial + slices * shape.channels * size;
    if (dx != nullptr)
        fusedSpectrum(context, geometry, kernel, spectrum);
    if (dkernel == nullptr) {
        if (dx != nullptr)
            product(context, geometry, spectrum, true, stored(g), stored(dx));
        return;
    }
    forLog(log, [&](auto known) {
        launch(context, geometry.launch(shape.channels * slices, in_shared ? size : 0),
               backwardKernel<known()>(geometry, in_shared), geometry, slices, spectrum, stored(x), stored(g),
               stored(dx), partial, scratch);
        launch(context, geometry.launch(shape.channels), &fusedLagsKernel<known()>, geometry, slices, partial, dkernel);
    });
}

#define TOEPLAB_INSTANTIATE(T)                                                                                         \
    template void toeplitzForward(Context&, const ToeplitzShape&, const float*, const T*, T*);                         \
    template void toeplitzBackward(Context&, const ToeplitzShape&, const float*, const T*, const T*, T*, float*);
TOEPLAB_INSTANTIATE(float)
TOEPLAB_INSTANTIATE(Half)
TOEPLAB_INSTANTIATE(BFloat16)
#undef TOEPLAB_INSTANTIATE

} // namespace toeplab::kernels::gpu
