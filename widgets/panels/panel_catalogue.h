// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace toeplab::widgets
{

class FigurePanel;
class LiveSession;
class Workspace;

/// Every panel that is made of figure views, in the order of the View menu: curves, map, frequency, band and
/// low rank, inducing points, evolution, scores, compare.
[[nodiscard]] std::vector<FigurePanel*> makeFigurePanels(Workspace& workspace, const LiveSession& session);

} // namespace toeplab::widgets
