// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/kernel_analysis.h"

#include <QtCore/QString>

#include <span>
#include <string>
#include <vector>

namespace toeplab::widgets
{

/// The ladder's scores as they are drawn and named.
struct Score {
    std::string key;
    QString label;  ///< of an axis, with unit
    QString header; ///< of a table's column: two lines at most
    core::ScoreSummary core::LayerScores::*summary;
    bool logarithmic; ///< spread over decades
    double least, most;
};
[[nodiscard]] std::span<const Score> layerScores();
[[nodiscard]] const Score& scoreOf(const std::string& key);
[[nodiscard]] std::vector<std::string> scoreKeys();

} // namespace toeplab::widgets
