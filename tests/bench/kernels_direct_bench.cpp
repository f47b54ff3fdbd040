// SPDX-License-Identifier: Apache-2.0
/// The direct product beside the one by transforms, fp32, forward and backward: what the constants of
/// kernels/direct/choice.cpp were measured with. `items` are multiply-adds of the direct product, also for fft: where
/// its items_per_second is the lower one, direct is the faster.
///     ninja -C build/release kernels_direct_bench
///     OMP_NUM_THREADS=1 build/release/bin/kernels_direct_bench --benchmark_repetitions=30 --benchmark_min_time=0.001
/// Many short repetitions: on a shared machine the minimum over them is what the kernel takes.
#include "kernels/direct/direct.h"
#include "kernels/fftconv/fftconv.h"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <random>
#include <vector>

namespace toeplab::kernels
{
namespace
{

using benchmark::State;

std::vector<float> values(std::int64_t count)
{
    std::mt19937 generator(1);
    std::normal_distribution<float> normal;
    std::vector<float> result(static_cast<std::size_t>(count));
    std::generate(result.begin(), result.end(), [&] { return normal(generator); });
    return result;
}

struct Data {
    explicit Data(const DirectShape& s)
        : shape(s), kernel(values(s.channels * s.lags())), dkernel(kernel),
          x(values(s.batch * s.channels * s.outer * s.length * s.inner)), g(x), y(x), dx(x)
    {
    }

    void direct()
    {
        directForward(shape, kernel.data(), x.data(), y.data());
        directBackward(shape, kernel.data(), x.data(), g.data(), dx.data(), dkernel.data());
    }
    /// As if the lines lay one after the other.
    void fft()
    {
        const ToeplitzShape lines{shape.batch * shape.outer * shape.inner, shape.channels, shape.length, shape.before,
                                  shape.after};
        toeplitzForward(lines, kernel.data(), x.data(), y.data());
        toeplitzBackward(lines, kernel.data(), x.data(), g.data(), dx.data(), dkernel.data());
    }

    DirectShape shape;
    std::vector<float> kernel, dkernel, x, g, y, dx;
};

template <typename Work>
void bench(State& state, const DirectShape& shape, Work&& work)
{
    Data data(shape);
    for (auto _ : state)
        work(data);
    state.SetItemsProcessed(state.iterations() * 3 * shape.batch * shape.channels * shape.outer * shape.inner *
                            shape.entries());
}

/// Sequences: n, causal.
DirectShape sequences(const State& state)
{
    const std::int64_t n = state.range(0);
    return {8, 128, 1, n, 1, state.range(1) != 0 ? 0 : n - 1, n - 1};
}
/// Images of 32 x 32 with `channels`, along rows or columns.
DirectShape images(const State& state)
{
    const bool columns = state.range(1) != 0;
    return {8, state.range(0), columns ? 1 : 32, 32, columns ? 32 : 1, 31, 31};
}

void directSequences(State& state)
{
    bench(state, sequences(state), [](Data& data) { data.direct(); });
}
void fftSequences(State& state)
{
    bench(state, sequences(state), [](Data& data) { data.fft(); });
}
void directImages(State& state)
{
    bench(state, images(state), [](Data& data) { data.direct(); });
}
void fftImages(State& state)
{
    bench(state, images(state), [](Data& data) { data.fft(); });
}

void lengths(benchmark::internal::Benchmark* bench)
{
    bench->ArgNames({"n", "causal"})->UseRealTime()->Unit(benchmark::kMillisecond);
    for (const std::int64_t causal : {0, 1})
        for (const std::int64_t n : {8, 16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 1024})
            bench->Args({n, causal});
}
void sides(benchmark::internal::Benchmark* bench)
{
    bench->ArgNames({"channels", "columns"})->UseRealTime()->Unit(benchmark::kMillisecond);
    for (const std::int64_t channels : {192, 256})
        for (const std::int64_t columns : {0, 1})
            bench->Args({channels, columns});
}

BENCHMARK(directSequences)->Name("sequences/direct")->Apply(lengths);
BENCHMARK(fftSequences)->Name("sequences/fft")->Apply(lengths);
BENCHMARK(directImages)->Name("images/direct")->Apply(sides);
BENCHMARK(fftImages)->Name("images/fft")->Apply(sides);

} // namespace
} // namespace toeplab::kernels

BENCHMARK_MAIN();
