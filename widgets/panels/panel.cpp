// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/panel.h"

#include <QtGui/QImage>

namespace toeplab::widgets
{

Panel::Panel(PanelText text, QWidget* parent) : QWidget(parent), text_(std::move(text))
{
    setObjectName(text_.id);
    setAccessibleName(text_.title);
    setAccessibleDescription(text_.shows);
}

void Panel::fillMenu(QMenu&) {}

void Panel::setBusy(bool busy)
{
    if (busy != busy_) {
        busy_ = busy;
        Q_EMIT busyChanged(busy);
    }
}

void Panel::setShows(const QString& line)
{
    if (line != text_.shows) {
        text_.shows = line;
        Q_EMIT showsChanged(line);
    }
}

} // namespace toeplab::widgets
