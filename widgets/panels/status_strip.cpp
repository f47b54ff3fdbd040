// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/status_strip.h"

#include "widgets/models/format.h"
#include "widgets/models/live_session.h"
#include "widgets/models/run_document.h"
#include "widgets/models/workspace.h"
#include "widgets/panels/elided_label.h"
#include "widgets/style/appearance.h"

#include <QtCore/QTimer>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QLabel>

namespace toeplab::widgets
{

namespace
{

const QString kDot = QStringLiteral("  ·  ");

[[nodiscard]] QString engineWord(const LiveSession& session)
{
    switch (session.engine().state()) {
    case EngineClient::State::Off:
        return StatusStrip::tr("engine off");
    case EngineClient::State::Starting:
        return StatusStrip::tr("engine loading");
    case EngineClient::State::Ended:
        return StatusStrip::tr("engine ended");
    case EngineClient::State::Ready:
        break;
    }
    const std::string state = core::toString(session.status().state);
    return StatusStrip::tr("engine ready") + (session.isActive() ? kDot + QString::fromStdString(state) : QString());
}

} // namespace

StatusStrip::StatusStrip(LiveSession& session, Workspace& workspace, QWidget* parent)
    : QWidget(parent), session_(session), workspace_(workspace), choice_(new QLabel), readout_(new ElidedLabel),
      speed_(new QLabel), eta_(new QLabel), memory_(new QLabel), device_(new QLabel), engine_(new QLabel),
      each_second_(new QTimer(this))
{
    setFixedHeight(26);
    for (QLabel* label : std::initializer_list<QLabel*>{choice_, readout_, speed_, eta_, memory_, device_, engine_}) {
        setTextRole(*label, TextRole::Muted);
    }
    speed_->setObjectName(QStringLiteral("status-speed"));
    speed_->setToolTip(tr("Optimiser steps a second, over the last few seconds"));
    eta_->setObjectName(QStringLiteral("status-eta"));
    eta_->setToolTip(tr("Time to the end that the run's settings give"));
    memory_->setObjectName(QStringLiteral("status-memory"));
    memory_->setToolTip(tr("Memory that the engine's process holds"));
    device_->setObjectName(QStringLiteral("status-device"));
    choice_->setObjectName(QStringLiteral("status-choice"));
    readout_->setObjectName(QStringLiteral("status-readout"));
    engine_->setObjectName(QStringLiteral("status-engine"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(kSpace3, 0, kSpace3, 0);
    row->setSpacing(kSpace4);
    row->addWidget(choice_);
    row->addWidget(readout_, 1);
    for (QLabel* label : {speed_, eta_, memory_, device_, engine_}) {
        row->addWidget(label);
    }

    connect(&workspace_, &Workspace::currentChanged, this, &StatusStrip::refreshChoice);
    connect(&workspace_, &Workspace::headerChanged, this, &StatusStrip::refreshChoice);
    connect(&workspace_, &Workspace::layerChanged, this, &StatusStrip::refreshChoice);
    connect(&workspace_, &Workspace::channelChanged, this, &StatusStrip::refreshChoice);
    connect(&workspace_, &Workspace::cursorChanged, this, &StatusStrip::refreshChoice);
    connect(&workspace_, &Workspace::readoutChanged, readout_, &QLabel::setText);
    connect(&session_, &LiveSession::statusChanged, this, [this] {
        refreshEngine();
        refreshChoice();
    });
    each_second_->setInterval(1000);
    connect(each_second_, &QTimer::timeout, this, &StatusStrip::refreshEngine);
    each_second_->start();
    refreshChoice();
    refreshEngine();
}

void StatusStrip::refreshChoice()
{
    const RunDocument* run = workspace_.current();
    const core::LayerInfo layer = workspace_.layer();
    QStringList parts;
    if (layer.layer > 0) {
        parts << tr("layer %1").arg(layer.layer) +
                     (layer.axis == "sequence" ? QString() : QLatin1Char(' ') + QString::fromStdString(layer.axis));
        parts << (workspace_.channel() < 0 ? tr("channel median") : tr("channel %1").arg(workspace_.channel()));
    }
    if (run != nullptr) {
        const std::int64_t newest = run->isLive() ? std::max(session_.status().step, run->lastStep()) : run->lastStep();
        parts << (workspace_.cursor() < 0
                      ? tr("step %1").arg(format::steps(newest))
                      : tr("at step %1 of %2").arg(format::steps(workspace_.cursor()), format::steps(newest)));
        if (!run->recovery().isEmpty()) {
            parts << run->recovery();
        }
    }
    choice_->setText(parts.join(kDot));
}

void StatusStrip::refreshEngine()
{
    const auto say = [](QLabel& label, const QString& text) {
        label.setText(text);
        label.setVisible(!text.isEmpty());
    };
    const core::SessionStatus& status = session_.status();
    const bool ready = session_.engine().state() == EngineClient::State::Ready;
    const bool moving = ready && session_.isRunning();
    say(*speed_, moving && status.steps_per_second > 0 ? format::stepsPerSecond(status.steps_per_second) : QString());
    say(*eta_, moving && status.eta_seconds >= 0 ? tr("ETA %1").arg(format::duration(status.eta_seconds)) : QString());
    say(*memory_, ready && status.memory_mib > 0 ? format::mebibytes(status.memory_mib) : QString());
    const core::HelloAnswer& hello = session_.engine().hello();
    const QString device = QString::fromStdString(hello.device).toUpper();
    say(*device_, !ready               ? QString()
                  : hello.threads == 1 ? tr("%1, 1 thread").arg(device)
                                       : tr("%1, %2 threads").arg(device).arg(hello.threads));
    device_->setToolTip(tr("Engine %1, LibTorch %2, process %3")
                            .arg(QString::fromStdString(hello.engine), QString::fromStdString(hello.libtorch))
                            .arg(hello.pid));
    QStringList parts{engineWord(session_)};
    const double saved = session_.secondsSinceSaved();
    if (session_.isActive() && saved >= 0) {
        parts << tr("saved %1").arg(format::ago(saved));
    }
    engine_->setText(parts.join(kDot));
    engine_->setToolTip(session_.engine().state() == EngineClient::State::Ended
                            ? session_.engine().endReason()
                            : tr("Engine: %1").arg(session_.engine().command().text()));
}

} // namespace toeplab::widgets
