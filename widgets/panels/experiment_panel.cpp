// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/experiment_panel.h"

#include "core/config/fields.h"
#include "core/config/presets.h"
#include "widgets/models/live_session.h"
#include "widgets/models/run_document.h"
#include "widgets/models/workspace.h"
#include "widgets/panels/field_editor.h"
#include "widgets/style/appearance.h"
#include "widgets/style/icons.h"

#include <QtCore/QSignalBlocker>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QLabel>
#include <QtWidgets/QMenu>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QScrollArea>
#include <QtWidgets/QScrollBar>
#include <QtWidgets/QToolButton>
#include <QtWidgets/QVBoxLayout>

namespace toeplab::widgets
{

namespace
{

[[nodiscard]] QString qt(const std::string& text)
{
    return QString::fromStdString(text);
}

} // namespace

ExperimentPanel::ExperimentPanel(LiveSession& session, Workspace& workspace, QWidget* parent)
    : Panel({QStringLiteral("experiment"), tr("Experiment"), QString(),
             tr("The settings of a run. Choose a preset or start from the run that is shown, change what you like, and "
                "start: a run's settings never change while it trains (but for the learning rate in the bar above).\n\n"
                "Bold settings differ from where you started; grey ones have no effect in this combination. Hover for "
                "meaning, range and the key that `toeplab train --set` takes.")},
            parent),
      session_(session), workspace_(workspace), preset_(new QComboBox), summary_(new QLabel), hint_(new QLabel),
      start_(new QPushButton(icon("run", IconTone::OnAccent), tr("Start new run"))), scroll_(new QScrollArea)
{
    preset_->setAccessibleName(tr("Preset"));
    preset_->setObjectName(QStringLiteral("preset"));
    preset_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    preset_->addItem(tr("The run that is shown"));
    for (const core::Preset& preset : core::presets()) {
        preset_->addItem(qt(preset.name));
        preset_->setItemData(preset_->count() - 1, qt(preset.summary), Qt::ToolTipRole);
    }
    summary_->setWordWrap(true);
    setTextRole(*summary_, TextRole::Muted);
    hint_->setWordWrap(true);
    hint_->setObjectName(QStringLiteral("start-hint"));
    setTextRole(*hint_, TextRole::Muted);
    start_->setProperty("primary", true);
    start_->setObjectName(QStringLiteral("start-run"));
    start_->setMinimumHeight(32);

    auto* head = new QVBoxLayout;
    head->setContentsMargins(kSpace2, kSpace1, kSpace2, 0);
    head->setSpacing(kSpace1);
    head->addWidget(preset_);
    head->addWidget(summary_);
    auto* foot = new QVBoxLayout;
    foot->setContentsMargins(kSpace2, 0, kSpace2, kSpace1);
    foot->setSpacing(kSpace1);
    foot->addWidget(hint_);
    foot->addWidget(start_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kSpace2);
    column->addLayout(head);
    column->addWidget(scroll_, 1);
    column->addLayout(foot);
    buildForm();

    connect(preset_, &QComboBox::activated, this, &ExperimentPanel::choose);
    connect(start_, &QPushButton::clicked, this, &ExperimentPanel::startRun);
    connect(&session_, &LiveSession::statusChanged, this, &ExperimentPanel::showButton);
    connect(&workspace_, &Workspace::currentChanged, this, &ExperimentPanel::followRun);
    connect(&workspace_, &Workspace::headerChanged, this, &ExperimentPanel::followRun);
    setPreset(QStringLiteral("tour"));
}

void ExperimentPanel::buildForm()
{
    auto* content = new QWidget;
    auto* form = new QVBoxLayout(content);
    form->setContentsMargins(kSpace2, 0, kSpace3, kSpace2);
    form->setSpacing(kSpace1);
    for (const core::Section& section : core::sections()) {
        buildSection(*form, section.key, qt(section.title));
    }
    form->addStretch(1);
    scroll_->setWidget(content);
    content->setAutoFillBackground(false); // after setWidget, which switches it on
    scroll_->setWidgetResizable(true);
    scroll_->setFrameShape(QFrame::NoFrame);
    scroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll_->viewport()->setAutoFillBackground(false);
}

void ExperimentPanel::buildSection(QVBoxLayout& form, const std::string& key, const QString& title)
{
    auto* heading = new QToolButton;
    heading->setText(title);
    heading->setFont(titleFont());
    heading->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    heading->setIcon(icon("chevron-down", IconTone::Muted));
    heading->setIconSize({14, 14});
    heading->setAutoRaise(true);
    heading->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    heading->setAccessibleName(tr("Section %1").arg(title));
    auto* body = new QWidget;
    auto* rows = new QVBoxLayout(body);
    rows->setContentsMargins(kSpace1, 0, 0, kSpace2);
    rows->setSpacing(kSpace1);
    for (const core::Field& field : core::fields()) {
        if (field.key.substr(0, field.key.find('.')) != key || field.key.find('.') == std::string::npos) {
            continue;
        }
        auto* editor = new FieldEditor(field);
        editors_[field.key] = editor;
        rows->addWidget(editor);
        connect(editor, &FieldEditor::edited, this,
                [this, name = field.key](const nlohmann::json& value) { take(name, value); });
        connect(editor, &FieldEditor::refused, this, [this, name = field.key](const QString& sentence) {
            refused_[name] = sentence;
            check();
        });
        connect(editor, &FieldEditor::resetWanted, this,
                [this, name = field.key, &field] { take(name, field.get(base_)); });
    }
    form.addWidget(heading);
    form.addWidget(body);
    connect(heading, &QToolButton::clicked, this, [heading, body] {
        body->setVisible(body->isHidden());
        heading->setIcon(icon(body->isHidden() ? "chevron-right" : "chevron-down", IconTone::Muted));
    });
}

FieldEditor* ExperimentPanel::editor(const std::string& key) const
{
    const auto found = editors_.find(key);
    return found == editors_.end() ? nullptr : found->second;
}

void ExperimentPanel::setPreset(const QString& name)
{
    const int index = preset_->findText(name);
    if (index > 0) {
        preset_->setCurrentIndex(index);
        choose(index);
    }
}

void ExperimentPanel::choose(int index)
{
    if (index == 0) {
        followRun();
        return;
    }
    const core::Preset& preset = core::presets()[std::size_t(index - 1)];
    base_ = experiment_ = preset.experiment;
    refused_.clear();
    summary_->setText(qt(preset.summary));
    check();
}

void ExperimentPanel::followRun()
{
    if (preset_->currentIndex() != 0) {
        return;
    }
    const RunDocument* run = workspace_.current();
    if (run == nullptr || !run->hasHeader()) {
        summary_->setText(tr("The settings of the run that is shown appear when it has been read."));
        return;
    }
    const core::ParsedExperiment parsed = core::parseExperiment(run->header().experiment);
    base_ = experiment_ = parsed.experiment;
    refused_.clear();
    summary_->setText(
        tr("Settings of %1, %2 parameters.").arg(run->name(), QLocale().toString(qlonglong(run->header().parameters))));
    check();
}

void ExperimentPanel::take(const std::string& key, const nlohmann::json& value)
{
    refused_.erase(key);
    core::findField(key)->set(experiment_, value);
    check();
}

void ExperimentPanel::check()
{
    std::map<std::string, QString> sentences = refused_;
    for (const core::Problem& problem : core::validate(experiment_)) {
        sentences.try_emplace(problem.key, qt(problem.message));
    }
    for (const auto& [key, editor] : editors_) {
        const auto found = sentences.find(key);
        editor->setProblem(found == sentences.end() ? QString() : found->second);
        if (!refused_.contains(key)) {
            editor->show(experiment_);
        }
        editor->compare(base_, experiment_);
    }
    showButton();
}

QStringList ExperimentPanel::problems() const
{
    QStringList all;
    for (const core::Field& field : core::fields()) {
        const FieldEditor* found = editor(field.key);
        if (found != nullptr && !found->problem().isEmpty()) {
            all.append(found->problem());
        }
    }
    return all;
}

void ExperimentPanel::showButton()
{
    const QStringList found = problems();
    QString hint;
    bool possible = false;
    if (!found.isEmpty()) {
        hint = found.size() == 1 ? found.front()
                                 : tr("%1 settings cannot be used. The first: %2").arg(found.size()).arg(found.front());
    } else if (session_.engine().state() == EngineClient::State::Ended ||
               session_.engine().state() == EngineClient::State::Off) {
        hint = tr("The engine is not running. Start it again first.");
    } else if (session_.isChanging()) {
        hint = tr("The engine is busy with the last request.");
    } else {
        possible = true;
        hint = session_.isActive() ? tr("Stops %1 after a checkpoint, then starts.")
                                         .arg(session_.document() ? session_.document()->name() : tr("the run"))
                                   : QString();
    }
    setTextRole(*hint_, found.isEmpty() ? TextRole::Muted : TextRole::Bad);
    hint_->setText(hint);
    hint_->setVisible(!hint.isEmpty());
    start_->setEnabled(possible);
    start_->setToolTip(possible ? tr("Train a new run with these settings") : hint);
}

void ExperimentPanel::startRun()
{
    if (start_->isEnabled()) {
        preset_->setCurrentIndex(0);
        session_.start(experiment_);
    }
}

void ExperimentPanel::focusFirst()
{
    preset_->setFocus(Qt::ShortcutFocusReason);
}

void ExperimentPanel::fillMenu(QMenu& menu)
{
    menu.addAction(icon("reset", IconTone::Muted), tr("Undo all changes"), this, [this] {
        experiment_ = base_;
        refused_.clear();
        check();
    });
}

} // namespace toeplab::widgets
