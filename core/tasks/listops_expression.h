// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// ListOps (Nangia & Bowman 2018, in the Long Range Arena's form): the value of nested operations on digits,
/// [MAX 4 [MIN 2 3 ] 0 ] = 4. MIN, MAX; MED, the median, of an even number of arguments the floor of the mean of the
/// middle two; SM, the sum modulo 10.
namespace toeplab::core::listops
{

/// Token ids. The first three are the published loader's; it orders the others by their frequency in the training file,
/// ties by spelling, which makes ids depend on the data. Ours are fixed, so that a model trained on one file reads any
/// other: what an id means is the same in every run.
inline constexpr std::uint8_t kPad = 0, kUnknown = 1, kEnd = 2;
inline constexpr std::uint8_t kDigit0 = 3; ///< 3..12 are the digits 0..9
inline constexpr std::uint8_t kMin = 13, kMax = 14, kMed = 15, kSum = 16;
inline constexpr std::uint8_t kClose = 17; ///< "]" in files, "X" in the published loader's vocabulary
inline constexpr std::int64_t kVocabulary = 18;
inline constexpr std::int64_t kClasses = 10;

/// An expression in prefix order without parentheses: an operator's id, its arguments, kClose.
using Expression = std::vector<std::uint8_t>;

/// "0", "[MIN", "]", "<pad>", ...
[[nodiscard]] std::string_view spelling(std::uint8_t id);

/// Its value, 0..9; the error says which token (1-based) breaks the grammar. O(tokens), any depth.
[[nodiscard]] Result<int> evaluate(std::span<const std::uint8_t> expression);

/// The text of the published files, binary and left-nested: MIN of 3 and 5 is "( ( ( [MIN 3 ) 5 ) ] )".
[[nodiscard]] std::string nestedText(std::span<const std::uint8_t> expression);
/// The text for people: "[MIN 3 5 ]". Takes a cut-off expression too.
[[nodiscard]] std::string plainText(std::span<const std::uint8_t> expression);

/// Tokens of either text, parentheses dropped, appended to `expression`. The error names the token that is none.
[[nodiscard]] Result<void> parse(std::string_view text, Expression& expression);

} // namespace toeplab::core::listops
