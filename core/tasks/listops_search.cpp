// SPDX-License-Identifier: Apache-2.0
#include "core/base/home.h"
#include "core/base/text.h"
#include "core/tasks/listops_files.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>

namespace toeplab::core::listops
{
namespace
{

namespace fs = std::filesystem;

struct Candidate {
    std::array<std::string, 3> path;
    std::size_t files = 0;
    std::uintmax_t bytes = 0;
};

/// What lies below a folder: folders with published files, and every other .tsv file.
struct Found {
    std::map<std::string, Candidate> folders;
    std::vector<std::string> others;
};

Found lookBelow(const fs::path& folder)
{
    Found found;
    std::error_code error; // what cannot be entered is passed over, as the error below says what was found
    const auto options =
        fs::directory_options::skip_permission_denied | fs::directory_options::follow_directory_symlink;
    for (fs::recursive_directory_iterator entry(folder, options, error), end; !error && entry != end;
         entry.increment(error)) {
        if (entry->path().extension() != ".tsv" || !entry->is_regular_file(error)) {
            continue;
        }
        const std::string name = entry->path().filename().string();
        bool published = false;
        for (const Split split : {Split::Train, Split::Validation, Split::Test}) {
            if (name == publishedName(split)) {
                Candidate& candidate = found.folders[entry->path().parent_path().string()];
                candidate.path[static_cast<std::size_t>(split)] = entry->path().string();
                ++candidate.files;
                candidate.bytes += entry->file_size(error);
                published = true;
            }
        }
        if (!published) {
            found.others.push_back(entry->path().string());
        }
    }
    std::sort(found.others.begin(), found.others.end());
    return found;
}

Files singleFile(const fs::path& file)
{
    Files files;
    files.folder = file.parent_path().string();
    files.path.fill(file.string());
    files.single_file = true;
    return files;
}

} // namespace

Result<Files> findFiles(const std::string& path)
{
    std::error_code error;
    fs::path place = fs::absolute(path, error).lexically_normal();
    if (!fs::exists(place, error)) {
        const fs::path imported = fs::path(toeplabHome()) / "data" / "listops" / path;
        if (!fs::exists(imported, error)) {
            return fail("There is no file or folder {}. Give the folder that holds basic_train.tsv, basic_val.tsv and "
                        "basic_test.tsv, or one such file; without task.path the data is generated.",
                        path);
        }
        place = imported;
    }
    if (fs::is_regular_file(place, error)) {
        return singleFile(place);
    }
    const Found found = lookBelow(place);
    if (!found.folders.empty()) {
        const auto best =
            std::max_element(found.folders.begin(), found.folders.end(), [](const auto& a, const auto& b) {
                return std::pair(a.second.files, a.second.bytes) < std::pair(b.second.files, b.second.bytes);
            });
        Files files;
        files.folder = best->first;
        files.path = best->second.path;
        return files;
    }
    if (found.others.size() == 1) {
        return singleFile(found.others.front());
    }
    if (found.others.empty()) {
        return fail("There is no .tsv file in {} or below. ListOps lies in basic_train.tsv, basic_val.tsv and "
                    "basic_test.tsv: give the folder that holds them.",
                    place.string());
    }
    return fail(
        "None of the {} .tsv files below {} is named basic_train.tsv, basic_val.tsv or basic_test.tsv. Give one of "
        "them by its path, for example {}.",
        found.others.size(), place.string(), found.others.front());
}

} // namespace toeplab::core::listops
