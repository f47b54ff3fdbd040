// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/figure_command.h"

/// What the window program's main does for `toeplab figure`, alone.
int main(int argc, char** argv)
{
    return toeplab::app::runFigureCommand(argc, argv);
}
