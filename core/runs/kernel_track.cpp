// SPDX-License-Identifier: Apache-2.0
#include "core/runs/kernel_track.h"

#include "core/runs/chunk_codec.h"
#include "core/runs/half.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

namespace toeplab::core
{

static_assert(std::endian::native == std::endian::little, "chunks are copied into the file as they lie in memory");

namespace
{

/// 1 while the largest finite magnitude lies in [2^-6, 2^15], where float16 has its full 11 bits and room below;
/// otherwise the power of two that brings it to [1, 2).
float scaleFor(std::span<const float> values)
{
    float largest = 0;
    for (const float value : values) {
        if (std::isfinite(value))
            largest = std::max(largest, std::abs(value));
    }
    if (largest == 0 || (largest >= 0x1p-6F && largest <= 0x1p15F))
        return 1;
    return std::ldexp(1.0F, std::max(std::ilogb(largest), -126));
}

} // namespace

StoredKernel encodeKernel(const KernelSnapshot& snapshot)
{
    const float scale = scaleFor(snapshot.values);
    std::vector<std::uint16_t> halves(snapshot.values.size());
    for (std::size_t i = 0; i < halves.size(); ++i)
        halves[i] = toHalf(snapshot.values[i] / scale);
    auto chunk = std::make_shared<const std::vector<std::byte>>(encodeChunk(std::as_bytes(std::span(halves)), 2));
    return {snapshot.layer_index, snapshot.step, scale, std::move(chunk)};
}

std::optional<KernelSnapshot> decodeKernel(const StoredKernel& stored, std::size_t count)
{
    const std::vector<std::byte> halves = decodeChunk(*stored.chunk, count * 2, 2);
    if (halves.size() != count * 2)
        return std::nullopt;
    return KernelSnapshot{stored.layer_index, stored.step, halvesToFloats(halves, stored.scale)};
}

std::vector<float> halvesToFloats(std::span<const std::byte> halves, float scale)
{
    std::vector<float> values(halves.size() / 2);
    for (std::size_t i = 0; i < values.size(); ++i) {
        std::uint16_t half = 0;
        std::memcpy(&half, halves.data() + 2 * i, 2);
        values[i] = fromHalf(half) * scale;
    }
    return values;
}

std::size_t mostCrowded(std::span<const std::int64_t> steps)
{
    const auto position = [&](std::size_t i) { return std::log1p(static_cast<double>(steps[i])); };
    std::size_t chosen = 1;
    double smallest = position(2) - position(0);
    for (std::size_t i = 2; i + 1 < steps.size(); ++i) {
        const double room = position(i + 1) - position(i - 1);
        if (room < smallest) {
            smallest = room;
            chosen = i;
        }
    }
    return chosen;
}

KernelTrack::KernelTrack(std::size_t layers) : KernelTrack(layers, Budget{}) {}

KernelTrack::KernelTrack(std::size_t layers, Budget budget) : layers_(layers), budget_(budget)
{
    budget_.snapshots = std::max(budget_.snapshots, kFewest);
}

void KernelTrack::add(StoredKernel kernel)
{
    // Between two steps every layer has had its turn: thinning then treats all of them alike.
    if (kernel.step > newest_) {
        newest_ = kernel.step;
        thin();
    }
    StoredKernel& place = layers_[kernel.layer_index][kernel.step];
    bytes_ += kernel.chunk->size();
    bytes_ -= place.chunk ? place.chunk->size() : 0;
    place = std::move(kernel);
}

void KernelTrack::thin()
{
    const auto thinTo = [this](std::map<std::int64_t, StoredKernel>& kernels, std::size_t count) {
        std::vector<std::int64_t> steps;
        steps.reserve(kernels.size());
        for (const auto& entry : kernels)
            steps.push_back(entry.first);
        while (steps.size() > count) {
            const std::size_t gone = mostCrowded(steps);
            bytes_ -= kernels.at(steps[gone]).chunk->size();
            kernels.erase(steps[gone]);
            steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(gone));
        }
    };
    // One place less than allowed: the step that is about to come takes it.
    for (auto& kernels : layers_)
        thinTo(kernels, budget_.snapshots - 1);
    while (bytes_ > budget_.bytes && budget_.snapshots > kFewest) {
        --budget_.snapshots;
        for (auto& kernels : layers_)
            thinTo(kernels, budget_.snapshots - 1);
    }
}

} // namespace toeplab::core
