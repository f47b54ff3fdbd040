// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/gpu/backend.h"
#include "tests/support/cuda_shim/fibers.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

extern "C" const toeplab::kernels::gpu::Table* toeplab_gpu_table(std::uint32_t version);

namespace toeplab::kernels::gpu::testing
{

const Backend& backend()
{
    static const Backend shim{toeplab_gpu_table(kTableVersion), ""};
    return shim;
}

int repetitions()
{
    return 3;
}

void guard([[maybe_unused]] const void* memory, [[maybe_unused]] std::size_t bytes, [[maybe_unused]] bool closed)
{
#if defined(__SANITIZE_ADDRESS__)
    if (closed)
        ASAN_POISON_MEMORY_REGION(memory, bytes);
    else
        ASAN_UNPOISON_MEMORY_REGION(memory, bytes);
#endif
}

void arrange(int repetition)
{
    shim::setOrder(repetition == 0   ? shim::Order::Ascending
                   : repetition == 1 ? shim::Order::Descending
                                     : shim::Order::Shuffled);
}

} // namespace toeplab::kernels::gpu::testing
