// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <utility>

namespace toeplab::kernels
{

/// The plans used last, by a small key that is compared by its members (operator==). The oldest makes room for a new
/// one. A handful of entries: they are searched in order of use.
template <typename Key, typename Plan>
class PlanCache
{
public:
    explicit PlanCache(std::size_t capacity) : capacity_(capacity) {}

    /// The plan of this key; make(key) returns a unique_ptr where there is none. Valid until the next call.
    template <typename Make>
    [[nodiscard]] Plan& get(const Key& key, Make&& make)
    {
        for (auto it = plans_.begin(); it != plans_.end(); ++it) {
            if (it->first == key) {
                plans_.splice(plans_.begin(), plans_, it);
                ++hits_;
                return *plans_.front().second;
            }
        }
        ++misses_;
        std::unique_ptr<Plan> made = make(key); // may throw: the cache is then as it was
        if (plans_.size() == capacity_) {
            plans_.pop_back();
            ++evictions_;
        }
        plans_.emplace_front(key, std::move(made));
        return *plans_.front().second;
    }

    [[nodiscard]] std::size_t size() const { return plans_.size(); }
    [[nodiscard]] std::size_t hits() const { return hits_; }
    [[nodiscard]] std::size_t misses() const { return misses_; }
    [[nodiscard]] std::size_t evictions() const { return evictions_; }

private:
    std::size_t capacity_;
    std::list<std::pair<Key, std::unique_ptr<Plan>>> plans_; // most recently used first
    std::size_t hits_ = 0;
    std::size_t misses_ = 0;
    std::size_t evictions_ = 0;
};

} // namespace toeplab::kernels
