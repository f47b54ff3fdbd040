// SPDX-License-Identifier: Apache-2.0
#include "core/tasks/listops_files.h"

#include "core/base/text.h"
#include "core/tasks/listops_expression.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace toeplab::core::listops
{
namespace
{

constexpr std::string_view kHeader = "Source\tTarget";
constexpr std::size_t kReportEvery = 512; // lines between two reports of progress

bool isLabel(std::string_view text)
{
    return text.size() == 1 && text[0] >= '0' && text[0] <= '9';
}

/// Reads lines into samples and knows what to say about a bad one.
class LineReader
{
public:
    explicit LineReader(std::string path) : path_(std::move(path)) {}

    [[nodiscard]] Result<void> take(std::string_view line)
    {
        ++number_;
        if (!line.empty() && line.back() == '\r') {
            line.remove_suffix(1);
        }
        const std::size_t tab = line.find('\t');
        if (number_ == 1) {
            label_first_ = tab != std::string_view::npos && isLabel(line.substr(0, tab));
            if (line == kHeader) {
                return {};
            }
        }
        if (tab == std::string_view::npos || line.find('\t', tab + 1) != std::string_view::npos) {
            return stumbled(fmt::format("has {} TAB, where an expression and its value stand apart by one",
                                        tab == std::string_view::npos ? "no" : "more than one"));
        }
        const std::string_view label = label_first_ ? line.substr(0, tab) : line.substr(tab + 1);
        const std::string_view text = label_first_ ? line.substr(tab + 1) : line.substr(0, tab);
        if (!isLabel(label)) {
            return stumbled(fmt::format("has the value \"{}\" instead of a digit", label.substr(0, 20)));
        }
        expression_.clear();
        if (auto parsed = parse(text, expression_); !parsed) {
            return stumbled("cannot be read: " + parsed.error().message);
        }
        const auto value = evaluate(expression_);
        if (!value) {
            return stumbled("cannot be read: " + value.error().message);
        }
        if (*value != label[0] - '0') {
            return stumbled(fmt::format("says {}, but its expression has the value {}", label, *value));
        }
        samples_.append(expression_, static_cast<std::uint8_t>(*value));
        return {};
    }

    [[nodiscard]] TokenStore& samples() { return samples_; }

private:
    [[nodiscard]] tl::unexpected<Error> stumbled(const std::string& what) const
    {
        return fail("Line {} of {} {}. The file is damaged, cut off or no ListOps file: copy or download it again.",
                    plainNumber(static_cast<double>(number_)), path_, what);
    }

    std::string path_;
    std::size_t number_ = 0;
    bool label_first_ = false;
    Expression expression_;
    TokenStore samples_;
};

} // namespace

std::string publishedName(Split split)
{
    return "basic_" + toString(split) + ".tsv";
}

Result<TokenStore> readFile(const std::string& path, const Progress& progress)
{
    std::error_code error;
    const auto bytes = std::filesystem::file_size(path, error);
    std::ifstream stream;
    std::vector<char> buffer(1U << 20U);
    stream.rdbuf()->pubsetbuf(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    stream.open(path, std::ios::binary);
    if (error || !stream) {
        return fail("The file {} cannot be opened. Check the path and its permissions.", path);
    }
    LineReader reader(path);
    std::string line;
    std::size_t lines = 0, read = 0;
    while (std::getline(stream, line)) {
        if (constexpr std::string_view kMark = "\xEF\xBB\xBF"; read == 0 && line.starts_with(kMark)) {
            line.erase(0, kMark.size()); // some editors begin a file of UTF-8 with it
            read += kMark.size();
        }
        if (auto taken = reader.take(line); !taken) {
            return tl::unexpected(taken.error());
        }
        read += line.size() + 1;
        if (progress && ++lines % kReportEvery == 0 &&
            !progress(static_cast<double>(read) / static_cast<double>(bytes))) {
            return fail("Stopped while reading {}.", path);
        }
    }
    if (stream.bad()) {
        return fail("Reading {} failed after {} bytes. Check the disk and copy the file again.", path,
                    plainNumber(static_cast<double>(read)));
    }
    if (reader.samples().size() == 0) {
        return fail("The file {} holds no samples. Copy or download it again.", path);
    }
    return std::move(reader.samples());
}

std::array<TokenStore, 3> splitByContent(const TokenStore& all)
{
    std::array<TokenStore, 3> splits;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::uint64_t part = contentHash(all.tokens(i)) % 10;
        splits[part < 8 ? 0 : part - 7].append(all.tokens(i), all.label(i));
    }
    return splits;
}

Result<TokenStore> readSplit(const Files& files, Split split, const Progress& progress)
{
    const std::string& path = files[split];
    if (path.empty()) {
        std::vector<std::string> there;
        for (const Split other : {Split::Train, Split::Validation, Split::Test}) {
            if (!files[other].empty()) {
                there.push_back(publishedName(other));
            }
        }
        return fail(
            "{} is missing in {}, which has {}. Put it there, or give one file as task.path, which is then split.",
            publishedName(split), files.folder, alternatives(there));
    }
    auto all = readFile(path, progress);
    if (!all || !files.single_file) {
        return all;
    }
    TokenStore part = std::move(splitByContent(*all)[static_cast<std::size_t>(split)]);
    if (part.size() == 0) {
        return fail("The {} samples of {} leave none for {}: it takes about a tenth. Give a larger file.",
                    plainNumber(static_cast<double>(all->size())), path, toString(split));
    }
    return part;
}

Result<void> writeFile(const std::string& path, const TokenStore& samples, const Progress& progress)
{
    const std::string temporary = path + ".part";
    const auto discard = [&](const std::string& message) -> Result<void> {
        std::error_code ignored; // a file that cannot be removed stays under its temporary name
        std::filesystem::remove(temporary, ignored);
        return tl::unexpected(Error{message});
    };
    std::ofstream stream(temporary, std::ios::binary | std::ios::trunc);
    stream << kHeader << '\n';
    for (std::size_t i = 0; i < samples.size() && stream; ++i) {
        stream << nestedText(samples.tokens(i)) << '\t' << int{samples.label(i)} << '\n';
        if (progress && i % kReportEvery == 0 &&
            !progress(static_cast<double>(i) / static_cast<double>(samples.size()))) {
            stream.close();
            return discard(fmt::format("Stopped while writing {}.", path));
        }
    }
    stream.close();
    std::error_code error;
    if (stream) {
        std::filesystem::rename(temporary, path, error);
    }
    if (!stream || error) {
        return discard(fmt::format(
            "The file {} cannot be written. Check the folder's permissions and the disk's free space.", path));
    }
    return {};
}

} // namespace toeplab::core::listops
