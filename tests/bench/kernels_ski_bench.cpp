// SPDX-License-Identifier: Apache-2.0
/// Band and SKI kernels, fp32. `items` are the multiply-adds of the band, so items_per_second is their rate.
///     ninja -C build/release kernels_ski_bench
///     OMP_NUM_THREADS=2 build/release/bin/kernels_ski_bench --benchmark_repetitions=150 --benchmark_min_time=0.0001
/// Many short repetitions: on a shared machine the minimum over them is what the kernel takes.
#include "kernels/band/band.h"
#include "kernels/ski/ski.h"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <new>
#include <random>
#include <vector>

namespace toeplab::kernels
{
namespace
{

using benchmark::State;

constexpr std::int64_t kBatch = 8;
constexpr std::int64_t kChannels = 128;

/// Aligned to cache lines, as tensors are.
template <typename T>
struct LineAllocator {
    using value_type = T;
    LineAllocator() = default;
    template <typename U>
    explicit LineAllocator(const LineAllocator<U>&)
    {
    }
    T* allocate(std::size_t count) { return static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{64})); }
    void deallocate(T* at, std::size_t) { ::operator delete (at, std::align_val_t{64}); }
    friend bool operator==(const LineAllocator&, const LineAllocator&) { return true; }
};

using Values = std::vector<float, LineAllocator<float>>;

Values values(std::int64_t count)
{
    std::mt19937 generator(1);
    std::normal_distribution<float> normal;
    Values result(static_cast<std::size_t>(count));
    std::generate(result.begin(), result.end(), [&] { return normal(generator); });
    return result;
}

struct Data {
    explicit Data(const SkiShape& ski)
        : shape(ski), plan(InterpolationPlan<float>::exact(ski.length, ski.rank)),
          kernel(values(ski.channels * ski.taps)), lags(values(ski.channels * ski.lags())),
          x(values(ski.batch * ski.channels * ski.length)), g(x), y(x), dx(x),
          inducing(values(ski.batch * ski.channels * ski.rank)), dkernel(kernel), dlags(lags)
    {
    }

    void forward() { skiForward(shape, plan, kernel.data(), lags.data(), x.data(), y.data(), inducing.data()); }
    void backward()
    {
        skiBackward(shape, plan, kernel.data(), lags.data(), x.data(), inducing.data(), g.data(),
                    SkiGradients<float>{dx.data(), dkernel.data(), dlags.data()});
    }

    SkiShape shape;
    InterpolationPlan<float> plan;
    Values kernel;
    Values lags;
    Values x;
    Values g;
    Values y;
    Values dx;
    Values inducing;
    Values dkernel;
    Values dlags;
};

SkiShape shapeOf(const State& state)
{
    return {kBatch, kChannels, state.range(0), state.range(2), state.range(1)};
}

/// Multiply-adds of one pass over the band.
std::int64_t bandWork(const SkiShape& shape)
{
    return shape.batch * shape.channels * shape.length * shape.taps;
}

void bandForwardBench(State& state)
{
    Data data(shapeOf(state));
    const BandShape band{kBatch, kChannels, data.shape.length, data.shape.taps};
    for (auto _ : state)
        bandForward(band, data.kernel.data(), data.x.data(), data.y.data());
    state.SetItemsProcessed(state.iterations() * bandWork(data.shape));
}

void bandBackwardBench(State& state)
{
    Data data(shapeOf(state));
    const BandShape band{kBatch, kChannels, data.shape.length, data.shape.taps};
    for (auto _ : state)
        bandBackward(band, data.kernel.data(), data.x.data(), data.g.data(), data.dx.data(), data.dkernel.data());
    state.SetItemsProcessed(state.iterations() * 2 * bandWork(data.shape));
}

void skiForwardBench(State& state)
{
    Data data(shapeOf(state));
    for (auto _ : state)
        data.forward();
    state.SetItemsProcessed(state.iterations() * bandWork(data.shape));
}

void skiBackwardBench(State& state)
{
    Data data(shapeOf(state));
    for (auto _ : state)
        data.backward();
    state.SetItemsProcessed(state.iterations() * 2 * bandWork(data.shape));
}

void skiBothBench(State& state)
{
    Data data(shapeOf(state));
    for (auto _ : state) {
        data.forward();
        data.backward();
    }
    state.SetItemsProcessed(state.iterations() * 3 * bandWork(data.shape));
}

void shapes(benchmark::internal::Benchmark* bench)
{
    bench->ArgNames({"n", "taps", "rank"})->UseRealTime()->Unit(benchmark::kMillisecond);
    for (const std::int64_t n : {512, 2048, 8192})
        for (const std::int64_t taps : {17, 33})
            bench->Args({n, taps, 64});
}

BENCHMARK(bandForwardBench)->Name("band/forward")->Apply(shapes);
BENCHMARK(bandBackwardBench)->Name("band/backward")->Apply(shapes);
BENCHMARK(skiForwardBench)->Name("ski/forward")->Apply(shapes);
BENCHMARK(skiBackwardBench)->Name("ski/backward")->Apply(shapes);
BENCHMARK(skiBothBench)->Name("ski/forward+backward")->Apply(shapes);

} // namespace
} // namespace toeplab::kernels

BENCHMARK_MAIN();
