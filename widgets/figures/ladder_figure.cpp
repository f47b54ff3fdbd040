// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/figure_makers.h"
#include "widgets/figures/figure_parts.h"
#include "widgets/figures/layer_scores.h"
#include "widgets/plots/number_format.h"
#include "widgets/plots/sparkline.h"

#include <algorithm>
#include <cmath>

namespace toeplab::widgets
{
namespace
{

using Ladder = std::shared_ptr<const core::LadderFrame>;

std::size_t rowsOf(const core::LadderFrame& ladder)
{
    return std::min(ladder.infos.size(), ladder.scores.size());
}

/// The table itself: three rules, a row for each layer, its kernel small beside its figures.
class LadderTable final : public QCPLayoutElement
{
public:
    LadderTable(QCustomPlot& plot, const FigureStyle& style, bool quartiles)
        : QCPLayoutElement(&plot), style_(style), quartiles_(quartiles)
    {
        setMinimumSize(style.round(60), style.round(30));
    }
    void setLadder(Ladder ladder) { ladder_ = std::move(ladder); }
    [[nodiscard]] int rowAt(const QPointF& pixel) const
    {
        if (!ladder_ || row_height_ <= 0 || pixel.y() < body_top_)
            return -1;
        const auto row = static_cast<int>((pixel.y() - body_top_) / row_height_);
        return row < static_cast<int>(rowsOf(*ladder_)) ? row : -1;
    }

protected:
    void applyDefaultAntialiasingHint(QCPPainter* painter) const override { painter->setAntialiasing(true); }
    void draw(QCPPainter* painter) override;

private:
    struct Column {
        const Score* score;
        double width;
    };
    [[nodiscard]] std::vector<Column> columns(double room) const;
    void drawRow(QCPPainter* painter, std::size_t row, const QRectF& box, double name_width,
                 const std::vector<Column>& shown) const;

    FigureStyle style_;
    bool quartiles_;
    Ladder ladder_;
    double body_top_ = 0, row_height_ = 0;
};

QString valueText(const core::LayerInfo& info, const Score& score, double value)
{
    if (score.key == "anticausal_energy" && info.causal)
        return QStringLiteral("0");
    return formatValue(value, 3);
}

QString rangeText(const core::ScoreSummary& value)
{
    if (value.q1 == value.q3)
        return {};
    return formatValue(value.q1, 2) + QStringLiteral("–") + formatValue(value.q3, 2);
}

/// As many scores as leave the kernels a quarter of the width, in their order of importance.
std::vector<LadderTable::Column> LadderTable::columns(double room) const
{
    const QFontMetricsF metrics(style_.tick);
    std::vector<Column> shown;
    double used = 0;
    for (const Score& score : layerScores()) {
        double width = metrics.horizontalAdvance(QStringLiteral("0.000"));
        for (const QString& line : score.header.split(QLatin1Char('\n')))
            width = std::max(width, metrics.horizontalAdvance(line));
        for (std::size_t row = 0; row < rowsOf(*ladder_); ++row) {
            const core::ScoreSummary& value = ladder_->scores[row].*score.summary;
            width = std::max(width, metrics.horizontalAdvance(valueText(ladder_->infos[row], score, value.median)));
            if (quartiles_)
                width = std::max(width, metrics.horizontalAdvance(rangeText(value)));
        }
        width += style_.px(8);
        if (used + width > 0.75 * room)
            break;
        used += width;
        shown.push_back({&score, width});
    }
    return shown;
}

void LadderTable::draw(QCPPainter* painter)
{
    if (!ladder_ || rowsOf(*ladder_) == 0)
        return;
    const Theme& theme = *style_.theme;
    const QRectF box = rect();
    const QFontMetricsF metrics(style_.tick);
    double name_width = metrics.horizontalAdvance(QStringLiteral("layer"));
    for (const core::LayerInfo& info : ladder_->infos)
        name_width = std::max(name_width, metrics.horizontalAdvance(layerName(info).mid(6)));
    name_width += style_.px(10);
    const std::vector<Column> shown = columns(box.width() - name_width);
    double scores_width = 0;
    int header_lines = 1;
    for (const Column& column : shown) {
        scores_width += column.width;
        header_lines = std::max(header_lines, static_cast<int>(column.score->header.count(QLatin1Char('\n'))) + 1);
    }
    const double header_height = header_lines * metrics.height() + style_.px(5);
    body_top_ = box.top() + header_height;
    row_height_ = std::min((box.height() - header_height - style_.px(2)) / double(rowsOf(*ladder_)),
                           metrics.height() * (style_.exporting ? 7 : 4));

    painter->setFont(style_.tick);
    painter->setPen(theme.muted);
    const double header_bottom = body_top_ - style_.px(3);
    const auto header = [&](const QRectF& cell, const QString& text, Qt::Alignment align) {
        painter->drawText(cell, static_cast<int>(align | Qt::AlignBottom), text);
    };
    header(QRectF(box.left(), box.top(), name_width, header_bottom - box.top()), QStringLiteral("layer"),
           Qt::AlignLeft);
    header(
        QRectF(box.left() + name_width, box.top(), box.width() - name_width - scores_width, header_bottom - box.top()),
        metrics.horizontalAdvance(QStringLiteral("kernel tₖ (asinh scale)")) < box.width() - name_width - scores_width
            ? QStringLiteral("kernel tₖ (asinh scale)")
            : QStringLiteral("kernel tₖ"),
        Qt::AlignLeft);
    double x = box.right() - scores_width;
    for (const Column& column : shown) {
        header(QRectF(x, box.top(), column.width, header_bottom - box.top()), column.score->header, Qt::AlignRight);
        x += column.width;
    }
    for (std::size_t row = 0; row < rowsOf(*ladder_); ++row)
        drawRow(painter, row, QRectF(box.left(), body_top_ + double(row) * row_height_, box.width(), row_height_),
                name_width, shown);

    const double bottom = body_top_ + row_height_ * double(rowsOf(*ladder_));
    painter->setAntialiasing(false);
    for (const auto& [y, weight] : {std::pair{box.top(), 1.6}, std::pair{body_top_, 1.0}, std::pair{bottom, 1.6}}) {
        painter->setPen(QPen(theme.muted, style_.axis * weight));
        painter->drawLine(QLineF(box.left(), y, box.right(), y));
    }
}

void LadderTable::drawRow(QCPPainter* painter, std::size_t row, const QRectF& box, double name_width,
                          const std::vector<Column>& shown) const
{
    const Theme& theme = *style_.theme;
    const core::LayerInfo& info = ladder_->infos[row];
    const auto depth = static_cast<int>(ladder_->infos.back().layer);
    const QFontMetricsF metrics(style_.tick);
    painter->setPen(theme.text);
    painter->drawText(QRectF(box.left(), box.top(), name_width, box.height()),
                      static_cast<int>(Qt::AlignLeft | Qt::AlignVCenter), layerName(info).mid(6));
    double scores_width = 0;
    for (const Column& column : shown)
        scores_width += column.width;
    if (row < ladder_->sparklines.size()) {
        SparklineStyle spark = sparklineStyle(theme, static_cast<int>(info.layer), depth, info.causal);
        spark.width = style_.curve * 0.8;
        spark.hairline = style_.grid;
        const double pad = std::min(row_height_ * 0.12, style_.px(3));
        paintSparkline(*painter,
                       QRectF(box.left() + name_width, box.top() + pad,
                              box.width() - name_width - scores_width - style_.px(4), box.height() - 2 * pad),
                       ladder_->sparklines[row], spark);
    }
    double x = box.right() - scores_width;
    const bool two_lines = quartiles_ && row_height_ > metrics.height() * 2.3;
    for (const Column& column : shown) {
        const core::ScoreSummary& value = ladder_->scores[row].*column.score->summary;
        const double half = two_lines ? metrics.height() : box.height();
        const double top = two_lines ? box.center().y() - metrics.height() : box.top();
        painter->setPen(theme.text);
        painter->drawText(QRectF(x, top, column.width, half), static_cast<int>(Qt::AlignRight | Qt::AlignVCenter),
                          valueText(info, *column.score, value.median));
        if (two_lines) {
            painter->setPen(theme.muted);
            painter->drawText(QRectF(x, box.center().y(), column.width, metrics.height()),
                              static_cast<int>(Qt::AlignRight | Qt::AlignVCenter), rangeText(value));
        }
        x += column.width;
    }
}

class LadderFigure final : public Figure
{
public:
    bool hasData(const FigureSpec&, const FigureData& data) const override
    {
        return data.ladder && rowsOf(*data.ladder) > 0;
    }

    bool setData(const FigureData& data, QDeadlineTimer) override
    {
        ladder_ = data.ladder;
        table_->setLadder(ladder_);
        return true;
    }

    FigureTable table(const FigureSpec&, const FigureData& data) const override
    {
        std::vector<FigureColumn> columns{
            {"layer", "", std::vector<std::int64_t>{}},  {"axis", "", std::vector<std::string>{}},
            {"kind", "", std::vector<std::string>{}},    {"step", "", std::vector<std::int64_t>{}},
            {"score", "", std::vector<std::string>{}},   {"median", "", std::vector<double>{}},
            {"quartile_low", "", std::vector<double>{}}, {"quartile_high", "", std::vector<double>{}}};
        FigureTable table(std::move(columns));
        if (!data.ladder)
            return table;
        for (std::size_t row = 0; row < rowsOf(*data.ladder); ++row) {
            const core::LayerInfo& info = data.ladder->infos[row];
            for (const Score& score : layerScores()) {
                const core::ScoreSummary& value = data.ladder->scores[row].*score.summary;
                table.addRow(info.layer, info.axis, info.kind, data.ladder->step, score.key, value.median, value.q1,
                             value.q3);
            }
        }
        return table;
    }

    std::optional<Readout> readout(const QPointF& pixel) const override
    {
        const int row = table_->rowAt(pixel);
        if (row < 0 || !ladder_)
            return std::nullopt;
        const core::LayerInfo& info = ladder_->infos[static_cast<std::size_t>(row)];
        const core::LayerScores& scores = ladder_->scores[static_cast<std::size_t>(row)];
        Readout readout;
        readout.title = layerName(info);
        for (const Score& score : layerScores()) {
            const core::ScoreSummary& value = scores.*score.summary;
            readout.rows.emplace_back(
                QString(score.header).replace(QLatin1Char('\n'), QLatin1Char(' ')),
                QStringLiteral("%1 (%2 to %3)")
                    .arg(formatValue(value.median), formatValue(value.q1), formatValue(value.q3)));
        }
        readout.rows.emplace_back(QStringLiteral("kernel"), QString::fromStdString(info.description));
        readout.status = QStringLiteral("%1 · step %2 · spikiness %3")
                             .arg(layerName(info), formatInteger(ladder_->step), formatValue(scores.spikiness.median));
        readout.layer = info.layer;
        return readout;
    }

protected:
    void build() override
    {
        table_ = new LadderTable(plot(), style(), spec().flag("quartiles"));
        plot().plotLayout()->addElement(0, 0, table_);
        table_->setMinimumMargins(QMargins(style().round(3), style().round(2), style().round(3), style().round(2)));
        table_->setLayer(QStringLiteral("main"));
    }

private:
    LadderTable* table_ = nullptr;
    Ladder ladder_;
};

} // namespace

std::unique_ptr<Figure> makeLadderFigure()
{
    return std::make_unique<LadderFigure>();
}

} // namespace toeplab::widgets
