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

/// The inducing points on the lag axis, what straight lines between them make of the kernel, the lags that neither band
/// nor points can follow, and the error at each lag under them.
class InducingFigure final : public PartsFigure
{
public:
    InducingFigure() : PartsFigure(QStringLiteral("|error|"), 2.2) {}

    FigureTable table(const FigureSpec& spec, const FigureData& data) const override
    {
        FigureTable table({{"inducing_lag", "positions", std::vector<double>{}},
                           {"value", "", std::vector<double>{}},
                           {"largest_error_to_next", "", std::vector<double>{}}});
        const auto profile = SplitProfile::of(spec, data);
        if (profile->empty())
            return table;
        const core::KernelSplit& split = profile->split();
        const std::array<double, 2> span = profile->span(spec);
        for (std::size_t m = 0; m < split.inducing_lags.size(); ++m) {
            const double lag = split.inducing_lags[m];
            if (lag < span[0] || lag > span[1])
                continue;
            double largest = 0;
            for (std::size_t i = 0; i < profile->lags().size(); ++i) {
                if (profile->lags()[i] >= lag && profile->lags()[i] < lag + split.spacing)
                    largest = std::max(largest, std::abs(split.residual[i]));
            }
            table.addRow(lag, split.inducing_values[m], largest);
        }
        return table;
    }

protected:
    void addCurves(QCPAxis* x, QCPAxis* y) override
    {
        error_ = nullptr;
        blind_left_ = new Band(x, y);
        blind_right_ = new Band(x, y);
        for (Band* band : {blind_left_, blind_right_})
            band->setBrush(mix(colors().panel, colors().warning, 0.22));
        kernel_ = new Curve(x, y);
        points_ = new Curve(x, y); // the lines between them are the interpolation
        points_->setMarker(Marker::Circle, style().px(3.5));
    }

    void addUnder(QCPAxis* x, QCPAxis* y) override
    {
        error_ = new Band(x, y);
        slot("y2").pad_low = 0;
    }

    void fill(const std::array<double, 2>& span, const QPen& pen) override
    {
        const core::KernelSplit& split = profile().split();
        const std::vector<double>& lags = profile().lags();
        points_->setPen(pen);
        points_->setBrush(pen.color());
        points_->setData(split.inducing_lags, split.inducing_values);
        setExtent(slot("y"), lags, span, {&profile().kernel(), &split.low_rank});
        shade(split);
        if (error_) {
            std::vector<double> error;
            for (const double value : split.residual)
                error.push_back(std::abs(value));
            error_->setBrush(mix(colors().panel, pen.color(), 0.55));
            error_->setData(lags, std::vector<double>(lags.size(), 0.0), error);
            setExtent(slot("y2"), lags, span, {&error});
            slot("y2").low = 0;
        }
    }

    void describe(QCPLegend* legend) const override
    {
        const core::KernelSplit& split = profile().split();
        addToLegend(
            legend, points_,
            QStringLiteral("%1 inducing points, %2 apart")
                .arg(formatInteger(static_cast<qint64>(split.inducing_lags.size())), formatValue(split.spacing, 3)));
        const auto last = static_cast<qint64>(std::ceil(split.blindTo())) - 1;
        if (split.band_width < last)
            addToLegend(
                legend, blind_right_,
                QStringLiteral("blind: lags %1 to %2").arg(formatInteger(split.band_width + 1), formatInteger(last)));
    }

    void read(Readout& readout, std::size_t i) const override
    {
        const core::KernelSplit& split = profile().split();
        const std::size_t m = points_->nearest(profile().lags()[i]).value_or(0);
        const QString kernel = formatValue(profile().kernel()[i], 4), interpolated = formatValue(split.low_rank[i], 4);
        readout.rows.emplace_back(QStringLiteral("interpolated"), interpolated);
        readout.rows.emplace_back(QStringLiteral("error"), formatValue(std::abs(split.residual[i]), 4));
        readout.rows.emplace_back(QStringLiteral("nearest point"),
                                  QStringLiteral("lag %1").arg(formatValue(split.inducing_lags[m], 5)));
        readout.status = QStringLiteral("%1 · kernel %2, interpolated %3").arg(readout.title, kernel, interpolated);
        readout.marks.push_back(points_->pixelOf(m));
    }

private:
    /// From behind the band to before the second inducing lag, over all the height that the axis may show.
    void shade(const core::KernelSplit& split)
    {
        const double height = slot("y").high - slot("y").low;
        const double low = slot("y").low - 10 * height, high = slot("y").high + 10 * height;
        const double from = split.blindFrom() + 0.5, to = std::min(split.blindTo() - 0.5, double(split.length - 1));
        const bool any = from < to && std::isfinite(height);
        const std::vector<double> lows(any ? 2 : 0, low), highs(any ? 2 : 0, high);
        blind_right_->setData(any ? std::vector{from, to} : std::vector<double>{}, lows, highs);
        blind_left_->setData(any ? std::vector{-to, -from} : std::vector<double>{}, lows, highs);
    }

    Curve* points_ = nullptr;
    Band *blind_left_ = nullptr, *blind_right_ = nullptr, *error_ = nullptr;
};

} // namespace

std::unique_ptr<Figure> makeInducingFigure()
{
    return std::make_unique<InducingFigure>();
}

} // namespace toeplab::widgets
