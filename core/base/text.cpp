// SPDX-License-Identifier: Apache-2.0
#include "core/base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>

namespace toeplab::core
{

std::size_t editDistance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t substitution = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, substitution});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], before_last[j - 2] + 1);
            }
        }
        before_last.swap(last);
        last.swap(row);
    }
    return last[b.size()];
}

std::vector<std::string> nearest(std::string_view word, std::span<const std::string> candidates, std::size_t limit)
{
    const auto lastPart = [](std::string_view key) { return key.substr(key.rfind('.') + 1); };
    std::vector<std::pair<std::size_t, const std::string*>> found;
    for (const std::string& candidate : candidates) {
        const std::string_view part = lastPart(candidate);
        const std::size_t edits = editDistance(lastPart(word), part);
        if (edits <= std::max<std::size_t>(1, part.size() / 3)) {
            found.emplace_back(edits * 100 + editDistance(word, candidate), &candidate);
        }
    }
    std::stable_sort(found.begin(), found.end(), [](const auto& x, const auto& y) { return x.first < y.first; });
    std::vector<std::string> words;
    for (const auto& [distance, candidate] : found) {
        if (words.size() < limit) {
            words.push_back(*candidate);
        }
    }
    return words;
}

std::string alternatives(std::span<const std::string> words)
{
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        text += i == 0 ? "" : i + 1 == words.size() ? " or " : ", ";
        text += words[i];
    }
    return text;
}

std::string plainNumber(double value)
{
    constexpr double kExactIntegers = 9007199254740992.0; // 2^53
    if (std::floor(value) != value || std::abs(value) > kExactIntegers) {
        return fmt::format("{:.6g}", value);
    }
    std::string digits = fmt::format("{}", static_cast<std::int64_t>(std::abs(value)));
    for (std::size_t i = digits.size(); i > 3; i -= 3) {
        digits.insert(i - 3, 1, ',');
    }
    return value < 0 ? "-" + digits : digits;
}

} // namespace toeplab::core
