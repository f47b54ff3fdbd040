// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/protocol/messages.h"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace toeplab::widgets
{

/// What has come from the engine since the window last looked.
struct Delivery {
    std::vector<core::Answer> answers;
    std::vector<core::EventBody> ordered; ///< started, metrics, validation, marks, log: every one, in order
    std::shared_ptr<const core::SessionStatus> status;                       ///< newest wins
    std::shared_ptr<const core::LadderFrame> ladder;                         ///< newest wins
    std::map<std::size_t, std::shared_ptr<const core::KernelFrame>> kernels; ///< newest of each layer wins
    std::optional<std::string> ended; ///< the engine is gone: why, in a sentence; after all else

    [[nodiscard]] bool empty() const
    {
        return answers.empty() && ordered.empty() && !status && !ladder && kernels.empty() && !ended;
    }
};

/// Between the thread that decodes and the window's. The lock is held for pointer moves only.
class Mailbox
{
public:
    void put(core::Answer answer)
    {
        const std::lock_guard lock(mutex_);
        waiting_.answers.push_back(std::move(answer));
    }
    void put(core::EventBody event)
    {
        const std::lock_guard lock(mutex_);
        if (auto* status = std::get_if<core::SessionStatus>(&event)) {
            waiting_.status = std::make_shared<const core::SessionStatus>(std::move(*status));
        } else if (auto* ladder = std::get_if<std::shared_ptr<const core::LadderFrame>>(&event)) {
            waiting_.ladder = std::move(*ladder);
        } else if (auto* kernel = std::get_if<std::shared_ptr<const core::KernelFrame>>(&event)) {
            const std::size_t layer_index = (*kernel)->layer_index;
            waiting_.kernels[layer_index] = std::move(*kernel);
        } else {
            if (std::holds_alternative<core::StartedEvent>(event)) {
                waiting_.ladder = nullptr; // of the run before
                waiting_.kernels.clear();
            }
            waiting_.ordered.push_back(std::move(event));
        }
    }
    void end(std::string reason)
    {
        const std::lock_guard lock(mutex_);
        waiting_.ended = std::move(reason);
    }
    [[nodiscard]] Delivery take()
    {
        const std::lock_guard lock(mutex_);
        return std::exchange(waiting_, {});
    }

private:
    std::mutex mutex_;
    Delivery waiting_;
};

} // namespace toeplab::widgets
