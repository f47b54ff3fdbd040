// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/notice_bar.h"

#include "widgets/style/appearance.h"
#include "widgets/style/icons.h"

#include <QtGui/QPainter>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QLabel>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QToolButton>

namespace toeplab::widgets
{

namespace
{

[[nodiscard]] QColor colorOf(NoticeBar::Level level)
{
    const Theme& colors = currentTheme();
    switch (level) {
    case NoticeBar::Level::Warning:
        return colors.warning;
    case NoticeBar::Level::Bad:
        return colors.bad;
    case NoticeBar::Level::Info:
        break;
    }
    return colors.accent;
}

} // namespace

NoticeBar::NoticeBar(QWidget* parent) : QWidget(parent), text_(new QLabel), choices_(new QHBoxLayout)
{
    setObjectName(QStringLiteral("notice"));
    text_->setWordWrap(true);
    text_->setTextFormat(Qt::PlainText);
    text_->setObjectName(QStringLiteral("notice-text"));
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* close = new QToolButton;
    close->setIcon(icon("close", IconTone::Muted));
    close->setAutoRaise(true);
    close->setAccessibleName(tr("Dismiss"));
    close->setToolTip(tr("Dismiss"));
    connect(close, &QToolButton::clicked, this, &NoticeBar::dismiss);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(kSpace5 + kSpace4, kSpace2, kSpace2, kSpace2);
    row->setSpacing(kSpace2);
    row->addWidget(text_, 1);
    row->addLayout(choices_);
    row->addWidget(close);
    hide();
}

void NoticeBar::say(Level level, const QString& sentence, std::vector<Choice> choices)
{
    level_ = level;
    text_->setText(sentence);
    while (QLayoutItem* item = choices_->takeAt(0)) {
        item->widget()->hide();
        item->widget()->deleteLater();
        delete item;
    }
    for (Choice& choice : choices) {
        auto* button = new QPushButton(choice.text);
        button->setObjectName(QStringLiteral("notice-choice-%1").arg(choices_->count()));
        connect(button, &QPushButton::clicked, this, [this, action = std::move(choice.action)] {
            dismiss();
            action();
        });
        choices_->addWidget(button);
    }
    setAccessibleName(sentence);
    show();
    update();
}

void NoticeBar::dismiss()
{
    text_->clear();
    hide();
}

QString NoticeBar::sentence() const
{
    return text_->text();
}

void NoticeBar::paintEvent(QPaintEvent*)
{
    const Theme& colors = currentTheme();
    const QColor color = colorOf(level_);
    QPainter painter(this);
    painter.fillRect(rect(), mix(colors.panel, color, 0.1));
    painter.fillRect(QRect(0, 0, 3, height()), color);
    paintIcon(painter, level_ == Level::Info ? "info" : "warning", QRectF(kSpace3, height() / 2.0 - 10, 20, 20), color);
}

} // namespace toeplab::widgets
