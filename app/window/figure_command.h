// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace toeplab::app
{

/// `toeplab figure KIND|SPEC.json ...`: draws a figure from run files with no display. Called by the window program's
/// main before it makes an application of its own: this makes one on the offscreen platform. argv is the program's own
/// (argv[1] is "figure"). Returns the exit code: 0 done, 1 failed with a sentence on standard error, 2 wrong usage.
[[nodiscard]] int runFigureCommand(int argc, char** argv);

} // namespace toeplab::app
