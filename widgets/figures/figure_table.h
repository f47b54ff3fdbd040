// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace toeplab::widgets
{

/// The numbers of a figure, one row an observation, complete. CSV and JSON give back the same doubles to the last bit.
struct FigureColumn {
    std::string name; ///< snake_case
    std::string unit; ///< empty: none
    std::variant<std::vector<double>, std::vector<std::int64_t>, std::vector<std::string>> values;
};

class FigureTable
{
public:
    /// All columns have the same length; a row is added through them in order.
    explicit FigureTable(std::vector<FigureColumn> columns) : columns_(std::move(columns)) {}
    FigureTable() = default;

    template <typename... Values>
    void addRow(const Values&... values)
    {
        std::size_t column = 0;
        (addValue(column++, values), ...);
    }
    [[nodiscard]] const std::vector<FigureColumn>& columns() const { return columns_; }
    [[nodiscard]] std::size_t rows() const;

    /// A header line of names, then RFC 4180 rows; not-a-number is "nan".
    [[nodiscard]] std::string toCsv() const;
    /// {"columns":[{"name","unit"}],"rows":N,"data":{name:[...]}}; not-a-number is null.
    [[nodiscard]] nlohmann::json toJson() const;

private:
    void addValue(std::size_t column, double value);
    void addValue(std::size_t column, std::int64_t value);
    void addValue(std::size_t column, const std::string& value);

    std::vector<FigureColumn> columns_;
};

/// The shortest text that reads back to the same double.
[[nodiscard]] std::string shortest(double value);

} // namespace toeplab::widgets
