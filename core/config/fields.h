// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/config/experiment.h"

#include <nlohmann/json.hpp>

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace toeplab::core
{

/// One setting of an experiment, as every user of it sees it: the form, `--set`, validation, JSON, `runs diff`.
struct Field {
    enum class Type { Boolean, Integer, Real, Text };

    std::string key; ///< dotted: "mixer.rank"; "name" alone has no section
    Type type = Type::Real;
    std::string label;               ///< "Rank"
    std::string meaning;             ///< one sentence for the hover, with the formula where there is one
    std::string unit;                ///< "tokens", "steps", ... or empty
    double minimum = 0, maximum = 0; ///< allowed range of numbers, see the flags
    bool minimum_exclusive = false, maximum_exclusive = false;
    std::vector<std::string> choices; ///< of Text; empty: free text
    std::function<nlohmann::json(const Experiment&)> get;
    std::function<void(Experiment&, const nlohmann::json&)> set; ///< the value has passed check()
    std::function<bool(const Experiment&)> applies; ///< false: the setting has no effect in this experiment (greyed)

    /// What is allowed, in words: "1 to 4,096", "one of tno, ski or fd", "more than 0, at most 1", "true or false".
    [[nodiscard]] std::string range() const;
    /// Type and range of a value by itself; the sentence names key, value found and what is allowed.
    [[nodiscard]] Result<void> check(const nlohmann::json& value) const;
    /// What a person typed, as a value of this field's type, checked.
    [[nodiscard]] Result<nlohmann::json> parse(std::string_view text) const;
};

/// All settings in the order of the form. Sections (the part before the dot) are contiguous.
[[nodiscard]] std::span<const Field> fields();
[[nodiscard]] const Field* findField(std::string_view key);
/// The sections in order with a title: {"task", "Task"}, ...
struct Section {
    std::string key, title;
};
[[nodiscard]] std::span<const Section> sections();

/// A problem of an experiment: the key, the value found, what is allowed.
struct Problem {
    std::string key;
    std::string message; ///< "mixer.band is 32: it must be odd. Try 33."
};

/// Every setting, by section: {"name": "tour", "task": {"name": "listops", ...}, ...}, in the order of the form.
[[nodiscard]] nlohmann::ordered_json toJson(const Experiment& experiment);

/// What could be read, over `base`, and all that could not or contradicts itself. Keys may be nested by section or
/// dotted.
struct ParsedExperiment {
    Experiment experiment;
    std::vector<Problem> problems;
};
[[nodiscard]] ParsedExperiment parseExperiment(const nlohmann::json& json, const Experiment& base = {});

/// Reads what toJson wrote, or a part of it over the defaults. Reports every problem at once, joined in one error:
/// unknown keys (with their nearest neighbours), wrong types, values out of range, and settings that contradict one
/// another.
[[nodiscard]] Result<Experiment> experimentFromJson(const nlohmann::json& json);

/// "mixer.rank=32" onto an experiment. The text after = is read as the field's type. Checks this value alone.
[[nodiscard]] Result<void> applySetting(Experiment& experiment, const std::string& assignment);
/// All of them, then validate(): every problem at once. The experiment is unchanged where there is one.
[[nodiscard]] Result<void> applySettings(Experiment& experiment, std::span<const std::string> assignments);

/// Every problem of an experiment, ranges and contradictions; empty when it can run.
[[nodiscard]] std::vector<Problem> validate(const Experiment& experiment);

/// The problems as one error: the sentence itself, or a numbered list with one problem a line.
[[nodiscard]] Error joined(const std::vector<Problem>& problems);

} // namespace toeplab::core
