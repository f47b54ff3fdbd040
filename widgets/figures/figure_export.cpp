// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/figure_export.h"

#include "widgets/figures/figure_plot.h"
#include "widgets/plots/qcp.h"

#include <nlohmann/json.hpp>

#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QSaveFile>
#include <QtGui/QImageWriter>
#include <QtGui/QPageSize>
#include <QtGui/QPdfWriter>
#include <QtSvg/QSvgGenerator>

#include <algorithm>
#include <cmath>

namespace toeplab::widgets
{
namespace
{

/// Painter units in a point on vector pages: QCustomPlot places things on whole units and curves are reduced to columns
/// of one unit, so this is the precision of a page: 1/576 inch.
constexpr int kUnitsPerPoint = 8;

double points(double mm)
{
    return mm * 72 / 25.4;
}

QSize pixelsOf(const FigureSpec& spec)
{
    return {std::max(1, static_cast<int>(std::lround(spec.width_mm / 25.4 * spec.dpi))),
            std::max(1, static_cast<int>(std::lround(spec.heightMm() / 25.4 * spec.dpi)))};
}

/// PDF pages are whole points.
QSize pageOf(const FigureSpec& spec)
{
    return {std::max(1, static_cast<int>(std::lround(points(spec.width_mm)))),
            std::max(1, static_cast<int>(std::lround(points(spec.heightMm()))))};
}

QString titleOf(const FigureSpec& spec)
{
    return spec.title.empty() ? QString::fromStdString(findKind(spec.kind)->title) : QString::fromStdString(spec.title);
}

/// Draws the figure into a device of `size` painter units.
void paint(QPaintDevice& device, const FigureSpec& spec, const FigureData& data, double units_per_point,
           const QSize& size, bool vector)
{
    QCustomPlot plot;
    FigurePlot host(plot);
    host.setSpec(spec, pageStyle(spec, units_per_point));
    while (!host.setData(data, QDeadlineTimer(QDeadlineTimer::Forever))) {
    }
    host.applyRanges();
    host.arrange(size);
    QCPPainter painter;
    painter.begin(&device);
    painter.setRenderHint(QPainter::LosslessImageRendering);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setRenderHint(QPainter::TextAntialiasing);
    painter.setMode(QCPPainter::pmVectorized, vector);
    painter.setMode(QCPPainter::pmNoCaching);
    plot.toPainter(&painter, size.width(), size.height());
    painter.end();
}

core::Result<void> finish(QSaveFile& file, bool written)
{
    if (!written || !file.commit())
        return core::fail("{} cannot be written: {}. Choose another folder or make room there.",
                          file.fileName().toStdString(), file.errorString().toStdString());
    return {};
}

bool writePdf(QSaveFile& file, const FigureSpec& spec, const FigureData& data)
{
    const QSize page = pageOf(spec);
    QPdfWriter pdf(&file);
    pdf.setResolution(72 * kUnitsPerPoint);
    pdf.setPageSize(QPageSize(page, QString(), QPageSize::ExactMatch));
    pdf.setPageMargins(QMarginsF(0, 0, 0, 0));
    pdf.setTitle(titleOf(spec));
    pdf.setCreator(QStringLiteral("Toeplab"));
    paint(pdf, spec, data, kUnitsPerPoint, page * kUnitsPerPoint, true);
    return file.error() == QFileDevice::NoError;
}

bool writeSvg(QSaveFile& file, const FigureSpec& spec, const FigureData& data)
{
    const QSize size(std::max(1, static_cast<int>(std::lround(points(spec.width_mm) * kUnitsPerPoint))),
                     std::max(1, static_cast<int>(std::lround(points(spec.heightMm()) * kUnitsPerPoint))));
    QSvgGenerator svg;
    svg.setOutputDevice(&file);
    svg.setResolution(72 * kUnitsPerPoint);
    svg.setSize(size);
    svg.setViewBox(QRect(QPoint(0, 0), size));
    svg.setTitle(titleOf(spec));
    svg.setDescription(QStringLiteral("Toeplab figure of kind %1").arg(QString::fromStdString(spec.kind)));
    paint(svg, spec, data, kUnitsPerPoint, size, true);
    return file.error() == QFileDevice::NoError;
}

bool writeText(QSaveFile& file, const std::string& text)
{
    return file.write(text.data(), static_cast<qint64>(text.size())) == static_cast<qint64>(text.size());
}

core::Result<void> writable(const FigureSpec& spec, const FigureData& data)
{
    const FigureKind* kind = findKind(spec.kind);
    if (!kind)
        return tl::make_unexpected(unknownKind(spec.kind));
    if (!kind->make()->hasData(spec, data))
        return core::fail("There is nothing to draw for a figure of kind {} yet. {}", spec.kind, kind->empty);
    const QSize pixels = pixelsOf(spec);
    if (pixels.width() > 30000 || pixels.height() > 30000)
        return core::fail("{} x {} mm at {} dpi would be {} x {} pixels; 30,000 is the most. Lower the dpi.",
                          spec.width_mm, spec.heightMm(), spec.dpi, pixels.width(), pixels.height());
    return {};
}

} // namespace

core::Result<FigureFormat> formatOf(const std::string& path)
{
    const QString ending = QFileInfo(QString::fromStdString(path)).suffix().toLower();
    for (const auto& [name, format] :
         {std::pair{"pdf", FigureFormat::Pdf}, std::pair{"svg", FigureFormat::Svg}, std::pair{"png", FigureFormat::Png},
          std::pair{"csv", FigureFormat::Csv}, std::pair{"json", FigureFormat::Json}}) {
        if (ending == QLatin1String(name))
            return format;
    }
    return core::fail("{} does not say what to write. End it in .pdf, .svg, .png, .csv or .json.", path);
}

QImage renderImage(const FigureSpec& spec, const FigureData& data)
{
    if (!writable(spec, data))
        return {};
    QImage image(pixelsOf(spec), QImage::Format_RGB32);
    image.fill(Qt::white);
    const int dots = static_cast<int>(std::lround(spec.dpi / 0.0254));
    paint(image, spec, data, spec.dpi / 72, image.size(), false);
    image.setDotsPerMeterX(dots); // after painting: Qt would scale fonts by it
    image.setDotsPerMeterY(dots);
    return image;
}

core::Result<void> exportFigure(const FigureSpec& spec, const FigureData& data, const std::string& path)
{
    const auto format = formatOf(path);
    if (!format)
        return tl::make_unexpected(format.error());
    if (const auto ready = writable(spec, data); !ready)
        return ready;
    QSaveFile file(QString::fromStdString(path));
    if (!file.open(QIODevice::WriteOnly))
        return core::fail("{} cannot be written: {}. Choose another folder.", path, file.errorString().toStdString());
    bool written = false;
    switch (*format) {
    case FigureFormat::Pdf:
        written = writePdf(file, spec, data);
        break;
    case FigureFormat::Svg:
        written = writeSvg(file, spec, data);
        break;
    case FigureFormat::Png: {
        QImageWriter writer(&file, "png");
        written = writer.write(renderImage(spec, data));
        break;
    }
    case FigureFormat::Csv:
        written = writeText(file, findKind(spec.kind)->make()->table(spec, data).toCsv());
        break;
    case FigureFormat::Json: {
        nlohmann::json json{{"spec", toJson(spec)}, {"table", findKind(spec.kind)->make()->table(spec, data).toJson()}};
        written = writeText(file, json.dump(1) + "\n");
        break;
    }
    }
    return finish(file, written);
}

} // namespace toeplab::widgets
