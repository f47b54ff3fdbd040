// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/color_map.h"

#include <QtCore/QDebug>
#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

#include <algorithm>
#include <map>

void initColorMapResources() // outside of namespaces, as Q_INIT_RESOURCE asks
{
    Q_INIT_RESOURCE(colormaps);
}

namespace toeplab::widgets
{
namespace
{

struct OkLab {
    double l, a, b;
};

double toLinear(double channel)
{
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double fromLinear(double channel)
{
    const double value = channel <= 0.0031308 ? 12.92 * channel : 1.055 * std::pow(channel, 1 / 2.4) - 0.055;
    return std::clamp(value, 0.0, 1.0);
}

/// B. Ottosson, "A perceptual color space for image processing" (2020).
OkLab okLab(const QColor& color)
{
    const double r = toLinear(color.redF()), g = toLinear(color.greenF()), b = toLinear(color.blueF());
    const double l = std::cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    const double m = std::cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    const double s = std::cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

QRgb rgb(const OkLab& lab)
{
    const auto cube = [](double x) { return x * x * x; };
    const double l = cube(lab.l + 0.3963377774 * lab.a + 0.2158037573 * lab.b);
    const double m = cube(lab.l - 0.1055613458 * lab.a - 0.0638541728 * lab.b);
    const double s = cube(lab.l - 0.0894841775 * lab.a - 1.2914855480 * lab.b);
    const auto channel = [](double linear) { return static_cast<int>(std::lround(255 * fromLinear(linear))); };
    return qRgb(channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
                channel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
                channel(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s));
}

const std::map<std::string, ColorMap>& tables()
{
    static const std::map<std::string, ColorMap> maps = [] {
        initColorMapResources();
        QFile file(QStringLiteral(":/colormaps/colormaps.json"));
        if (!file.open(QIODevice::ReadOnly))
            qFatal("The colour maps are missing from this program. Build it again.");
        const QJsonObject json = QJsonDocument::fromJson(file.readAll()).object();
        std::map<std::string, ColorMap> result;
        for (auto entry = json.constBegin(); entry != json.constEnd(); ++entry) {
            std::vector<QColor> stops;
            for (const QJsonValue& stop : entry.value().toArray())
                stops.emplace_back(stop.toString());
            result.emplace(entry.key().toStdString(), ColorMap(stops));
        }
        return result;
    }();
    return maps;
}

} // namespace

ColorMap::ColorMap(const std::vector<QColor>& stops)
{
    std::vector<OkLab> labs;
    for (const QColor& stop : stops)
        labs.push_back(okLab(stop));
    for (int i = 0; i < kSize; ++i) {
        const double place = double(i) / (kSize - 1) * double(labs.size() - 1);
        const std::size_t k = std::min(static_cast<std::size_t>(place), labs.size() - 2);
        const double t = place - double(k);
        const OkLab &a = labs[k], &b = labs[k + 1];
        table_[static_cast<std::size_t>(i)] =
            rgb({a.l + (b.l - a.l) * t, a.a + (b.a - a.a) * t, a.b + (b.b - a.b) * t});
    }
}

const ColorMap& ColorMap::named(const std::string& name)
{
    const auto found = tables().find(name);
    return found == tables().end() ? tables().at("viridis") : found->second;
}

std::vector<std::string> ColorMap::names()
{
    std::vector<std::string> result;
    for (const auto& [name, map] : tables())
        result.push_back(name);
    return result;
}

const ColorMap& ColorMap::diverging(ThemeKind kind)
{
    return named(kind == ThemeKind::Light ? "diverging-light" : "diverging-dark");
}

} // namespace toeplab::widgets
