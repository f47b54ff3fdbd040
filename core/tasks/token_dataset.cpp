// SPDX-License-Identifier: Apache-2.0
#include "core/tasks/token_dataset.h"

#include "core/base/check.h"

#include <algorithm>
#include <utility>

namespace toeplab::core
{

TokenDataset::TokenDataset(std::shared_ptr<const TokenStore> store, std::int64_t length_limit, std::uint8_t end_mark,
                           TextOf text_of)
    : store_(std::move(store)), most_tokens_(static_cast<std::size_t>(std::max<std::int64_t>(length_limit, 1) - 1)),
      end_mark_(end_mark), text_of_(std::move(text_of))
{
    require(length_limit >= 2, "a length limit of {} leaves no token beside the end mark, at least 2", length_limit);
    for (std::size_t i = 0; i < store_->size(); ++i)
        cut_ += store_->tokens(i).size() > most_tokens_ ? 1 : 0;
}

std::span<const std::uint8_t> TokenDataset::kept(std::int64_t index) const
{
    require(index >= 0 && index < size(), "sample {} of a split with {} samples", index, size());
    const auto tokens = store_->tokens(static_cast<std::size_t>(index));
    return tokens.first(std::min(tokens.size(), most_tokens_));
}

std::int64_t TokenDataset::size() const
{
    return static_cast<std::int64_t>(store_->size());
}

std::int64_t TokenDataset::length(std::int64_t index) const
{
    return static_cast<std::int64_t>(kept(index).size()) + 1;
}

std::string TokenDataset::text(std::int64_t index) const
{
    return text_of_(kept(index));
}

Batch TokenDataset::batch(std::span<const std::int64_t> indices) const
{
    Batch batch;
    batch.rows = static_cast<std::int64_t>(indices.size());
    batch.lengths.reserve(indices.size());
    batch.labels.reserve(indices.size());
    for (const std::int64_t index : indices) {
        batch.lengths.push_back(static_cast<std::int32_t>(length(index)));
        batch.labels.push_back(store_->label(static_cast<std::size_t>(index)));
        batch.length = std::max<std::int64_t>(batch.length, batch.lengths.back());
    }
    batch.tokens.assign(static_cast<std::size_t>(batch.rows * batch.length), 0);
    auto row = batch.tokens.begin();
    for (const std::int64_t index : indices) {
        const auto tokens = kept(index);
        *std::copy(tokens.begin(), tokens.end(), row) = end_mark_;
        row += batch.length;
    }
    return batch;
}

} // namespace toeplab::core
