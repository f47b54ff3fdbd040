// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/experiment.h"
#include "widgets/panels/panel.h"

#include <map>
#include <string>
#include <vector>

class QComboBox;
class QLabel;
class QPushButton;
class QScrollArea;
class QVBoxLayout;

namespace toeplab::widgets
{

class FieldEditor;
class LiveSession;
class Workspace;

/// The settings of a run: from a preset or from the run that is shown, every field with its meaning; what does not
/// apply is greyed, what cannot be used says why and keeps the start button off. Starts a new run.
class ExperimentPanel final : public Panel
{
    Q_OBJECT

public:
    ExperimentPanel(LiveSession& session, Workspace& workspace, QWidget* parent = nullptr);

    void setPreset(const QString& name);
    [[nodiscard]] const core::Experiment& experiment() const { return experiment_; }
    /// Every problem in the order of the form; empty: it can start.
    [[nodiscard]] QStringList problems() const;
    [[nodiscard]] FieldEditor* editor(const std::string& key) const;
    void startRun();
    void focusFirst();
    void fillMenu(QMenu& menu) override;
    [[nodiscard]] QSize sizeHint() const override { return {280, 500}; }

private:
    void buildForm();
    void buildSection(QVBoxLayout& form, const std::string& key, const QString& title);
    void choose(int index);
    void followRun();
    void take(const std::string& key, const nlohmann::json& value);
    void check();
    void showButton();

    LiveSession& session_;
    Workspace& workspace_;
    core::Experiment base_;       ///< what the form was filled from
    core::Experiment experiment_; ///< with the changes; values that were refused are not in it
    std::map<std::string, QString> refused_;
    std::map<std::string, FieldEditor*> editors_;
    QComboBox* preset_;
    QLabel* summary_;
    QLabel* hint_;
    QPushButton* start_;
    QScrollArea* scroll_;
};

} // namespace toeplab::widgets
