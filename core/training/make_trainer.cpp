// SPDX-License-Identifier: Apache-2.0
#include "core/training/classifier_trainer.h"

namespace toeplab::core
{

Result<std::unique_ptr<Trainer>> makeTrainer(const Experiment& experiment, const TaskShape& shape)
{
    const auto seed = static_cast<std::uint64_t>(experiment.train.seed);
    Result<std::unique_ptr<Classifier>> model = makeClassifier(experiment, shape, seed);
    if (!model)
        return tl::unexpected(model.error());
    return trainerOf(std::move(*model), experiment.optimizer, seed);
}

} // namespace toeplab::core
