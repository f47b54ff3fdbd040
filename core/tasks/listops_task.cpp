// SPDX-License-Identifier: Apache-2.0
#include "core/tasks/listops_task.h"

#include "core/base/text.h"
#include "core/tasks/listops_expression.h"
#include "core/tasks/listops_generator.h"
#include "core/tasks/token_dataset.h"

#include <algorithm>

namespace toeplab::core::listops
{

Result<std::unique_ptr<Task>> ListopsTask::make(const TaskSettings& settings)
{
    std::optional<Files> files;
    if (!settings.path.empty()) {
        auto found = findFiles(settings.path);
        if (!found) {
            return tl::unexpected(found.error());
        }
        files = std::move(*found);
    }
    return std::unique_ptr<Task>(new ListopsTask(settings, std::move(files)));
}

ListopsTask::ListopsTask(TaskSettings settings, std::optional<Files> files)
    : settings_(std::move(settings)), files_(std::move(files))
{
}

TaskShape ListopsTask::shape() const
{
    TaskShape shape;
    shape.classes = kClasses;
    shape.vocabulary = kVocabulary;
    // The longest generated expression has max_length - 1 tokens, and the end mark follows.
    shape.max_length = files_ ? settings_.length_limit : std::min(settings_.length_limit, settings_.max_length);
    return shape;
}

Result<std::shared_ptr<const Dataset>> ListopsTask::dataset(Split split, const Progress& progress)
{
    const std::lock_guard lock(mutex_);
    const auto& wanted = datasets_[static_cast<std::size_t>(split)];
    if (wanted == nullptr) {
        if (auto loaded = load(split, progress); !loaded) {
            return tl::unexpected(loaded.error());
        }
    }
    return wanted;
}

Result<void> ListopsTask::load(Split split, const Progress& progress)
{
    if (!files_) {
        auto made = generate(settings_, split == Split::Train ? Wanted::All : Wanted::HeldOut, progress);
        if (!made) {
            return tl::unexpected(made.error());
        }
        keep(Split::Validation, std::move(made->validation));
        keep(Split::Test, std::move(made->test));
        if (split == Split::Train) {
            keep(Split::Train, std::move(made->train));
        }
        return {};
    }
    auto store = readSplit(*files_, split, progress);
    if (!store) {
        return tl::unexpected(store.error());
    }
    keep(split, std::move(*store));
    return {};
}

void ListopsTask::keep(Split split, TokenStore store)
{
    auto& place = datasets_[static_cast<std::size_t>(split)];
    if (place == nullptr) { // the object that was handed out first stays
        place = std::make_shared<TokenDataset>(std::make_shared<const TokenStore>(std::move(store)),
                                               settings_.length_limit, kEnd, plainText);
    }
}

std::string ListopsTask::cutText() const
{
    std::int64_t cut = 0;
    for (const auto& loaded : datasets_) {
        cut += loaded != nullptr ? loaded->cutSamples() : 0;
    }
    return cut > 0 ? fmt::format("; {} of them cut to {} positions", plainNumber(static_cast<double>(cut)),
                                 plainNumber(static_cast<double>(settings_.length_limit)))
                   : "";
}

std::string ListopsTask::provenance() const
{
    const auto number = [](std::int64_t value) { return plainNumber(static_cast<double>(value)); };
    const std::lock_guard lock(mutex_);
    if (!files_) {
        return fmt::format("generated, seed {}: {} training, {} validation and {} test samples of {} to {} tokens{}",
                           settings_.data_seed, number(settings_.train_samples), number(settings_.val_samples),
                           number(settings_.test_samples), number(settings_.min_length + 1),
                           number(settings_.max_length - 1), cutText());
    }
    std::string text = files_->single_file
                           ? (*files_)[Split::Train] + ", split by content: 80 % training, 10 % validation, 10 % test"
                           : files_->folder;
    for (const Split split : {Split::Train, Split::Validation, Split::Test}) {
        if (const auto& loaded = datasets_[static_cast<std::size_t>(split)]) {
            text += fmt::format(", {} {}", toString(split), number(loaded->size()));
        }
    }
    return text + cutText();
}

} // namespace toeplab::core::listops
