// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/gpu_context.h"

#include "kernels/device/check.h"
#include "kernels/device/gpu.cuh"
#include "kernels/fftconv/fft_library.h"

#include <cmath>
#include <vector>

namespace toeplab::kernels::gpu
{
namespace
{

constexpr double kPi = 3.14159265358979323846;

cudaStream_t streamOf(const Context& context)
{
    return static_cast<cudaStream_t>(context.stream());
}

void* fromDriver(void* /*owner*/, std::size_t bytes)
{
    void* data = nullptr;
    if (cudaMalloc(&data, bytes) == cudaSuccess)
        return data;
    static_cast<void>(cudaGetLastError()); // told by our caller; left alone it would be taken for the next kernel's
    return nullptr;
}

void toDriver(void* /*owner*/, void* data)
{
    static_cast<void>(cudaFree(data)); // an error here is one of the device, and the next call reports it
}

} // namespace

int deviceCount() noexcept
{
    int count = 0; // left alone where there is no driver
    return cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
}

Context::Context(int device, void* stream, const Allocator& allocator)
    : device_(device), stream_(stream), allocator_(allocator)
{
    check(cudaSetDevice(device), "use the device");
    int shared = 0;
    check(cudaDeviceGetAttribute(&processors_, cudaDevAttrMultiProcessorCount, device), "say how wide it is");
    check(cudaDeviceGetAttribute(&shared, cudaDevAttrMaxSharedMemoryPerBlockOptin, device),
          "say how much memory a block may share");
    device_shared_ = static_cast<std::size_t>(shared);
    shared_limit_ = device_shared_;
    if (allocator_.allocate == nullptr)
        allocator_ = {nullptr, &fromDriver, &toDriver};
}

Context::~Context()
{
    static_cast<void>(cudaStreamSynchronize(streamOf(*this)));
    fft_.reset();
    release(workspace_);
    for (float* roots : roots_)
        release(roots);
}

void* Context::allocate(std::size_t bytes)
{
    void* data = allocator_.allocate(allocator_.owner, bytes);
    if (data == nullptr)
        throw GpuError("the device has no " + std::to_string(bytes) +
                       " bytes of memory left; use a smaller batch or shorter sequences");
    return data;
}

void Context::release(void* data) noexcept
{
    if (data != nullptr)
        allocator_.release(allocator_.owner, data);
}

void Context::reserve(std::size_t bytes)
{
    if (bytes <= workspace_bytes_)
        return;
    synchronise(); // kernels on their way still use the old one
    noteMove();
    release(workspace_);
    workspace_ = nullptr;
    workspace_bytes_ = 0;
    workspace_ = allocate(bytes);
    workspace_bytes_ = bytes;
}

void* Context::workspace(std::size_t bytes)
{
    reserve(bytes);
    return workspace_;
}

void Context::upload(void* device, const void* host, std::size_t bytes)
{
    check(cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice, streamOf(*this)), "take values");
    synchronise(); // the host's memory may be gone after the call
}

void Context::download(void* host, const void* device, std::size_t bytes)
{
    check(cudaMemcpyAsync(host, device, bytes, cudaMemcpyDeviceToHost, streamOf(*this)), "give values");
    synchronise();
}

void Context::synchronise()
{
    check(cudaStreamSynchronize(streamOf(*this)), "finish its work");
}

FftLibrary& Context::fft()
{
    if (fft_ == nullptr)
        fft_ = makeFftLibrary(*this);
    return *fft_;
}

const float* Context::roots(std::int64_t size)
{
    int log = 0;
    while (std::int64_t{1} << log < size)
        ++log;
    require(log >= 1 && log <= 14 && std::int64_t{1} << log == size, "roots of unity are there for 2 .. 2^14", size,
            log);
    float*& roots = roots_[log];
    if (roots == nullptr) {
        std::vector<float> values(static_cast<std::size_t>(size));
        for (std::int64_t k = 0; k < size / 2; ++k) {
            const double angle = 2 * kPi * static_cast<double>(k) / static_cast<double>(size);
            values[static_cast<std::size_t>(2 * k)] = static_cast<float>(std::cos(angle));
            values[static_cast<std::size_t>(2 * k + 1)] = static_cast<float>(-std::sin(angle));
        }
        roots = static_cast<float*>(allocate(values.size() * sizeof(float)));
        upload(roots, values.data(), values.size() * sizeof(float));
    }
    return roots;
}

} // namespace toeplab::kernels::gpu
