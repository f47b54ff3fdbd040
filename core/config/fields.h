// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/config/experiment.h"

#include <nlohmann/json.hpp>

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace toeplab::core
{

/// One setting of an experiment, as every user of it sees it: the form, `--set`, validation, JSON, `runs diff`.
struct Field {
    enum class Type { Boolean, Integer, Real, Text };

    std::string key;                  ///< dotted: "mixer.rank"
    Type type = Type::Real;
    std::string label;                ///< "Rank"
    std::string meaning;              ///< one sentence for the hover, with the formula where there is one
    std::string unit;                 ///< "tokens", "steps", ... or empty
    double minimum = 0, maximum = 0;  ///< allowed range of numbers, see the flags
    bool minimum_exclusive = false, maximum_exclusive = false;
    std::vector<std::string> choices; ///< of Text; empty: free text
    std::function<nlohmann::json(const Experiment&)> get;
    std::function<void(Experiment&, const nlohmann::json&)> set; ///< the value has been checked
    std::function<bool(const Experiment&)> applies; ///< false: the setting has no effect in this experiment (greyed)

    [[nodiscard]] std::string range() const; ///< "1 to 4096", "one of tno, ski, fd", "more than 0, at most 1"
};

/// All settings in the order of the form.
[[nodiscard]] std::span<const Field> fields();
[[nodiscard]] const Field* findField(const std::string& key);

/// A problem of an experiment: the key, the value found, what is allowed.
struct Problem {
    std::string key;
    std::string message; ///< "mixer.band is 32: it must be odd, 1 to 255. Try 33."
};

[[nodiscard]] nlohmann::json toJson(const Experiment& experiment);

/// Reads what toJson wrote, or a part of it over the defaults. Reports every problem at once, joined in one error:
/// unknown keys (with their nearest neighbours), wrong types, values out of range, and settings that contradict one another.
[[nodiscard]] Result<Experiment> experimentFromJson(const nlohmann::json& json);

/// "mixer.rank=32" onto an experiment. The text after = is read as the field's type.
[[nodiscard]] Result<void> applySetting(Experiment& experiment, const std::string& assignment);

/// Every problem of an experiment, ranges and contradictions; empty when it can run.
[[nodiscard]] std::vector<Problem> validate(const Experiment& experiment);

} // namespace toeplab::core
