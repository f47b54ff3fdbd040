// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/ladder_model.h"

#include "widgets/models/format.h"

#include <algorithm>
#include <limits>

namespace toeplab::widgets
{

namespace
{

struct ColumnText {
    const char* title;
    const char* meaning;
};

constexpr ColumnText kColumns[LadderModel::ColumnCount] = {
    {"Layer", "The block, counted from the input."},
    {"Operator", "Kind and mode of its Toeplitz operator."},
    {"Kernel", "Median over channels of t_k, from lag −(n−1) to n−1, on an asinh scale; the tick marks lag 0."},
    {"Spikiness",
     "Share of the operator's energy near the diagonal: Σ_{|k|≤w} (n−|k|) t_k² / ‖T‖_F². 0 to 1; near 1 the layer "
     "looks at close neighbours only."},
    {"Width", "Smallest w for which the band |k| ≤ w holds 90 % of the operator's energy, in positions."},
    {"Decay", "γ of the best fit |t_k| ~ γ^|k|. 1: no decay; the smaller, the faster the kernel fades."},
    {"Causal leak", "Share of the kernel's energy at negative lags (from the future): Σ_{k<0} t_k² / Σ t_k². 0 for a "
                    "causal layer, about 50 % for a symmetric kernel."},
    {"Eff. rank", "Effective rank: exp of the entropy of T's normalised singular values. Between 1 and n; low means "
                  "that few inducing "
                  "points could do."},
};

[[nodiscard]] QString axisWord(const core::LayerInfo& layer)
{
    return layer.axis == "sequence" ? QString() : QStringLiteral(" ") + QString::fromStdString(layer.axis);
}

} // namespace

LadderModel::LadderModel(QObject* parent) : QAbstractTableModel(parent) {}

void LadderModel::setFrame(std::shared_ptr<const core::LadderFrame> frame, const std::vector<core::LayerInfo>& layers)
{
    const std::vector<core::LayerInfo>& rows = frame && !frame->infos.empty() ? frame->infos : layers;
    if (rows == layers_) {
        frame_ = std::move(frame);
        if (!layers_.empty()) {
            Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
        }
        return;
    }
    beginResetModel();
    layers_ = rows;
    frame_ = std::move(frame);
    endResetModel();
}

int LadderModel::layerCount() const
{
    std::int64_t count = 0;
    for (const core::LayerInfo& layer : layers_) {
        count = std::max(count, layer.layer);
    }
    return int(count);
}

const std::vector<float>& LadderModel::sparkline(int row) const
{
    static const std::vector<float> none;
    return frame_ && std::size_t(row) < frame_->sparklines.size() ? frame_->sparklines[std::size_t(row)] : none;
}

int LadderModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(layers_.size());
}

int LadderModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

const core::ScoreSummary* LadderModel::score(int row, int column) const
{
    if (!frame_ || std::size_t(row) >= frame_->scores.size()) {
        return nullptr;
    }
    const core::LayerScores& scores = frame_->scores[std::size_t(row)];
    switch (column) {
    case Spikiness:
        return &scores.spikiness;
    case Width:
        return &scores.effective_width;
    case Decay:
        return &scores.decay_rate;
    case Leak:
        return &scores.anticausal_energy;
    case Rank:
        return &scores.effective_rank;
    default:
        return nullptr;
    }
}

QVariant LadderModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) {
        return {};
    }
    const core::LayerInfo& layer = layers_[std::size_t(index.row())];
    const core::ScoreSummary* const figure = score(index.row(), index.column());
    const auto value = [&](double number) {
        return index.column() == Leak ? format::percent(number) : format::number(number);
    };
    switch (role) {
    case Qt::DisplayRole:
        if (index.column() == Layer) {
            return QString::number(layer.layer) + axisWord(layer);
        }
        if (index.column() == Operator) {
            return QStringLiteral("%1 · %2%3")
                .arg(QString::fromStdString(layer.kind), QString::fromStdString(layer.mode),
                     layer.causal ? tr(" · causal") : QString());
        }
        return index.column() == Kernel ? QVariant() : QVariant(figure ? value(figure->median) : QStringLiteral("–"));
    case Qt::ToolTipRole:
        if (index.column() == Layer || index.column() == Operator || index.column() == Kernel) {
            return tr("Layer %1: %2 channels, n = %3. %4")
                .arg(QString::number(layer.layer) + axisWord(layer), format::steps(layer.channels),
                     format::steps(layer.length), QString::fromStdString(layer.description));
        }
        if (figure == nullptr) {
            return tr("Comes with the first kernel snapshot.");
        }
        return tr("Median over %1 channels: %2; quartiles %3 and %4.\n%5")
            .arg(format::steps(layer.channels), value(figure->median), value(figure->q1), value(figure->q3),
                 QString::fromUtf8(kColumns[index.column()].meaning));
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter | (index.column() > Kernel ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::AccessibleTextRole:
        return index.column() == Kernel ? tr("Kernel of layer %1").arg(layer.layer) : data(index, Qt::DisplayRole);
    case SortRole:
        if (index.column() == Layer || index.column() == Kernel) {
            return index.row();
        }
        if (index.column() == Operator) {
            return data(index, Qt::DisplayRole);
        }
        return figure ? figure->median : std::numeric_limits<double>::lowest();
    case LayerIndexRole:
        return index.row();
    default:
        return {};
    }
}

QVariant LadderModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount) {
        return {};
    }
    switch (role) {
    case Qt::DisplayRole:
        return QString::fromUtf8(kColumns[section].title);
    case Qt::ToolTipRole:
        return QString::fromUtf8(kColumns[section].meaning);
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter | (section > Kernel ? Qt::AlignRight : Qt::AlignLeft));
    default:
        return {};
    }
}

} // namespace toeplab::widgets
