// SPDX-License-Identifier: Apache-2.0
#include "core/config/fields.h"

#include "core/base/text.h"
#include "core/config/field_builder.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

namespace toeplab::core
{
namespace
{

std::vector<Field> buildFields()
{
    std::vector<Field> fields;
    Field name;
    name.key = "name";
    name.type = Field::Type::Text;
    name.label = "Name";
    name.meaning = "Name of the experiment; a new run is named after it.";
    name.get = [](const Experiment& e) { return nlohmann::json(e.name); };
    name.set = [](Experiment& e, const nlohmann::json& value) { e.name = value.get<std::string>(); };
    name.applies = [](const Experiment&) { return true; };
    fields.push_back(std::move(name));
    detail::addTaskFields(fields);
    detail::addMixerFields(fields);
    detail::addModelFields(fields);
    detail::addTrainingFields(fields);
    return fields;
}

bool inRange(const Field& field, double value)
{
    const bool above = field.minimum_exclusive ? value > field.minimum : value >= field.minimum;
    const bool below = field.maximum_exclusive ? value < field.maximum : value <= field.maximum;
    return above && below; // NaN is neither
}

bool rightType(const Field& field, const nlohmann::json& value)
{
    switch (field.type) {
    case Field::Type::Boolean:
        return value.is_boolean();
    case Field::Type::Integer:
        return value.is_number_integer() ||
               (value.is_number_float() && std::floor(value.get<double>()) == value.get<double>());
    case Field::Type::Real:
        return value.is_number();
    case Field::Type::Text:
        return value.is_string();
    }
    return false;
}

std::string whatIsWanted(const Field& field)
{
    switch (field.type) {
    case Field::Type::Boolean:
        return "true or false";
    case Field::Type::Integer:
        return fmt::format("a whole number, {}", field.range());
    case Field::Type::Real:
        return fmt::format("a number, {}", field.range());
    case Field::Type::Text:
        return field.range();
    }
    return {};
}

std::string shown(const nlohmann::json& value)
{
    constexpr std::size_t kLongest = 60;
    std::string text = value.is_number() ? plainNumber(value.get<double>()) : value.dump();
    if (text.size() > kLongest) {
        text = text.substr(0, kLongest) + "...";
    }
    return text;
}

} // namespace

std::span<const Field> fields()
{
    static const std::vector<Field> kFields = buildFields();
    return kFields;
}

const Field* findField(std::string_view key)
{
    static const auto kByKey = [] {
        std::map<std::string, const Field*, std::less<>> map;
        for (const Field& field : fields()) {
            map.emplace(field.key, &field);
        }
        return map;
    }();
    const auto found = kByKey.find(key);
    return found == kByKey.end() ? nullptr : found->second;
}

std::span<const Section> sections()
{
    static const std::vector<Section> kSections{
        {"task", "Task"}, {"mixer", "Mixer"}, {"model", "Model"}, {"optimizer", "Optimizer"}, {"train", "Training"}};
    return kSections;
}

std::string Field::range() const
{
    if (type == Type::Boolean) {
        return "true or false";
    }
    if (type == Type::Text) {
        return choices.empty() ? "any text" : choices.size() == 1 ? choices.front() : "one of " + alternatives(choices);
    }
    if (!minimum_exclusive && !maximum_exclusive) {
        return minimum == maximum ? plainNumber(minimum)
                                  : fmt::format("{} to {}", plainNumber(minimum), plainNumber(maximum));
    }
    return fmt::format("{} {}, {} {}", minimum_exclusive ? "more than" : "at least", plainNumber(minimum),
                       maximum_exclusive ? "less than" : "at most", plainNumber(maximum));
}

Result<void> Field::check(const nlohmann::json& value) const
{
    if (!rightType(*this, value)) {
        return fail("{} is {}: it must be {}.", key, shown(value), whatIsWanted(*this));
    }
    if (type == Type::Text) {
        const auto& text = value.get_ref<const std::string&>();
        if (!choices.empty() && std::find(choices.begin(), choices.end(), text) == choices.end()) {
            const auto near = nearest(text, choices, 1);
            return fail("{} is \"{}\": it must be {}.{}", key, text, range(),
                        near.empty() ? "" : fmt::format(" Did you mean {}?", near.front()));
        }
    } else if (type != Type::Boolean && !inRange(*this, value.get<double>())) {
        return fail("{} is {}: it must be {}.", key, shown(value), range());
    }
    return {};
}

Result<nlohmann::json> Field::parse(std::string_view text) const
{
    nlohmann::json value;
    if (type == Type::Text) {
        value = std::string(text);
    } else if (type == Type::Boolean) {
        const bool yes = text == "true" || text == "yes" || text == "on" || text == "1";
        const bool no = text == "false" || text == "no" || text == "off" || text == "0";
        if (!yes && !no) {
            return fail("{} is \"{}\": it must be true or false.", key, text);
        }
        value = yes;
    } else {
        double number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) {
            return fail("{} is \"{}\": it must be {}.", key, text, whatIsWanted(*this));
        }
        std::int64_t whole = 0;
        const auto [whole_end, whole_error] = std::from_chars(text.data(), text.data() + text.size(), whole);
        if (type == Type::Integer && whole_error == std::errc{} && whole_end == text.data() + text.size()) {
            value = whole;
        } else {
            value = number;
        }
    }
    if (auto checked = check(value); !checked) {
        return tl::unexpected(checked.error());
    }
    return value;
}

} // namespace toeplab::core
