// SPDX-License-Identifier: Apache-2.0
// libtoeplab_torch_cuda.so: what LibTorch's CUDA half alone can do, graphs (its allocator must know of them) and sums
// over cards (it has NCCL). Loaded after that half, which resolves what is undefined here.
#include "core/device/card_sum.h"
#include "core/device/step_graph.h"

#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <torch/csrc/cuda/nccl.h>

#include <map>
#include <memory>
#include <mutex>

namespace toeplab::core
{
namespace
{

using Pool = at::cuda::MempoolId_t;

/// All graphs of a card that are there at a time take their memory from one pool: they run one after the other, and
/// what a step leaves behind is read before the next. A pool that its last graph gave up cannot be used again.
std::shared_ptr<const Pool> sharedPool()
{
    static std::mutex mutex;
    static std::map<c10::DeviceIndex, std::weak_ptr<const Pool>> pools;
    const std::lock_guard lock(mutex);
    std::weak_ptr<const Pool>& shared = pools[c10::cuda::current_device()];
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

class NcclSum final : public CardSum
{
public:
    void sum(const std::vector<float*>& buffers, std::int64_t count) override
    {
        std::vector<at::Tensor> tensors;
        for (float* buffer : buffers) // each finds the card that it lies on
            tensors.push_back(at::from_blob(buffer, {count}, at::TensorOptions().dtype(at::kFloat).device(at::kCUDA)));
        torch::cuda::nccl::all_reduce(tensors, tensors); // one call for all cards, on the thread's streams of them
    }
};

} // namespace
} // namespace toeplab::core

/// New ones; the caller owns them.
extern "C" __attribute__((visibility("default"))) toeplab::core::StepGraph* toeplab_step_graph()
{
    return new toeplab::core::CudaStepGraph;
}
extern "C" __attribute__((visibility("default"))) toeplab::core::CardSum* toeplab_card_sum()
{
    return new toeplab::core::NcclSum;
}
