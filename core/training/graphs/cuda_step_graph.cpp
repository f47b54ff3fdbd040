// SPDX-License-Identifier: Apache-2.0
// libtoeplab_graphs.so: CUDA graphs of LibTorch, whose allocator must know of them. Loaded after LibTorch's CUDA half,
// which resolves what is undefined here.
#include "core/device/step_graph.h"

#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>

#include <memory>
#include <mutex>

namespace toeplab::core
{
namespace
{

using Pool = at::cuda::MempoolId_t;

/// All graphs that are there at a time take their memory from one pool: they run one after the other, and what a step
/// leaves behind is read before the next. A pool that its last graph gave up cannot be used again.
std::shared_ptr<const Pool> sharedPool()
{
    static std::mutex mutex;
    static std::weak_ptr<const Pool> shared;
    const std::lock_guard lock(mutex);
    std::shared_ptr<const Pool> pool = shared.lock();
    if (pool == nullptr) {
        pool = std::make_shared<const Pool>(at::cuda::graph_pool_handle());
        shared = pool;
    }
    return pool;
}

/// What a failed recording may leave undone; both refuse where there is nothing to do, and its failure says more.
template <typename Call>
void quietly(Call&& call)
{
    try {
        call();
    } catch (const std::exception&) {
    }
}

class CudaStepGraph final : public StepGraph
{
public:
    void record(const std::function<void()>& enqueue) override
    {
        try {
            // Relaxed: other threads may ask the driver for memory meanwhile.
            graph_.capture_begin(*pool_, cudaStreamCaptureModeRelaxed);
            enqueue();
            graph_.capture_end();
        } catch (...) {
            quietly([&] { graph_.capture_end(); });
            quietly([&] { c10::cuda::CUDACachingAllocator::endAllocateToPool(c10::cuda::current_device(), *pool_); });
            throw;
        }
    }
    void replay() override { graph_.replay(); }

private:
    std::shared_ptr<const Pool> pool_ = sharedPool();
    at::cuda::CUDAGraph graph_; // gives its part of the pool up before the pool is
};

} // namespace
} // namespace toeplab::core

/// A new one; the caller owns it.
extern "C" __attribute__((visibility("default"))) toeplab::core::StepGraph* toeplab_step_graph()
{
    return new toeplab::core::CudaStepGraph;
}
