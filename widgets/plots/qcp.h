// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// The one way to include QCustomPlot: qcustomplot.h 2.1.0 uses Qt's lower-case keywords, which QT_NO_KEYWORDS takes
/// away. It costs several seconds a translation unit: headers forward-declare QCustomPlot, sources include this.

#include <QtCore/qforeach.h>
#include <QtCore/qobjectdefs.h>

#pragma push_macro("signals")
#pragma push_macro("slots")
#pragma push_macro("foreach")
#undef signals
#undef slots
#undef foreach
#define signals Q_SIGNALS
#define slots Q_SLOTS
#define foreach Q_FOREACH

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Woverloaded-virtual"
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#include <qcustomplot.h>
#pragma GCC diagnostic pop

#pragma pop_macro("foreach")
#pragma pop_macro("slots")
#pragma pop_macro("signals")
