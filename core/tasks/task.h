// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/config/experiment.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace toeplab::core
{

enum class Split { Train, Validation, Test };

[[nodiscard]] std::string toString(Split split); ///< "train", "val", "test"
[[nodiscard]] Result<Split> splitFromString(const std::string& text);

/// What a model must fit to.
struct TaskShape {
    std::int64_t classes = 0;
    std::int64_t vocabulary = 0;        ///< tokens; 0: real-valued input (pixels)
    std::int64_t max_length = 0;        ///< the longest n a batch can have, end mark included
    bool pairs = false;                 ///< retrieval: two documents a sample
    std::int64_t height = 0, width = 0; ///< of images, else 0
};

/// A batch as plain vectors; rows are padded on the right with token 0 to the longest of the batch.
struct Batch {
    std::int64_t rows = 0;   ///< of `tokens`; twice the samples for pairs (all first documents, then all second)
    std::int64_t length = 0; ///< n
    std::vector<std::int32_t> tokens;  ///< (rows, length), row-major; empty for pixels
    std::vector<float> pixels;         ///< (rows, length); empty for tokens
    std::vector<std::int32_t> lengths; ///< (rows) true lengths
    std::vector<std::int32_t> labels;  ///< (samples)
};

/// One split, immutable after loading; safe to read from any thread.
class Dataset
{
public:
    virtual ~Dataset() = default;
    [[nodiscard]] virtual std::int64_t size() const = 0;
    [[nodiscard]] virtual Batch batch(std::span<const std::int64_t> indices) const = 0;
    [[nodiscard]] virtual std::int64_t length(std::int64_t index) const = 0; ///< tokens of a sample, end mark included
    [[nodiscard]] virtual std::string text(std::int64_t index) const = 0;    ///< a sample for people to read
    [[nodiscard]] virtual std::int64_t cutSamples() const { return 0; }      ///< longer than the task's length limit
};

/// progress(fraction in [0,1]); return false to stop.
using Progress = std::function<bool(double)>;

/// A task with its data: made once per run from TaskSettings, by a registry of tasks (see docs/tasks).
class Task
{
public:
    virtual ~Task() = default;
    [[nodiscard]] virtual std::string name() const = 0;
    [[nodiscard]] virtual TaskShape shape() const = 0;
    /// Loaded or generated at the first call, with progress; later calls return the same object. Where a task has no
    /// such split the error says so and which split stands in for it.
    [[nodiscard]] virtual Result<std::shared_ptr<const Dataset>> dataset(Split split,
                                                                         const Progress& progress = {}) = 0;
    /// One line on where the data is from: "generated, seed 42" or the path with the number of samples.
    [[nodiscard]] virtual std::string provenance() const = 0;
};

[[nodiscard]] std::vector<std::string> taskNames();
[[nodiscard]] Result<std::unique_ptr<Task>> makeTask(const TaskSettings& settings);

} // namespace toeplab::core
