// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/runs/disk.h"
#include "core/runs/run_store.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// NAME.journal: what happened since the snapshot NAME.h5, in order.
///
///   bytes 0-7    "TOEPJRNL"
///   bytes 8-11   version of the framing, 1 (all numbers little-endian)
///   bytes 12-15  zero
///   then records: length (4 bytes), CRC-32C of those 4 bytes and the payload (4 bytes), payload (CBOR)
///
/// The first record says which run and which snapshot the journal continues. A record counts when it is complete and
/// its checksum fits; the first that does not ends the journal.
namespace toeplab::core
{

/// The first record.
struct JournalStart {
    std::string id;              ///< of the run
    std::int64_t generation = 0; ///< of the snapshot that it continues
    double started_unix = 0;
    RunState state = RunState::Alive;
    RunHeader header; ///< so that a journal alone makes a run
};

/// Said when a snapshot is begun: it has the records before this place, and none of those behind it.
struct SnapshotMark {
    std::int64_t generation = 0;
    std::size_t records = 0; ///< before it
};

/// A journal as far as it can be read.
struct Journal {
    std::optional<JournalStart> start; ///< nothing: empty, or damaged from its start
    std::vector<RunRecord> records;
    std::vector<SnapshotMark> marks;
    std::size_t good_bytes = 0; ///< up to the end of the last good record
    bool torn = false; ///< what follows is the beginning of a record: its writer was cut off, nothing else is damaged
    std::size_t total_bytes = 0;
};

/// A path with .h5 at its end replaced by .journal, or .journal added.
[[nodiscard]] std::string journalPath(const std::string& run_path);

[[nodiscard]] std::vector<std::byte> journalPrologue(); ///< the first 16 bytes
[[nodiscard]] std::vector<std::byte> frameRecord(const nlohmann::json& payload);
[[nodiscard]] std::vector<std::byte> encodeStart(const JournalStart& start);
[[nodiscard]] std::vector<std::byte> encodeRecord(const RunRecord& record);

[[nodiscard]] std::vector<std::byte> encodeMark(std::int64_t generation);

/// How many of its records the snapshot has; nothing: the journal is of another run, or the snapshot has it all.
[[nodiscard]] std::optional<std::size_t> recordsWithin(const Journal& journal, const std::string& id,
                                                       std::int64_t generation);

/// Never fails: any bytes are a journal of which some part is good. Kinds of records that a later version adds are
/// passed over.
[[nodiscard]] Journal decodeJournal(std::span<const std::byte> bytes);

/// Whether a process holds the journal's lock, which a writer does while it lives.
[[nodiscard]] bool writerAlive(const std::string& journal_path);

/// The writer's end. Not for two threads at once.
class JournalFile
{
public:
    /// Creates or opens the file and takes its lock; fails when another process holds it, or when there is something in
    /// it already (Refuse).
    [[nodiscard]] static Result<JournalFile> open(const std::string& path, Existing existing);

    /// Begins anew, with these records behind the start. Until the new file is whole the old one stays in its place.
    [[nodiscard]] Result<void> restart(const JournalStart& start, std::span<const std::byte> records = {});
    /// Appends as much as the disk takes and removes it from the front of `pending`.
    [[nodiscard]] Result<void> append(std::vector<std::byte>& pending);
    /// To the disk itself; fails also when the file was removed from under the writer.
    [[nodiscard]] Result<void> sync();
    /// Whether the file still has a name.
    [[nodiscard]] bool linked() const;
    [[nodiscard]] std::size_t size() const { return size_; }
    void remove();

private:
    JournalFile(Descriptor file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}

    [[nodiscard]] Result<void> replaceBy(std::vector<std::byte> bytes);
    [[nodiscard]] Error removed() const;

    Descriptor file_;
    std::string path_;
    std::size_t size_ = 0;
};

} // namespace toeplab::core
