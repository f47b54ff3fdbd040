// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>

/// The GPU half of the library. Its functions are named and shaped like those of the CPU, take a Context first, work on
/// device memory, and return when the work is enqueued. Headers hold no CUDA type.
namespace toeplab::kernels::gpu
{

class FftLibrary;

/// What a device, its driver or one of its libraries refused.
class GpuError : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// Where a context takes device memory from; all null: from the driver.
struct Allocator {
    void* owner = nullptr;
    void* (*allocate)(void* owner, std::size_t bytes) = nullptr; ///< 256-byte aligned, null where there is none left
    void (*release)(void* owner, void* data) = nullptr;
};

/// A stream of one device with the workspace that its kernels share; used by one thread at a time. All work goes to
/// that stream, so what one kernel left in the workspace is read before the next one overwrites it.
class Context
{
public:
    /// stream: a cudaStream_t, null for the default stream.
    Context(int device, void* stream, const Allocator& allocator);
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context();

    [[nodiscard]] void* stream() const { return stream_; }
    [[nodiscard]] int processors() const { return processors_; }

    /// Bytes of shared memory that a block may ask for. A smaller limit sends kernels to their paths for long rows.
    [[nodiscard]] std::size_t sharedLimit() const { return shared_limit_; }
    void limitShared(std::size_t bytes) { shared_limit_ = bytes < device_shared_ ? bytes : device_shared_; }

    /// About how much padded data a long product works on at a time.
    [[nodiscard]] std::size_t chunkBytes() const { return chunk_bytes_; }
    void limitChunk(std::size_t bytes) { chunk_bytes_ = bytes; }

    /// Makes the workspace at least this large. The kernels do so by themselves; who captures a graph, or must not
    /// allocate in a step, reserves before or runs the step once.
    void reserve(std::size_t bytes);

    /// At least `bytes` of device memory, valid until the next call; contents are not kept.
    [[nodiscard]] void* workspace(std::size_t bytes);
    [[nodiscard]] std::size_t workspaceBytes() const { return workspace_bytes_; }

    /// How often memory that recorded kernels may point to was given up: a graph recorded at another count is void.
    [[nodiscard]] std::uint64_t moves() const { return moves_; }
    void noteMove() { ++moves_; }

    [[nodiscard]] void* allocate(std::size_t bytes);
    void release(void* data) noexcept;
    void upload(void* device, const void* host, std::size_t bytes);
    void download(void* host, const void* device, std::size_t bytes); ///< waits
    void synchronise();

    /// e^(-2 pi i k / size) for 0 <= k < size / 2 as pairs of floats, for the powers of two up to 2^14.
    [[nodiscard]] const float* roots(std::int64_t size);

    /// Made when it is first asked for.
    [[nodiscard]] FftLibrary& fft();

private:
    int device_ = 0;
    void* stream_ = nullptr;
    Allocator allocator_;
    int processors_ = 0;
    std::size_t device_shared_ = 0;
    std::size_t shared_limit_ = 0;
    void* workspace_ = nullptr;
    std::size_t workspace_bytes_ = 0;
    std::uint64_t moves_ = 0;
    std::size_t chunk_bytes_ = 256 * 1024 * 1024;
    float* roots_[15] = {};
    std::unique_ptr<FftLibrary> fft_;
};

/// How many devices answer; 0 where there is no driver.
[[nodiscard]] int deviceCount() noexcept;

/// What a device says of itself.
struct DeviceDescription {
    char name[256] = {}; ///< "NVIDIA H100 80GB HBM3"
    char bus[32] = {};   ///< where it sits, as the driver's tools call it: "0000:3B:00.0"
    int major = 0;       ///< compute capability
    int minor = 0;
    int processors = 0;     ///< streaming multiprocessors
    int driver = 0;         ///< CUDA version that the driver knows: 13000 is 13.0
    double memory_mib = 0;  ///< in all
    double free_mib = 0;    ///< now
    double gigabytes_s = 0; ///< 10^9 bytes a second between memory and device by its clock and its bus; 0: not said
    double clock_mhz = 0;   ///< highest of the processors
};
[[nodiscard]] DeviceDescription describe(int device);

} // namespace toeplab::kernels::gpu
