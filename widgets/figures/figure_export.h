// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "widgets/figures/figure_data.h"
#include "widgets/figures/figure_spec.h"

#include <QtGui/QImage>

#include <string>

namespace toeplab::widgets
{

enum class FigureFormat { Pdf, Svg, Png, Csv, Json };

/// By the file name's ending; another ending names the five.
[[nodiscard]] core::Result<FigureFormat> formatOf(const std::string& path);

/// Draws the figure at its size in mm and writes it whole (temporary file, then rename): never half a file under
/// `path`. PDF and SVG are vectors but for maps, which are lossless images at spec.dpi; PNG has exactly the pixels that
/// mm and dpi make and says its dpi; CSV and JSON hold all the data drawn, none thinned. Empty data is an error with
/// the kind's sentence. Needs a QApplication (any platform); call it from the thread that has it.
[[nodiscard]] core::Result<void> exportFigure(const FigureSpec& spec, const FigureData& data, const std::string& path);

/// figure.pdf, figure.svg, figure.png, data.csv, spec.json and redraw.py (matplotlib) in a folder, made when missing.
[[nodiscard]] core::Result<void> exportBundle(const FigureSpec& spec, const FigureData& data,
                                              const std::string& folder);

/// The PNG's picture, for the clipboard.
[[nodiscard]] QImage renderImage(const FigureSpec& spec, const FigureData& data);

} // namespace toeplab::widgets
