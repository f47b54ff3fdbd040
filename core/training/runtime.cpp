// SPDX-License-Identifier: Apache-2.0
#include "core/training/runtime.h"

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/headeronly/version.h>

namespace toeplab::core
{

void setThreads(int threads)
{
    at::set_num_threads(threads > 0 ? threads : physicalCores());
}

int threads()
{
    return at::get_num_threads();
}

std::string libtorchVersion()
{
    return TORCH_VERSION;
}

std::string instructionSet()
{
    return at::get_cpu_capability();
}

} // namespace toeplab::core
