// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/training/session.h"
#include "widgets/figures/kernel_profile.h"

#include <algorithm>
#include <list>
#include <memory>

namespace toeplab::widgets
{

/// What views compute from kernel frames, for all of them: found by the frame (itself, not what may lie at its address
/// later) and the choice. The least recently used goes first. Only the interface's thread comes here.
template <typename Value>
class FrameCache
{
public:
    explicit FrameCache(std::size_t size) : size_(size) {}

    /// The value, made by make() where there is none yet. Valid until the next call.
    template <typename Make>
    Value& at(const std::shared_ptr<const core::KernelFrame>& frame, const ProfileChoice& choice, Make&& make)
    {
        const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& each) {
            return each.choice == choice && !each.frame.owner_before(frame) && !frame.owner_before(each.frame);
        });
        if (found != entries_.end()) {
            entries_.splice(entries_.begin(), entries_, found);
        } else {
            entries_.remove_if([](const Entry& each) { return each.frame.expired(); });
            if (entries_.size() >= size_)
                entries_.pop_back();
            entries_.push_front({frame, choice, make()});
        }
        return entries_.front().value;
    }

private:
    struct Entry {
        std::weak_ptr<const core::KernelFrame> frame;
        ProfileChoice choice;
        Value value;
    };

    std::size_t size_;
    std::list<Entry> entries_;
};

/// Whether there is a frame of the size that it says it has, with the chosen channel.
[[nodiscard]] inline bool canShow(const std::shared_ptr<const core::KernelFrame>& frame, const ProfileChoice& choice)
{
    if (!frame)
        return false;
    const std::int64_t n = frame->info.length, channels = frame->info.channels;
    return n >= 1 && channels >= 1 && frame->values.size() == static_cast<std::size_t>(channels * (2 * n - 1)) &&
           choice.channel < channels;
}

} // namespace toeplab::widgets
