// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/protocol/array.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace toeplab::core
{

/// A name that came over the wire, fit for a sentence: at most 40 letters, digits and _ . -, anything else as ?.
[[nodiscard]] std::string shown(const std::string& name);

/// Reads typed keys out of a message's map. The first missing or wrongly typed key is remembered; later reads then
/// return empty values, so that a reader is written without a check a line. Keys that nobody asks for are ignored: a
/// newer minor version may send more.
class MapReader
{
public:
    /// `what` names the message in the sentence: "the request start".
    MapReader(const nlohmann::json& json, std::string what);

    [[nodiscard]] std::int64_t integer(const char* key);
    [[nodiscard]] std::int64_t count(const char* key); ///< an integer that is not negative
    [[nodiscard]] double real(const char* key);        ///< integers too
    [[nodiscard]] bool boolean(const char* key);
    [[nodiscard]] std::string text(const char* key);
    [[nodiscard]] const nlohmann::json& map(const char* key);
    [[nodiscard]] const nlohmann::json& list(const char* key);
    template <typename T>
    [[nodiscard]] WireArray<T> array(const char* key)
    {
        const nlohmann::json* value = find(key);
        if (value == nullptr)
            return {};
        Result<WireArray<T>> read = arrayFromJson<T>(*value, key);
        if (!read) {
            note(read.error().message);
            return {};
        }
        return std::move(*read);
    }

    void note(const std::string& problem); ///< remembers the first
    [[nodiscard]] bool ok() const { return problem_.empty(); }
    [[nodiscard]] const std::string& what() const { return what_; }
    /// `value` when all went well, else the first problem.
    template <typename T>
    [[nodiscard]] Result<T> result(T value) const
    {
        if (!ok())
            return tl::unexpected(Error{problem_});
        return value;
    }

private:
    const nlohmann::json* find(const char* key);
    void wrongType(const char* key, const char* expected);

    const nlohmann::json& json_;
    std::string what_;
    std::string problem_;
};

} // namespace toeplab::core
