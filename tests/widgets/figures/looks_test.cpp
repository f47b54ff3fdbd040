// SPDX-License-Identifier: GPL-3.0-or-later
// What a figure shows where there is little room, in which colours, and one under another.
#include "tests/widgets/figures/synthetic.h"
#include "widgets/figures/figure_plot.h"
#include "widgets/figures/figure_view.h"
#include "widgets/plots/curve.h"

#include <QtTest/QTest>

#include <gtest/gtest.h>

#include <string>

namespace toeplab::widgets
{
namespace
{

FigureSpec specOf(const std::string& kind)
{
    FigureSpec spec = makeSpec(kind);
    spec.layer = 2;
    return spec;
}

void present(FigureView& view, const QSize& size = QSize(560, 420))
{
    view.resize(size);
    view.show();
    QTest::qWait(250);
}

TEST(Looks, LeavesOutTheSecondPlotWhereThereIsNoRoomForIt)
{
    for (const std::string kind : {"training", "toeplitz", "evolution", "frequency"}) {
        FigureSpec spec = specOf(kind);
        if (kind == "training")
            spec.options["below"] = std::string("accuracy");
        FigureView view(spec);
        view.setData(syntheticData(kind, 128, 4));
        const auto rects = [&] { return view.findChild<QCustomPlot*>()->axisRectCount(); };
        const int bar = kind == "toeplitz" || kind == "evolution" ? 1 : 0; // the colour bar
        const auto shows = [&](int wanted) { return QTest::qWaitFor([&] { return rects() == wanted; }, 10000); };
        present(view, QSize(420, 400));
        EXPECT_TRUE(shows(2 + bar)) << kind << rects();
        view.resize(420, 180);
        EXPECT_TRUE(shows(1 + bar)) << kind << rects();
        view.resize(420, 400);
        EXPECT_TRUE(shows(2 + bar)) << kind << rects();
    }
}

TEST(Looks, AMapFillsItsRectangleWhenMoreSnapshotsComeIn)
{
    const FigureData all = syntheticData("evolution", 64, 2);
    QCustomPlot plot;
    FigurePlot host(plot);
    const FigureSpec spec = specOf("evolution");
    host.setSpec(spec, screenStyle(ThemeKind::Light, 96));
    double high = 0;
    for (const std::size_t skip : {8U, 1U}) { // few, far apart: the last row is high; then all of them
        FigureData part = all;
        part.snapshots.clear();
        for (std::size_t i = 0; i < all.snapshots.size(); i += skip)
            part.snapshots.push_back(all.snapshots[i]);
        ASSERT_TRUE(host.setData(part, QDeadlineTimer(QDeadlineTimer::Forever)));
        host.applyRanges();
        const AxisSlot& steps = host.figure().axes()[1];
        EXPECT_DOUBLE_EQ(steps.axis->range().upper, steps.high) << skip;
        high = steps.high;
    }
    EXPECT_LT(high, 5000);
}

TEST(Looks, ALayerHasItsColourOfTheLadderInEveryFigure)
{
    for (const char* kind : {"kernel", "toeplitz", "frequency", "evolution"}) {
        FigureView view(specOf(kind));
        const FigureData data = syntheticData(kind, 128, 4);
        view.setData(data);
        present(view);
        const QColor expected = layerColor(theme(ThemeKind::Light), 2, static_cast<int>(data.runs[0].layers.size()));
        QCustomPlot* plot = view.findChild<QCustomPlot*>();
        bool found = false;
        for (int i = 0; i < plot->plottableCount(); ++i)
            found =
                found || (dynamic_cast<Curve*>(plot->plottable(i)) && plot->plottable(i)->pen().color() == expected);
        EXPECT_TRUE(found) << kind;
    }
}

TEST(Looks, OnPaperALegendHasRoomOfItsOwnWhereTheDataFillThePlot)
{
    FigureData data = syntheticData("split", 64, 1);
    auto frame = std::make_shared<core::KernelFrame>(*data.kernels.front());
    for (std::size_t i = 0; i < frame->values.size(); ++i)
        frame->values[i] = i % 2 == 0 ? 1.0F : -1.0F;
    data.kernels = {frame};
    for (const bool chosen : {false, true}) {
        FigureSpec spec = specOf("split");
        spec.layer = frame->info.layer;
        if (chosen)
            spec.ranges["y"] = {-1.5, 1.5};
        QCustomPlot plot;
        FigurePlot host(plot);
        host.setSpec(spec, pageStyle(spec, 96.0 / 72));
        ASSERT_TRUE(host.setData(data, QDeadlineTimer(QDeadlineTimer::Forever)));
        host.applyRanges();
        host.arrange(QSize(320, 240));
        const LegendSlot& slot = host.figure().legends().front();
        int covered = 0;
        for (QCPAbstractPlottable* plottable : slot.rect->plottables()) {
            if (const auto* curve = dynamic_cast<const Curve*>(plottable))
                covered += curve->pointsIn(QRectF(slot.legend->outerRect()));
        }
        const QCPRange range = slot.rect->axis(QCPAxis::atLeft)->range();
        EXPECT_EQ(covered > 0, chosen) << covered;
        EXPECT_EQ(range.upper > 1.5, !chosen) << range.upper;
    }
}

TEST(Looks, ASecondMetricUnderTheFirstHasItsValuesAndSharesTheZoom)
{
    FigureSpec spec = specOf("training");
    spec.options["below"] = std::string("accuracy");
    const FigureData data = syntheticData("training");
    QCustomPlot plot;
    FigurePlot host(plot);
    host.setSpec(spec, screenStyle(ThemeKind::Light, 96));
    ASSERT_TRUE(host.setData(data, QDeadlineTimer(QDeadlineTimer::Forever)));
    host.applyRanges();
    host.arrange(QSize(560, 420));
    ASSERT_EQ(host.figure().axes().size(), 4U);
    const auto readout = host.figure().readout(QPointF(plot.axisRect(1)->rect().center()));
    ASSERT_TRUE(readout.has_value());
    EXPECT_EQ(readout->rows[1].first, QStringLiteral("accuracy"));
    host.figure().axes()[0].axis->setRange(100, 200);
    const auto coupled = host.figure().coupled("x");
    ASSERT_EQ(coupled.size(), 1U);
    EXPECT_EQ(coupled[0].first, "x2");
    EXPECT_EQ(coupled[0].second, (std::array<double, 2>{100, 200}));
    const FigureTable table = host.figure().table(spec, data);
    EXPECT_EQ(table.columns()[7].name, "below_accuracy");
    EXPECT_DOUBLE_EQ(std::get<std::vector<double>>(table.columns()[7].values)[5],
                     100 * data.runs[0].training[5].accuracy);
}

} // namespace
} // namespace toeplab::widgets
