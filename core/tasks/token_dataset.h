// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/tasks/task.h"
#include "core/tasks/token_store.h"

namespace toeplab::core
{

/// Sequences of a TokenStore as a model sees them: cut to length_limit - 1 tokens, then the end mark; token 0 pads.
/// batch() copies bytes, nothing is parsed: O(rows * length).
class TokenDataset final : public Dataset
{
public:
    using TextOf = std::function<std::string(std::span<const std::uint8_t>)>;

    TokenDataset(std::shared_ptr<const TokenStore> store, std::int64_t length_limit, std::uint8_t end_mark,
                 TextOf text_of);

    [[nodiscard]] std::int64_t size() const override;
    [[nodiscard]] Batch batch(std::span<const std::int64_t> indices) const override;
    [[nodiscard]] std::int64_t length(std::int64_t index) const override;
    [[nodiscard]] std::string text(std::int64_t index) const override;
    [[nodiscard]] std::int64_t cutSamples() const override { return cut_; }

private:
    [[nodiscard]] std::span<const std::uint8_t> kept(std::int64_t index) const;

    std::shared_ptr<const TokenStore> store_;
    std::size_t most_tokens_;
    std::int64_t cut_ = 0;
    std::uint8_t end_mark_;
    TextOf text_of_;
};

} // namespace toeplab::core
