// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/base/result.h"
#include "core/tasks/listops_expression.h"
#include "core/tasks/task.h"
#include "core/tasks/token_store.h"

#include <cstdint>

namespace toeplab::core::listops
{

/// Draws random trees as the Long Range Arena's generator does. Node at a depth (root 1): below max_depth draw u in [0,
/// 1); at max_depth, or where u > 1/4, a digit 0..9. Otherwise an operator: the number of arguments 2..max_args, the
/// arguments (nodes one deeper) in order, then which of MIN, MAX, MED, SM. All draws uniform.
class TreeSampler
{
public:
    TreeSampler(std::int64_t max_depth, std::int64_t max_args, std::int64_t max_length)
        : max_depth_(max_depth), max_args_(static_cast<std::uint64_t>(max_args)),
          max_length_(static_cast<std::size_t>(max_length))
    {
    }

    /// The next tree, replacing `expression`. False: it reached max_length tokens and was given up at that point (the
    /// trees that are accepted are distributed as if it had been finished).
    [[nodiscard]] bool draw(Random& random, Expression& expression) const;

private:
    [[nodiscard]] bool node(std::int64_t depth, Random& random, Expression& expression) const;

    std::int64_t max_depth_;
    std::uint64_t max_args_;
    std::size_t max_length_;
};

struct Generated {
    TokenStore train, validation, test; ///< labels are the values
    std::uint64_t trees = 0;            ///< drawn, for the acceptance rate
    std::uint64_t accepted = 0;         ///< of the right length, duplicates included
};

enum class Wanted { HeldOut, All }; ///< HeldOut: validation and test only, a fraction of the work

/// task.*_samples distinct expressions with min_length < tokens < max_length, no expression in two splits. The result
/// is a function of the settings alone, whatever the number of threads: expressions come from numbered streams of the
/// data seed, taken in order; the first are the test's, the next the validation's, so that both stay the same whatever
/// train_samples is. About 0.3 s for 24,000 expressions of the tour, seconds for LRA's 100,000. The error says when too
/// few distinct expressions turn up, or that it was stopped.
[[nodiscard]] Result<Generated> generate(const TaskSettings& settings, Wanted wanted = Wanted::All,
                                         const Progress& progress = {});

} // namespace toeplab::core::listops
