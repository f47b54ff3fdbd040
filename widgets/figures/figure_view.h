// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/figures/figure_data.h"
#include "widgets/figures/figure_kinds.h"
#include "widgets/figures/figure_spec.h"

#include <QtWidgets/QWidget>

#include <memory>

namespace toeplab::widgets
{

/// One figure, live. Drawn by the code that exports it.
///
/// Mouse: wheel zooms at the pointer (over an axis: that axis only), drag pans, double click or 0 goes back to the
/// whole data. While zoomed the ranges stay as they are, whatever arrives; else they grow in steps. Hovering shows a
/// card and says the same in readoutChanged; Shift keeps the card.
class FigureView : public QWidget
{
    Q_OBJECT
public:
    explicit FigureView(FigureSpec spec, QWidget* parent = nullptr);
    ~FigureView() override;

    [[nodiscard]] const FigureSpec& spec() const;
    /// Another kind, layer, channel, option: takes effect at the next repaint and keeps the zoom where the axes stay.
    void setSpec(FigureSpec spec);

    /// What an export of this view draws: spec() and this.
    [[nodiscard]] const FigureData& data() const;
    /// Cheap; newest wins. Repainted at most 30 times a second and only while visible.
    void setData(FigureData data);

    void setTheme(ThemeKind theme);

    [[nodiscard]] bool zoomed() const;
    [[nodiscard]] LinkAxis linkAxis() const;
    /// The spec with the ranges on screen, for an export of what is seen.
    [[nodiscard]] FigureSpec specOnScreen() const;

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

public Q_SLOTS:
    void resetView(); ///< the whole data again
    /// A crosshair at a step, lag or angular frequency; ignored where the view has another axis. NaN hides it.
    void setCrosshair(toeplab::widgets::LinkAxis axis, double position);

Q_SIGNALS:
    void crosshairMoved(toeplab::widgets::LinkAxis axis, double position); ///< by this view's pointer; NaN: it left
    void readoutChanged(const QString& text); ///< for a status bar; empty: nothing under it
    void layerActivated(qint64 layer);        ///< a row of the ladder or a layer's curve was clicked
    void snapshotActivated(qint64 step);      ///< a stored step was clicked (evolution, a curve over steps)
    void zoomChanged(bool zoomed);
    void contextMenuWanted(const QPoint& global_position);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace toeplab::widgets

Q_DECLARE_METATYPE(toeplab::widgets::LinkAxis)
