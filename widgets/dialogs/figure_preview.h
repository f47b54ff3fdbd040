// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/figures/figure_spec.h"

#include <QtGui/QImage>
#include <QtWidgets/QWidget>

#include <memory>

class QTemporaryDir;
class QTimer;

namespace toeplab::widgets
{

/// The page as it will be printed: what `toeplab figure` draws from this spec, in a process of its own, at its true
/// proportions. The newest spec wins; until it is drawn the last page stays.
class FigurePreview final : public QWidget
{
    Q_OBJECT

public:
    explicit FigurePreview(QWidget* parent = nullptr);
    ~FigurePreview() override;

    void setSpec(const FigureSpec& spec);
    [[nodiscard]] const QImage& page() const { return page_; }
    /// Why there is no page; empty: there is one, or it is being drawn.
    [[nodiscard]] const QString& sentence() const { return sentence_; }
    [[nodiscard]] QSize sizeHint() const override { return {420, 320}; }

Q_SIGNALS:
    void drawn();

protected:
    void paintEvent(QPaintEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void draw();

    FigureSpec spec_;
    QImage page_;
    QString sentence_;
    QTimer* soon_;
    std::unique_ptr<QTemporaryDir> folder_;
    bool drawing_ = false, stale_ = false;
};

} // namespace toeplab::widgets
