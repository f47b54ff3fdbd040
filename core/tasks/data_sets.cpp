// SPDX-License-Identifier: Apache-2.0
#include "core/tasks/data_sets.h"

#include "core/base/home.h"
#include "core/base/text.h"
#include "core/tasks/listops_data.h"

#include <algorithm>
#include <array>
#include <filesystem>

namespace toeplab::core
{
namespace
{

namespace fs = std::filesystem;

/// What each task's data can be asked.
struct DataOperations {
    const char* task;
    std::string (*how_to_get)();
    Result<DataSet> (*describe)(const std::string& path);
    Result<DataSet> (*verify)(const std::string& path, const Progress& progress);
    Result<DataSet> (*generate)(const TaskSettings& settings, const std::string& folder, const Progress& progress);
};

constexpr std::array kOperations{
    DataOperations{"listops", listops::howToGetData, listops::describe, listops::verify, listops::writeGenerated}};

Result<DataOperations> operationsOf(const std::string& task)
{
    for (const DataOperations& operations : kOperations) {
        if (task == operations.task) {
            return operations;
        }
    }
    return fail("There is no task {}. It can be {}.", task, alternatives(taskNames()));
}

fs::path dataFolder(const std::string& task)
{
    return fs::path(toeplabHome()) / "data" / task;
}

} // namespace

std::vector<DataSet> listData()
{
    std::vector<DataSet> sets;
    for (const DataOperations& operations : kOperations) {
        std::vector<fs::path> folders;
        std::error_code error; // a folder that cannot be read shows as one without data
        for (const auto& entry : fs::directory_iterator(dataFolder(operations.task), error)) {
            if (entry.is_directory(error) && entry.path().filename().string().front() != '.') {
                folders.push_back(entry.path());
            }
        }
        std::sort(folders.begin(), folders.end());
        for (const fs::path& folder : folders) {
            DataSet set;
            if (auto described = operations.describe(folder.string())) {
                set = std::move(*described);
            } else {
                set.problem = described.error().message;
                set.path = folder.string();
            }
            set.task = operations.task;
            set.name = folder.filename().string();
            sets.push_back(std::move(set));
        }
        if (folders.empty()) {
            DataSet none;
            none.task = operations.task;
            none.remarks.push_back(operations.how_to_get());
            sets.push_back(std::move(none));
        }
    }
    return sets;
}

Result<DataSet> generateData(const TaskSettings& settings, const std::string& folder, const Progress& progress)
{
    return operationsOf(settings.name).and_then([&](const DataOperations& operations) {
        return operations.generate(settings, folder, progress);
    });
}

Result<DataSet> verifyData(const std::string& task, const std::string& path, const Progress& progress)
{
    return operationsOf(task).and_then(
        [&](const DataOperations& operations) { return operations.verify(path, progress); });
}

Result<DataSet> importData(const std::string& task, const std::string& path, const std::string& name,
                           const Progress& progress)
{
    auto checked = verifyData(task, path, [&](double share) { return !progress || progress(0.8 * share); });
    if (!checked) {
        return checked;
    }
    std::error_code error;
    const bool lone = checked->files.size() == 1 && checked->files.front().split == "all";
    std::string chosen = name;
    if (chosen.empty()) {
        chosen =
            lone ? fs::path(checked->files.front().path).stem().string() : fs::path(checked->path).filename().string();
    }
    if (chosen.empty() || chosen.front() == '.' || chosen.find('/') != std::string::npos) {
        return fail("\"{}\" is no name for a data set. Give one with --name that has no slash and no dot in front.",
                    chosen);
    }
    const fs::path target = dataFolder(task) / chosen;
    if (fs::exists(target, error)) {
        return fail("There is already a data set {} ({}). Give another name with --name, or remove that folder.",
                    chosen, target.string());
    }
    const fs::path temporary = dataFolder(task) / ("." + chosen + ".part");
    fs::remove_all(temporary, error);
    fs::create_directories(temporary, error);
    for (std::size_t i = 0; !error && i < checked->files.size(); ++i) {
        DataFile& file = checked->files[i];
        const fs::path copy = temporary / fs::path(file.path).filename();
        fs::copy_file(file.path, copy, error);
        file.path = (target / copy.filename()).string();
        if (progress &&
            !progress(0.8 + 0.2 * static_cast<double>(i + 1) / static_cast<double>(checked->files.size()))) {
            fs::remove_all(temporary, error);
            return fail("Stopped while importing {}.", path);
        }
    }
    if (!error) {
        fs::rename(temporary, target, error);
    }
    if (error) {
        const std::string reason = error.message();
        fs::remove_all(temporary, error);
        return fail("Copying {} to {} failed: {}. Check the disk's free space and the permissions.", path,
                    target.string(), reason);
    }
    checked->name = chosen;
    checked->path = target.string();
    return checked;
}

} // namespace toeplab::core
