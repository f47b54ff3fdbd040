// SPDX-License-Identifier: Apache-2.0
#include "core/device/libraries.h"
#include "core/training/classifier_trainer.h"
#include "core/training/replicated_trainer.h"
#include "core/training/runtime.h"

#include <utility>
#include <vector>

namespace toeplab::core
{
namespace
{

/// The experiment's model as it starts, on a card, or on the processor for -1.
Result<std::unique_ptr<TrainerPart>> makePart(const Experiment& experiment, const TaskShape& shape, int card,
                                              const StepGraphMaker& graphs)
{
    const auto seed = static_cast<std::uint64_t>(experiment.train.seed);
    Result<std::unique_ptr<Classifier>> model = makeClassifier(experiment, shape, seed);
    if (!model)
        return tl::unexpected(model.error());
    if (card >= 0) {
        enterCard(card);
        const at::Device device(at::kCUDA, static_cast<c10::DeviceIndex>(card));
        moveTo((*model)->parameters(), device);
        moveTo((*model)->buffers(), device);
    }
    return trainerOf(std::move(*model), experiment.optimizer, seed, graphs);
}

} // namespace

Result<std::unique_ptr<Trainer>> makeTrainer(const Experiment& experiment, const TaskShape& shape)
{
    const std::vector<int> cards = cardsInUse();
    if (cards.empty())
        return makePart(experiment, shape, -1, {});
    const Result<StepGraphMaker> graphs = loadStepGraphs();
    if (!graphs)
        return tl::unexpected(graphs.error());
    setProducts(experiment.train.precision);
    std::vector<std::unique_ptr<TrainerPart>> parts;
    for (const int card : cards) {
        Result<std::unique_ptr<TrainerPart>> part = makePart(experiment, shape, card, *graphs);
        if (!part)
            return tl::unexpected(part.error());
        parts.push_back(std::move(*part));
    }
    if (parts.size() == 1)
        return std::move(parts.front());
    Result<std::unique_ptr<CardSum>> sum = loadCardSum();
    if (!sum)
        return tl::unexpected(sum.error());
    return replicatedTrainer(std::move(parts), std::move(*sum));
}

} // namespace toeplab::core
