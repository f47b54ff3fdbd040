// SPDX-License-Identifier: Apache-2.0
#include "core/runs/run_files.h"

#include "core/runs/snapshot.h"

#include <utility>

namespace toeplab::core
{

namespace
{

constexpr auto kBetweenFolds = std::chrono::seconds(5);

} // namespace

RunFiles::RunFiles(std::string path, JournalFile journal, RunStore store)
    : path_(std::move(path)), journal_(std::move(journal)), store_(std::move(store)),
      newest_(store_.header.layers.size()), next_generation_(store_.generation + 1)
{
}

void RunFiles::record(const RunRecord& record)
{
    store_.apply(record);
    if (records_ahead_ > 0 && !std::holds_alternative<StoredKernel>(record)) { // meanwhile() takes no kernels
        --records_ahead_;
        return;
    }
    if (fold_ && pending_.size() > kLargestPending)
        return; // the snapshot that is due will have it
    const std::vector<std::byte> bytes = encodeRecord(record);
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
    if (pending_.size() > kLargestPending)
        fold_ = true;
}

void RunFiles::kernel(KernelSnapshot snapshot)
{
    record(encodeKernel(snapshot));
    newest_[snapshot.layer_index] = std::move(snapshot);
}

void RunFiles::checkpoint(Checkpoint checkpoint, bool best)
{
    auto stored = std::make_shared<StoredCheckpoint>();
    for (const KernelSnapshot& kernel : newest_) {
        if (!kernel.values.empty() && kernel.step == checkpoint.step)
            stored->kernels.push_back(kernel);
    }
    stored->checkpoint = std::move(checkpoint);
    store_.last = stored;
    if (best)
        store_.best = stored;
}

Result<void> RunFiles::save()
{
    if (reopen_) {
        if (auto mended = mend(); !mended)
            return mended;
    }
    return fold();
}

Result<void> RunFiles::write()
{
    if (reopen_)
        return fail("The journal {} was removed while its run is being written. What was logged is kept in memory and "
                    "written again as soon as the folder is there.",
                    journalPath(path_));
    if (restart_) {
        if (auto restarted = journal_.restart(start(), pending_); !restarted)
            return restarted;
        pending_.clear();
        restart_ = false;
    }
    auto written = journal_.append(pending_);
    fold_ = fold_ || journal_.size() > kLargestJournal;
    return written;
}

Result<void> RunFiles::sync()
{
    const auto mended = mend();
    const auto written = write();
    auto synced = journal_.sync();
    if (!journal_.linked())
        reopen_ = true;
    else if (!synced)
        fold_ = true; // the system may have dropped what it could not write
    return !mended ? mended : !written ? written : synced;
}

Result<void> RunFiles::finish()
{
    auto synced = sync();
    if (!hasEnded(store_.state))
        return synced;
    if (auto folded = fold(); !folded)
        return folded;
    journal_.remove();
    return syncFolderOf(path_);
}

Result<void> RunFiles::mend()
{
    if (reopen_) {
        auto journal = JournalFile::open(journalPath(path_), Existing::Replace);
        if (!journal)
            return tl::unexpected(journal.error());
        journal_ = std::move(*journal);
        reopen_ = false;
        fold_ = true;
        next_fold_ = Clock::time_point();
    }
    if (fold_ && Clock::now() >= next_fold_)
        return fold();
    if (fold_)
        return tl::unexpected(Error{trouble_}); // it is tried again in a few seconds
    return {};
}

void RunFiles::openMeanwhile()
{
    const std::scoped_lock lock(beside_);
    if (!pending_.empty() || records_ahead_ > 0 || reopen_ || restart_)
        return;
    std::vector<std::byte> mark = encodeMark(next_generation_);
    open_meanwhile_ = journal_.append(mark).has_value();
    if (!open_meanwhile_)
        pending_ = std::move(mark); // a part of it may be there
}

void RunFiles::meanwhile(const RunRecord& record)
{
    const std::scoped_lock lock(beside_);
    if (!open_meanwhile_)
        return;
    std::vector<std::byte> bytes = encodeRecord(record);
    ahead_.insert(ahead_.end(), bytes.begin(), bytes.end());
    ++records_ahead_;
    open_meanwhile_ = journal_.append(bytes).has_value();
    if (!open_meanwhile_)
        pending_ = std::move(bytes); // what the disk did not take of it; the thread in save() leaves it alone
}

Result<void> RunFiles::fold()
{
    const std::int64_t before = std::exchange(store_.generation, next_generation_++);
    const auto written = writeSnapshot(store_, path_, Existing::Replace);
    const std::scoped_lock lock(beside_);
    open_meanwhile_ = false;
    const std::vector<std::byte> ahead = std::exchange(ahead_, {});
    if (!written) {
        store_.generation = before;
        fold_ = true;
        next_fold_ = Clock::now() + kBetweenFolds;
        trouble_ = written.error().message;
        return written;
    }
    pending_.clear();
    pending_.shrink_to_fit();
    fold_ = false;
    restart_ = !journal_.restart(start(), ahead); // all else is safe in the snapshot: sync() tries again and reports
    if (restart_ || ahead.empty())
        records_ahead_ = 0; // they are not in the new journal
    return {};
}

JournalStart RunFiles::start() const
{
    return {store_.id, store_.generation, store_.started_unix, store_.state, store_.header};
}

} // namespace toeplab::core
