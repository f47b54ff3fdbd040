// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/runs_panel.h"

#include "widgets/models/run_document.h"
#include "widgets/models/runs_model.h"
#include "widgets/models/workspace.h"
#include "widgets/style/appearance.h"
#include "widgets/style/icons.h"

#include <QtCore/QDir>
#include <QtCore/QFileInfo>
#include <QtCore/QSortFilterProxyModel>
#include <QtGui/QClipboard>
#include <QtGui/QDesktopServices>
#include <QtGui/QGuiApplication>
#include <QtGui/QPainter>
#include <QtWidgets/QLabel>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QListView>
#include <QtWidgets/QMenu>
#include <QtWidgets/QStyledItemDelegate>
#include <QtWidgets/QVBoxLayout>

namespace toeplab::widgets
{

namespace
{

[[nodiscard]] QColor stateColor(const Theme& colors, core::RunState state)
{
    switch (state) {
    case core::RunState::Alive:
        return colors.good;
    case core::RunState::Paused:
        return colors.warning;
    case core::RunState::Crashed:
        return colors.bad;
    default:
        return colors.muted;
    }
}

/// Two lines: name and state; experiment, step and best accuracy.
class RunDelegate final : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return {160, 46}; }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const Theme& colors = currentTheme();
        const auto state = core::RunState(index.data(RunsModel::StateRole).toInt());
        const bool unreadable = !index.data(RunsModel::ProblemRole).toString().isEmpty();
        const QColor mark = unreadable ? colors.bad : stateColor(colors, state);
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        if (option.state & (QStyle::State_Selected | QStyle::State_MouseOver)) {
            painter->setPen(Qt::NoPen);
            painter->setBrush(option.state & QStyle::State_Selected ? option.palette.color(QPalette::Highlight)
                                                                    : mix(colors.panel, colors.text, 0.04));
            painter->drawRoundedRect(QRectF(option.rect).adjusted(2, 1, -2, -1), kCornerRadius, kCornerRadius);
        }
        const QRect inside = option.rect.adjusted(kSpace2, 5, -kSpace2, -5);
        const bool hollow = state == core::RunState::Finished || state == core::RunState::Stopped;
        painter->setPen(QPen(mark, 1.5));
        painter->setBrush(hollow && !unreadable ? QBrush(Qt::NoBrush) : QBrush(mark));
        painter->drawEllipse(QPointF(inside.left() + 4, inside.top() + 9), 3.2, 3.2);

        const QRect text = inside.adjusted(kSpace4, 0, 0, 0);
        painter->setFont(smallFont());
        const QString word = index.siblingAtColumn(RunsModel::State).data().toString();
        const int word_width = painter->fontMetrics().horizontalAdvance(word);
        painter->setPen(unreadable || state == core::RunState::Crashed ? colors.bad : colors.muted);
        painter->drawText(QRect(text.left(), text.top(), text.width(), 18), Qt::AlignRight | Qt::AlignVCenter, word);
        painter->setPen(colors.muted);
        const QString detail = index.data(RunsModel::DetailRole).toString();
        painter->drawText(QRect(text.left(), text.top() + 18, text.width(), 18), Qt::AlignLeft | Qt::AlignVCenter,
                          painter->fontMetrics().elidedText(detail, Qt::ElideRight, text.width()));
        painter->setFont(option.font);
        painter->setPen(colors.text);
        const int name_width = text.width() - word_width - kSpace2;
        painter->drawText(QRect(text.left(), text.top(), name_width, 18), Qt::AlignLeft | Qt::AlignVCenter,
                          painter->fontMetrics().elidedText(index.data().toString(), Qt::ElideMiddle, name_width));
        painter->restore();
    }
};

/// Finds words in name, experiment and state.
class RunFilter final : public QSortFilterProxyModel
{
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

    void setWords(const QString& text)
    {
        words_ = text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
        invalidateFilter();
    }

protected:
    [[nodiscard]] bool filterAcceptsRow(int row, const QModelIndex& parent) const override
    {
        const auto text = [&](int column) { return sourceModel()->index(row, column, parent).data().toString(); };
        const QString all = text(RunsModel::Name) + QLatin1Char(' ') + text(RunsModel::Experiment) + QLatin1Char(' ') +
                            text(RunsModel::State);
        return std::all_of(words_.begin(), words_.end(),
                           [&](const QString& word) { return all.contains(word, Qt::CaseInsensitive); });
    }

private:
    QStringList words_;
};

} // namespace

RunsPanel::RunsPanel(RunsModel& runs, Workspace& workspace, QWidget* parent)
    : Panel({QStringLiteral("runs"), tr("Runs"), QString(),
             tr("Every run in your runs folder and those opened from elsewhere, newest first. A filled green dot is "
                "being "
                "trained, amber is paused, red has crashed (its last checkpoint is safe), hollow has ended.\n\n"
                "A click shows the run in every panel. Runs are single HDF5 files that h5py and HDFView open too.")},
            parent),
      runs_(runs), workspace_(workspace), filtered_(new RunFilter(this)), filter_(new QLineEdit), list_(new QListView),
      sentence_(new QLabel)
{
    filtered_->setSourceModel(&runs_);
    filter_->setPlaceholderText(tr("Filter"));
    filter_->setClearButtonEnabled(false);
    filter_->setAccessibleName(tr("Filter runs"));
    filter_->setObjectName(QStringLiteral("runs-filter"));
    list_->setModel(filtered_);
    list_->setItemDelegate(new RunDelegate(list_));
    list_->setFrameShape(QFrame::NoFrame);
    list_->setMouseTracking(true);
    list_->setUniformItemSizes(true);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    list_->setContextMenuPolicy(Qt::CustomContextMenu);
    list_->setAccessibleName(tr("Runs"));
    list_->setObjectName(QStringLiteral("runs-list"));
    sentence_->setWordWrap(true);
    sentence_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    sentence_->setContentsMargins(kSpace2, kSpace2, kSpace2, 0);
    setTextRole(*sentence_, TextRole::Muted);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, kSpace1, 0, 0);
    column->setSpacing(kSpace1);
    auto* filter_row = new QVBoxLayout;
    filter_row->setContentsMargins(kSpace2, 0, kSpace2, 0);
    filter_row->addWidget(filter_);
    column->addLayout(filter_row);
    column->addWidget(sentence_);
    column->addWidget(list_, 1);

    connect(filter_, &QLineEdit::textChanged, this, [this](const QString& text) {
        static_cast<RunFilter*>(filtered_)->setWords(text);
        showSentence();
    });
    connect(list_->selectionModel(), &QItemSelectionModel::currentChanged, this, &RunsPanel::openSelected);
    connect(list_, &QWidget::customContextMenuRequested, this, [this](const QPoint& place) {
        QMenu menu;
        fillMenu(menu);
        menu.exec(list_->viewport()->mapToGlobal(place));
    });
    connect(&runs_, &RunsModel::listed, this, [this] {
        showCurrent();
        showSentence();
    });
    connect(&workspace_, &Workspace::currentChanged, this, &RunsPanel::showCurrent);
    connect(&runs_, &QAbstractItemModel::modelAboutToBeReset, this, [this] { selecting_ = true; });
    connect(&runs_, &QAbstractItemModel::modelReset, this, [this] {
        selecting_ = false;
        showCurrent();
    });
    showSentence();
}

void RunsPanel::openSelected()
{
    const QModelIndex index = list_->currentIndex();
    if (selecting_ || !index.isValid() || !index.data(RunsModel::ProblemRole).toString().isEmpty()) {
        return;
    }
    workspace_.setCurrent(workspace_.open(index.data(RunsModel::PathRole).toString()));
}

void RunsPanel::showCurrent()
{
    if (workspace_.current() == nullptr) {
        return;
    }
    const QModelIndex wanted = filtered_->mapFromSource(runs_.indexOf(workspace_.current()->path()));
    if (wanted != list_->currentIndex()) {
        selecting_ = true;
        list_->setCurrentIndex(wanted);
        selecting_ = false;
    }
}

void RunsPanel::showSentence()
{
    QString text;
    if (!runs_.isListed()) {
        text = tr("Looking for runs…");
    } else if (runs_.rowCount() == 0) {
        text = tr("No runs yet. The first appears here as soon as it starts.");
    } else if (filtered_->rowCount() == 0) {
        text = tr("No run matches “%1”.").arg(filter_->text());
    }
    sentence_->setText(text);
    sentence_->setVisible(!text.isEmpty());
}

void RunsPanel::fillMenu(QMenu& menu)
{
    const QModelIndex index = list_->currentIndex();
    const QString path = index.data(RunsModel::PathRole).toString();
    menu.addAction(icon("open", IconTone::Muted), tr("Open a run file…"), this, &RunsPanel::openFileWanted);
    menu.addAction(icon("copy", IconTone::Muted), tr("Copy the file's path"), this,
                   [path] { QGuiApplication::clipboard()->setText(path); })
        ->setEnabled(index.isValid());
    menu.addAction(tr("Show in its folder"), this,
                   [path] { QDesktopServices::openUrl(QUrl::fromLocalFile(QFileInfo(path).absolutePath())); })
        ->setEnabled(index.isValid());
}

} // namespace toeplab::widgets
