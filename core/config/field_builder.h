// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/fields.h"

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace toeplab::core::detail
{

/// Writes a Field in one readable expression: field("key", &Experiment::task, &TaskSettings::path, "Label", "Meaning.")
/// .in("tokens").between(1, 10).when(predicate).
class FieldBuilder
{
public:
    explicit FieldBuilder(Field field) : field_(std::move(field)) {}

    FieldBuilder& in(std::string unit)
    {
        field_.unit = std::move(unit);
        return *this;
    }
    FieldBuilder& between(double least, double most)
    {
        field_.minimum = least;
        field_.maximum = most;
        return *this;
    }
    FieldBuilder& above(double bound, double most)
    {
        field_.minimum_exclusive = true;
        return between(bound, most);
    }
    FieldBuilder& below(double least, double bound)
    {
        field_.maximum_exclusive = true;
        return between(least, bound);
    }
    template <typename Names>
    FieldBuilder& oneOf(const Names& names)
    {
        field_.choices.assign(names.begin(), names.end());
        return *this;
    }
    FieldBuilder& when(std::function<bool(const Experiment&)> applies)
    {
        field_.applies = std::move(applies);
        return *this;
    }
    operator Field() const { return field_; } // NOLINT: the expression is the field

private:
    Field field_;
};

template <typename Value>
[[nodiscard]] constexpr Field::Type typeOf()
{
    if constexpr (std::is_same_v<Value, bool>) {
        return Field::Type::Boolean;
    } else if constexpr (std::is_same_v<Value, std::int64_t>) {
        return Field::Type::Integer;
    } else if constexpr (std::is_same_v<Value, double>) {
        return Field::Type::Real;
    } else {
        static_assert(std::is_same_v<Value, std::string>);
        return Field::Type::Text;
    }
}

template <typename Settings, typename Value>
[[nodiscard]] FieldBuilder field(std::string key, Settings Experiment::*section, Value Settings::*member,
                                 std::string label, std::string meaning)
{
    Field made;
    made.key = std::move(key);
    made.type = typeOf<Value>();
    made.label = std::move(label);
    made.meaning = std::move(meaning);
    made.get = [=](const Experiment& e) { return nlohmann::json(e.*section.*member); };
    made.set = [=](Experiment& e, const nlohmann::json& value) { e.*section.*member = value.get<Value>(); };
    made.applies = [](const Experiment&) { return true; };
    return FieldBuilder(std::move(made));
}

void addTaskFields(std::vector<Field>& fields);
void addMixerFields(std::vector<Field>& fields);
void addModelFields(std::vector<Field>& fields);
void addTrainingFields(std::vector<Field>& fields); ///< optimizer and train

} // namespace toeplab::core::detail
