// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/figure_view.h"

#include "widgets/figures/figure_view_impl.h"
#include "widgets/plots/qcp.h"

#include <QtWidgets/QLabel>

#include <cmath>

namespace toeplab::widgets
{

FigureView::FigureView(FigureSpec spec, QWidget* parent)
    : QWidget(parent), impl_(std::make_unique<Impl>(*this, std::move(spec)))
{
    setFocusPolicy(Qt::StrongFocus);
}

FigureView::~FigureView() = default;

const FigureSpec& FigureView::spec() const
{
    return impl_->spec;
}

void FigureView::setSpec(FigureSpec spec)
{
    if (spec == impl_->spec)
        return;
    impl_->spec = std::move(spec);
    impl_->rebuild = impl_->stale = true;
    impl_->schedule();
}

const FigureData& FigureView::data() const
{
    return impl_->data;
}

void FigureView::setData(FigureData data)
{
    impl_->data = std::move(data);
    impl_->stale = true;
    impl_->schedule();
}

void FigureView::setTheme(ThemeKind theme)
{
    if (theme == impl_->theme)
        return;
    impl_->theme = theme;
    impl_->rebuild = impl_->stale = true;
    impl_->schedule();
}

bool FigureView::zoomed() const
{
    return !impl_->host.userRanges().empty();
}

LinkAxis FigureView::linkAxis() const
{
    const FigureKind* kind = findKind(impl_->spec.kind);
    return kind ? kind->link : LinkAxis::None;
}

FigureSpec FigureView::specOnScreen() const
{
    FigureSpec spec = impl_->spec;
    for (const auto& [axis, range] : impl_->host.userRanges())
        spec.ranges[axis] = range;
    return spec;
}

QSize FigureView::sizeHint() const
{
    return {440, 280};
}

QSize FigureView::minimumSizeHint() const
{
    return {200, 130};
}

void FigureView::resetView()
{
    if (impl_->rebuild)
        return;
    impl_->host.clearUserRanges();
    impl_->redraw();
}

void FigureView::setCrosshair(LinkAxis axis, double position)
{
    if (std::isfinite(position))
        impl_->links[axis] = position;
    else
        impl_->links.erase(axis);
    if (impl_->rebuild || !impl_->drawn || impl_->host.empty())
        return;
    if (impl_->host.figure().setCrosshair(axis, position))
        impl_->redraw();
    else
        impl_->plot->layer(QStringLiteral("overlay"))->replot();
}

void FigureView::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_0 && !(event->modifiers() & ~Qt::KeypadModifier)) {
        resetView();
        return;
    }
    if (event->key() == Qt::Key_Shift && impl_->card->isVisible())
        impl_->pinned = true;
    QWidget::keyPressEvent(event);
}

void FigureView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    impl_->schedule();
}

void FigureView::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    impl_->sentence->setGeometry(rect());
    impl_->stale = true;
    impl_->schedule();
}

} // namespace toeplab::widgets
