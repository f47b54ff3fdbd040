// SPDX-License-Identifier: Apache-2.0
#include "core/protocol/array.h"

#include "core/protocol/frame.h"

#include <bit>
#include <cstring>
#include <stdexcept>

namespace toeplab::core
{

static_assert(std::endian::native == std::endian::little, "arrays travel as they lie in memory, little-endian");

namespace
{

template <typename T>
constexpr const char* kDtype = nullptr;
template <>
constexpr const char* kDtype<float> = "f32";
template <>
constexpr const char* kDtype<double> = "f64";
template <>
constexpr const char* kDtype<std::int64_t> = "i64";

Result<std::size_t> elementCount(const nlohmann::json& shape, const std::string& name)
{
    if (!shape.is_array() || shape.size() > 8)
        return fail("The array {} has no shape of at most 8 dimensions.", name);
    std::size_t count = 1;
    for (const nlohmann::json& dimension : shape) {
        const bool negative = dimension.is_number_integer() && !dimension.is_number_unsigned() && dimension < 0;
        if (!dimension.is_number_integer() || negative || dimension.get<std::uint64_t>() > kMaxPayloadBytes)
            return fail("The array {} has a dimension that is no count up to {}.", name, kMaxPayloadBytes);
        count *= dimension.get<std::size_t>();
        if (count > kMaxPayloadBytes)
            return fail("The array {} has a shape of more than {} elements.", name, kMaxPayloadBytes);
    }
    return count;
}

} // namespace

template <typename T>
nlohmann::json arrayToJson(std::span<const T> values, const std::vector<std::int64_t>& shape)
{
    std::int64_t count = 1;
    for (const std::int64_t dimension : shape)
        count *= dimension;
    if (count != static_cast<std::int64_t>(values.size()))
        throw std::invalid_argument(
            fmt::format("an array of {} values cannot have a shape of {}", values.size(), count));
    std::vector<std::uint8_t> data(values.size_bytes());
    if (!values.empty())
        std::memcpy(data.data(), values.data(), values.size_bytes());
    return {{"dtype", kDtype<T>}, {"shape", shape}, {"data", nlohmann::json::binary(std::move(data))}};
}

template <typename T>
Result<WireArray<T>> arrayFromJson(const nlohmann::json& json, const std::string& name)
{
    if (!json.is_object() || !json.contains("dtype") || !json.contains("shape") || !json.contains("data"))
        return fail("The message does not fit the protocol: {} is no array, which has dtype, shape and data.", name);
    const nlohmann::json& dtype = json["dtype"];
    if (!dtype.is_string() || dtype.get_ref<const std::string&>() != kDtype<T>)
        return fail("The array {} must be of dtype {}.", name, kDtype<T>);
    const Result<std::size_t> count = elementCount(json["shape"], name);
    if (!count)
        return tl::unexpected(count.error());
    const nlohmann::json& data = json["data"];
    if (!data.is_binary() || data.get_binary().size() != *count * sizeof(T))
        return fail("The array {} must have {} bytes of data for its shape and has {}.", name, *count * sizeof(T),
                    data.is_binary() ? data.get_binary().size() : 0);
    WireArray<T> array;
    array.shape = json["shape"].get<std::vector<std::int64_t>>();
    array.values.resize(*count);
    if (*count > 0)
        std::memcpy(array.values.data(), data.get_binary().data(), *count * sizeof(T));
    return array;
}

template nlohmann::json arrayToJson<float>(std::span<const float>, const std::vector<std::int64_t>&);
template nlohmann::json arrayToJson<double>(std::span<const double>, const std::vector<std::int64_t>&);
template nlohmann::json arrayToJson<std::int64_t>(std::span<const std::int64_t>, const std::vector<std::int64_t>&);
template Result<WireArray<float>> arrayFromJson<float>(const nlohmann::json&, const std::string&);
template Result<WireArray<double>> arrayFromJson<double>(const nlohmann::json&, const std::string&);
template Result<WireArray<std::int64_t>> arrayFromJson<std::int64_t>(const nlohmann::json&, const std::string&);

} // namespace toeplab::core
