// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/runs/run_data.h"

#include <functional>
#include <memory>
#include <string>

namespace toeplab::core
{

/// Writes a run from a thread of its own. Every call returns at once (a bounded queue; it waits when the disk is more
/// than the bound behind); order is kept. Rows go to NAME.journal, flushed each second and at each event; checkpoint()
/// folds the journal into NAME.h5 (temporary file, fsync, rename, fsync of the folder). While the writer lives it holds
/// a lock on the journal, by which readers tell an alive run from a crashed one.
class RunWriter
{
public:
    /// Called on the writer thread with a sentence when the disk fails; later calls are kept in memory and tried again.
    using FailureHandler = std::function<void(const Error&)>;

    /// A new run: refuses a path that exists.
    [[nodiscard]] static Result<std::unique_ptr<RunWriter>> create(const std::string& path, RunHeader header,
                                                                   FailureHandler on_failure);
    /// Goes on with an existing run from its checkpoint `last`: rows, kernels and events after that step are dropped,
    /// so that curves do not zigzag. Refuses while another writer is alive.
    [[nodiscard]] static Result<std::unique_ptr<RunWriter>> resume(const std::string& path, FailureHandler on_failure);
    virtual ~RunWriter() = default; ///< writes what is queued; the state stays what was said last

    virtual void metrics(const MetricsRow& row) = 0;
    virtual void validation(const ValidationRow& row) = 0;
    virtual void event(const RunEvent& event) = 0;
    virtual void kernel(KernelSnapshot snapshot) = 0; ///< thinned log-spaced within the run's budget
    virtual void ladder(LadderSnapshot snapshot) = 0;
    virtual void state(RunState state) = 0; ///< Alive, Paused, Stopped, Finished
    /// Replaces `last`; `best` too when it is the best so far. done (may be empty) is called on the writer thread when
    /// the file is safely on disk, or with the error.
    virtual void checkpoint(Checkpoint checkpoint, bool best, std::function<void(const Result<void>&)> done) = 0;
    /// Waits until everything said so far is on disk.
    [[nodiscard]] virtual Result<void> flush() = 0;
};

} // namespace toeplab::core
