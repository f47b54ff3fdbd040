// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace toeplab::core
{

/// The graphics cards that a device's name means: "cuda" is card 0, "cuda:3" card 3, "cuda:0,2" two of them. An empty
/// list for "cuda:all"; nothing for what is none of these, or names a card twice.
[[nodiscard]] std::optional<std::vector<int>> cardNumbers(std::string_view name);

} // namespace toeplab::core
