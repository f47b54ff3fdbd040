// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/runs/disk.h"
#include "core/runs/h5_handle.h"
#include "core/runs/run_store.h"
#include "core/runs/seal.h"

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// NAME.h5: the whole run up to a moment, written in one piece. Its layout is resources/docs/run_format.md.
namespace toeplab::core
{

inline constexpr int kSchemaMajor = 1;
inline constexpr int kSchemaMinor = 0;

/// Puts a snapshot in place (temporary file, fsync, rename, fsync of the folder).
[[nodiscard]] Result<void> writeSnapshot(const RunStore& store, const std::string& path, Existing existing);

/// A snapshot opened for reading: verified against its seal first. Holds HDF5's lock and the file; keep it for a
/// moment.
class SnapshotFile
{
public:
    [[nodiscard]] static Result<SnapshotFile> open(const std::string& path);
    /// Without the checksum: for salvage, in a process that may be lost.
    [[nodiscard]] static Result<SnapshotFile> openUnverified(const std::string& path);

    [[nodiscard]] hid_t id() const { return file_.id(); }

    struct Identity {
        std::uint64_t device = 0, inode = 0, bytes = 0;
        std::int64_t changed_ns = 0;
        friend bool operator==(const Identity&, const Identity&) = default;
    };
    [[nodiscard]] const Identity& identity() const { return identity_; }

private:
    SnapshotFile() = default;
    [[nodiscard]] static Result<SnapshotFile> openNewest(const std::string& path, bool verify);
    [[nodiscard]] static Result<SnapshotFile> openWith(const std::string& path, bool verify, Identity& identity);

    std::unique_ptr<h5::Lock> lock_; // first, so that it goes last
    Descriptor descriptor_;
    h5::Handle file_;
    Identity identity_;
};

/// Of the file that is at `path` now; nothing when there is none.
[[nodiscard]] std::optional<SnapshotFile::Identity> identityOf(const std::string& path);

/// What a snapshot says of a run, the bulk aside. `data.path` and `data.recovery` stay empty, `data.state` is as last
/// said.
struct SnapshotContent {
    RunData data;
    std::string id;
    std::int64_t generation = 0;
    double started_unix = 0;
};

/// These throw h5::Failure, std::bad_alloc or nlohmann::json::exception; SnapshotFile's user turns them into a Result
/// with `readingRun`.
[[nodiscard]] SnapshotContent readContent(hid_t file);
[[nodiscard]] std::string readRunId(hid_t file);
[[nodiscard]] std::vector<LayerInfo> readLayers(hid_t file);
/// (channels, 2n-1): unrounded where a checkpoint of that step has it, else from the float16 track; empty when the
/// snapshot has no kernel of that step.
[[nodiscard]] std::vector<float> readKernelValues(hid_t file, const LayerInfo& info, std::int64_t step);
/// The whole track of a layer, encoded anew. With `lost`, what is damaged is counted there instead of thrown.
[[nodiscard]] std::vector<StoredKernel> readTrack(hid_t file, const LayerInfo& info, std::size_t layer_index,
                                                  std::size_t* lost = nullptr);

/// The parts of readContent one by one, for a damaged file.
[[nodiscard]] RunStore readHeaderStore(hid_t file); ///< header, id, generation, start, state
[[nodiscard]] std::vector<ValidationRow> readValidation(hid_t file);
[[nodiscard]] std::vector<RunEvent> readEvents(hid_t file);
[[nodiscard]] std::vector<LadderSnapshot> readLadder(hid_t file, std::size_t layers);
/// With `lost`, numbers that are damaged are NaN and counted there; a row without its step is left out.
[[nodiscard]] std::vector<MetricsRow> readTraining(hid_t file, std::size_t* lost = nullptr);

/// Runs `work`; what it throws becomes a sentence about the run file `path`.
template <typename Work>
[[nodiscard]] auto readingRun(const std::string& path, Work work) -> Result<decltype(work())>
{
    try {
        return work();
    } catch (const std::exception& error) {
        return fail("The run file {} cannot be understood: {}.{}{}", path, error.what(), kDoctorAdvice, path);
    }
}

} // namespace toeplab::core
