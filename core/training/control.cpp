// SPDX-License-Identifier: Apache-2.0
#include "core/training/control.h"

#include <utility>

namespace toeplab::core
{

void Control::pause()
{
    const std::lock_guard lock(mutex_);
    paused_ = true;
    stepping_ = false;
    singles_ = 0;
    changed_.notify_all();
}

void Control::resume()
{
    const std::lock_guard lock(mutex_);
    paused_ = false;
    stepping_ = false;
    singles_ = 0;
    changed_.notify_all();
}

Result<void> Control::step(std::int64_t count)
{
    const std::lock_guard lock(mutex_);
    if (!paused_)
        return fail("The run is not paused. Pause it before you step.");
    singles_ += count;
    stepping_ = true;
    changed_.notify_all();
    return {};
}

void Control::stop(bool with_checkpoint)
{
    const std::lock_guard lock(mutex_);
    stop_ = with_checkpoint;
    changed_.notify_all();
}

void Control::save()
{
    const std::lock_guard lock(mutex_);
    save_ = true;
    changed_.notify_all();
}

std::int64_t Control::setLearningRate(double lr)
{
    const std::lock_guard lock(mutex_);
    lr_ = lr;
    changed_.notify_all();
    return started_ + 1;
}

void Control::watch(std::vector<std::size_t> layers, double per_second)
{
    const std::lock_guard lock(mutex_);
    watch_ = {std::move(layers), per_second, watch_.version + 1};
    changed_.notify_all();
}

std::optional<Control::Order> Control::orderLocked()
{
    using Kind = Order::Kind;
    if (stop_)
        return Order{.kind = Kind::Stop, .with_checkpoint = *stop_};
    if (lr_)
        return Order{.kind = Kind::SetRate, .lr = *std::exchange(lr_, std::nullopt)};
    if (std::exchange(save_, false))
        return Order{.kind = Kind::Save};
    const bool may_run = !paused_ || singles_ > 0;
    if (pause_told_ == may_run) { // what the training thread knows is out of date
        pause_told_ = !may_run;
        return Order{.kind = may_run ? Kind::Resume : Kind::Pause, .single = stepping_};
    }
    if (may_run) {
        const bool single = paused_;
        if (single)
            --singles_;
        ++started_;
        return Order{.kind = Kind::Run, .single = single};
    }
    if (std::exchange(watch_seen_, watch_.version) != watch_.version)
        return Order{.kind = Kind::Watch};
    return std::nullopt;
}

Control::Order Control::next()
{
    std::unique_lock lock(mutex_);
    for (;;) {
        if (const std::optional<Order> order = orderLocked())
            return *order;
        changed_.wait(lock);
    }
}

bool Control::stopping() const
{
    const std::lock_guard lock(mutex_);
    return stop_.has_value();
}

WatchOrder Control::watching() const
{
    const std::lock_guard lock(mutex_);
    return watch_;
}

void Control::startAt(std::int64_t steps_done)
{
    const std::lock_guard lock(mutex_);
    started_ = steps_done;
}

} // namespace toeplab::core
