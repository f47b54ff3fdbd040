// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/dialogs/figure_preview.h"

#include "widgets/engine_client/figure_job.h"
#include "widgets/style/appearance.h"

#include <nlohmann/json.hpp>

#include <QtCore/QTemporaryDir>
#include <QtCore/QTimer>
#include <QtGui/QPainter>

#include <algorithm>

namespace toeplab::widgets
{

namespace
{

constexpr int kSoonMs = 250;      ///< after the last change
constexpr double kTrueDpi = 96.0; ///< of a screen, for "at most twice its true size"
constexpr int kCaption = 24;      ///< px under the page

} // namespace

FigurePreview::FigurePreview(QWidget* parent)
    : QWidget(parent), soon_(new QTimer(this)), folder_(std::make_unique<QTemporaryDir>())
{
    setObjectName(QStringLiteral("figure-preview"));
    setAccessibleName(tr("Preview of the page"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setMinimumSize(260, 200);
    soon_->setSingleShot(true);
    soon_->setInterval(kSoonMs);
    connect(soon_, &QTimer::timeout, this, &FigurePreview::draw);
}

FigurePreview::~FigurePreview() = default;

void FigurePreview::setSpec(const FigureSpec& spec)
{
    if (spec == spec_) {
        return;
    }
    spec_ = spec;
    stale_ = true;
    if (isVisible()) {
        soon_->start();
    }
    update();
}

void FigurePreview::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (stale_) {
        soon_->start();
    }
}

void FigurePreview::draw()
{
    if (drawing_ || !stale_) {
        return; // the one under way starts the next
    }
    drawing_ = true;
    stale_ = false;
    FigureSpec spec = spec_;
    spec.dpi = std::clamp(300.0 * 120 / spec.width_mm, 150.0, 300.0); // sharp, and never a huge picture
    FigureJob::start(QByteArray::fromStdString(toJson(spec).dump()), folder_->filePath(QStringLiteral("page.png")),
                     false, this, [this](const core::Result<QString>& written) {
                         drawing_ = false;
                         sentence_.clear();
                         if (!written) {
                             sentence_ = QString::fromStdString(written.error().message);
                             page_ = {};
                         } else if (!page_.load(*written)) {
                             sentence_ = tr("The preview cannot be read from %1.").arg(*written);
                         }
                         update();
                         Q_EMIT drawn();
                         if (stale_) {
                             soon_->start();
                         }
                     });
}

void FigurePreview::paintEvent(QPaintEvent*)
{
    const Theme& colors = currentTheme();
    QPainter painter(this);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.fillRect(rect(), colors.window);
    painter.setFont(smallFont());
    painter.setPen(colors.muted);
    if (page_.isNull()) {
        const QString text = sentence_.isEmpty() ? tr("The page is being drawn.") : sentence_;
        painter.drawText(rect().adjusted(kSpace4, kSpace4, -kSpace4, -kSpace4), Qt::AlignCenter | Qt::TextWordWrap,
                         text);
        return;
    }
    const QRectF room = QRectF(rect()).adjusted(kSpace4, kSpace4, -kSpace4, -kSpace4 - kCaption);
    const double largest = 2 * kTrueDpi / 25.4 * spec_.width_mm / page_.width();
    const double scale =
        std::min({room.width() / page_.width(), room.height() / page_.height(), std::max(largest, 0.01)});
    QRectF page(0, 0, page_.width() * scale, page_.height() * scale);
    page.moveCenter(room.center());
    painter.fillRect(page.adjusted(-1, -1, 1, 1), colors.border);
    painter.drawImage(page, page_);
    painter.drawText(QRectF(rect().left(), page.bottom() + kSpace1, rect().width(), kCaption), Qt::AlignCenter,
                     tr("%1 × %2 mm").arg(spec_.width_mm, 0, 'f', 1).arg(spec_.heightMm(), 0, 'f', 1));
}

} // namespace toeplab::widgets
