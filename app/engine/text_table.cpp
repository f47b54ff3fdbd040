// SPDX-License-Identifier: Apache-2.0
#include "app/engine/text_table.h"

#include <algorithm>
#include <utility>

namespace toeplab::app
{
namespace
{

/// Characters of UTF-8 text.
std::size_t widthOf(const std::string& text)
{
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

} // namespace

TextTable& TextTable::column(std::string heading, Align align)
{
    headings_.push_back(std::move(heading));
    aligns_.push_back(align);
    return *this;
}

void TextTable::row(std::vector<std::string> cells)
{
    cells.resize(headings_.size());
    rows_.push_back(std::move(cells));
}

std::string TextTable::text(std::size_t indent) const
{
    std::vector<std::size_t> widths(headings_.size());
    const auto measure = [&](const std::vector<std::string>& cells) {
        for (std::size_t i = 0; i < cells.size(); ++i) {
            widths[i] = std::max(widths[i], widthOf(cells[i]));
        }
    };
    measure(headings_);
    for (const auto& cells : rows_) {
        measure(cells);
    }
    std::string text;
    const auto print = [&](const std::vector<std::string>& cells) {
        std::string line(indent, ' ');
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const std::string room(widths[i] - widthOf(cells[i]), ' ');
            line += i == 0 ? "" : "  ";
            line += aligns_[i] == Align::Right ? room + cells[i] : cells[i] + room;
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    };
    if (std::any_of(headings_.begin(), headings_.end(), [](const std::string& heading) { return !heading.empty(); })) {
        print(headings_);
    }
    for (const auto& cells : rows_) {
        print(cells);
    }
    return text;
}

} // namespace toeplab::app
