// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QWidget>

class QMainWindow;
class QVBoxLayout;

namespace toeplab::widgets
{
class PanelDock;
}

namespace toeplab::app
{

/// In a narrow window: a dock's contents over the right side of the plots, which keep their room. The hidden dock keeps
/// its place in the layout, and gets its contents back when the drawer closes or the dock is shown.
class SideDrawer final : public QWidget
{
    Q_OBJECT

public:
    SideDrawer(widgets::PanelDock& dock, int width, QMainWindow& window);

    [[nodiscard]] bool isOpen() const { return open_; }
    /// The dock must be hidden.
    void open();
    void close();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    /// Beside the right edge, between the window's bars: after each change of their sizes.
    void place();

    widgets::PanelDock& dock_;
    QMainWindow& window_;
    QWidget* contents_;
    QVBoxLayout* column_;
    int width_;
    bool open_ = false;
};

} // namespace toeplab::app
