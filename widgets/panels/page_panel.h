// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/panels/panel.h"

#include <vector>

class QComboBox;
class QLabel;
class QPushButton;

namespace toeplab::widgets
{

class ExportForm;
class FigurePanel;
class FigurePreview;
class OptionForm;
class Workspace;

/// A figure on its page: any kind, with its options, size and looks, drawn as it will be printed; it follows the run,
/// layer, channel and step that are chosen.
class PagePanel final : public Panel
{
    Q_OBJECT

public:
    /// `panels`: whose options a kind starts with here. `folder`: proposed for the file.
    PagePanel(Workspace& workspace, const std::vector<FigurePanel*>& panels, const QString& folder,
              QWidget* parent = nullptr);

    [[nodiscard]] std::optional<FigureSpec> figure() const override;
    void setKind(const std::string& kind);
    [[nodiscard]] FigurePreview& preview() const { return *preview_; }
    [[nodiscard]] QSize sizeHint() const override { return {900, 600}; }

Q_SIGNALS:
    void exported(const QString& path);

private:
    void buildForm();
    void follow();
    void redraw();

    Workspace& workspace_;
    std::vector<FigurePanel*> panels_;
    FigureSpec spec_;
    QComboBox* kind_;
    OptionForm* options_;
    ExportForm* form_;
    QPushButton* export_;
    FigurePreview* preview_;
    QWidget* work_;
    QLabel* sentence_;
};

} // namespace toeplab::widgets
