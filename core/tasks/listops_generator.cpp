// SPDX-License-Identifier: Apache-2.0
#include "core/tasks/listops_generator.h"

#include "core/base/text.h"

#include <algorithm>
#include <atomic>
#include <string_view>
#include <thread>
#include <unordered_set>
#include <vector>

namespace toeplab::core::listops
{
namespace
{

constexpr double kValueProbability = 0.25;        // LRA's name; a node above it is a digit
constexpr std::size_t kShardSamples = 64;         // accepted expressions a stream gives
constexpr std::uint64_t kShardTokens = 4'000'000; // drawn at most for them, so that a hopeless stream ends

/// What one numbered stream of the data seed yields.
struct Shard {
    TokenStore samples;
    std::uint64_t trees = 0;
};

Shard drawShard(const TaskSettings& settings, std::uint64_t number)
{
    const TreeSampler sampler(settings.max_depth, settings.max_args, settings.max_length);
    Random random(static_cast<std::uint64_t>(settings.data_seed), number);
    Shard shard;
    Expression expression;
    std::uint64_t tokens = 0;
    while (shard.samples.size() < kShardSamples && tokens < kShardTokens) {
        const bool complete = sampler.draw(random, expression);
        ++shard.trees;
        tokens += expression.size();
        if (complete && static_cast<std::int64_t>(expression.size()) > settings.min_length) {
            shard.samples.append(expression, static_cast<std::uint8_t>(evaluate(expression).value()));
        }
    }
    return shard;
}

/// Shards first..first+count-1, on all cores.
std::vector<Shard> drawShards(const TaskSettings& settings, std::uint64_t first, std::size_t count)
{
    std::vector<Shard> shards(count);
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (std::size_t i = next++; i < count; i = next++) {
            shards[i] = drawShard(settings, first + i);
        }
    };
    const std::size_t workers = std::min<std::size_t>(count, std::max(1U, std::thread::hardware_concurrency()));
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < workers; ++i) {
        threads.emplace_back(work);
    }
    work();
    threads.clear(); // joins
    return shards;
}

} // namespace

bool TreeSampler::draw(Random& random, Expression& expression) const
{
    expression.clear();
    return node(1, random, expression);
}

bool TreeSampler::node(std::int64_t depth, Random& random, Expression& expression) const
{
    if (expression.size() + 1 >= max_length_) {
        return false;
    }
    if (depth >= max_depth_ || random.uniform() > kValueProbability) {
        expression.push_back(static_cast<std::uint8_t>(kDigit0 + random.below(10)));
        return true;
    }
    const std::uint64_t arguments = 2 + random.below(max_args_ - 1);
    const std::size_t place = expression.size();
    expression.push_back(kMin); // until it is drawn, after the arguments
    for (std::uint64_t i = 0; i < arguments; ++i) {
        if (!node(depth + 1, random, expression)) {
            return false;
        }
    }
    expression[place] = static_cast<std::uint8_t>(kMin + random.below(4));
    expression.push_back(kClose);
    return expression.size() < max_length_;
}

Result<Generated> generate(const TaskSettings& settings, Wanted wanted, const Progress& progress)
{
    Generated made;
    const auto test = static_cast<std::size_t>(settings.test_samples);
    const auto held_out = test + static_cast<std::size_t>(settings.val_samples);
    const std::size_t total = held_out + (wanted == Wanted::All ? static_cast<std::size_t>(settings.train_samples) : 0);
    constexpr std::size_t kWave = 32; // shards between two reports of progress

    std::unordered_set<std::uint64_t> seen;
    seen.reserve(total);
    std::size_t kept = 0;
    for (std::uint64_t first = 0; kept < total; first += kWave) {
        const std::size_t before = kept;
        for (const Shard& shard : drawShards(settings, first, kWave)) {
            made.trees += shard.trees;
            made.accepted += shard.samples.size();
            for (std::size_t i = 0; i < shard.samples.size() && kept < total; ++i) {
                const auto tokens = shard.samples.tokens(i);
                if (seen.insert(contentHash(tokens)).second) {
                    TokenStore& split = kept < test ? made.test : kept < held_out ? made.validation : made.train;
                    split.append(tokens, shard.samples.label(i));
                    ++kept;
                }
            }
        }
        if (kept < total && kept - before < 1 + before / 10'000) {
            return fail(
                "Only {} different expressions of {} to {} tokens turned up, {} are wanted. Allow other lengths "
                "(task.min_length, task.max_length), more task.max_depth or task.max_args, or ask for fewer samples.",
                plainNumber(static_cast<double>(kept)), plainNumber(static_cast<double>(settings.min_length + 1)),
                plainNumber(static_cast<double>(settings.max_length - 1)), plainNumber(static_cast<double>(total)));
        }
        if (progress && !progress(static_cast<double>(kept) / static_cast<double>(total))) {
            return fail("Stopped after {} of {} expressions.", plainNumber(static_cast<double>(kept)),
                        plainNumber(static_cast<double>(total)));
        }
    }
    return made;
}

} // namespace toeplab::core::listops
