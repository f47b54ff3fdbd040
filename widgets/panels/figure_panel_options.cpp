// SPDX-License-Identifier: GPL-3.0-or-later
// The options of a panel's figures: set from its menu, remembered as JSON.
#include "widgets/panels/figure_panel.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace toeplab::widgets
{

void FigurePanel::setOption(const std::string& kind, const FigureOption& option, const OptionValue& value)
{
    for (FigureView* view : views_) {
        if (view->spec().kind != kind) {
            continue;
        }
        FigureSpec spec = view->spec();
        if (value == option.fallback) {
            spec.options.erase(option.key);
        } else {
            spec.options[option.key] = value;
        }
        view->setSpec(std::move(spec));
    }
    optionsChanged();
}

void FigurePanel::startWith(const std::string& kind, const std::string& key, const OptionValue& value)
{
    start_[kind][key] = value;
    for (const FigureOption& option : findKind(kind)->options) {
        if (option.key == key) {
            setOption(kind, option, value);
        }
    }
}

QString FigurePanel::options() const
{
    nlohmann::json all = nlohmann::json::object();
    for (const FigureView* view : views_) {
        const FigureKind* const kind = findKind(view->spec().kind);
        const auto start = start_.find(kind->id);
        for (const FigureOption& option : kind->options) {
            const auto own = view->spec().options.find(option.key);
            const OptionValue& now = own == view->spec().options.end() ? option.fallback : own->second;
            const bool given = start != start_.end() && start->second.contains(option.key);
            if (now != (given ? start->second.at(option.key) : option.fallback)) {
                std::visit([&](const auto& held) { all[kind->id][option.key] = held; }, now);
            }
        }
    }
    return QString::fromStdString(all.dump());
}

void FigurePanel::setOptions(const QString& json)
{
    // Remembered settings of an older version may hold keys that are gone: those are left out.
    const nlohmann::json all = nlohmann::json::parse(json.toStdString(), nullptr, false);
    if (!all.is_object()) {
        return;
    }
    for (FigureView* view : views_) {
        const FigureKind* const kind = findKind(view->spec().kind);
        const nlohmann::json mine = all.value(kind->id, nlohmann::json::object());
        for (const FigureOption& option : kind->options) {
            const auto found = mine.find(option.key);
            if (found == mine.end()) {
                continue;
            }
            if (found->is_boolean() && std::holds_alternative<bool>(option.fallback)) {
                setOption(kind->id, option, found->get<bool>());
            } else if (found->is_number() && std::holds_alternative<double>(option.fallback)) {
                setOption(kind->id, option, std::clamp(found->get<double>(), option.lowest, option.highest));
            } else if (found->is_string() && std::holds_alternative<std::string>(option.fallback)) {
                const auto text = found->get<std::string>();
                if (std::find(option.choices.begin(), option.choices.end(), text) != option.choices.end()) {
                    setOption(kind->id, option, text);
                }
            }
        }
    }
}

} // namespace toeplab::widgets
