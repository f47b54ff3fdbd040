// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/log_panel.h"

#include "core/protocol/messages.h"
#include "widgets/engine_client/engine_client.h"
#include "widgets/style/icons.h"

#include <QtCore/QDateTime>
#include <QtGui/QClipboard>
#include <QtGui/QFontDatabase>
#include <QtGui/QGuiApplication>
#include <QtWidgets/QMenu>
#include <QtWidgets/QPlainTextEdit>
#include <QtWidgets/QVBoxLayout>

namespace toeplab::widgets
{

namespace
{

constexpr int kLines = 5000;

} // namespace

LogPanel::LogPanel(EngineClient& engine, QWidget* parent)
    : Panel(
          {QStringLiteral("log"), tr("Log"), tr("what the engine said and what was done"),
           tr("Messages of the engine and every mark on the curve (learning rate, pauses, checkpoints), newest last.")},
          parent),
      text_(new QPlainTextEdit)
{
    text_->setReadOnly(true);
    text_->setMaximumBlockCount(kLines);
    text_->setFrameShape(QFrame::NoFrame);
    text_->setLineWrapMode(QPlainTextEdit::WidgetWidth);
    text_->setPlaceholderText(tr("Messages appear here when the engine has something to say."));
    text_->setAccessibleName(tr("Log"));
    text_->setObjectName(QStringLiteral("log-text"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(text_);

    connect(&engine, &EngineClient::logArrived, this, &LogPanel::add);
    connect(&engine, &EngineClient::markArrived, this, [this](const core::RunEvent& mark) {
        add(QString::fromStdString(mark.kind), tr("step %1: %2").arg(mark.step).arg(QString::fromStdString(mark.text)));
    });
    connect(&engine, &EngineClient::stateChanged, this, [this, &engine] {
        if (engine.state() == EngineClient::State::Ready) {
            add(QStringLiteral("info"), tr("Engine %1 is ready (process %2).")
                                            .arg(QString::fromStdString(engine.hello().engine))
                                            .arg(engine.hello().pid));
        } else if (engine.state() == EngineClient::State::Ended) {
            add(QStringLiteral("error"), engine.endReason());
        }
    });
}

void LogPanel::add(const QString& level, const QString& message)
{
    text_->appendPlainText(
        QStringLiteral("%1  %2  %3")
            .arg(QTime::currentTime().toString(QStringLiteral("HH:mm:ss")), level.leftJustified(10), message));
}

void LogPanel::fillMenu(QMenu& menu)
{
    menu.addAction(icon("copy", IconTone::Muted), tr("Copy all"), this,
                   [this] { QGuiApplication::clipboard()->setText(text_->toPlainText()); });
    menu.addAction(tr("Clear"), text_, &QPlainTextEdit::clear);
}

} // namespace toeplab::widgets
