// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "widgets/figures/figure_data.h"
#include "widgets/figures/figure_spec.h"

namespace toeplab::widgets
{

/// Reads what the spec's kind needs from the spec's runs. Blocks on the disk: off the UI thread in a window. A missing
/// file, layer, channel or snapshot is one sentence that says what there is instead.
[[nodiscard]] core::Result<FigureData> loadFigureData(const FigureSpec& spec);

} // namespace toeplab::widgets
