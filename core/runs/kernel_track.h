// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/runs/run_data.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace toeplab::core
{

/// One stored kernel: value = half * scale. The chunk is float16, shuffled and deflated (chunk_codec.h), and shared by
/// all who hold it. The scale is a power of two, 1 unless the largest magnitude would leave float16's normal range.
struct StoredKernel {
    std::size_t layer_index = 0;
    std::int64_t step = 0;
    float scale = 1;
    std::shared_ptr<const std::vector<std::byte>> chunk;
};

[[nodiscard]] StoredKernel encodeKernel(const KernelSnapshot& snapshot);
/// Empty when the chunk does not hold `count` values.
[[nodiscard]] std::optional<KernelSnapshot> decodeKernel(const StoredKernel& stored, std::size_t count);
/// float16 values as they lie in the file.
[[nodiscard]] std::vector<float> halvesToFloats(std::span<const std::byte> halves, float scale);

/// Which of ascending steps can go so that the rest stays spread evenly over log(1 + step): the inner step whose
/// neighbours are closest. The first and the last are never chosen. Index into `steps`, at least 3 of them. O(n).
[[nodiscard]] std::size_t mostCrowded(std::span<const std::int64_t> steps);

/// The kernels of a run over time within a budget. Every layer keeps at most `snapshots` of them, fewer (but at least
/// kFewest) once all together exceed `bytes`; the first and the newest always stay. Layers offered the same steps keep
/// the same steps.
class KernelTrack
{
public:
    static constexpr std::size_t kFewest = 8;
    struct Budget {
        std::size_t snapshots = 64;                ///< a layer
        std::size_t bytes = std::size_t{96} << 20; ///< of all layers, encoded
    };

    explicit KernelTrack(std::size_t layers);
    KernelTrack(std::size_t layers, Budget budget);

    void add(StoredKernel kernel);
    [[nodiscard]] const std::map<std::int64_t, StoredKernel>& layer(std::size_t index) const { return layers_[index]; }
    [[nodiscard]] std::size_t layers() const { return layers_.size(); }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

private:
    void thin();

    std::vector<std::map<std::int64_t, StoredKernel>> layers_;
    Budget budget_;
    std::size_t bytes_ = 0;
    std::int64_t newest_ = -1;
};

} // namespace toeplab::core
