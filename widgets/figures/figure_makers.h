// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/figures/figure.h"

#include <memory>

namespace toeplab::widgets
{

/// One function and one options list for each kind; figure_kinds.cpp puts them into the list.
[[nodiscard]] std::unique_ptr<Figure> makeTrainingFigure();
[[nodiscard]] std::unique_ptr<Figure> makeLadderFigure();
[[nodiscard]] std::unique_ptr<Figure> makeKernelFigure();
[[nodiscard]] std::unique_ptr<Figure> makeToeplitzFigure();
[[nodiscard]] std::unique_ptr<Figure> makeEvolutionFigure();
[[nodiscard]] std::unique_ptr<Figure> makeSplitFigure();
[[nodiscard]] std::unique_ptr<Figure> makeInducingFigure();
[[nodiscard]] std::unique_ptr<Figure> makeFrequencyFigure();
[[nodiscard]] std::unique_ptr<Figure> makeSpikinessFigure();
[[nodiscard]] std::unique_ptr<Figure> makeCompareFigure();

} // namespace toeplab::widgets
