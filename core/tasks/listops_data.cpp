// SPDX-License-Identifier: Apache-2.0
#include "core/tasks/listops_data.h"

#include "core/base/text.h"
#include "core/tasks/listops_expression.h"
#include "core/tasks/listops_files.h"
#include "core/tasks/listops_generator.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <unordered_set>

namespace toeplab::core::listops
{
namespace
{

namespace fs = std::filesystem;

constexpr std::array kSplits{Split::Train, Split::Validation, Split::Test};
constexpr std::array<std::int64_t, 3> kPublishedSamples{96000, 2000, 2000};

std::string number(std::int64_t value)
{
    return plainNumber(static_cast<double>(value));
}

/// The files with their sizes; no sample is counted yet.
DataSet listing(const Files& files)
{
    DataSet set;
    set.task = "listops";
    set.path = files.folder;
    set.name = files.folder;
    for (const Split split : kSplits) {
        if (files[split].empty() || (files.single_file && split != Split::Train)) {
            continue;
        }
        DataFile file;
        file.split = files.single_file ? "all" : toString(split);
        file.path = files[split];
        std::error_code error;
        file.bytes = fs::file_size(file.path, error);
        set.files.push_back(std::move(file));
    }
    if (files.single_file) {
        set.remarks.push_back(
            "A single file: 80 % of its expressions are used for training, 10 % for validation, 10 % for "
            "the test, chosen by content.");
        return set;
    }
    for (const Split split : kSplits) {
        if (files[split].empty()) {
            set.remarks.push_back(
                fmt::format("{} is missing: copy it here to use the {} split.", publishedName(split), toString(split)));
        }
    }
    return set;
}

std::int64_t countSamples(const std::string& path)
{
    std::ifstream stream(path, std::ios::binary);
    std::vector<char> buffer(1U << 20U);
    std::int64_t lines = 0;
    bool header = false, first = true, open_line = false;
    while (stream) {
        stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        const auto end = buffer.begin() + stream.gcount();
        if (first) {
            header = std::string_view(buffer.data(),
                                      std::min<std::size_t>(6, static_cast<std::size_t>(stream.gcount()))) == "Source";
            first = false;
        }
        if (end != buffer.begin()) {
            lines += std::count(buffer.begin(), end, '\n');
            open_line = *(end - 1) != '\n';
        }
    }
    return std::max<std::int64_t>(0, lines + (open_line ? 1 : 0) - (header ? 1 : 0));
}

/// Fills in what a file's samples show.
void measure(DataFile& file, const TokenStore& samples)
{
    file.samples = static_cast<std::int64_t>(samples.size());
    file.samples_of_label.assign(kClasses, 0);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const auto length = static_cast<std::int64_t>(samples.tokens(i).size());
        file.shortest = i == 0 ? length : std::min(file.shortest, length);
        file.longest = std::max(file.longest, length);
        ++file.samples_of_label[samples.label(i)];
    }
}

} // namespace

std::string howToGetData()
{
    return "Nothing is needed: it is generated from task.data_seed, in seconds. To use the published files, unpack the "
           "Long "
           "Range Arena's archive lra_release.gz and run `toeplab data import listops FOLDER`.";
}

Result<DataSet> describe(const std::string& path)
{
    auto files = findFiles(path);
    if (!files) {
        return tl::unexpected(files.error());
    }
    DataSet set = listing(*files);
    for (DataFile& file : set.files) {
        file.samples = countSamples(file.path);
    }
    return set;
}

Result<DataSet> verify(const std::string& path, const Progress& progress)
{
    auto files = findFiles(path);
    if (!files) {
        return tl::unexpected(files.error());
    }
    DataSet set = listing(*files);
    double total = 0, done = 0;
    for (const DataFile& file : set.files) {
        total += static_cast<double>(file.bytes);
    }
    std::unordered_set<std::uint64_t> earlier; // expressions of the splits before
    for (std::size_t f = 0; f < set.files.size(); ++f) {
        DataFile& file = set.files[f];
        const auto bytes = static_cast<double>(file.bytes);
        auto samples = readFile(file.path, [&](double share) {
            return !progress || progress(std::min(1.0, (done + share * bytes) / std::max(1.0, total)));
        });
        if (!samples) {
            return tl::unexpected(samples.error());
        }
        done += bytes;
        measure(file, *samples);
        std::vector<std::uint64_t> here;
        for (std::size_t i = 0; i < samples->size(); ++i) {
            here.push_back(contentHash(samples->tokens(i)));
            set.repeated += earlier.count(here.back()) != 0 ? 1 : 0;
        }
        earlier.insert(here.begin(), here.end());
        for (std::size_t split = 0; split < kSplits.size(); ++split) {
            if (file.split == toString(kSplits[split]) && file.samples < kPublishedSamples[split]) {
                set.remarks.push_back(fmt::format(
                    "{} has {} samples where the published file has {}; if it is a copy of that, it was cut off.",
                    publishedName(kSplits[split]), number(file.samples), number(kPublishedSamples[split])));
            }
        }
    }
    if (set.repeated > 0) {
        set.remarks.push_back(fmt::format(
            "{} samples occur in two splits: accuracy on them says nothing about new ones.", number(set.repeated)));
    }
    return set;
}

Result<DataSet> writeGenerated(const TaskSettings& settings, const std::string& folder, const Progress& progress)
{
    std::error_code error;
    for (const Split split : kSplits) {
        if (fs::exists(fs::path(folder) / publishedName(split), error)) {
            return fail("{} already holds {}. Choose an empty folder.", folder, publishedName(split));
        }
    }
    fs::create_directories(folder, error);
    if (!fs::is_directory(folder, error)) {
        return fail("The folder {} cannot be made. Check the permissions, or choose another one.", folder);
    }
    const auto part = [&](double from, double to) {
        return [&progress, from, to](double share) { return !progress || progress(from + share * (to - from)); };
    };
    auto made = generate(settings, Wanted::All, part(0, 0.7));
    if (!made) {
        return tl::unexpected(made.error());
    }
    Files files;
    files.folder = fs::absolute(folder, error).lexically_normal().string();
    const std::array<const TokenStore*, 3> stores{&made->train, &made->validation, &made->test};
    for (const std::size_t i : {2, 1, 0}) { // the big file last: its presence means that all are there
        files.path[i] = (fs::path(files.folder) / publishedName(kSplits[i])).string();
        if (auto written = writeFile(files.path[i], *stores[i], i == 0 ? Progress(part(0.7, 1)) : Progress());
            !written) {
            for (const std::string& path : files.path) {
                fs::remove(path, error);
            }
            return tl::unexpected(written.error());
        }
    }
    DataSet set = listing(files);
    for (std::size_t i = 0; i < set.files.size(); ++i) {
        measure(set.files[i], *stores[i]);
    }
    return set;
}

} // namespace toeplab::core::listops
