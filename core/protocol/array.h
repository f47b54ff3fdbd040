// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace toeplab::core
{

/// Arrays on the wire: {"dtype": "f32|f64|i64", "shape": [..], "data": bytes, little-endian, C order}.
template <typename T>
struct WireArray {
    std::vector<std::int64_t> shape;
    std::vector<T> values; ///< as many as the product of the shape
};

/// T is float, double or std::int64_t. The values must be as many as the shape says.
template <typename T>
[[nodiscard]] nlohmann::json arrayToJson(std::span<const T> values, const std::vector<std::int64_t>& shape);

/// Refuses another dtype, more than 8 dimensions, negative ones, and data of another size than the shape's. `name` is
/// for the sentence.
template <typename T>
[[nodiscard]] Result<WireArray<T>> arrayFromJson(const nlohmann::json& json, const std::string& name);

} // namespace toeplab::core
