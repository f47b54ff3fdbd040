// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace toeplab::core
{

/// Insertions, deletions, substitutions and swaps of neighbours between two words (Damerau-Levenshtein, optimal string
/// alignment). O(|a| |b|).
[[nodiscard]] std::size_t editDistance(std::string_view a, std::string_view b);

/// What a person who wrote `word` may have meant: at most `limit` candidates, nearest first. A candidate qualifies when
/// the parts after the last dot are within one edit or a third of its letters, so "rank" and "model.rnak" find
/// "mixer.rank".
[[nodiscard]] std::vector<std::string> nearest(std::string_view word, std::span<const std::string> candidates,
                                               std::size_t limit = 3);

/// "a", "a or b", "a, b or c".
[[nodiscard]] std::string alternatives(std::span<const std::string> words);

/// A number as a person writes it: at most 6 significant digits, no trailing zeros, thousands as in 96,000 for
/// integers.
[[nodiscard]] std::string plainNumber(double value);

} // namespace toeplab::core
