// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace toeplab::core
{

/// A promise that the caller broke: a mistake in the program, not in its input.
class BrokenPromise : public std::logic_error
{
public:
    using std::logic_error::logic_error;
};

/// require(index < size, "index {} of {} samples", index, size): throws BrokenPromise with both numbers.
template <typename... Args>
void require(bool kept, fmt::format_string<Args...> format, Args&&... args)
{
    if (!kept) {
        throw BrokenPromise(fmt::format(format, std::forward<Args>(args)...));
    }
}

} // namespace toeplab::core
