// SPDX-License-Identifier: Apache-2.0
#include "core/tasks/listops_expression.h"

#include <algorithm>
#include <array>

namespace toeplab::core::listops
{
namespace
{

constexpr std::array<std::string_view, kVocabulary> kSpellings{
    "<pad>", "<unk>", "<eos>", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "[MIN", "[MAX", "[MED", "[SM", "]"};

bool isDigit(std::uint8_t id)
{
    return id >= kDigit0 && id < kDigit0 + 10;
}

bool isOperator(std::uint8_t id)
{
    return id >= kMin && id <= kSum;
}

/// An operator whose arguments are being read. How often each digit came decides every operator's value.
struct Open {
    std::uint8_t id = 0;
    std::array<std::uint32_t, 10> counts{};
    std::uint32_t arguments = 0;

    /// The argument at `rank` (0-based) in ascending order.
    [[nodiscard]] int ranked(std::uint32_t rank) const
    {
        int value = 0;
        for (std::uint32_t seen = counts[0]; seen <= rank; seen += counts[static_cast<std::size_t>(value)]) {
            ++value;
        }
        return value;
    }

    [[nodiscard]] int value() const
    {
        switch (id) {
        case kMin:
            return ranked(0);
        case kMax:
            return ranked(arguments - 1);
        case kMed:
            return (ranked((arguments - 1) / 2) + ranked(arguments / 2)) / 2;
        default: {
            std::uint64_t sum = 0;
            for (std::size_t digit = 0; digit < counts.size(); ++digit) {
                sum += digit * counts[digit];
            }
            return static_cast<int>(sum % 10);
        }
        }
    }
};

} // namespace

std::string_view spelling(std::uint8_t id)
{
    return id < kSpellings.size() ? kSpellings[id] : kSpellings[kUnknown];
}

Result<int> evaluate(std::span<const std::uint8_t> expression)
{
    std::vector<Open> open;
    for (std::size_t i = 0; i < expression.size(); ++i) {
        const std::uint8_t id = expression[i];
        int value = id - kDigit0;
        if (isOperator(id)) {
            open.push_back({id, {}, 0});
            continue;
        }
        if (id == kClose) {
            if (open.empty()) {
                return fail("token {} closes an operator, but none is open", i + 1);
            }
            if (open.back().arguments == 0) {
                return fail("token {} closes {}, which has no arguments", i + 1, spelling(open.back().id));
            }
            value = open.back().value();
            open.pop_back();
        } else if (!isDigit(id)) {
            return fail("token {} is {}, which is no part of an expression", i + 1, spelling(id));
        }
        if (open.empty()) {
            if (i + 1 < expression.size()) {
                return fail("token {} follows the end of the expression", i + 2);
            }
            return value;
        }
        ++open.back().counts[static_cast<std::size_t>(value)];
        ++open.back().arguments;
    }
    if (open.empty()) {
        return fail("there is no expression");
    }
    return fail("the expression ends with {} operator{} still open", open.size(), open.size() == 1 ? "" : "s");
}

std::string nestedText(std::span<const std::uint8_t> expression)
{
    // Parentheses before an operator: one for each argument and one for its end.
    std::vector<std::size_t> parentheses(expression.size(), 0);
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < expression.size(); ++i) {
        if (expression[i] == kClose) {
            ++parentheses[open.back()];
            open.pop_back();
        }
        if (!open.empty() && !isOperator(expression[i])) {
            ++parentheses[open.back()];
        }
        if (isOperator(expression[i])) {
            open.push_back(i);
        }
    }
    std::string text;
    text.reserve(expression.size() * 7);
    std::size_t depth = 0;
    for (std::size_t i = 0; i < expression.size(); ++i) {
        const std::uint8_t id = expression[i];
        if (isOperator(id)) {
            for (std::size_t k = 0; k < parentheses[i]; ++k) {
                text += "( ";
            }
            ++depth;
        }
        text += spelling(id);
        text += ' ';
        if (id == kClose) {
            text += ") "; // the end itself was one application
            --depth;
        }
        if (!isOperator(id) && depth > 0) {
            text += ") "; // an argument of the operator around it
        }
    }
    if (!text.empty()) {
        text.pop_back();
    }
    return text;
}

std::string plainText(std::span<const std::uint8_t> expression)
{
    std::string text;
    for (const std::uint8_t id : expression) {
        text += text.empty() ? "" : " ";
        text += spelling(id);
    }
    return text;
}

Result<void> parse(std::string_view text, Expression& expression)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char first = text[i];
        const bool alone = i + 1 == text.size() || text[i + 1] == ' ';
        if (first == ' ' || (alone && (first == '(' || first == ')'))) {
            continue;
        }
        if (alone && first >= '0' && first <= '9') {
            expression.push_back(static_cast<std::uint8_t>(kDigit0 + (first - '0')));
            continue;
        }
        if (alone && first == ']') {
            expression.push_back(kClose);
            continue;
        }
        const std::string_view word = text.substr(i, std::min(text.find(' ', i), text.size()) - i);
        const auto* const found = std::find(kSpellings.begin() + kMin, kSpellings.begin() + kClose, word);
        if (found == kSpellings.begin() + kClose) {
            constexpr std::size_t kLongest = 20;
            return fail("\"{}\" is no token of ListOps", word.substr(0, kLongest));
        }
        expression.push_back(static_cast<std::uint8_t>(found - kSpellings.begin()));
        i += word.size() - 1;
    }
    return {};
}

} // namespace toeplab::core::listops
