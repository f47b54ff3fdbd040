// SPDX-License-Identifier: Apache-2.0
#include "core/device/gpu.h"
#include "core/training/classifier_trainer.h"
#include "core/training/runtime.h"

namespace toeplab::core
{

Result<std::unique_ptr<Trainer>> makeTrainer(const Experiment& experiment, const TaskShape& shape)
{
    const auto seed = static_cast<std::uint64_t>(experiment.train.seed);
    Result<std::unique_ptr<Classifier>> model = makeClassifier(experiment, shape, seed);
    if (!model)
        return tl::unexpected(model.error());
    if (currentGpu() != nullptr) {
        enterDevice();
        setProducts(experiment.train.precision);
        const at::Device card(at::kCUDA, static_cast<c10::DeviceIndex>(currentGpuIndex()));
        moveTo((*model)->parameters(), card);
        moveTo((*model)->buffers(), card);
    }
    return trainerOf(std::move(*model), experiment.optimizer, seed);
}

} // namespace toeplab::core
