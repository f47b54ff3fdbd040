// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/tasks/listops_files.h"
#include "core/tasks/task.h"

#include <array>
#include <mutex>
#include <optional>

namespace toeplab::core::listops
{

/// ListOps, generated or read. Loads a split when it is first asked for: held-out splits of generated data cost a
/// fraction of a second, whatever train_samples is. Calls from any thread.
class ListopsTask final : public Task
{
public:
    /// Finds the files, where there is a path, and reads none yet.
    [[nodiscard]] static Result<std::unique_ptr<Task>> make(const TaskSettings& settings);

    [[nodiscard]] std::string name() const override { return "listops"; }
    [[nodiscard]] TaskShape shape() const override;
    [[nodiscard]] Result<std::shared_ptr<const Dataset>> dataset(Split split, const Progress& progress) override;
    [[nodiscard]] std::string provenance() const override;

private:
    /// "; 12 of them cut to 512 positions"; empty where none is. With the lock held.
    [[nodiscard]] std::string cutText() const;
    ListopsTask(TaskSettings settings, std::optional<Files> files);
    [[nodiscard]] Result<void> load(Split split, const Progress& progress);
    void keep(Split split, TokenStore store);

    const TaskSettings settings_;
    const std::optional<Files> files_; ///< none: generated
    mutable std::mutex mutex_;
    std::array<std::shared_ptr<const Dataset>, 3> datasets_; ///< guarded by mutex_
};

} // namespace toeplab::core::listops
