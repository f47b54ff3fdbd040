// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>
#include <vector>

namespace toeplab::core
{

/// Holds what a recorded step reads from again at every replay and nobody else may keep: an operator's constants of a
/// length (positions, plans), which make room for those of the next length. While one lives on a thread, keep() of that
/// thread adds to it.
class Keepsakes
{
public:
    Keepsakes();
    Keepsakes(const Keepsakes&) = delete;
    Keepsakes& operator=(const Keepsakes&) = delete;
    ~Keepsakes();

    /// What was kept; it is the caller's from here on.
    [[nodiscard]] std::vector<std::shared_ptr<const void>> take() { return std::move(kept_); }

    /// Of the calling thread; null: nothing is recorded.
    [[nodiscard]] static Keepsakes* current();
    void add(std::shared_ptr<const void> one) { kept_.push_back(std::move(one)); }

private:
    std::vector<std::shared_ptr<const void>> kept_;
    Keepsakes* outer_;
};

/// A handle (a tensor, a shared pointer) for the recording of this thread, if there is one.
template <typename Handle>
void keep(const Handle& handle)
{
    if (Keepsakes* keepsakes = Keepsakes::current(); keepsakes != nullptr)
        keepsakes->add(std::make_shared<const Handle>(handle));
}

} // namespace toeplab::core
