// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/runs/journal.h"
#include "core/runs/run_store.h"

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace toeplab::core
{

/// The two files of a run and the run in memory, kept in step by one thread (RunWriter's). Whatever the disk does, the
/// memory holds all of the run: a disk that fails is tried again, and what it missed is made up for by a new snapshot.
class RunFiles
{
public:
    /// Journals beyond it are folded into a snapshot without waiting for a checkpoint.
    static constexpr std::size_t kLargestJournal = std::size_t{32} << 20;
    /// Records that wait for a full disk; beyond it a snapshot takes their place.
    static constexpr std::size_t kLargestPending = std::size_t{64} << 20;

    [[nodiscard]] static Result<std::unique_ptr<RunFiles>> create(const std::string& path, RunHeader header);
    [[nodiscard]] static Result<std::unique_ptr<RunFiles>> resume(const std::string& path);

    void record(const RunRecord& record);
    void kernel(KernelSnapshot snapshot);
    /// Makes it `last` (and `best`); on the disk after the next save().
    void checkpoint(Checkpoint checkpoint, bool best);
    /// Folds everything into the snapshot.
    [[nodiscard]] Result<void> save();
    /// Before save(): from now to its end meanwhile() takes records.
    void openMeanwhile();
    /// From any thread, for a record that will be told to record() after save(): it outlives the process from now on.
    void meanwhile(const RunRecord& record);
    /// Hands what is new to the operating system: it outlives this process from then on.
    [[nodiscard]] Result<void> write();
    /// To the disk: it outlives a power loss. Also mends what an earlier failure left.
    [[nodiscard]] Result<void> sync();
    /// A run that is stopped or finished becomes one file; any other keeps its journal.
    [[nodiscard]] Result<void> finish();

    [[nodiscard]] const RunStore& store() const { return store_; }

private:
    using Clock = std::chrono::steady_clock;

    RunFiles(std::string path, JournalFile journal, RunStore store);
    [[nodiscard]] Result<void> fold();
    [[nodiscard]] Result<void> mend();
    [[nodiscard]] JournalStart start() const;

    std::string path_;
    JournalFile journal_;
    RunStore store_;
    std::vector<std::byte> pending_;     ///< encoded records that the journal does not have yet
    std::vector<KernelSnapshot> newest_; ///< of each layer, unrounded
    bool reopen_ = false;                ///< the journal was removed from under us
    std::string trouble_;                ///< what the last failed snapshot failed of
    bool fold_ = false;                  ///< the snapshot must make up for what the journal lost
    bool restart_ = false;               ///< the snapshot is newer than the journal
    std::int64_t next_generation_;       ///< of the next snapshot; one that failed leaves a gap, so marks stay unique
    Clock::time_point next_fold_;        ///< a failed snapshot is tried again after a while

    std::mutex beside_;             ///< of the journal and these while a snapshot is being written
    bool open_meanwhile_ = false;   ///< meanwhile() takes records
    std::vector<std::byte> ahead_;  ///< what it took, encoded
    std::size_t records_ahead_ = 0; ///< that record() will be told of and the journal has
};

} // namespace toeplab::core
