// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/device/card_sum.h"
#include "core/device/step_graph.h"
#include "kernels/device/gpu_table.h"

#include <memory>

namespace toeplab::core
{

/// The driver (asked whether it has a device), LibTorch's CUDA half and libtoeplab_cuda.so, in this order: the plug-in
/// takes its cuFFT from LibTorch's. The plug-in lies beside the program, or where TOEPLAB_CUDA_PLUGIN says.
[[nodiscard]] Result<const kernels::gpu::Table*> loadGpuLibraries();
/// libtoeplab_torch_cuda.so, beside the plug-in, after those.
[[nodiscard]] Result<StepGraphMaker> loadStepGraphs();
[[nodiscard]] Result<std::unique_ptr<CardSum>> loadCardSum();

} // namespace toeplab::core
