// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/ladder_panel.h"

#include "widgets/figures/figure_export.h"
#include "widgets/models/format.h"
#include "widgets/models/ladder_model.h"
#include "widgets/models/live_session.h"
#include "widgets/models/run_document.h"
#include "widgets/models/workspace.h"
#include "widgets/panels/waiting.h"
#include "widgets/plots/sparkline.h"
#include "widgets/style/appearance.h"

#include <QtCore/QSignalBlocker>
#include <QtCore/QSortFilterProxyModel>
#include <QtGui/QImage>
#include <QtGui/QPainter>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QLabel>
#include <QtWidgets/QStyledItemDelegate>
#include <QtWidgets/QTableView>
#include <QtWidgets/QVBoxLayout>

namespace toeplab::widgets
{

namespace
{

constexpr int kRowHeight = 36;
constexpr int kInset = 6; ///< px: headings stand under the panel's title
constexpr int kColumnWidths[LadderModel::ColumnCount] = {64, 140, 0, 84, 72, 72, 96, 84};
constexpr int kNarrowWidths[LadderModel::ColumnCount] = {52, 84, 0, 78, 54, 56, 92, 72};
constexpr int kNarrowBelow = 690; ///< px: under this the figures stand closer, so that none is cut

/// The row in the layer's colour: a swatch beside its number, its kernel as a line.
class LadderDelegate final : public QStyledItemDelegate
{
public:
    LadderDelegate(const LadderModel& model, QObject* parent) : QStyledItemDelegate(parent), model_(model) {}

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        QStyleOptionViewItem item = option;
        item.state &= ~QStyle::State_HasFocus;
        const int row = index.data(LadderModel::LayerIndexRole).toInt();
        const core::LayerInfo& layer = model_.layer(row);
        const int layers = model_.layerCount();
        const bool swatch = index.column() == LadderModel::Layer;
        if (swatch) {
            item.rect.adjust(kSpace4, 0, 0, 0);
            if (option.state & QStyle::State_Selected) {
                painter->fillRect(option.rect, option.palette.color(QPalette::Highlight));
            }
        }
        QStyledItemDelegate::paint(painter, item, index);
        const Theme& colors = currentTheme();
        if (swatch) {
            const QRect& all = option.rect;
            painter->fillRect(QRect(all.left() + kSpace2, all.center().y() - 7, 4, 15),
                              layerColor(colors, int(layer.layer), layers));
        } else if (index.column() == LadderModel::Kernel && !model_.sparkline(row).empty()) {
            paintSparkline(*painter, QRectF(option.rect).adjusted(kSpace2, 3, -kSpace2, -3), model_.sparkline(row),
                           sparklineStyle(colors, int(layer.layer), layers, layer.causal));
        }
        painter->fillRect(QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1), colors.grid);
    }

private:
    const LadderModel& model_;
};

} // namespace

LadderPanel::LadderPanel(Workspace& workspace, const LiveSession& session, QWidget* parent)
    : Panel(
          {QStringLiteral("ladder"), tr("Ladder"), tr("every layer a row; click one to follow it everywhere"),
           tr("Each row is one Toeplitz operator of the model, from the input down. Its kernel t_k says how strongly a "
              "position listens to the one k positions before it; T_ij = t_{i−j}.\n\n"
              "Spikiness, width and decay say how local the layer is; the causal leak says how much it listens to the "
              "future; the effective rank says how well few inducing points could replace it. Every figure is the "
              "median over channels; hover for quartiles and the formula. Click a heading to sort.")},
          parent),
      workspace_(workspace), session_(session), model_(new LadderModel(this)), sorted_(new QSortFilterProxyModel(this)),
      table_(new QTableView), sentence_(new QLabel)
{
    sorted_->setSourceModel(model_);
    sorted_->setSortRole(LadderModel::SortRole);
    sorted_->setDynamicSortFilter(true);
    table_->setModel(sorted_);
    table_->setItemDelegate(new LadderDelegate(*model_, table_));
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setSelectionMode(QAbstractItemView::SingleSelection);
    table_->setShowGrid(false);
    table_->setWordWrap(false);
    table_->setFrameShape(QFrame::NoFrame);
    table_->setSortingEnabled(true);
    table_->sortByColumn(LadderModel::Layer, Qt::AscendingOrder);
    table_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->setAccessibleName(tr("Layer ladder"));
    table_->setObjectName(QStringLiteral("ladder-table"));
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setDefaultSectionSize(kRowHeight);
    QHeaderView* const header = table_->horizontalHeader();
    header->setHighlightSections(false);
    header->setMinimumSectionSize(48);
    for (int column = 0; column < LadderModel::ColumnCount; ++column) {
        header->setSectionResizeMode(column,
                                     column == LadderModel::Kernel ? QHeaderView::Stretch : QHeaderView::Interactive);
    }
    setColumnWidths();
    sentence_->setWordWrap(true);
    sentence_->setAlignment(Qt::AlignCenter);
    sentence_->setMargin(kSpace4);
    setTextRole(*sentence_, TextRole::Muted);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(kInset, 0, kInset, 0);
    column->addWidget(table_);
    column->addWidget(sentence_);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);

    connect(&workspace_, &Workspace::currentChanged, this, &LadderPanel::refreshRows);
    connect(&workspace_, &Workspace::headerChanged, this, &LadderPanel::refreshRows);
    connect(&workspace_, &Workspace::ladderChanged, this, &LadderPanel::refreshRows);
    connect(&workspace_, &Workspace::layerChanged, this, &LadderPanel::showSelection);
    connect(&session_, &LiveSession::statusChanged, this, [this] {
        if (model_->rowCount() == 0) {
            refreshRows();
        }
    });
    connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, &LadderPanel::select);
    refreshRows();
}

void LadderPanel::resizeEvent(QResizeEvent* event)
{
    Panel::resizeEvent(event);
    const bool narrow = width() < kNarrowBelow;
    if (narrow == narrow_) {
        return; // what was set by hand stays
    }
    narrow_ = narrow;
    setColumnWidths();
}

void LadderPanel::setColumnWidths()
{
    for (int column = 0; column < LadderModel::ColumnCount; ++column) {
        if (column != LadderModel::Kernel) {
            table_->horizontalHeader()->resizeSection(column, (narrow_ ? kNarrowWidths : kColumnWidths)[column]);
        }
    }
}

QSize LadderPanel::sizeHint() const
{
    const int rows = std::clamp(model_->rowCount(), 2, 6);
    return {600, 34 + rows * kRowHeight};
}

void LadderPanel::refreshRows()
{
    const RunDocument* run = workspace_.current();
    const int rows_before = model_->rowCount();
    selecting_ = true;
    model_->setFrame(run ? run->ladder() : nullptr, run ? run->header().layers : std::vector<core::LayerInfo>());
    selecting_ = false;
    const bool empty = model_->rowCount() == 0;
    if (empty) {
        sentence_->setText(waitingSentence(session_, workspace_, tr("The layers appear when a run starts.")));
    }
    table_->setVisible(!empty);
    sentence_->setVisible(empty);
    setShows(model_->step() < 0 ? tr("every layer a row; click one to follow it everywhere")
                                : tr("every layer a row, at step %1; click one to follow it everywhere")
                                      .arg(format::steps(model_->step())));
    if (model_->rowCount() != rows_before) {
        updateGeometry();
    }
    showSelection();
}

void LadderPanel::showSelection()
{
    const auto row = int(workspace_.layerIndex());
    if (row >= model_->rowCount()) {
        return;
    }
    const QModelIndex wanted = sorted_->mapFromSource(model_->index(row, 0));
    if (table_->currentIndex().row() != wanted.row() || !table_->selectionModel()->isRowSelected(wanted.row())) {
        selecting_ = true;
        table_->selectionModel()->setCurrentIndex(wanted,
                                                  QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
        selecting_ = false;
    }
}

void LadderPanel::select()
{
    const QModelIndexList rows = table_->selectionModel()->selectedRows();
    if (!selecting_ && !rows.isEmpty()) {
        workspace_.setLayerIndex(std::size_t(sorted_->mapToSource(rows.front()).row()));
    }
}

std::optional<FigureSpec> LadderPanel::figure() const
{
    if (model_->step() < 0) {
        return std::nullopt;
    }
    FigureSpec spec = makeSpec("ladder");
    spec.runs = {workspace_.current()->path().toStdString()};
    spec.snapshot = workspace_.cursor();
    return spec;
}

QImage LadderPanel::image() const
{
    const auto spec = figure();
    if (!spec) {
        return {};
    }
    FigureData values;
    values.runs = {workspace_.current()->rows()};
    values.ladder = workspace_.current()->ladder();
    return renderImage(*spec, values);
}

} // namespace toeplab::widgets
