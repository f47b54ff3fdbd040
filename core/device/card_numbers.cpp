// SPDX-License-Identifier: Apache-2.0
#include "core/device/card_numbers.h"

#include <algorithm>
#include <charconv>

namespace toeplab::core
{

std::optional<std::vector<int>> cardNumbers(std::string_view name)
{
    constexpr std::string_view kCuda = "cuda";
    if (name.substr(0, kCuda.size()) != kCuda)
        return std::nullopt;
    name.remove_prefix(kCuda.size());
    if (name.empty())
        return std::vector<int>{0};
    if (name == ":all")
        return std::vector<int>{};
    std::vector<int> numbers;
    while (!name.empty()) {
        if (name.front() != (numbers.empty() ? ':' : ','))
            return std::nullopt;
        name.remove_prefix(1);
        int number = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
        if (error != std::errc() || number < 0)
            return std::nullopt;
        name.remove_prefix(static_cast<std::size_t>(end - name.data()));
        if (std::find(numbers.begin(), numbers.end(), number) != numbers.end())
            return std::nullopt;
        numbers.push_back(number);
    }
    return numbers;
}

} // namespace toeplab::core
