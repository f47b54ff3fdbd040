// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>
#include <tl/expected.hpp>

#include <string>
#include <utility>

namespace toeplab::core
{

/// An expected failure (a file, the user, a device, data). `message` is one or two sentences for a person: what
/// happened, with the number or name, and what to do next. It ends with a full stop.
struct Error {
    std::string message;
};

template <typename T>
using Result = tl::expected<T, Error>;

/// return fail("The file {} ends early at byte {}. Import it again.", path, byte);
template <typename... Args>
[[nodiscard]] tl::unexpected<Error> fail(fmt::format_string<Args...> format, Args&&... args)
{
    return tl::unexpected<Error>(Error{fmt::format(format, std::forward<Args>(args)...)});
}

} // namespace toeplab::core
