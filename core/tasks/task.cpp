// SPDX-License-Identifier: Apache-2.0
#include "core/tasks/task.h"

#include "core/base/text.h"
#include "core/tasks/listops_task.h"

#include <array>

namespace toeplab::core
{
namespace
{

struct Registered {
    const char* name;
    Result<std::unique_ptr<Task>> (*make)(const TaskSettings&);
};

/// Every task there is. Its name also stands in core/config/choices.h, where the form takes it from.
constexpr std::array kRegistry{Registered{"listops", listops::ListopsTask::make}};

constexpr std::array kSplitNames{"train", "val", "test"};

} // namespace

std::string toString(Split split)
{
    return kSplitNames.at(static_cast<std::size_t>(split));
}

Result<Split> splitFromString(const std::string& text)
{
    for (std::size_t i = 0; i < kSplitNames.size(); ++i) {
        if (text == kSplitNames[i]) {
            return static_cast<Split>(i);
        }
    }
    return fail("There is no split {}. The splits are train, val and test.", text);
}

std::vector<std::string> taskNames()
{
    std::vector<std::string> names;
    for (const Registered& task : kRegistry) {
        names.emplace_back(task.name);
    }
    return names;
}

Result<std::unique_ptr<Task>> makeTask(const TaskSettings& settings)
{
    for (const Registered& task : kRegistry) {
        if (settings.name == task.name) {
            return task.make(settings);
        }
    }
    return fail("There is no task {}. It can be {}.", settings.name, alternatives(taskNames()));
}

} // namespace toeplab::core
