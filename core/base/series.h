// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace toeplab::core
{

/// Rows of a run as a value: a copy shares the chunks and costs one pointer for every 1024 rows, so a live curve of
/// 100,000 points is handed on for 100 pointers. Rows are appended to the newest value only; a copy never changes.
/// One thread appends; copies may be read from any thread. push_back amortised O(1), operator[] O(1).
template <typename T>
class Series
{
public:
    static constexpr std::size_t kChunk = 1024;

    Series() = default;
    explicit Series(const std::vector<T>& rows)
    {
        for (const T& row : rows)
            push_back(row);
    }

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] const T& operator[](std::size_t i) const { return chunks_[i / kChunk]->rows[i % kChunk]; }
    [[nodiscard]] const T& front() const { return (*this)[0]; }
    [[nodiscard]] const T& back() const { return (*this)[size_ - 1]; }

    void push_back(const T& row)
    {
        const std::size_t used = size_ % kChunk;
        if (used == 0)
            chunks_.push_back(std::make_shared<Chunk>());
        else if (chunks_.back()->rows.size() != used) // a copy has gone its own way: keep this value's rows only
            chunks_.back() = std::make_shared<Chunk>(*chunks_.back(), used);
        chunks_.back()->rows.push_back(row);
        ++size_;
    }
    void clear()
    {
        chunks_.clear();
        size_ = 0;
    }
    /// Keeps the first `count` rows (a resumed run drops those after its checkpoint).
    void truncate(std::size_t count)
    {
        if (count >= size_)
            return;
        chunks_.resize((count + kChunk - 1) / kChunk);
        size_ = count;
    }

private:
    /// `rows` has room for kChunk from the start: appending never moves what a copy reads.
    struct Chunk {
        Chunk() { rows.reserve(kChunk); }
        Chunk(const Chunk& other, std::size_t count) : Chunk()
        {
            rows.assign(other.rows.begin(), other.rows.begin() + static_cast<std::ptrdiff_t>(count));
        }
        std::vector<T> rows;
    };
    std::vector<std::shared_ptr<Chunk>> chunks_;
    std::size_t size_ = 0;
};

} // namespace toeplab::core
