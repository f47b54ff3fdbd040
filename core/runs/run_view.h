// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/runs/journal.h"
#include "core/runs/snapshot.h"

#include <string>

namespace toeplab::core
{

/// A snapshot and the journal beside it, taken together.
struct RunView {
    SnapshotContent content;
    Journal journal;
    bool alive = false; ///< a writer was at work
};

/// Whether another process (or another writer of this one) may be at work; Owner: the caller is the writer.
enum class Onlooker { Reader, Owner };

/// The writer puts a snapshot in place and then restarts the journal: for a moment the two do not belong together. A
/// reader then looks again, for half a second at most.
[[nodiscard]] Result<RunView> viewRun(const std::string& path, Onlooker onlooker);

/// A missing journal is an empty one.
[[nodiscard]] Result<Journal> loadJournal(const std::string& journal_path);

} // namespace toeplab::core
