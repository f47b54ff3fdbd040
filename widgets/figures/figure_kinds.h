// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/figures/figure_spec.h"

#include <memory>

namespace toeplab::widgets
{

class Figure;

/// What views of different kinds can share a crosshair over.
enum class LinkAxis { None, Step, Lag, Omega };

/// What a kind draws from, so that a window or a command fetches just that.
struct FigureNeeds {
    bool rows = false;         ///< FigureRun::training, validation, events
    bool ladder = false;       ///< FigureRun::ladder, over steps
    bool kernel = false;       ///< FigureData::kernels: the chosen layer at the chosen step
    bool all_layers = false;   ///< FigureData::kernels: every layer (the chosen one is found by spec.layer)
    bool snapshots = false;    ///< FigureData::snapshots: the chosen layer over all stored steps
    bool ladder_frame = false; ///< FigureData::ladder
};

struct FigureKind {
    std::string id;           ///< "toeplitz": in specs and on the command line
    std::string title;        ///< "Toeplitz map": of a panel
    std::string shows;        ///< one line: what it shows
    std::string empty;        ///< one sentence: what will appear here and when
    double proportion = 0.62; ///< default height over width
    int roomy_px = 0;         ///< in a window (96 dpi): lower than this, the second plot is left out
    LinkAxis link = LinkAxis::None;
    FigureNeeds needs;
    std::vector<FigureOption> options;
    std::unique_ptr<Figure> (*make)() = nullptr;
};

/// What a spec's figure needs: its kind's needs, and every layer where its options say so.
[[nodiscard]] FigureNeeds needsOf(const FigureSpec& spec);

/// Every kind there is, in the order of menus. An explicit list: nothing registers itself.
[[nodiscard]] std::span<const FigureKind> figureKinds();
/// nullptr where there is none of that name.
[[nodiscard]] const FigureKind* findKind(const std::string& id);
/// The sentence for a name that is none: "There is no figure kind \"kernal\". Did you mean kernel? ...".
[[nodiscard]] core::Error unknownKind(const std::string& id);

} // namespace toeplab::widgets
