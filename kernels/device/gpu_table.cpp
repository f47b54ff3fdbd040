// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/gpu_table.h"

#include "kernels/band/band_gpu.h"
#include "kernels/device/gpu_entry.h"
#include "kernels/fftconv/fftconv_gpu.h"
#include "kernels/ski/ski_gpu.h"

namespace toeplab::kernels::gpu
{

std::string& lastMessage()
{
    static thread_local std::string message;
    return message;
}

namespace
{

int createContext(int device, void* stream, const Allocator* allocator, Context** context)
{
    return guarded([&] { *context = new Context(device, stream, allocator != nullptr ? *allocator : Allocator{}); });
}

void fillContext(Table& table)
{
    table.version = kTableVersion;
    table.bytes = sizeof(Table);
    table.message = [] { return lastMessage().c_str(); };
    table.deviceCount = [] { return deviceCount(); };
    table.describe = [](int device, DeviceDescription* description) {
        return guarded([&] { *description = describe(device); });
    };
    table.createContext = &createContext;
    table.destroyContext = [](Context* context) { return guarded([&] { delete context; }); };
    table.limitShared = [](Context* context, std::size_t bytes) {
        return guarded([&] { context->limitShared(bytes); });
    };
    table.limitChunk = [](Context* context, std::size_t bytes) { return guarded([&] { context->limitChunk(bytes); }); };
    table.reserve = [](Context* context, std::size_t bytes) { return guarded([&] { context->reserve(bytes); }); };
    table.workspaceBytes = [](Context* context, std::size_t* bytes) {
        return guarded([&] { *bytes = context->workspaceBytes(); });
    };
    table.moves = [](Context* context, std::uint64_t* count) { return guarded([&] { *count = context->moves(); }); };
    table.allocate = [](Context* context, std::size_t bytes, void** data) {
        return guarded([&] { *data = context->allocate(bytes); });
    };
    table.release = [](Context* context, void* data) { return guarded([&] { context->release(data); }); };
    table.upload = [](Context* context, void* device, const void* host, std::size_t bytes) {
        return guarded([&] { context->upload(device, host, bytes); });
    };
    table.download = [](Context* context, void* host, const void* device, std::size_t bytes) {
        return guarded([&] { context->download(host, device, bytes); });
    };
    table.synchronise = [](Context* context) { return guarded([&] { context->synchronise(); }); };
}

void fillBandAndSki(Table& table)
{
    table.bandForward = [](Context* context, const BandShape* shape, Number number, const float* kernel, const void* x,
                           void* y) {
        return typed(number, [&](auto t) { bandForward(*context, *shape, kernel, t.in(x), t.out(y)); });
    };
    table.bandBackward = [](Context* context, const BandShape* shape, Number number, const float* kernel, const void* x,
                            const void* g, void* dx, float* dkernel) {
        return typed(number,
                     [&](auto t) { bandBackward(*context, *shape, kernel, t.in(x), t.in(g), t.out(dx), dkernel); });
    };
    table.createSkiPlan = [](Context* context, const InterpolationView* weights, SkiPlan** plan) {
        return guarded([&] { *plan = new SkiPlan(*context, *weights); });
    };
    table.destroySkiPlan = [](SkiPlan* plan) { return guarded([&] { delete plan; }); };
    table.skiForward = [](Context* context, const SkiShape* shape, const SkiPlan* plan, Number number,
                          const float* kernel, const float* lags, const void* x, void* y, float* inducing) {
        return typed(number,
                     [&](auto t) { skiForward(*context, *shape, *plan, kernel, lags, t.in(x), t.out(y), inducing); });
    };
    table.skiBackward = [](Context* context, const SkiShape* shape, const SkiPlan* plan, Number number,
                           const float* kernel, const float* lags, const void* x, const float* inducing, const void* g,
                           void* dx, float* dkernel, float* dlags) {
        return typed(number, [&](auto t) {
            skiBackward(*context, *shape, *plan, kernel, lags, t.in(x), inducing, t.in(g), t.out(dx), dkernel, dlags);
        });
    };
}

void fillProducts(Table& table)
{
    table.toeplitzForward = [](Context* context, const ToeplitzShape* shape, Number number, const float* kernel,
                               const void* x, void* y) {
        return typed(number, [&](auto t) { toeplitzForward(*context, *shape, kernel, t.in(x), t.out(y)); });
    };
    table.toeplitzBackward = [](Context* context, const ToeplitzShape* shape, Number number, const float* kernel,
                                const void* x, const void* g, void* dx, float* dkernel) {
        return typed(number,
                     [&](auto t) { toeplitzBackward(*context, *shape, kernel, t.in(x), t.in(g), t.out(dx), dkernel); });
    };
    table.causalKernelFits = [](Context* context, const CausalShape* shape, int* fits) {
        return guarded([&] { *fits = causalKernelFits(*context, *shape) ? 1 : 0; });
    };
    table.causalKernelForward = [](Context* context, const CausalShape* shape, const float* response, float* kernel) {
        return guarded([&] { causalKernelForward(*context, *shape, response, kernel); });
    };
    table.causalKernelBackward = [](Context* context, const CausalShape* shape, const float* dkernel,
                                    float* dresponse) {
        return guarded([&] { causalKernelBackward(*context, *shape, dkernel, dresponse); });
    };
    table.planeForward = [](Context* context, const PlaneShape* shape, Number number, const float* lags_h,
                            const float* lags_w, const void* x, void* y) {
        return typed(number, [&](auto t) { planeForward(*context, *shape, lags_h, lags_w, t.in(x), t.out(y)); });
    };
    table.planeBackward = [](Context* context, const PlaneShape* shape, Number number, const float* lags_h,
                             const float* lags_w, const void* x, const void* g, void* dx, float* dlags_h,
                             float* dlags_w) {
        return typed(number, [&](auto t) {
            planeBackward(*context, *shape, lags_h, lags_w, t.in(x), t.in(g), t.out(dx), dlags_h, dlags_w);
        });
    };
}

Table makeTable()
{
    Table table;
    fillContext(table);
    fillBandAndSki(table);
    fillProducts(table);
    fillLayers(table.layers);
    return table;
}

} // namespace
} // namespace toeplab::kernels::gpu

/// The table of this version, null for another.
extern "C" __attribute__((visibility("default"))) const toeplab::kernels::gpu::Table*
toeplab_gpu_table(std::uint32_t version)
{
    static const toeplab::kernels::gpu::Table table = toeplab::kernels::gpu::makeTable();
    return version == table.version ? &table : nullptr;
}
