// SPDX-License-Identifier: Apache-2.0
#include "core/protocol/map_reader.h"

#include <cctype>
#include <limits>

namespace toeplab::core
{

namespace
{

const nlohmann::json kEmptyMap = nlohmann::json::object();
const nlohmann::json kEmptyList = nlohmann::json::array();

} // namespace

std::string shown(const std::string& name)
{
    std::string result = name.substr(0, 40);
    for (char& c : result) {
        const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-';
        c = plain ? c : '?';
    }
    return result;
}

MapReader::MapReader(const nlohmann::json& json, std::string what) : json_(json), what_(std::move(what))
{
    if (!json_.is_object())
        note(fmt::format("The message does not fit the protocol: {} is no map.", what_));
}

void MapReader::note(const std::string& problem)
{
    if (problem_.empty())
        problem_ = problem;
}

const nlohmann::json* MapReader::find(const char* key)
{
    if (!ok())
        return nullptr;
    const auto found = json_.find(key);
    if (found == json_.end()) {
        note(fmt::format("The message does not fit the protocol: {} has no key {}.", what_, key));
        return nullptr;
    }
    return &*found;
}

void MapReader::wrongType(const char* key, const char* expected)
{
    note(fmt::format("The message does not fit the protocol: {} of {} must be {}.", key, what_, expected));
}

std::int64_t MapReader::integer(const char* key)
{
    const nlohmann::json* value = find(key);
    if (value == nullptr)
        return 0;
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (!value->is_number_integer() || (value->is_number_unsigned() && value->get<std::uint64_t>() > kMost)) {
        wrongType(key, "an integer of 64 bits");
        return 0;
    }
    return value->get<std::int64_t>();
}

std::int64_t MapReader::count(const char* key)
{
    const std::int64_t value = integer(key);
    if (value < 0) {
        wrongType(key, "0 or more");
        return 0;
    }
    return value;
}

double MapReader::real(const char* key)
{
    const nlohmann::json* value = find(key);
    if (value == nullptr)
        return 0;
    if (!value->is_number()) {
        wrongType(key, "a number");
        return 0;
    }
    return value->get<double>();
}

bool MapReader::boolean(const char* key)
{
    const nlohmann::json* value = find(key);
    if (value == nullptr)
        return false;
    if (!value->is_boolean()) {
        wrongType(key, "true or false");
        return false;
    }
    return value->get<bool>();
}

std::string MapReader::text(const char* key)
{
    const nlohmann::json* value = find(key);
    if (value == nullptr)
        return {};
    if (!value->is_string()) {
        wrongType(key, "a text");
        return {};
    }
    return value->get<std::string>();
}

const nlohmann::json& MapReader::map(const char* key)
{
    const nlohmann::json* value = find(key);
    if (value == nullptr)
        return kEmptyMap;
    if (!value->is_object()) {
        wrongType(key, "a map");
        return kEmptyMap;
    }
    return *value;
}

const nlohmann::json& MapReader::list(const char* key)
{
    const nlohmann::json* value = find(key);
    if (value == nullptr)
        return kEmptyList;
    if (!value->is_array()) {
        wrongType(key, "a list");
        return kEmptyList;
    }
    return *value;
}

} // namespace toeplab::core
