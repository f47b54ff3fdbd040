// SPDX-License-Identifier: Apache-2.0
#include "core/training/evaluation.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace toeplab::core
{

std::optional<EvalOutcome> evaluateSplit(Trainer& trainer, const Dataset& dataset, std::int64_t batch,
                                         std::int64_t limit, const Progress& progress)
{
    const std::int64_t samples = limit > 0 ? std::min(limit, dataset.size()) : dataset.size();
    EvalOutcome total;
    for (std::int64_t begin = 0; begin < samples; begin += batch) {
        std::vector<std::int64_t> indices(static_cast<std::size_t>(std::min(batch, samples - begin)));
        std::iota(indices.begin(), indices.end(), begin);
        const EvalOutcome part = trainer.evaluate(dataset.batch(indices));
        total.loss_sum += part.loss_sum;
        total.correct += part.correct;
        total.samples += part.samples;
        if (progress && !progress(static_cast<double>(total.samples) / static_cast<double>(samples)))
            return std::nullopt;
    }
    return total;
}

} // namespace toeplab::core
