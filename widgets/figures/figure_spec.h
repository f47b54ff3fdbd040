// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "widgets/plots/theme.h"

#include <nlohmann/json_fwd.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace toeplab::widgets
{

using OptionValue = std::variant<bool, double, std::string>;

/// One option of a figure kind: what a menu shows and what a spec may hold.
struct FigureOption {
    std::string key;                  ///< "log_y"
    std::string label;                ///< "Logarithmic loss": of a menu entry
    std::string meaning;              ///< one sentence
    OptionValue fallback;             ///< the default; its type is the option's type
    std::vector<std::string> choices; ///< of a text option: every allowed value
    double lowest = 0, highest = 0;   ///< of a number, inclusive
    std::string zero = {};            ///< of a number: the word for 0 where that is no size
};

/// What a figure is, apart from its data: kept with an export, so that `toeplab figure spec.json` draws it again.
struct FigureSpec {
    std::string kind = "training";
    std::vector<std::string> runs; ///< run files; relative paths are relative to the spec file
    std::int64_t layer = 1;        ///< 1-based block number
    std::string axis;              ///< sequence | row | column; empty: the layer's first
    std::int64_t channel = -1;     ///< 0-based; -1: the median over channels with a quantile band
    double quantile_low = 0.25, quantile_high = 0.75;
    std::int64_t snapshot = -1; ///< step of the kernel snapshot; -1: the last
    std::string venue;          ///< of a preset, for the record
    double width_mm = 82.6;
    double height_mm = 0;               ///< 0: the kind's own proportion of the width
    double dpi = 300;                   ///< of PNG and of images inside PDF and SVG
    double font_pt = 8;                 ///< axis labels; tick labels and legends one point less
    double line_pt = 0.8;               ///< curves
    double axis_pt = 0.5;               ///< axes and ticks; the grid is thinner
    ThemeKind theme = ThemeKind::Light; ///< of an export; a view follows its window
    std::string title;                  ///< above the figure; empty: none
    bool legend = true;
    std::map<std::string, OptionValue> options; ///< only those that differ from the kind's defaults
    /// Ranges of axes by their names ("x", "y", "y2": the kind says which); an axis that is not here shows all data.
    std::map<std::string, std::array<double, 2>> ranges;

    /// The value set here, else the kind's default. The key must be one of the kind's options.
    [[nodiscard]] bool flag(const std::string& key) const;
    [[nodiscard]] double number(const std::string& key) const;
    [[nodiscard]] const std::string& text(const std::string& key) const;
    [[nodiscard]] double heightMm() const; ///< with the kind's proportion where none is set

    friend bool operator==(const FigureSpec&, const FigureSpec&) = default;
};

/// A kind with default options and size.
[[nodiscard]] FigureSpec makeSpec(const std::string& kind);

/// Complete: every option is written. Reads what it wrote to an equal spec.
[[nodiscard]] nlohmann::json toJson(const FigureSpec& spec);
/// Missing keys take their defaults; an unknown key, kind or value is an error that names it and its neighbours.
[[nodiscard]] core::Result<FigureSpec> specFromJson(const nlohmann::json& json);
[[nodiscard]] core::Result<FigureSpec>
readSpec(const std::string& path); ///< run paths made relative to the spec's folder

/// Where a figure will be printed: widths in mm and the size of text there.
struct Venue {
    std::string name; ///< "ICML", "ICML-wide" (both columns)
    double width_mm;
    double font_pt;
};
[[nodiscard]] std::span<const Venue> venues();
/// Sets venue, width and font. Case does not matter; an unknown name lists the known ones.
[[nodiscard]] core::Result<void> applyVenue(FigureSpec& spec, const std::string& name);

} // namespace toeplab::widgets
