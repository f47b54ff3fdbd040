// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/figures/figure_spec.h"

#include <QtCore/QString>
#include <QtWidgets/QWidget>

#include <optional>

class QMenu;

namespace toeplab::widgets
{

/// What a panel says about itself.
struct PanelText {
    QString id;          ///< of the dock in saved layouts: never changes
    QString title;       ///< "Toeplitz map"
    QString shows;       ///< one line: what it shows
    QString explanation; ///< "What am I looking at?": a few sentences, with the formula where there is one
};

/// The content of a dock. It follows the workspace by itself; the dock around it gives it title, menu and busy mark.
class Panel : public QWidget
{
    Q_OBJECT

public:
    explicit Panel(PanelText text, QWidget* parent = nullptr);

    [[nodiscard]] const PanelText& text() const { return text_; }
    /// What an export of this panel draws, with the ranges on screen; nothing: it has no figure (yet).
    [[nodiscard]] virtual std::optional<FigureSpec> figure() const { return std::nullopt; }
    /// The picture for the clipboard; null: none.
    [[nodiscard]] virtual QImage image() const { return {}; }
    /// Entries of its own for the dock's menu, made anew each time.
    virtual void fillMenu(QMenu& menu);
    virtual void resetView() {}
    [[nodiscard]] bool isBusy() const { return busy_; }

Q_SIGNALS:
    void busyChanged(bool busy);
    /// The line under the title.
    void showsChanged(const QString& line);
    void exportWanted();
    void tableWanted();
    void explanationWanted();

protected:
    void setBusy(bool busy);
    void setShows(const QString& line);

private:
    PanelText text_;
    bool busy_ = false;
};

} // namespace toeplab::widgets
