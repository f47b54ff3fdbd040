// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace toeplab::kernels
{

/// Working memory of the calling thread, 64-byte aligned, kept between calls so that a steady step allocates nothing.
/// A slot's content is valid until the next call with the same slot on the same thread; a kernel that calls another
/// must not share slots with it. Not initialised.
enum class Slot { RowA, RowB, RowC, Kernel, Accumulator, Tile, Count };

[[nodiscard]] void* scratchBytes(Slot slot, std::size_t bytes);

template <typename T>
[[nodiscard]] T* scratch(Slot slot, std::size_t count)
{
    return static_cast<T*>(scratchBytes(slot, count * sizeof(T)));
}

} // namespace toeplab::kernels
