// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/figures/synthetic.h"
#include "widgets/figures/figure.h"
#include "widgets/figures/figure_export.h"
#include "widgets/figures/figure_kinds.h"

#include <nlohmann/json.hpp>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QProcess>
#include <QtCore/QRegularExpression>
#include <QtCore/QTemporaryDir>
#include <QtGui/QImage>

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

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

/// Standard output of a tool; nothing when it is not installed.
std::optional<QString> run(const QString& program, const QStringList& arguments)
{
    QProcess process;
    process.start(program, arguments);
    if (!process.waitForStarted() || !process.waitForFinished(60000))
        return std::nullopt;
    return QString::fromUtf8(process.readAllStandardOutput());
}

class Export : public testing::TestWithParam<std::string>
{
protected:
    [[nodiscard]] std::string path(const std::string& name) const
    {
        return folder_.filePath(QString::fromStdString(name)).toStdString();
    }
    [[nodiscard]] static FigureSpec spec()
    {
        FigureSpec result = makeSpec(GetParam());
        result.layer = 2;
        return result;
    }
    QTemporaryDir folder_;
};

TEST_P(Export, PdfHasItsWidthItsFontsAndNoJpeg)
{
    const FigureData data = syntheticData(GetParam(), 256, 16);
    for (const char* venue : {"ICML", "NeurIPS", "Nature-wide"}) {
        FigureSpec figure = spec();
        ASSERT_TRUE(applyVenue(figure, venue));
        const QString file = QString::fromStdString(path("figure.pdf"));
        const auto written = exportFigure(figure, data, file.toStdString());
        ASSERT_TRUE(written) << written.error().message;
        const auto info = run(QStringLiteral("pdfinfo"), {file});
        if (!info)
            GTEST_SKIP() << "poppler-utils is not installed";
        const auto size = QRegularExpression(QStringLiteral("Page size:\\s+([0-9.]+) x ([0-9.]+) pts")).match(*info);
        EXPECT_NEAR(size.captured(1).toDouble(), figure.width_mm * 72 / 25.4, 0.5) << venue;
        EXPECT_NEAR(size.captured(2).toDouble(), figure.heightMm() * 72 / 25.4, 0.5) << venue;
        const QString fonts = run(QStringLiteral("pdffonts"), {file}).value_or(QString());
        EXPECT_TRUE(fonts.contains(QStringLiteral("DejaVu"))) << fonts.toStdString();
        EXPECT_FALSE(fonts.contains(QStringLiteral("Type 3"))) << fonts.toStdString();
        const QRegularExpression embedded(QStringLiteral("Identity-H +yes ")); // name, type, encoding, embedded
        for (const QString& line : fonts.split(QLatin1Char('\n')).mid(2)) {
            if (!line.isEmpty()) {
                EXPECT_TRUE(line.contains(embedded)) << "not embedded: " << line.toStdString();
            }
        }
        const QString images = run(QStringLiteral("pdfimages"), {QStringLiteral("-list"), file}).value_or(QString());
        EXPECT_FALSE(images.contains(QStringLiteral("jpeg"))) << images.toStdString();
    }
}

/// Every coordinate of the curves' polylines, taken from the file, lies in the view box, and none of them runs out of
/// the axis rectangle when the figure is zoomed into.
TEST_P(Export, SvgHoldsNothingOutsideOfTheAxes)
{
    FigureSpec figure = spec();
    const bool over_lags = GetParam() == "kernel", over_steps = GetParam() == "training" || GetParam() == "compare";
    if (over_lags)
        figure.ranges = {{"x", {-40, 40}}, {"y", {-0.01, 0.01}}};
    if (over_steps)
        figure.ranges = {{"x", {1000, 2000}}, {"y", {1.0, 1.05}}};
    const std::string file = path("figure.svg");
    ASSERT_TRUE(exportFigure(figure, syntheticData(GetParam(), 256, 16), file));
    QFile svg(QString::fromStdString(file));
    ASSERT_TRUE(svg.open(QIODevice::ReadOnly));
    const QString text = QString::fromUtf8(svg.readAll());
    EXPECT_TRUE(text.contains(QStringLiteral("DejaVu Sans")));
    const auto box = QRegularExpression(QStringLiteral("viewBox=\"0 0 ([0-9]+) ([0-9]+)\"")).match(text);
    const double width = box.captured(1).toDouble(), height = box.captured(2).toDouble();
    ASSERT_GT(width, 0);
    const auto declared = QRegularExpression(QStringLiteral("<svg width=\"([0-9.]+)mm\"")).match(text);
    EXPECT_NEAR(declared.captured(1).toDouble(), figure.width_mm, 0.1);
    // the long polylines are curves: their hull must be one axis rectangle at most
    auto lines = QRegularExpression(QStringLiteral("points=\"([^\"]*)\"|<path[^>]* d=\"([^\"]*)\"")).globalMatch(text);
    const QRegularExpression pair(QStringLiteral("(-?[0-9.]+),(-?[0-9.]+)"));
    while (lines.hasNext()) {
        const auto line = lines.next();
        auto points = pair.globalMatch(line.captured(1) + line.captured(2));
        while (points.hasNext()) {
            const auto point = points.next();
            ASSERT_GE(point.captured(1).toDouble(), -1);
            ASSERT_LE(point.captured(1).toDouble(), width + 1);
            ASSERT_GE(point.captured(2).toDouble(), -1);
            ASSERT_LE(point.captured(2).toDouble(), height + 1);
        }
    }
}

TEST_P(Export, PngHasItsPixelsItsDpiAndInk)
{
    FigureSpec figure = spec();
    figure.width_mm = 88;
    figure.height_mm = 60;
    figure.dpi = 150;
    const std::string file = path("figure.png");
    ASSERT_TRUE(exportFigure(figure, syntheticData(GetParam(), 256, 16), file));
    const QImage image(QString::fromStdString(file));
    EXPECT_EQ(image.size(), QSize(520, 354)); // 88 / 25.4 * 150, 60 / 25.4 * 150
    EXPECT_NEAR(image.dotsPerMeterX() * 0.0254, 150, 0.05);
    qint64 dark = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x)
            dark += qGray(image.pixel(x, y)) < 128 ? 1 : 0;
    }
    EXPECT_GT(dark, 300);
}

TEST_P(Export, CsvAndJsonHoldAllTheDataToTheLastBit)
{
    const FigureSpec figure = spec();
    const FigureData data = syntheticData(GetParam(), 256, 16);
    const FigureTable table = findKind(GetParam())->make()->table(figure, data);
    ASSERT_GT(table.rows(), 0U);
    const std::string csv = path("data.csv"), json = path("data.json");
    ASSERT_TRUE(exportFigure(figure, data, csv));
    ASSERT_TRUE(exportFigure(figure, data, json));

    std::ifstream file(csv);
    std::string line;
    std::getline(file, line);
    std::string header;
    for (const FigureColumn& column : table.columns())
        header += (header.empty() ? "" : ",") + column.name;
    EXPECT_EQ(line, header);
    const auto parsed = nlohmann::json::parse(std::ifstream(json));
    EXPECT_EQ(specFromJson(parsed["spec"]).value(), figure);
    std::size_t row = 0;
    for (; std::getline(file, line); ++row) {
        std::stringstream cells(line);
        std::string cell;
        for (const FigureColumn& column : table.columns()) {
            std::getline(cells, cell, ',');
            if (const auto* numbers = std::get_if<std::vector<double>>(&column.values)) {
                const double back = std::strtod(cell.c_str(), nullptr), expected = (*numbers)[row];
                ASSERT_TRUE(back == expected || (std::isnan(back) && std::isnan(expected))) << cell;
                if (std::isfinite(expected)) {
                    ASSERT_EQ(parsed["table"]["data"][column.name][row].get<double>(), expected);
                }
            }
        }
    }
    EXPECT_EQ(row, table.rows());
}

TEST_P(Export, EmptyDataIsASentence)
{
    const auto written = exportFigure(spec(), FigureData{}, path("figure.pdf"));
    ASSERT_FALSE(written);
    EXPECT_NE(written.error().message.find(findKind(GetParam())->empty), std::string::npos) << written.error().message;
    EXPECT_FALSE(QFile::exists(QString::fromStdString(path("figure.pdf"))));
}

TEST_P(Export, BundleHoldsEverythingAndReopens)
{
    FigureSpec figure = spec();
    figure.runs = {"tour.h5"};
    ASSERT_TRUE(exportBundle(figure, syntheticData(GetParam(), 64, 4), path("bundle")));
    const QDir bundle(QString::fromStdString(path("bundle")));
    for (const char* name : {"figure.pdf", "figure.svg", "figure.png", "data.csv", "spec.json", "redraw.py"})
        EXPECT_GT(QFileInfo(bundle.filePath(QLatin1String(name))).size(), 100) << name;
    const auto back = readSpec(bundle.filePath(QStringLiteral("spec.json")).toStdString());
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(back->kind, figure.kind);
    EXPECT_TRUE(QDir::isAbsolutePath(QString::fromStdString(back->runs.front())));
}

TEST_P(Export, ItsJsonIsASpecToo)
{
    FigureSpec figure = spec();
    figure.runs = {"tour.h5"};
    figure.channel = 1;
    ASSERT_TRUE(exportFigure(figure, syntheticData(GetParam(), 64, 4), path("figure.json")));
    const auto back = readSpec(path("figure.json"));
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(back->kind, figure.kind);
    EXPECT_EQ(back->channel, 1);
}

TEST_P(Export, SpecSurvivesJsonWithEveryOptionChanged)
{
    FigureSpec figure = spec();
    figure.runs = {"a.h5", "b.h5"};
    figure.channel = 3;
    figure.snapshot = 500;
    figure.ranges["x"] = {-1.5, 2};
    figure.theme = ThemeKind::Dark;
    figure.title = "Söme \"title\"";
    for (const FigureOption& option : findKind(GetParam())->options) {
        if (const auto* flag = std::get_if<bool>(&option.fallback))
            figure.options[option.key] = !*flag;
        else if (std::holds_alternative<double>(option.fallback))
            figure.options[option.key] = (option.lowest + option.highest) / 2;
        else
            figure.options[option.key] = option.choices.back();
    }
    for (auto entry = figure.options.begin(); entry != figure.options.end();) { // equal to the default: not kept
        bool same = false;
        for (const FigureOption& option : findKind(GetParam())->options)
            same = same || (option.key == entry->first && option.fallback == entry->second);
        entry = same ? figure.options.erase(entry) : std::next(entry);
    }
    const auto back = specFromJson(nlohmann::json::parse(toJson(figure).dump()));
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(*back, figure);
}

INSTANTIATE_TEST_SUITE_P(AllKinds, Export, testing::ValuesIn(kindIds()), [](const auto& kind) { return kind.param; });

TEST(FigureSpec, ProblemsAreNamed)
{
    const auto message = [](const char* text) {
        const auto spec = specFromJson(nlohmann::json::parse(text));
        return spec ? std::string() : spec.error().message;
    };
    EXPECT_EQ(message(R"({"kind":"kernal"})"), "There is no figure kind \"kernal\". Did you mean kernel?");
    EXPECT_NE(message(R"({"kind":"kernel","widht_mm":3})").find("width_mm"), std::string::npos);
    EXPECT_NE(message(R"({"kind":"kernel","width_mm":-3})").find("from 20 to"), std::string::npos);
    EXPECT_NE(message(R"({"kind":"kernel","options":{"scale":"cubic"}})").find("linear or asinh"), std::string::npos);
    EXPECT_NE(message(R"({"kind":"kernel","options":{"log_y":true}})").find("no key \"log_y\""), std::string::npos);
    EXPECT_NE(message(R"({"kind":"kernel","ranges":{"x":[2,1]}})").find("[low, high]"), std::string::npos);
    EXPECT_NE(message(R"({"toeplab_figure":9})").find("newer Toeplab"), std::string::npos);
    EXPECT_EQ(message(R"({"kind":"kernel"})"), "");
}

TEST(ExportFigure, SaysWhatIsWrongWithTheFile)
{
    FigureSpec spec = makeSpec("kernel");
    const FigureData data = syntheticData("kernel", 16, 2);
    const auto nowhere = exportFigure(spec, data, "no/such/folder/figure.pdf");
    ASSERT_FALSE(nowhere);
    EXPECT_NE(nowhere.error().message.find("no/such/folder/figure.pdf"), std::string::npos);
    const auto ending = exportFigure(spec, data, "figure.gif");
    ASSERT_FALSE(ending);
    EXPECT_NE(ending.error().message.find(".svg"), std::string::npos);
    spec.dpi = 2400;
    spec.width_mm = 1000;
    EXPECT_FALSE(exportFigure(spec, data, "figure.png"));
}

} // namespace
} // namespace toeplab::widgets
