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
      engine_(new QLabel), each_second_(new QTimer(this))
{
    setFixedHeight(26);
    for (QLabel* label : std::initializer_list<QLabel*>{choice_, readout_, engine_}) {
        setTextRole(*label, TextRole::Muted);
    }
    choice_->setObjectName(QStringLiteral("status-choice"));
    readout_->setObjectName(QStringLiteral("status-readout"));
    engine_->setObjectName(QStringLiteral("status-engine"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(kSpace3, 0, kSpace3, 0);
    row->setSpacing(kSpace4);
    row->addWidget(choice_);
    row->addWidget(readout_, 1);
    row->addWidget(engine_);

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
    QStringList parts{engineWord(session_)};
    if (session_.engine().state() == EngineClient::State::Ready && session_.status().memory_mib > 0) {
        parts << format::mebibytes(session_.status().memory_mib);
    }
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
