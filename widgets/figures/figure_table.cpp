// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/figure_table.h"

#include <nlohmann/json.hpp>

#include <array>
#include <charconv>
#include <cmath>

namespace toeplab::widgets
{
namespace
{

std::string quoted(const std::string& text)
{
    if (text.find_first_of(",\"\r\n") == std::string::npos)
        return text;
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"')
            result += '"';
        result += c;
    }
    return result + '"';
}

std::string cell(const FigureColumn& column, std::size_t row)
{
    if (const auto* numbers = std::get_if<std::vector<double>>(&column.values))
        return shortest((*numbers)[row]);
    if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&column.values))
        return std::to_string((*integers)[row]);
    return quoted(std::get<std::vector<std::string>>(column.values)[row]);
}

} // namespace

std::string shortest(double value)
{
    if (std::isnan(value))
        return "nan";
    if (std::isinf(value))
        return value > 0 ? "inf" : "-inf";
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return {text.data(), end};
}

std::size_t FigureTable::rows() const
{
    return columns_.empty() ? 0 : std::visit([](const auto& values) { return values.size(); }, columns_.front().values);
}

void FigureTable::addValue(std::size_t column, double value)
{
    std::get<std::vector<double>>(columns_[column].values).push_back(value);
}

void FigureTable::addValue(std::size_t column, std::int64_t value)
{
    std::get<std::vector<std::int64_t>>(columns_[column].values).push_back(value);
}

void FigureTable::addValue(std::size_t column, const std::string& value)
{
    std::get<std::vector<std::string>>(columns_[column].values).push_back(value);
}

std::string FigureTable::toCsv() const
{
    std::string text;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
        if (c)
            text += ',';
        text += quoted(columns_[c].name);
    }
    text += '\n';
    const std::size_t count = rows();
    for (std::size_t row = 0; row < count; ++row) {
        for (std::size_t c = 0; c < columns_.size(); ++c) {
            if (c)
                text += ',';
            text += cell(columns_[c], row);
        }
        text += '\n';
    }
    return text;
}

nlohmann::json FigureTable::toJson() const
{
    nlohmann::json json{{"rows", rows()}, {"columns", nlohmann::json::array()}, {"data", nlohmann::json::object()}};
    for (const FigureColumn& column : columns_) {
        json["columns"].push_back({{"name", column.name}, {"unit", column.unit}});
        json["data"][column.name] =
            std::visit([](const auto& values) { return nlohmann::json(values); }, column.values);
    }
    return json;
}

} // namespace toeplab::widgets
