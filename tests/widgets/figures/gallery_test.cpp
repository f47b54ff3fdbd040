// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/figures/synthetic.h"
#include "widgets/figures/figure_export.h"
#include "widgets/figures/figure_kinds.h"
#include "widgets/figures/figure_view.h"

#include <QtCore/QDir>
#include <QtCore/QTemporaryDir>
#include <QtGui/QImage>
#include <QtTest/QTest>
#include <QtWidgets/QApplication>

#include <gtest/gtest.h>

namespace toeplab::widgets
{
namespace
{

/// Every kind from synthetic data, in both themes, on screen and on paper. TOEPLAB_GALLERY=DIR keeps the pictures, to
/// be looked at.
class Gallery : public testing::TestWithParam<std::string>
{
protected:
    Gallery()
    {
        const QString wanted = qEnvironmentVariable("TOEPLAB_GALLERY");
        folder_ = wanted.isEmpty() ? temporary_.path() : wanted;
        QDir().mkpath(folder_);
    }
    [[nodiscard]] QString path(const QString& name) const { return QDir(folder_).filePath(name); }

    QTemporaryDir temporary_;
    QString folder_;
};

/// Share of pixels that are not the background's colour.
double ink(const QImage& image)
{
    const QRgb background = image.pixel(0, 0);
    qint64 other = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x)
            other += image.pixel(x, y) != background ? 1 : 0;
    }
    return double(other) / (double(image.width()) * image.height());
}

FigureSpec specFor(const std::string& kind)
{
    FigureSpec spec = makeSpec(kind);
    spec.layer = 3;
    if (kind == "evolution" || kind == "kernel")
        spec.layer = 2;
    return spec;
}

TEST_P(Gallery, OnScreenInBothThemes)
{
    for (const ThemeKind theme : {ThemeKind::Light, ThemeKind::Dark}) {
        FigureView view(specFor(GetParam()));
        view.setTheme(theme);
        view.resize(560, 360);
        view.setData(syntheticData(GetParam()));
        view.show();
        // Drawn when it is ready, however busy the machine is.
        QImage image;
        EXPECT_TRUE(QTest::qWaitFor([&] { return ink(image = view.grab().toImage()) > 0.01; }, 20000));
        EXPECT_TRUE(
            image.save(path(QString::fromStdString(GetParam()) +
                            (theme == ThemeKind::Light ? QStringLiteral("-light.png") : QStringLiteral("-dark.png")))));
        EXPECT_GT(ink(image), 0.01);
        EXPECT_EQ(image.pixelColor(0, 0), widgets::theme(theme).panel);
    }
}

TEST_P(Gallery, OnPaperAtOneAndTwoColumnsAndTiny)
{
    const FigureData data = syntheticData(GetParam());
    for (const char* venue : {"ICML", "ICML-wide", "tiny"}) {
        FigureSpec spec = specFor(GetParam());
        if (std::string(venue) == "tiny") {
            spec.width_mm = 70;
            spec.height_mm = 45;
        } else {
            ASSERT_TRUE(applyVenue(spec, venue));
        }
        const QString stem = path(QString::fromStdString(GetParam()) + QLatin1Char('-') + QLatin1String(venue));
        for (const char* ending : {".pdf", ".svg", ".png"}) {
            const auto written = exportFigure(spec, data, (stem + QLatin1String(ending)).toStdString());
            EXPECT_TRUE(written) << (written ? "" : written.error().message);
        }
        EXPECT_GT(ink(QImage(stem + QStringLiteral(".png"))), 0.01);
    }
}

std::vector<std::string> kindIds()
{
    std::vector<std::string> ids;
    for (const FigureKind& kind : figureKinds())
        ids.push_back(kind.id);
    return ids;
}

INSTANTIATE_TEST_SUITE_P(AllKinds, Gallery, testing::ValuesIn(kindIds()), [](const auto& kind) { return kind.param; });

} // namespace
} // namespace toeplab::widgets
