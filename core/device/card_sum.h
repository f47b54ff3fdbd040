// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace toeplab::core
{

/// A sum over graphics cards that compute parts of one batch.
class CardSum
{
public:
    CardSum() = default;
    CardSum(const CardSum&) = delete;
    CardSum& operator=(const CardSum&) = delete;
    virtual ~CardSum() = default;

    /// Each of the buffers, `count` floats on a card of its own, becomes the sum over all of them, the same bits on
    /// every card. Enqueued on each card behind what is on its way there; throws what the cards refuse.
    virtual void sum(const std::vector<float*>& buffers, std::int64_t count) = 0;
};

} // namespace toeplab::core
