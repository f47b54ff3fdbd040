// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/gpu.cuh"

#include <cstring>

namespace toeplab::kernels::gpu
{
namespace
{

int attribute(int device, cudaDeviceAttr which)
{
    int value = 0;
    check(cudaDeviceGetAttribute(&value, which, device), "describe itself");
    return value;
}

} // namespace

DeviceDescription describe(int device)
{
    DeviceDescription description;
    cudaDeviceProp properties{};
    check(cudaGetDeviceProperties(&properties, device), "describe itself");
    static_assert(sizeof description.name == sizeof properties.name);
    std::memcpy(description.name, properties.name, sizeof description.name);
    check(cudaDeviceGetPCIBusId(description.bus, sizeof description.bus, device), "say where it sits");
    description.major = properties.major;
    description.minor = properties.minor;
    description.processors = properties.multiProcessorCount;
    check(cudaDriverGetVersion(&description.driver), "name its driver");
    std::size_t free = 0;
    std::size_t total = 0;
    int before = 0;
    check(cudaGetDevice(&before), "say which device is in use");
    check(cudaSetDevice(device), "use the device");
    check(cudaMemGetInfo(&free, &total), "say how much memory it has");
    check(cudaSetDevice(before), "use the device");
    constexpr double kMib = 1024.0 * 1024.0;
    description.memory_mib = static_cast<double>(total) / kMib;
    description.free_mib = static_cast<double>(free) / kMib;
    description.clock_mhz = attribute(device, cudaDevAttrClockRate) / 1e3;
    // Memory moves two words a clock; the clock is in kHz, the bus in bits.
    description.gigabytes_s = 2.0 * attribute(device, cudaDevAttrMemoryClockRate) * 1e3 *
                              (attribute(device, cudaDevAttrGlobalMemoryBusWidth) / 8.0) / 1e9;
    return description;
}

} // namespace toeplab::kernels::gpu
