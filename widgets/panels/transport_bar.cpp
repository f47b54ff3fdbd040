// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/transport_bar.h"

#include "core/config/fields.h"
#include "widgets/models/format.h"
#include "widgets/models/live_session.h"
#include "widgets/models/run_document.h"
#include "widgets/models/workspace.h"
#include "widgets/panels/elided_label.h"
#include "widgets/plots/number_format.h"
#include "widgets/style/appearance.h"
#include "widgets/style/icons.h"

#include <QtGui/QPainter>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QLabel>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QMenu>
#include <QtWidgets/QSpinBox>
#include <QtWidgets/QToolButton>

#include <algorithm>

namespace toeplab::widgets
{

namespace
{

constexpr int kBarHeight = 40;

[[nodiscard]] QToolButton* button(const char* icon_name, const QString& name, const QString& id)
{
    auto* result = new QToolButton;
    result->setIcon(icon(icon_name));
    result->setIconSize({20, 20});
    result->setFixedSize(30, 30);
    result->setAutoRaise(true);
    result->setAccessibleName(name);
    result->setObjectName(id);
    return result;
}

[[nodiscard]] QLabel* readout(const QString& id, const QString& hover)
{
    auto* label = new QLabel;
    label->setObjectName(id);
    label->setToolTip(hover);
    return label;
}

/// The rate that a run was started with; 0: not known.
[[nodiscard]] double learningRateOf(const RunDocument* run)
{
    if (run == nullptr || !run->hasHeader()) {
        return 0;
    }
    const auto& events = run->rows().events; // the last change, if the run had one
    for (std::size_t i = events.size(); i > 0; --i) {
        if (events[i - 1].kind == "lr") {
            return events[i - 1].value;
        }
    }
    return run->header().experiment.value("/optimizer/lr"_json_pointer, 0.0);
}

void makePossible(QToolButton& target, const Possible& possible, const QString& hover)
{
    target.setEnabled(possible.yes);
    target.setToolTip(possible.yes ? hover : possible.reason);
}

} // namespace

TransportBar::TransportBar(LiveSession& session, Workspace& workspace, QWidget* parent)
    : QWidget(parent), session_(session), workspace_(workspace)
{
    setFixedHeight(kBarHeight);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(kSpace3, 0, kSpace2, 0);
    row->setSpacing(kSpace1);
    addControls(*row);
    row->addSpacing(kSpace4);
    addReadouts(*row);
    connect(&session_, &LiveSession::statusChanged, this, &TransportBar::refresh);
    connect(&workspace_, &Workspace::currentChanged, this, &TransportBar::refresh);
    connect(&workspace_, &Workspace::headerChanged, this, &TransportBar::refresh);
    refresh();
}

void TransportBar::addControls(QHBoxLayout& row)
{
    run_ = button("run", tr("Run or pause"), QStringLiteral("transport-run"));
    step_ = button("step", tr("Run single steps"), QStringLiteral("transport-step"));
    count_ = new QSpinBox;
    count_->setRange(1, 100'000);
    count_->setFixedWidth(72);
    count_->setAccessibleName(tr("Steps to run"));
    count_->setToolTip(tr("How many steps the step button runs"));
    count_->setObjectName(QStringLiteral("transport-count"));
    stop_ = button("stop", tr("Stop"), QStringLiteral("transport-stop"));
    stop_->setPopupMode(QToolButton::InstantPopup);
    auto* stop_menu = new QMenu(stop_);
    stop_menu->addAction(icon("save", IconTone::Muted), tr("Stop after a checkpoint"), this,
                         [this] { session_.stop(true); });
    stop_menu->addAction(icon("stop", IconTone::Muted), tr("Stop now, without saving"), this,
                         [this] { session_.stop(false); });
    stop_menu->addSeparator();
    stop_menu->addAction(icon("save", IconTone::Muted), tr("Save a checkpoint and go on"), this,
                         [this] { session_.saveCheckpoint(); });
    stop_->setMenu(stop_menu);
    auto* lr_label = new QLabel(tr("Learning rate"));
    setTextRole(*lr_label, TextRole::Muted);
    lr_ = new QLineEdit;
    lr_->setFixedWidth(84);
    lr_->setAccessibleName(tr("Learning rate"));
    lr_->setObjectName(QStringLiteral("transport-lr"));
    lr_label->setBuddy(lr_);
    lr_now_ =
        readout(QStringLiteral("transport-lr-now"),
                tr("The learning rate of the last step: the peak on the left times the schedule (warm-up, cosine)"));
    setTextRole(*lr_now_, TextRole::Muted);
    for (QWidget* widget : std::initializer_list<QWidget*>{run_, step_, count_, stop_}) {
        row.addWidget(widget);
    }
    row.addSpacing(kSpace3);
    row.addWidget(lr_label);
    row.addWidget(lr_);
    row.addWidget(lr_now_);

    connect(run_, &QToolButton::clicked, &session_, &LiveSession::runOrPause);
    connect(step_, &QToolButton::clicked, this, &TransportBar::step);
    connect(lr_, &QLineEdit::returnPressed, this, &TransportBar::commitLearningRate);
    connect(lr_, &QLineEdit::textEdited, this, &TransportBar::checkLearningRate);
    connect(lr_, &QLineEdit::editingFinished, this, [this] {
        if (!lr_->hasFocus()) {
            refreshLearningRate(); // left without Enter: what is in force stands there again
        }
    });
}

void TransportBar::addReadouts(QHBoxLayout& row)
{
    seed_ = readout(QStringLiteral("transport-seed"), tr("The seed of the initialisation and of the order of samples"));
    setTextRole(*seed_, TextRole::Muted);
    what_ = new ElidedLabel;
    what_->setObjectName(QStringLiteral("transport-what"));
    what_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    progress_ = readout(QStringLiteral("transport-progress"),
                        tr("Optimiser steps done, of those that the run's settings ask for"));
    row.addWidget(seed_);
    row.addSpacing(kSpace3);
    row.addWidget(what_, 1);
    row.addSpacing(kSpace3);
    row.addWidget(progress_);
    row.addSpacing(kSpace3);
    drawer_ = button("right-panel", tr("Experiment"), QStringLiteral("drawer-button"));
    drawer_->setToolTip(tr("The experiment's settings, over the plots (Ctrl+3)"));
    drawer_->hide();
    row.addWidget(drawer_);
    menu_ = button("menu", tr("Menu"), QStringLiteral("main-menu"));
    menu_->setPopupMode(QToolButton::InstantPopup);
    menu_->setToolTip(tr("Open, export, panels, theme, help"));
    row.addWidget(menu_);
}

void TransportBar::step()
{
    session_.step(count_->value());
}

void TransportBar::checkLearningRate()
{
    const auto value = core::findField("optimizer.lr")->parse(lr_->text().trimmed().toStdString());
    lr_->setProperty("invalid", lr_->isEnabled() && !value.has_value());
    lr_->setToolTip(value ? tr("Enter: from the next step on; a checkpoint is saved before, and the curve is marked")
                          : QString::fromStdString(value.error().message));
    lr_->update();
}

void TransportBar::commitLearningRate()
{
    const auto value = core::findField("optimizer.lr")->parse(lr_->text().trimmed().toStdString());
    if (value && session_.canSetLearningRate().yes) {
        session_.setLearningRate(value->get<double>());
        lr_->clearFocus();
    }
}

void TransportBar::refresh()
{
    refreshButtons();
    refreshLearningRate();
    refreshReadouts();
}

void TransportBar::refreshButtons()
{
    const bool running = session_.isRunning();
    const char* const wanted = running ? "pause" : "run";
    if (run_->property("shows").toByteArray() != wanted) {
        run_->setProperty("shows", QByteArray(wanted));
        run_->setIcon(icon(wanted));
    }
    QString hover = running ? tr("Pause (Space)") : tr("Resume (Space)");
    if (!session_.isActive() && workspace_.current() != nullptr) {
        hover = tr("Go on with %1 from its last checkpoint, step %2 (Space)")
                    .arg(workspace_.current()->name(), format::steps(workspace_.current()->lastCheckpointStep()));
    }
    makePossible(*run_, session_.canRun(), hover);
    makePossible(*step_, session_.canStep(), tr("Run this many steps, then pause (S)"));
    makePossible(*stop_, session_.canStop(), tr("Stop"));
    count_->setEnabled(session_.isPaused());
}

void TransportBar::refreshLearningRate()
{
    const Possible possible = session_.canSetLearningRate();
    lr_->setEnabled(possible.yes);
    if (!possible.yes) {
        lr_->setToolTip(possible.reason);
    }
    if (lr_->hasFocus() && lr_->isModified()) {
        return; // being typed
    }
    const double rate = possible.yes ? session_.learningRate() : learningRateOf(workspace_.current());
    const QString text = rate > 0 ? format::learningRate(rate) : QString();
    if (lr_->text() != text) {
        lr_->setText(text);
    }
    checkLearningRate();
    if (!possible.yes) {
        lr_->setToolTip(possible.reason);
    }
    lr_now_->setText(session_.isActive() && session_.status().lr > 0
                         ? tr("now %1").arg(formatShortest(session_.status().lr, 3))
                         : QString());
}

void TransportBar::refreshReadouts()
{
    const RunDocument* run = session_.isActive() ? session_.document() : workspace_.current();
    QString what;
    if (run != nullptr && run->hasHeader()) {
        const nlohmann::json& settings = run->header().experiment;
        const auto text = [&](const char* pointer) {
            const auto place = nlohmann::json::json_pointer(pointer);
            return settings.contains(place) && settings[place].is_string()
                       ? QString::fromStdString(settings[place].get<std::string>())
                       : QString();
        };
        const auto seed = nlohmann::json::json_pointer("/train/seed");
        seed_->setText(settings.contains(seed) ? tr("seed %1").arg(QString::fromStdString(settings[seed].dump()))
                                               : QString());
        what = QStringLiteral("%1 · %2 · %3, %4")
                   .arg(run->name(), text("/name"), text("/mixer/kind"), text("/mixer/mode"));
    } else {
        seed_->clear();
    }
    what_->setText(what);
    refreshProgress(run);
}

void TransportBar::refreshProgress(const RunDocument* run)
{
    share_ = -1;
    QString text;
    if (run != nullptr && run->hasHeader()) {
        const std::int64_t step = run->isLive() ? std::max(session_.status().step, run->lastStep()) : run->lastStep();
        const auto end = run->header().experiment.value("/train/steps"_json_pointer, std::int64_t(0));
        text = end > 0 ? tr("step %1 of %2").arg(format::steps(step), format::steps(end))
                       : tr("step %1").arg(format::steps(step));
        share_ = end > 0 && session_.isActive() ? std::clamp(double(step) / double(end), 0.0, 1.0) : -1;
    }
    progress_->setText(text);
    update();
}

void TransportBar::paintEvent(QPaintEvent*)
{
    if (share_ > 0) { // a hair line along the bottom: how far the run is
        QPainter painter(this);
        painter.fillRect(QRectF(0, height() - 2, width() * share_, 2), currentTheme().accent);
    }
}

void TransportBar::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    // Narrow windows keep what is pressed and drop what is only read.
    seed_->setVisible(width() > 1000);
    lr_now_->setVisible(width() > 1150);
}

} // namespace toeplab::widgets
