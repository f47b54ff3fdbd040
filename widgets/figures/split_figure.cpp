// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/figure_makers.h"
#include "widgets/figures/parts_figure.h"
#include "widgets/plots/number_format.h"

#include <algorithm>
#include <cmath>

namespace toeplab::widgets
{
namespace
{

/// The kernel as SKI would hold it: band and low-rank part over lags, and what neither holds under them.
class SplitFigure final : public PartsFigure
{
public:
    SplitFigure() : PartsFigure(QStringLiteral("residual"), 1.6) {}

    FigureTable table(const FigureSpec& spec, const FigureData& data) const override
    {
        FigureTable table({{"lag", "positions", std::vector<std::int64_t>{}},
                           {"kernel", "", std::vector<double>{}},
                           {"band", "", std::vector<double>{}},
                           {"low_rank", "", std::vector<double>{}},
                           {"residual", "", std::vector<double>{}}});
        const auto profile = SplitProfile::of(spec, data);
        if (profile->empty())
            return table;
        const std::array<double, 2> span = profile->span(spec);
        const core::KernelSplit& split = profile->split();
        for (std::size_t i = 0; i < profile->lags().size(); ++i) {
            const double lag = profile->lags()[i];
            if (lag >= span[0] && lag <= span[1])
                table.addRow(static_cast<std::int64_t>(lag), profile->kernel()[i], split.band[i], split.low_rank[i],
                             split.residual[i]);
        }
        return table;
    }

protected:
    void addCurves(QCPAxis* x, QCPAxis* y) override
    {
        residual_ = nullptr;
        kernel_ = new Curve(x, y);
        band_ = new Curve(x, y);
        band_->setStems(true);
        band_->setLineVisible(false);
        band_->setMarker(Marker::Circle, style().px(2.5));
        low_rank_ = new Curve(x, y);
    }

    void addUnder(QCPAxis* x, QCPAxis* y) override { residual_ = new Curve(x, y); }

    void fill(const std::array<double, 2>& span, const QPen& pen) override
    {
        const core::KernelSplit& split = profile().split();
        const std::vector<double>& lags = profile().lags();
        low_rank_->setPen(pen);
        low_rank_->setData(lags, split.low_rank);
        band_->setPen(curvePen(colors(), 1, style().curve));
        band_->setBrush(band_->pen().color());
        std::vector<double> band_lags, band;
        for (std::size_t i = 0; i < lags.size(); ++i) {
            if (std::abs(lags[i]) <= split.blindFrom()) {
                band_lags.push_back(lags[i]);
                band.push_back(split.band[i]);
            }
        }
        band_->setData(band_lags, band);
        setExtent(slot("y"), lags, span, {&profile().kernel(), &split.low_rank, &split.band});
        slot("y").low = std::min(slot("y").low, 0.0); // stems stand on zero
        slot("y").high = std::max(slot("y").high, 0.0);
        if (residual_) {
            residual_->setPen(pen);
            residual_->setData(lags, split.residual);
            setExtent(slot("y2"), lags, span, {&split.residual});
        }
    }

    void describe(QCPLegend* legend) const override
    {
        const core::KernelSplit& split = profile().split();
        addToLegend(legend, band_,
                    QStringLiteral("band ±%1, %2 of the energy")
                        .arg(formatInteger(split.band_width), percentText(split.band_energy)));
        addToLegend(legend, low_rank_,
                    QStringLiteral("rank %1, error %2").arg(formatInteger(split.rank), percentText(split.error)));
    }

    void read(Readout& readout, std::size_t i) const override
    {
        const core::KernelSplit& split = profile().split();
        readout.rows.emplace_back(QStringLiteral("band"), formatValue(split.band[i], 4));
        readout.rows.emplace_back(QStringLiteral("low rank"), formatValue(split.low_rank[i], 4));
        readout.rows.emplace_back(QStringLiteral("residual"), formatValue(split.residual[i], 4));
        readout.rows.emplace_back(QStringLiteral("largest residual"), formatValue(split.largest, 4));
        readout.rows.emplace_back(QStringLiteral("its bound, h²/4 · bend"), formatValue(split.bound, 4));
        readout.status = QStringLiteral("%1 · band %2, low rank %3, residual %4")
                             .arg(readout.title, formatValue(split.band[i], 4), formatValue(split.low_rank[i], 4),
                                  formatValue(split.residual[i], 4));
        readout.marks.push_back(kernel_->pixelOf(i));
    }

private:
    Curve *band_ = nullptr, *low_rank_ = nullptr, *residual_ = nullptr;
};

} // namespace

std::unique_ptr<Figure> makeSplitFigure()
{
    return std::make_unique<SplitFigure>();
}

} // namespace toeplab::widgets
