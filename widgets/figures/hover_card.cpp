// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/hover_card.h"

#include <QtWidgets/QLabel>
#include <QtWidgets/QVBoxLayout>

namespace toeplab::widgets
{

HoverCard::HoverCard(QWidget* parent) : QFrame(parent), label_(new QLabel(this))
{
    setObjectName(QStringLiteral("hoverCard"));
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setFocusPolicy(Qt::NoFocus);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpace2, kSpace1, kSpace2, kSpace1);
    layout->addWidget(label_);
    label_->setTextFormat(Qt::RichText);
    hide();
}

void HoverCard::setTheme(const Theme& theme)
{
    muted_ = theme.muted.name();
    setStyleSheet(QStringLiteral("#hoverCard { background: %1; border: 1px solid %2; border-radius: %3px; }"
                                 "#hoverCard QLabel { color: %4; background: transparent; }")
                      .arg(theme.panel.name(), theme.border.name())
                      .arg(kCornerRadius)
                      .arg(theme.text.name()));
}

void HoverCard::showAt(const Readout& readout, const QPoint& pointer)
{
    QString rows;
    for (const auto& [name, value] : readout.rows)
        rows += QStringLiteral("<tr><td style='color:%1; padding-right:10px'>%2</td><td align='right'>%3</td></tr>")
                    .arg(muted_, name.toHtmlEscaped(), value.toHtmlEscaped());
    label_->setText(QStringLiteral("<b>%1</b><table cellspacing='0' cellpadding='0'>%2</table>")
                        .arg(readout.title.toHtmlEscaped(), rows));
    adjustSize();
    const int gap = kSpace4;
    QPoint corner = pointer + QPoint(gap, gap);
    const QRect room = parentWidget()->rect().adjusted(2, 2, -2, -2);
    if (corner.x() + width() > room.right())
        corner.setX(pointer.x() - gap - width());
    if (corner.y() + height() > room.bottom())
        corner.setY(pointer.y() - gap - height());
    corner.setX(qMax(room.left(), corner.x()));
    corner.setY(qMax(room.top(), corner.y()));
    move(corner);
    show();
    raise();
}

} // namespace toeplab::widgets
