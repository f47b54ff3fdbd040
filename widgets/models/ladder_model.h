// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/training/session.h"

#include <QtCore/QAbstractTableModel>

#include <memory>
#include <vector>

namespace toeplab::widgets
{

/// The ladder as a table: a row for each layer (and axis), the figures as medians over channels with their quartiles on
/// hover. The figures' definitions are the headers' tool tips.
class LadderModel final : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Layer, Operator, Kernel, Spikiness, Width, Decay, Leak, Rank, ColumnCount };
    enum Role { SortRole = Qt::UserRole + 1, LayerIndexRole };

    explicit LadderModel(QObject* parent = nullptr);

    /// Null, or without scores: the layers alone, their figures still to come.
    void setFrame(std::shared_ptr<const core::LadderFrame> frame, const std::vector<core::LayerInfo>& layers);
    [[nodiscard]] std::int64_t step() const { return frame_ ? frame_->step : -1; }

    [[nodiscard]] const core::LayerInfo& layer(int row) const { return layers_[std::size_t(row)]; }
    [[nodiscard]] int layerCount() const; ///< blocks, not rows: two axes are two rows of one layer
    /// Median kernel of a row over its lags, thinned; empty: none yet.
    [[nodiscard]] const std::vector<float>& sparkline(int row) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    [[nodiscard]] const core::ScoreSummary* score(int row, int column) const;

    std::shared_ptr<const core::LadderFrame> frame_;
    std::vector<core::LayerInfo> layers_;
};

} // namespace toeplab::widgets
