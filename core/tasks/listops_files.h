// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/tasks/task.h"
#include "core/tasks/token_store.h"

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

/// Files of ListOps. Two layouts are read, told apart by the first line; both end lines with LF or CRLF:
/// the Long Range Arena's basic_{train,val,test}.tsv, header "Source<TAB>Target", then expression<TAB>value; and the
/// original data of Nangia & Bowman, value<TAB>expression without a header.
namespace toeplab::core::listops
{

/// Where the splits of a data set lie.
struct Files {
    std::string folder;              ///< that holds them
    std::array<std::string, 3> path; ///< of train, val, test; empty where there is none
    /// One file stands for all splits: of ten equal parts by a hash of the expression, eight are train, one val, one
    /// test, so that a repeated expression never lies in two splits and the order of lines does not matter.
    bool single_file = false;

    [[nodiscard]] const std::string& operator[](Split split) const { return path[static_cast<std::size_t>(split)]; }
};

/// A file is taken by itself (single_file). Below a folder, at any depth, the folder with the most of the three
/// published files, the largest first; without any, the only .tsv file there is. A name that is no path is looked up in
/// $TOEPLAB_HOME/data/listops, where imported data lies. The error says what was found instead.
[[nodiscard]] Result<Files> findFiles(const std::string& path);

/// Every line of a file, each label checked against the value of its expression. The error has the file, the line it
/// stumbled on and what to do. Progress by bytes.
[[nodiscard]] Result<TokenStore> readFile(const std::string& path, const Progress& progress = {});

/// One split of a data set; from a single file its part of the lines.
[[nodiscard]] Result<TokenStore> readSplit(const Files& files, Split split, const Progress& progress = {});
/// The three parts of a single file's lines.
[[nodiscard]] std::array<TokenStore, 3> splitByContent(const TokenStore& all);

/// Published layout, LF; written under a temporary name and renamed.
[[nodiscard]] Result<void> writeFile(const std::string& path, const TokenStore& samples, const Progress& progress = {});

/// "basic_train.tsv", "basic_val.tsv", "basic_test.tsv".
[[nodiscard]] std::string publishedName(Split split);

} // namespace toeplab::core::listops
