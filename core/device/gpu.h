// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "kernels/device/gpu_table.h"

#include <stdexcept>
#include <string>
#include <vector>

namespace toeplab::core
{

/// What a device or its driver refused, in a sentence.
class GpuFailure : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// A graphics card that this process computes on, with the GPU library on one stream, which is LibTorch's too: what
/// both enqueue runs in that order. Used by one thread at a time.
class Gpu
{
public:
    /// stream: a cudaStream_t, null for the default stream; allocator: where workspaces come from, all null: from the
    /// driver.
    Gpu(const kernels::gpu::Table& table, int index, void* stream, const kernels::gpu::Allocator& allocator);
    Gpu(const Gpu&) = delete;
    Gpu& operator=(const Gpu&) = delete;
    ~Gpu();

    [[nodiscard]] const kernels::gpu::Table& table() const { return table_; }
    [[nodiscard]] kernels::gpu::Context* context() const { return context_; }

    /// Calls an entry of the table, or of its layers, with the context in front. Throws GpuFailure.
    template <typename... Parameters, typename... Arguments>
    void call(int (*kernels::gpu::Table::*entry)(kernels::gpu::Context*, Parameters...), Arguments... arguments) const
    {
        check((table_.*entry)(context_, arguments...));
    }
    template <typename... Parameters, typename... Arguments>
    void call(int (*kernels::gpu::LayerTable::*entry)(kernels::gpu::Context*, Parameters...),
              Arguments... arguments) const
    {
        check((table_.layers.*entry)(context_, arguments...));
    }
    /// Throws what the table said where a status is not 0.
    void check(int status) const;

private:
    const kernels::gpu::Table& table_;
    kernels::gpu::Context* context_ = nullptr;
};

/// Looks for graphics cards and loads LibTorch's CUDA half and the GPU library, once for the process; a failure's
/// sentence is repeated. The driver is asked first: a machine without one pays nothing. Must come before anything else
/// asks LibTorch about CUDA, whose first answer is final.
[[nodiscard]] Result<void> loadGpus();

/// The cards that loadGpus() found, as CUDA numbers them.
[[nodiscard]] const std::vector<kernels::gpu::DeviceDescription>& gpus();

/// The process computes on this card too from now on, on this stream of it (a cudaStream_t), with workspaces from the
/// allocator. The first one named is the one that serves where one is enough.
[[nodiscard]] Result<void> useGpu(int index, void* stream, const kernels::gpu::Allocator& allocator);
/// That there is a card of this number.
[[nodiscard]] Result<void> findGpu(int index);
/// The numbers of the cards in use, in the order in which they were named.
[[nodiscard]] std::vector<int> gpusInUse();
/// The card of this number, null where it is not in use.
[[nodiscard]] const Gpu* gpuAt(int index);
/// The first card in use, null without one.
[[nodiscard]] const Gpu* currentGpu();
/// Its number; -1 without one.
[[nodiscard]] int currentGpuIndex();

/// For proofs on machines without a card: while it lives, tensors on the CPU that are not double go the way of those on
/// a card, through a table whose kernels run on the CPU (tests/support/cuda_shim). Tests only.
class GpuStandIn
{
public:
    explicit GpuStandIn(const kernels::gpu::Table& table);
    GpuStandIn(const GpuStandIn&) = delete;
    GpuStandIn& operator=(const GpuStandIn&) = delete;
    ~GpuStandIn();

    [[nodiscard]] static const Gpu* current();

private:
    Gpu gpu_;
};

} // namespace toeplab::core
