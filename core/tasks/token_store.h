// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"

#include <cstdint>
#include <span>
#include <vector>

namespace toeplab::core
{

/// FNV-1a of the tokens, 64 bits, mixed: equal sequences are equal, on every machine.
[[nodiscard]] inline std::uint64_t contentHash(std::span<const std::uint8_t> tokens)
{
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const std::uint8_t token : tokens) {
        hash = (hash ^ token) * 0x100000001b3U;
    }
    return Random::mix(hash);
}

/// Labelled token sequences back to back in one array: 1 byte a token, so 96,000 ListOps samples take 100 MB.
class TokenStore
{
public:
    void append(std::span<const std::uint8_t> tokens, std::uint8_t label)
    {
        tokens_.insert(tokens_.end(), tokens.begin(), tokens.end());
        ends_.push_back(tokens_.size());
        labels_.push_back(label);
    }
    void reserve(std::size_t samples, std::size_t tokens)
    {
        tokens_.reserve(tokens);
        ends_.reserve(samples);
        labels_.reserve(samples);
    }

    [[nodiscard]] std::size_t size() const { return labels_.size(); }
    [[nodiscard]] std::size_t tokenCount() const { return tokens_.size(); }
    [[nodiscard]] std::uint8_t label(std::size_t index) const { return labels_[index]; }
    [[nodiscard]] std::span<const std::uint8_t> tokens(std::size_t index) const
    {
        const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
        return std::span(tokens_).subspan(begin, ends_[index] - begin);
    }

private:
    std::vector<std::uint8_t> tokens_;
    std::vector<std::size_t> ends_;
    std::vector<std::uint8_t> labels_;
};

} // namespace toeplab::core
