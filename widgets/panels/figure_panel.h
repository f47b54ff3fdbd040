// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/figures/figure_kinds.h"
#include "widgets/figures/figure_view.h"
#include "widgets/panels/panel.h"

#include <map>
#include <vector>

class QLabel;
class QTimer;
class QVBoxLayout;

namespace toeplab::widgets
{

class LiveSession;
class RunDocument;
class Workspace;

/// A panel of figure views over the current run: it gives each view the data that its kind needs, follows layer,
/// channel and step, links crosshairs, and says what will appear while there is nothing to draw.
class FigurePanel : public Panel
{
    Q_OBJECT

public:
    /// `kinds` from top to bottom; the first is the one that is exported.
    FigurePanel(PanelText text, const std::vector<std::string>& kinds, Workspace& workspace, const LiveSession& session,
                QWidget* parent = nullptr);

    [[nodiscard]] std::optional<FigureSpec> figure() const override;
    [[nodiscard]] QImage image() const override;
    void fillMenu(QMenu& menu) override;
    void resetView() override;
    [[nodiscard]] FigureView& view(std::size_t index = 0) const { return *views_[index]; }
    /// What an option is from the start in this panel, where that is not the kind's default.
    void startWith(const std::string& kind, const std::string& key, const OptionValue& value);
    /// Options that differ from those at the start, to remember and restore.
    [[nodiscard]] QString options() const;
    void setOptions(const QString& json);

protected:
    /// Room for widgets of a derived panel under the views.
    [[nodiscard]] QVBoxLayout& column() { return *column_; }
    [[nodiscard]] Workspace& workspace() { return workspace_; }
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void setOption(const std::string& kind, const FigureOption& option, const OptionValue& value);
    /// An option was set: by the menu, from memory or by the derived panel itself.
    virtual void optionsChanged() {}
    /// Something that the views draw has changed: they get it soon, and only while they can be seen.
    void schedule();

private:
    void connectWorkspace();
    void connectView(FigureView& view);
    void refreshViews();
    void updateView(FigureView& view);
    [[nodiscard]] std::vector<const RunDocument*> runsOf(const FigureKind& kind) const;
    [[nodiscard]] FigureData dataFor(const FigureKind& kind) const;
    [[nodiscard]] bool isEmpty() const;
    [[nodiscard]] QString sentence() const;
    void addOption(QMenu& menu, FigureView& view, const FigureOption& option);

    Workspace& workspace_;
    const LiveSession& session_;
    std::vector<FigureView*> views_;
    std::map<std::string, std::map<std::string, OptionValue>> start_; ///< kind, key: see startWith
    QVBoxLayout* column_;
    QWidget* drawing_;
    QLabel* sentence_;
    QTimer* soon_;
};

} // namespace toeplab::widgets
