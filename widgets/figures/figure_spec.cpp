// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/figure_spec.h"

#include "widgets/figures/figure_kinds.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace toeplab::widgets
{
namespace
{

/// Text widths of the venues' own style files (one column; -wide: both), and the size of their captions' text.
const std::array<Venue, 12> kVenues{{{"ICML", 82.6, 8},
                                     {"ICML-wide", 171.5, 8},
                                     {"NeurIPS", 139.7, 9},
                                     {"AAAI", 83.8, 8},
                                     {"AAAI-wide", 177.2, 8},
                                     {"CVPR", 82.6, 8},
                                     {"CVPR-wide", 174.6, 8},
                                     {"IEEE", 88.9, 8},
                                     {"IEEE-wide", 181.9, 8},
                                     {"Nature", 88, 7},
                                     {"Nature-wide", 180, 7},
                                     {"screen", 160, 9}}};

const OptionValue& optionOf(const FigureSpec& spec, const std::string& key)
{
    const auto found = spec.options.find(key);
    if (found != spec.options.end())
        return found->second;
    const FigureKind* kind = findKind(spec.kind);
    if (kind) {
        for (const FigureOption& option : kind->options) {
            if (option.key == key)
                return option.fallback;
        }
    }
    qFatal("FigureSpec: a figure of kind %s has no option %s", spec.kind.c_str(), key.c_str());
}

std::string lower(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

} // namespace

bool FigureSpec::flag(const std::string& key) const
{
    return std::get<bool>(optionOf(*this, key));
}

double FigureSpec::number(const std::string& key) const
{
    return std::get<double>(optionOf(*this, key));
}

const std::string& FigureSpec::text(const std::string& key) const
{
    return std::get<std::string>(optionOf(*this, key));
}

double FigureSpec::heightMm() const
{
    if (height_mm > 0)
        return height_mm;
    const FigureKind* found = findKind(kind);
    const bool two = kind == "training" && text("below") != "none"; // two plots, one above the other
    return width_mm * (found ? found->proportion : 0.62) * (two ? 1.6 : 1);
}

FigureSpec makeSpec(const std::string& kind)
{
    FigureSpec spec;
    spec.kind = kind;
    return spec;
}

std::span<const Venue> venues()
{
    return kVenues;
}

core::Result<void> applyVenue(FigureSpec& spec, const std::string& name)
{
    std::string known;
    for (const Venue& venue : kVenues) {
        if (lower(venue.name) == lower(name)) {
            spec.venue = venue.name;
            spec.width_mm = venue.width_mm;
            spec.font_pt = venue.font_pt;
            return {};
        }
        known += (known.empty() ? "" : ", ") + venue.name;
    }
    return core::fail("There is no venue \"{}\". Known are {}.", name, known);
}

} // namespace toeplab::widgets
