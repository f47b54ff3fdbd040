// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/figures/figure_export.h"

#include <nlohmann/json.hpp>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QSaveFile>

#include <filesystem>

void initFigureResources() // outside of namespaces, as Q_INIT_RESOURCE asks
{
    Q_INIT_RESOURCE(figure_scripts);
}

namespace toeplab::widgets
{
namespace
{

core::Result<void> writeFile(const QString& path, const QByteArray& content)
{
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size() || !file.commit())
        return core::fail("{} cannot be written: {}. Choose another folder.", path.toStdString(),
                          file.errorString().toStdString());
    return {};
}

} // namespace

core::Result<void> exportBundle(const FigureSpec& spec, const FigureData& data, const std::string& folder)
{
    initFigureResources();
    const QString name = QString::fromStdString(folder);
    if (!QDir().mkpath(name))
        return core::fail("The folder {} cannot be made. Choose another place.", folder);
    for (const char* file : {"figure.pdf", "figure.svg", "figure.png", "data.csv"}) {
        if (auto written = exportFigure(spec, data, (std::filesystem::path(folder) / file).string()); !written)
            return written;
    }
    FigureSpec own = spec; // found again from wherever the bundle is opened on this machine
    for (std::string& run : own.runs)
        run = std::filesystem::absolute(run).lexically_normal().string();
    const QDir directory(name);
    if (auto written = writeFile(directory.filePath(QStringLiteral("spec.json")),
                                 QByteArray::fromStdString(toJson(own).dump(1) + "\n"));
        !written)
        return written;
    QFile script(QStringLiteral(":/figures/redraw.py"));
    if (!script.open(QIODevice::ReadOnly))
        return core::fail("The matplotlib script is missing from this program. Build it again.");
    return writeFile(directory.filePath(QStringLiteral("redraw.py")), script.readAll());
}

} // namespace toeplab::widgets
