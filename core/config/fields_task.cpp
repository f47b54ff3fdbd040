// SPDX-License-Identifier: Apache-2.0
#include "core/config/choices.h"
#include "core/config/field_builder.h"

namespace toeplab::core::detail
{

void addTaskFields(std::vector<Field>& fields)
{
    using S = TaskSettings;
    const auto task = &Experiment::task;
    const auto generated = [](const Experiment& e) { return e.task.name == "listops" && e.task.path.empty(); };
    constexpr double kMostSamples = 10'000'000, kMostTokens = 1'000'000, kLargestSeed = 9007199254740992.0; // 2^53

    fields.push_back(
        field("task.name", task, &S::name, "Task", "What is learned: listops is the value of nested list operations.")
            .oneOf(kTasks));
    fields.push_back(
        field("task.path", task, &S::path, "Data",
              "Folder that holds the published files at any depth, or a single file; empty: generated here."));
    fields.push_back(field("task.train_samples", task, &S::train_samples, "Training samples",
                           "Samples generated for training; changing it leaves the held-out samples as they are.")
                         .in("samples")
                         .between(1, kMostSamples)
                         .when(generated));
    fields.push_back(field("task.val_samples", task, &S::val_samples, "Validation samples",
                           "Samples generated for validation, none of them in another split.")
                         .in("samples")
                         .between(1, kMostSamples)
                         .when(generated));
    fields.push_back(field("task.test_samples", task, &S::test_samples, "Test samples",
                           "Samples generated for the test, none of them in another split.")
                         .in("samples")
                         .between(1, kMostSamples)
                         .when(generated));
    fields.push_back(field("task.min_length", task, &S::min_length, "Longer than",
                           "Generated expressions have more tokens than this, parentheses not counted.")
                         .in("tokens")
                         .between(0, kMostTokens)
                         .when(generated));
    fields.push_back(field("task.max_length", task, &S::max_length, "Shorter than",
                           "Generated expressions have fewer tokens than this, parentheses not counted.")
                         .in("tokens")
                         .between(2, kMostTokens)
                         .when(generated));
    fields.push_back(field("task.max_depth", task, &S::max_depth, "Depth",
                           "Levels of nesting at most; the deepest level holds digits only.")
                         .in("levels")
                         .between(2, 100)
                         .when(generated));
    fields.push_back(field("task.max_args", task, &S::max_args, "Arguments",
                           "Arguments an operator takes at most, drawn uniformly from 2 on.")
                         .between(2, 100)
                         .when(generated));
    fields.push_back(field("task.length_limit", task, &S::length_limit, "Longest sample",
                           "A sample is cut to this many tokens, its end mark included: the longest n of the model.")
                         .in("tokens")
                         .between(2, 65536));
    fields.push_back(
        field("task.data_seed", task, &S::data_seed, "Data seed",
              "Seed of the generator, apart from the training seed: the same seed gives the same data everywhere.")
            .between(0, kLargestSeed)
            .when(generated));
}

} // namespace toeplab::core::detail
