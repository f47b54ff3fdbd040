// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

/// Runs the blocks of a CUDA grid one after the other, each thread of a block as a fiber (a stack of its own, switched
/// by hand): deterministic, fast, and in an order of threads that a test chooses. Under ThreadSanitizer the fibers are
/// separate threads that only barriers order, so a missing barrier is reported as the race that it is; under
/// AddressSanitizer the block's shared memory has exactly the size that the launch asked for.
namespace toeplab::shim
{

/// In which order the threads that may run are taken up. Correct kernels give the same bits in all of them.
enum class Order { Ascending, Descending, Shuffled };
void setOrder(Order order);

/// Barriers and shuffles passed since the program began, by all threads: a kernel that should have some can be seen to.
[[nodiscard]] std::uint64_t waits();

/// Shared memory of a block that no device has is refused by `run`; default 227 KiB, an H100's.
inline constexpr std::size_t kSharedMemoryLimit = 227 * 1024;

/// Calls body(argument) as each thread of each block. threads: a multiple of 32, at most 1024. Shared memory starts
/// filled with NaN. Throws std::runtime_error where threads of a block wait at different barriers, or some wait at one
/// that others, having ended, never reach; and what a thread throws.
void run(unsigned blocks, unsigned threads, std::size_t shared_bytes, void (*body)(const void* argument),
         const void* argument);

template <typename Body>
void run(unsigned blocks, unsigned threads, std::size_t shared_bytes, const Body& body)
{
    run(
        blocks, threads, shared_bytes, [](const void* argument) { (*static_cast<const Body*>(argument))(); }, &body);
}

// What a running thread asks for.
[[nodiscard]] unsigned threadIndex();
[[nodiscard]] unsigned blockIndex();
[[nodiscard]] unsigned blockSize();
[[nodiscard]] unsigned gridSize();
[[nodiscard]] void* sharedMemory();
void waitForBlock();
void waitForWarp(unsigned mask);
/// The bits that lane `from` of the same warp gave to the same call.
[[nodiscard]] std::uint64_t exchangeBits(unsigned mask, std::uint64_t bits, int from, const char* what);

} // namespace toeplab::shim
