// SPDX-License-Identifier: Apache-2.0
#include "kernels/device/scratch.h"

#include <array>
#include <cstdint>
#include <new>

namespace toeplab::kernels
{
namespace
{

constexpr std::align_val_t kAlignment{64};

class Buffers
{
public:
    Buffers() = default;
    Buffers(const Buffers&) = delete;
    Buffers& operator=(const Buffers&) = delete;
    ~Buffers()
    {
        for (const Buffer& buffer : buffers_)
            ::operator delete(buffer.data, kAlignment);
    }

    void* get(std::size_t index, std::size_t bytes)
    {
        Buffer& buffer = buffers_[index];
        if (buffer.bytes < bytes) {
            ::operator delete(buffer.data, kAlignment);
            buffer = {};
            buffer.data = ::operator new(bytes, kAlignment);
            buffer.bytes = bytes;
        }
        return buffer.data;
    }

private:
    struct Buffer {
        void* data = nullptr;
        std::size_t bytes = 0;
    };
    std::array<Buffer, static_cast<std::size_t>(Slot::Count)> buffers_;
};

} // namespace

void* scratchBytes(Slot slot, std::size_t bytes)
{
    static thread_local Buffers buffers;
    return buffers.get(static_cast<std::size_t>(slot), bytes);
}

} // namespace toeplab::kernels
