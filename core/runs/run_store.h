// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/runs/kernel_track.h"
#include "core/runs/metrics_columns.h"
#include "core/runs/run_data.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace toeplab::core
{

/// What is said of a run after its start, one value each: a record of the journal.
using RunRecord = std::variant<MetricsRow, ValidationRow, RunEvent, StoredKernel, LadderSnapshot, RunState>;

/// A checkpoint with the kernels of its step, unrounded.
struct StoredCheckpoint {
    Checkpoint checkpoint;
    std::vector<KernelSnapshot> kernels; ///< those layers that had one at the checkpoint's step
};

/// A run as its writer holds it: everything that a snapshot consists of, the bulk in the form in which it is stored.
struct RunStore {
    explicit RunStore(RunHeader run_header);

    RunHeader header;
    std::string id; ///< random; ties a journal to its snapshot
    double started_unix = 0;
    std::int64_t generation = 0; ///< of the snapshot; the journal that continues it has the same
    RunState state = RunState::Alive;
    MetricsColumns training;
    std::vector<ValidationRow> validation;
    std::vector<RunEvent> events;
    std::map<std::int64_t, LadderSnapshot> ladder;
    KernelTrack kernels;
    std::shared_ptr<const StoredCheckpoint> last, best;

    static constexpr std::size_t kMostLadders = 2000; ///< thinned like kernels beyond it

    void apply(const RunRecord& record);
    [[nodiscard]] double bestAccuracy() const; ///< over validation rows of split "val"; NaN without one
};

[[nodiscard]] double bestAccuracy(const std::vector<ValidationRow>& rows);

/// Stopped or finished. Only a snapshot says so for good: a journal that does was cut off before its run's last
/// checkpoint was safe.
[[nodiscard]] bool hasEnded(RunState state);

/// "layer_03", "layer_03_row": the group of a layer's kernels.
[[nodiscard]] std::string layerGroup(const LayerInfo& info);

/// Every layer has a size and a group of its own.
[[nodiscard]] Result<void> checkLayers(const RunHeader& header);

[[nodiscard]] nlohmann::json toJson(const LayerInfo& info);
/// Throws nlohmann::json::exception when something is missing.
[[nodiscard]] LayerInfo layerFromJson(const nlohmann::json& json);

/// The reverse of toString; Crashed for an unknown word, so that nothing is taken for alive or done by mistake.
[[nodiscard]] RunState stateFromString(const std::string& text);

/// Invalid UTF-8 replaced by U+FFFD, cut at the first NUL: what every reader of the file can show.
[[nodiscard]] std::string cleanText(const std::string& text);
/// JSON text of a value in which strings may hold anything.
[[nodiscard]] std::string jsonText(const nlohmann::json& json, int indent = -1);

} // namespace toeplab::core
