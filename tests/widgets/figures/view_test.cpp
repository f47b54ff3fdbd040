// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/figures/synthetic.h"
#include "widgets/figures/figure_plot.h"
#include "widgets/figures/figure_view.h"
#include "widgets/figures/kernel_profile.h"
#include "widgets/plots/qcp.h"

#include <QtTest/QSignalSpy>
#include <QtTest/QTest>
#include <QtWidgets/QApplication>
#include <QtWidgets/QLabel>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <ctime>

namespace toeplab::widgets
{
namespace
{

std::vector<std::string> kindIds()
{
    std::vector<std::string> ids;
    for (const FigureKind& kind : figureKinds())
        ids.push_back(kind.id);
    return ids;
}

FigureSpec specOf(const std::string& kind)
{
    FigureSpec spec = makeSpec(kind);
    spec.layer = 2;
    return spec;
}

/// Shows a view and waits until it has drawn.
void present(FigureView& view, const QSize& size = QSize(560, 420))
{
    view.resize(size);
    view.show();
    QTest::qWait(250);
}

class Views : public testing::TestWithParam<std::string>
{
};

TEST_P(Views, WithoutDataSayWhatWillAppear)
{
    FigureView view(specOf(GetParam()));
    FigureData data;
    data.first_snapshot_step = 12400;
    view.setData(data);
    present(view);
    bool said = false;
    for (const QLabel* label : view.findChildren<QLabel*>())
        said = said || (label->isVisible() && label->text().contains(QStringLiteral("appear")));
    EXPECT_TRUE(said);
    view.setData(syntheticData(GetParam(), 128, 4)); // and then it does
    QTest::qWait(250);
    for (const QLabel* label : view.findChildren<QLabel*>())
        EXPECT_FALSE(label->isVisible() && label->text().contains(QStringLiteral("appear")));
}

/// No two labels of an axis touch, there are at most seven, and all of it is inside the picture: from a thumbnail to a
/// full screen, in the window's and in the page's type.
TEST_P(Views, TickLabelsNeverOverlapAtAnySize)
{
    const FigureData data = syntheticData(GetParam(), 512, 8);
    for (const ThemeKind theme : {ThemeKind::Light, ThemeKind::Dark}) {
        for (const QSize size :
             {QSize(200, 130), QSize(265, 170), QSize(420, 280), QSize(700, 300), QSize(300, 700), QSize(1920, 1080)}) {
            for (const bool page : {false, true}) {
                QCustomPlot plot;
                FigurePlot host(plot);
                FigureSpec spec = specOf(GetParam());
                spec.theme = theme;
                host.setSpec(spec, page ? pageStyle(spec, 96.0 / 72) : screenStyle(theme, 96));
                ASSERT_TRUE(host.setData(data, QDeadlineTimer(QDeadlineTimer::Forever)));
                host.applyRanges();
                host.arrange(size);
                for (const AxisSlot& slot : host.figure().axes()) {
                    const QCPAxis* axis = slot.axis;
                    if (!axis->tickLabels())
                        continue;
                    const QFontMetricsF metrics(axis->tickLabelFont());
                    const QVector<double> ticks = axis->tickVector();
                    const QVector<QString> labels = axis->tickVectorLabels();
                    ASSERT_LE(ticks.size(), 7);
                    const bool horizontal = axis->orientation() == Qt::Horizontal;
                    std::vector<std::pair<double, double>> spans;
                    for (qsizetype i = 0; i < ticks.size(); ++i) {
                        const double half = (horizontal ? metrics.horizontalAdvance(labels[i]) : metrics.ascent()) / 2;
                        const double centre = axis->coordToPixel(ticks[i]);
                        spans.emplace_back(centre - half, centre + half);
                    }
                    std::sort(spans.begin(), spans.end());
                    for (std::size_t i = 1; i < spans.size(); ++i)
                        EXPECT_LT(spans[i - 1].second, spans[i].first) << slot.name << " at " << size.width() << " x "
                                                                       << size.height() << (page ? " page" : " screen");
                }
            }
        }
    }
}

TEST_P(Views, SurviveEveryOptionAndBrokenNumbers)
{
    FigureData data = syntheticData(GetParam(), 64, 4);
    auto broken = std::make_shared<core::KernelFrame>(*data.kernels[1]);
    std::fill(broken->values.begin(), broken->values.end(), std::nanf(""));
    FigureData bad = data;
    bad.kernels[1] = broken;
    bad.snapshots.assign(2, broken);
    core::MetricsRow row = data.runs[0].training.back();
    row.step += 1;
    row.loss = std::nan("");
    bad.runs[0].training.push_back(row);
    for (const FigureOption& option : findKind(GetParam())->options) {
        std::vector<OptionValue> values{option.fallback};
        if (const auto* flag = std::get_if<bool>(&option.fallback))
            values.emplace_back(!*flag);
        for (const std::string& choice : option.choices)
            values.emplace_back(choice);
        for (const OptionValue& value : values) {
            FigureSpec spec = specOf(GetParam());
            spec.options[option.key] = value;
            FigureView view(spec);
            view.setData(data);
            view.resize(300, 220);
            view.show();
            QTest::qWait(60);
            view.setData(bad);
            QTest::qWait(60);
            EXPECT_FALSE(view.grab().isNull());
        }
    }
}

INSTANTIATE_TEST_SUITE_P(AllKinds, Views, testing::ValuesIn(kindIds()), [](const auto& kind) { return kind.param; });

TEST(ToeplitzView, ValueUnderThePointerIsTheCells)
{
    FigureSpec spec = specOf("toeplitz");
    spec.channel = 1;
    const FigureData data = syntheticData("toeplitz", 512, 4);
    QCustomPlot plot;
    FigurePlot host(plot);
    host.setSpec(spec, screenStyle(ThemeKind::Light, 96));
    ASSERT_TRUE(host.setData(data, QDeadlineTimer(QDeadlineTimer::Forever)));
    host.setUserRange("x", 99.5, 119.5);
    host.setUserRange("y", 103.5, 123.5);
    host.applyRanges();
    host.arrange({500, 600});
    const QRect map = host.figure().axes().front().axis->axisRect()->rect();
    const auto& values = data.kernels[1]->values;
    for (int cell = 0; cell < 20; ++cell) {
        const QPointF pixel(map.left() + (cell + 0.5) * map.width() / 20.0, map.top() + 0.5 * map.height() / 20.0);
        const auto readout = host.figure().readout(pixel);
        ASSERT_TRUE(readout);
        const std::int64_t row = 104, column = 100 + cell, lag = row - column;
        EXPECT_EQ(readout->title, QStringLiteral("row %1, column %2").arg(row).arg(column));
        ASSERT_FALSE(readout->links.empty());
        EXPECT_EQ(readout->links.front().second, double(lag));
        const float expected = values[static_cast<std::size_t>(1 * 1023 + lag + 511)];
        EXPECT_TRUE(readout->status.endsWith(QString::fromUtf8(" = ") + readout->rows[1].second));
        EXPECT_NEAR(readout->rows[1].second.toStdString().find("×") == std::string::npos
                        ? QString(readout->rows[1].second).replace(QChar(0x2212), QLatin1Char('-')).toDouble()
                        : double(expected),
                    double(expected), 5e-4 * std::abs(double(expected)) + 1e-9);
    }
}

TEST(EvolutionView, AFrameIsAStoredSnapshot)
{
    const FigureData data = syntheticData("evolution", 64, 3);
    FigureSpec spec = specOf("evolution");
    QCustomPlot plot;
    FigurePlot host(plot);
    host.setSpec(spec, screenStyle(ThemeKind::Light, 96));
    ASSERT_TRUE(host.setData(data, QDeadlineTimer(QDeadlineTimer::Forever)));
    host.applyRanges();
    host.arrange({500, 600});
    const QRect profile = host.figure().axes()[2].axis->axisRect()->rect();
    for (const double step : {0.0, 3.0, 700.0, 1e6}) {
        (void)host.figure().setCrosshair(LinkAxis::Step, step);
        const auto readout = host.figure().readout(profile.center());
        ASSERT_TRUE(readout);
        bool stored = false;
        for (const auto& frame : data.snapshots)
            stored = stored || readout->status.contains(QLatin1String("step ") +
                                                        QLocale(QLocale::English).toString(qint64(frame->step)));
        EXPECT_TRUE(stored) << readout->status.toStdString();
    }
}

TEST(KernelView, CrosshairsAreLinked)
{
    FigureView first(specOf("kernel")), second(specOf("toeplitz"));
    const FigureData data = syntheticData("kernel", 128, 4);
    first.setData(data);
    second.setData(data);
    QObject::connect(&first, &FigureView::crosshairMoved, &second, &FigureView::setCrosshair);
    QSignalSpy moved(&first, &FigureView::crosshairMoved), said(&first, &FigureView::readoutChanged);
    present(first);
    present(second);
    auto* plot = first.findChild<QCustomPlot*>();
    QTest::mouseMove(plot, QPoint(200, 150));
    QTest::mouseMove(plot, QPoint(280, 160));
    ASSERT_GT(moved.count(), 0);
    EXPECT_EQ(moved.last()[0].value<LinkAxis>(), LinkAxis::Lag);
    const double lag = moved.last()[1].toDouble();
    EXPECT_EQ(lag, std::round(lag));
    EXPECT_TRUE(said.last()[0].toString().startsWith(QStringLiteral("lag ")));
    const auto* map = second.findChild<QCustomPlot*>();
    bool diagonal = false;
    for (int i = 0; i < map->itemCount(); ++i) {
        if (const auto* line = qobject_cast<const QCPItemLine*>(map->item(i)))
            diagonal = line->visible() && line->start->coords().y() - line->start->coords().x() == lag;
    }
    EXPECT_TRUE(diagonal);
}

TEST(TrainingView, IsCalmWhileDataGrowsAndFrozenWhileZoomed)
{
    FigureView view(specOf("training"));
    FigureData data = syntheticData("training");
    FigureData part = data;
    part.runs[0].training.truncate(2000);
    view.setData(part);
    present(view);
    auto* plot = view.findChild<QCustomPlot*>();
    const QCPAxis* x = plot->axisRect(0)->axis(QCPAxis::atBottom);
    int changes = 0;
    QCPRange range = x->range();
    for (std::size_t rows = 2000; rows <= 4000; rows += 100) {
        part.runs[0].training = data.runs[0].training;
        part.runs[0].training.truncate(rows);
        view.setData(part);
        QTest::qWait(45);
        changes += x->range() == range ? 0 : 1;
        range = x->range();
        EXPECT_GE(range.upper, double(rows) * 0.999);
    }
    EXPECT_LE(changes, 6); // in steps, not with each of 20 updates

    QSignalSpy zoomed(&view, &FigureView::zoomChanged);
    const QPoint middle = plot->axisRect(0)->center();
    QWheelEvent wheel(middle, plot->mapToGlobal(middle), QPoint(), QPoint(0, 360), Qt::NoButton, Qt::NoModifier,
                      Qt::NoScrollPhase, false);
    QApplication::sendEvent(plot, &wheel);
    EXPECT_TRUE(view.zoomed());
    EXPECT_EQ(zoomed.count(), 1);
    EXPECT_LT(x->range().size(), range.size());
    range = x->range();
    view.setData(data);
    QTest::qWait(80);
    EXPECT_EQ(x->range(), range);
    EXPECT_TRUE(view.specOnScreen().ranges.contains("x"));
    QTest::mousePress(plot, Qt::LeftButton, {}, middle);
    QTest::mouseMove(plot, middle + QPoint(10, 0));
    QTest::mouseMove(plot, middle + QPoint(60, 0));
    QTest::mouseRelease(plot, Qt::LeftButton, {}, middle + QPoint(60, 0));
    EXPECT_LT(x->range().lower, range.lower); // the curve follows the hand
    EXPECT_NEAR(x->range().size(), range.size(), 1e-6 * range.size());
    QTest::keyClick(&view, Qt::Key_0);
    EXPECT_FALSE(view.zoomed());
    EXPECT_GE(x->range().upper, 4000);
}

TEST(TrainingView, ReplotOfTwentyLongCurvesIsReported)
{
    FigureSpec spec = specOf("training");
    FigureData data;
    for (int i = 0; i < 20; ++i)
        data.runs.push_back(syntheticRun(i, 100000));
    for (const bool raw : {false, true}) {
        spec.options["raw"] = raw;
        QCustomPlot plot;
        plot.resize(900, 500);
        FigurePlot host(plot);
        host.setSpec(spec, screenStyle(ThemeKind::Light, 96));
        ASSERT_TRUE(host.setData(data, QDeadlineTimer(QDeadlineTimer::Forever)));
        host.applyRanges();
        host.arrange(plot.size());
        std::vector<double> times;
        for (int repeat = 0; repeat < 40; ++repeat) {
            const std::clock_t start = std::clock(); // processor time: the machine may be busy with other tests
            plot.replot(QCustomPlot::rpImmediateRefresh);
            times.push_back(1000.0 * double(std::clock() - start) / CLOCKS_PER_SEC);
        }
        std::sort(times.begin(), times.end());
        std::printf("Replot, 20 x 100,000 points%s: median %.1f ms, p95 %.1f ms\n", raw ? " and raw curves behind" : "",
                    times[20], times[38]);
        EXPECT_EQ(plot.plottableCount() >= 40, true);
    }
}

TEST(Profile, IsTheMedianAndQuantilesOfTheChannels)
{
    const auto frame = syntheticKernel(2, 40, 7, 4000);
    const auto profile = profileOf(frame, {-1, 0.25, 0.75}, QDeadlineTimer(QDeadlineTimer::Forever)).profile;
    ASSERT_TRUE(profile);
    for (std::size_t lag = 0; lag < 79; ++lag) {
        std::vector<float> channel;
        for (std::size_t c = 0; c < 7; ++c)
            channel.push_back(frame->values[c * 79 + lag]);
        std::sort(channel.begin(), channel.end());
        EXPECT_EQ(profile->value[lag], channel[3]);
        EXPECT_FLOAT_EQ(profile->low[lag], (channel[1] + channel[2]) / 2);
        EXPECT_FLOAT_EQ(profile->high[lag], (channel[4] + channel[5]) / 2);
    }
    const auto large = syntheticKernel(1, 2048, 64, 10); // in slices: the same numbers
    ProfileResult result;
    int slices = 0;
    do {
        result = profileOf(large, {-1, 0.1, 0.9}, QDeadlineTimer(0));
        ++slices;
    } while (!result.done);
    EXPECT_GT(slices, 10);
    ASSERT_TRUE(result.profile);
    EXPECT_EQ(result.profile->value.size(), 4095U);
}

} // namespace
} // namespace toeplab::widgets
