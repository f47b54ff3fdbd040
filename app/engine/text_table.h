// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace toeplab::app
{

/// Rows of text in aligned columns, two blanks apart.
class TextTable
{
public:
    enum class Align { Left, Right };

    TextTable& column(std::string heading, Align align = Align::Left);
    void row(std::vector<std::string> cells); ///< as many as there are columns; missing ones are empty
    [[nodiscard]] bool empty() const { return rows_.empty(); }
    /// Lines with an end each and no blanks before it. Without a heading in any column there is no line for them.
    [[nodiscard]] std::string text(std::size_t indent = 0) const;

private:
    std::vector<std::string> headings_;
    std::vector<Align> aligns_;
    std::vector<std::vector<std::string>> rows_;
};

} // namespace toeplab::app
