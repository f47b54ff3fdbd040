// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/band/band.h"
#include "kernels/device/gpu_context.h"
#include "kernels/device/gpu_table_layers.h"
#include "kernels/device/number.h"
#include "kernels/fftconv/fftconv.h"
#include "kernels/products/plane_gpu.h"
#include "kernels/ski/ski.h"

namespace toeplab::kernels::gpu
{

class SkiPlan;
struct CausalShape;
struct InterpolationView;

/// Everything that libtoeplab_cuda.so offers, as one table of plain functions: the engine loads the plug-in where a
/// device answers, asks for the table of the version that it was compiled with, and links nothing of CUDA. Each
/// function returns 0, or 1 with the reason in `message` (of the calling thread, until its next call); none throws.
/// Functions that take a Context enqueue and return. Tensors are device memory; those declared void hold numbers of the
/// given kind, all others float. What a function computes stands in the header of the same name.
inline constexpr std::uint32_t kTableVersion = 3;

struct Table {
    std::uint32_t version = 0;
    std::uint32_t bytes = 0; ///< sizeof(Table), a second look at whether both sides mean the same

    const char* (*message)() = nullptr;
    int (*deviceCount)() = nullptr;
    int (*describe)(int device, DeviceDescription* description) = nullptr;

    // kernels/device/gpu_context.h
    int (*createContext)(int device, void* stream, const Allocator* allocator, Context** context) = nullptr;
    int (*destroyContext)(Context* context) = nullptr;
    int (*limitShared)(Context* context, std::size_t bytes) = nullptr;
    int (*limitChunk)(Context* context, std::size_t bytes) = nullptr;
    int (*reserve)(Context* context, std::size_t bytes) = nullptr;
    int (*workspaceBytes)(Context* context, std::size_t* bytes) = nullptr;
    int (*moves)(Context* context, std::uint64_t* count) = nullptr;
    int (*allocate)(Context* context, std::size_t bytes, void** data) = nullptr;
    int (*release)(Context* context, void* data) = nullptr;
    int (*upload)(Context* context, void* device, const void* host, std::size_t bytes) = nullptr;
    int (*download)(Context* context, void* host, const void* device, std::size_t bytes) = nullptr;
    int (*synchronise)(Context* context) = nullptr;

    // kernels/band/band_gpu.h
    int (*bandForward)(Context* context, const BandShape* shape, Number number, const float* kernel, const void* x,
                       void* y) = nullptr;
    int (*bandBackward)(Context* context, const BandShape* shape, Number number, const float* kernel, const void* x,
                        const void* g, void* dx, float* dkernel) = nullptr;

    // kernels/ski/ski_gpu.h
    int (*createSkiPlan)(Context* context, const InterpolationView* weights, SkiPlan** plan) = nullptr;
    int (*destroySkiPlan)(SkiPlan* plan) = nullptr;
    int (*skiForward)(Context* context, const SkiShape* shape, const SkiPlan* plan, Number number, const float* kernel,
                      const float* lags, const void* x, void* y, float* inducing) = nullptr;
    int (*skiBackward)(Context* context, const SkiShape* shape, const SkiPlan* plan, Number number, const float* kernel,
                       const float* lags, const void* x, const float* inducing, const void* g, void* dx, float* dkernel,
                       float* dlags) = nullptr;

    // kernels/fftconv/fftconv_gpu.h
    int (*toeplitzForward)(Context* context, const ToeplitzShape* shape, Number number, const float* kernel,
                           const void* x, void* y) = nullptr;
    int (*toeplitzBackward)(Context* context, const ToeplitzShape* shape, Number number, const float* kernel,
                            const void* x, const void* g, void* dx, float* dkernel) = nullptr;
    int (*causalKernelFits)(Context* context, const CausalShape* shape, int* fits) = nullptr; ///< 0 or 1
    int (*causalKernelForward)(Context* context, const CausalShape* shape, const float* response,
                               float* kernel) = nullptr;
    int (*causalKernelBackward)(Context* context, const CausalShape* shape, const float* dkernel,
                                float* dresponse) = nullptr;

    // kernels/products/plane_gpu.h
    int (*planeForward)(Context* context, const PlaneShape* shape, Number number, const float* lags_h,
                        const float* lags_w, const void* x, void* y) = nullptr;
    int (*planeBackward)(Context* context, const PlaneShape* shape, Number number, const float* lags_h,
                         const float* lags_w, const void* x, const void* g, void* dx, float* dlags_h,
                         float* dlags_w) = nullptr;

    LayerTable layers;
};

/// What the plug-in exports under this name; null where it was built for another version.
inline constexpr const char* kTableSymbol = "toeplab_gpu_table";
using TableFunction = const Table* (*)(std::uint32_t version);

} // namespace toeplab::kernels::gpu
