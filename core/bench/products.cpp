// SPDX-License-Identifier: Apache-2.0
#include "core/bench/products.h"

#include "core/models/units.h"
#include "core/training/meters.h"
#include "kernels/products/gemm.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

namespace toeplab::core
{

namespace
{

/// Buffers that one product's three products (forward, and the gradients of both factors) read and write.
class Projection
{
public:
    explicit Projection(const kernels::ProjectionShape& shape)
        : shape_(shape), w_(size(shape.in * shape.out), 0.5F), dw_(w_.size()),
          x_(size(shape.batch * shape.in * shape.length), 0.5F), y_(size(shape.batch * shape.out * shape.length), 0.5F)
    {
    }

    void run()
    {
        kernels::projectForward<float>(shape_, w_.data(), nullptr, nullptr, x_.data(), y_.data());
        kernels::projectBackwardInput<float>(shape_, w_.data(), y_.data(), false, x_.data());
        kernels::projectBackwardWeight<float>(shape_, y_.data(), x_.data(), dw_.data());
    }

private:
    static std::size_t size(std::int64_t count) { return static_cast<std::size_t>(count); }

    kernels::ProjectionShape shape_;
    std::vector<float> w_, dw_, x_, y_;
};

} // namespace

double productSeconds(const Experiment& experiment, const TaskShape& shape, std::int64_t repeat)
{
    const std::int64_t rows = experiment.train.batch * (shape.pairs ? 2 : 1);
    const std::int64_t width = experiment.model.width;
    const std::int64_t mixer = mixerChannels(experiment.mixer, width);
    const auto glu = static_cast<std::int64_t>(std::floor(static_cast<double>(width) * experiment.model.glu_ratio));
    std::vector<Projection> projections;
    for (const std::int64_t inner : {mixer, glu}) {
        projections.emplace_back(kernels::ProjectionShape{rows, width, 2 * inner, shape.max_length});
        projections.emplace_back(kernels::ProjectionShape{rows, inner, width, shape.max_length});
    }
    double least = 0;
    for (std::int64_t i = 0; i <= repeat; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        for (Projection& projection : projections)
            projection.run();
        const double seconds = secondsBetween(begin, std::chrono::steady_clock::now());
        least = i <= 1 ? seconds : std::min(least, seconds);
    }
    return least * static_cast<double>(experiment.model.layers);
}

} // namespace toeplab::core
