// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/evolution_panel.h"

#include "widgets/models/format.h"
#include "widgets/models/kernel_store.h"
#include "widgets/models/run_document.h"
#include "widgets/models/workspace.h"
#include "widgets/style/appearance.h"
#include "widgets/style/icons.h"

#include <QtCore/QTimer>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QLabel>
#include <QtWidgets/QSlider>
#include <QtWidgets/QToolButton>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace toeplab::widgets
{

namespace
{

constexpr int kFrameMs = 160; ///< of playing: slow enough to see each snapshot

[[nodiscard]] QToolButton* smallButton(const char* icon_name, const QString& text, const QString& id)
{
    auto* result = new QToolButton;
    result->setIcon(icon(icon_name));
    result->setAutoRaise(true);
    result->setToolTip(text);
    result->setAccessibleName(text);
    result->setObjectName(id);
    result->setFixedSize(24, 24);
    return result;
}

/// Relative change from one kernel to the next: ||b - a|| / ||a||, over all channels and lags.
[[nodiscard]] double change(const core::KernelFrame& a, const core::KernelFrame& b)
{
    if (a.values.size() != b.values.size()) {
        return 0;
    }
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < a.values.size(); ++i) {
        difference += std::pow(double(b.values[i]) - double(a.values[i]), 2);
        size += std::pow(double(a.values[i]), 2);
    }
    return size > 0 ? std::sqrt(difference / size) : 0;
}

} // namespace

EvolutionPanel::EvolutionPanel(Workspace& workspace, const LiveSession& session, QWidget* parent)
    : FigurePanel(
          {QStringLiteral("evolution"), tr("Evolution"), tr("the chosen layer's kernel over training"),
           tr("Each line is the chosen layer's kernel at a stored step: steps run upwards, lags across, colour is the "
              "value. The slider (or the arrow keys) moves every panel to that step; at its right end the panels "
              "follow the newest kernel again.\n\nSnapshots are stored at steps that get sparser as training goes on; "
              "nothing in between is made up.")},
          {"evolution"}, workspace, session, parent),
      play_(smallButton("run", tr("Play the stored snapshots"), QStringLiteral("evolution-play"))),
      jump_(smallButton("jump", tr("Jump to the largest change between two snapshots"),
                        QStringLiteral("evolution-jump"))),
      slider_(new QSlider(Qt::Horizontal)), step_(new QLabel), pace_(new QTimer(this))
{
    slider_->setAccessibleName(tr("Step to look at"));
    slider_->setObjectName(QStringLiteral("evolution-slider"));
    slider_->setPageStep(4);
    setTextRole(*step_, TextRole::Muted);
    step_->setObjectName(QStringLiteral("evolution-step"));
    step_->setMinimumWidth(fontMetrics().horizontalAdvance(QStringLiteral("newest, 999,999")));
    auto* row = new QHBoxLayout;
    row->setContentsMargins(kSpace2, 0, kSpace2, 0);
    row->setSpacing(kSpace1);
    row->addWidget(play_);
    row->addWidget(slider_, 1);
    row->addWidget(jump_);
    row->addWidget(step_);
    column().addLayout(row);
    pace_->setInterval(kFrameMs);

    connect(slider_, &QSlider::valueChanged, this, &EvolutionPanel::slide);
    connect(play_, &QToolButton::clicked, this, &EvolutionPanel::togglePlay);
    connect(jump_, &QToolButton::clicked, this, &EvolutionPanel::jumpToLargestChange);
    connect(pace_, &QTimer::timeout, this, &EvolutionPanel::playOn);
    connect(&this->workspace(), &Workspace::currentChanged, this, &EvolutionPanel::refreshSlider);
    connect(&this->workspace(), &Workspace::headerChanged, this, &EvolutionPanel::refreshSlider);
    connect(&this->workspace(), &Workspace::kernelsChanged, this, &EvolutionPanel::refreshSlider);
    connect(&this->workspace(), &Workspace::cursorChanged, this, &EvolutionPanel::refreshSlider);
    connect(&this->workspace(), &Workspace::layerChanged, this, &EvolutionPanel::refreshSlider);
    refreshSlider();
}

void EvolutionPanel::refreshSlider()
{
    RunDocument* const run = workspace().current();
    const std::vector<std::int64_t> none;
    const auto& steps = run == nullptr ? none : run->kernels().steps(workspace().layerIndex());
    const auto count = int(steps.size());
    const std::int64_t cursor = workspace().cursor();
    // The last place is the newest kernel, which a live run moves on; the stored steps come before it.
    refreshing_ = true;
    slider_->setRange(0, count);
    slider_->setValue(cursor < 0 ? count : int(std::lower_bound(steps.begin(), steps.end(), cursor) - steps.begin()));
    refreshing_ = false;
    slider_->setEnabled(count > 0);
    play_->setEnabled(count > 1);
    jump_->setEnabled(count > 2);
    if (count == 0) {
        step_->clear();
    } else {
        step_->setText(cursor < 0 ? tr("newest") : tr("step %1").arg(format::steps(cursor)));
    }
}

void EvolutionPanel::slide(int value)
{
    RunDocument* const run = workspace().current();
    if (refreshing_ || run == nullptr) {
        return;
    }
    const auto& steps = run->kernels().steps(workspace().layerIndex());
    workspace().setCursor(std::size_t(value) < steps.size() ? steps[std::size_t(value)] : -1);
}

void EvolutionPanel::togglePlay()
{
    const bool playing = !pace_->isActive();
    play_->setIcon(icon(playing ? "pause" : "run"));
    if (!playing) {
        pace_->stop();
        return;
    }
    if (slider_->value() >= slider_->maximum()) {
        slider_->setValue(0);
    }
    pace_->start();
}

void EvolutionPanel::playOn()
{
    if (slider_->value() < slider_->maximum()) {
        slider_->setValue(slider_->value() + 1);
    } else {
        togglePlay();
    }
}

void EvolutionPanel::jumpToLargestChange()
{
    RunDocument* const run = workspace().current();
    if (run == nullptr) {
        return;
    }
    const auto frames = run->kernels().track(workspace().layerIndex());
    double largest = 0;
    std::int64_t step = -1;
    for (std::size_t i = 1; i < frames.size(); ++i) {
        const double moved = change(*frames[i - 1], *frames[i]);
        if (moved > largest) {
            largest = moved;
            step = frames[i]->step;
        }
    }
    workspace().setCursor(step);
}

} // namespace toeplab::widgets
