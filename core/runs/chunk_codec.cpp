// SPDX-License-Identifier: Apache-2.0
#include "core/runs/chunk_codec.h"

#include <zlib.h>

#include <new>

namespace toeplab::core
{

namespace
{

constexpr int kLevel = 3; // of 1 to 9: kernels shrink 2 % more at 6 for twice the time

Bytef* zlibBytes(std::byte* bytes)
{
    return reinterpret_cast<Bytef*>(bytes);
}

const Bytef* zlibBytes(const std::byte* bytes)
{
    return reinterpret_cast<const Bytef*>(bytes);
}

} // namespace

std::vector<std::byte> encodeChunk(std::span<const std::byte> values, std::size_t element_bytes)
{
    const std::size_t count = values.size() / element_bytes;
    std::vector<std::byte> shuffled(values.size());
    for (std::size_t plane = 0; plane < element_bytes; ++plane)
        for (std::size_t i = 0; i < count; ++i)
            shuffled[plane * count + i] = values[i * element_bytes + plane];
    uLongf size = compressBound(values.size());
    std::vector<std::byte> encoded(size);
    // With room for compressBound bytes only a lack of memory can fail.
    if (compress2(zlibBytes(encoded.data()), &size, zlibBytes(shuffled.data()), shuffled.size(), kLevel) != Z_OK)
        throw std::bad_alloc();
    encoded.resize(size);
    encoded.shrink_to_fit();
    return encoded;
}

std::vector<std::byte> decodeChunk(std::span<const std::byte> encoded, std::size_t size, std::size_t element_bytes)
{
    std::vector<std::byte> shuffled(size);
    uLongf written = size;
    if (uncompress(zlibBytes(shuffled.data()), &written, zlibBytes(encoded.data()), encoded.size()) != Z_OK ||
        written != size)
        return {};
    const std::size_t count = size / element_bytes;
    std::vector<std::byte> values(size);
    for (std::size_t plane = 0; plane < element_bytes; ++plane)
        for (std::size_t i = 0; i < count; ++i)
            values[i * element_bytes + plane] = shuffled[plane * count + i];
    return values;
}

} // namespace toeplab::core
