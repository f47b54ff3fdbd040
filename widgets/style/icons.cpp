// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/style/icons.h"

#include "widgets/style/appearance.h"

#include <QtCore/QFile>
#include <QtCore/QHash>
#include <QtGui/QIconEngine>
#include <QtGui/QPainter>
#include <QtSvg/QSvgRenderer>

namespace toeplab::widgets
{

namespace
{

[[nodiscard]] QByteArray source(const QByteArray& name)
{
    static QHash<QByteArray, QByteArray> cache;
    const auto found = cache.constFind(name);
    if (found != cache.constEnd()) {
        return *found;
    }
    QFile file(QStringLiteral(":/icons/%1.svg").arg(QString::fromLatin1(name)));
    const QByteArray text = file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    Q_ASSERT_X(!text.isEmpty(), "icon", name.constData());
    cache.insert(name, text);
    return text;
}

class ThemedIconEngine final : public QIconEngine
{
public:
    ThemedIconEngine(QByteArray name, IconTone tone) : name_(std::move(name)), tone_(tone) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override
    {
        paintIcon(*painter, name_.constData(), rect, color(mode));
    }
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }
    [[nodiscard]] QIconEngine* clone() const override { return new ThemedIconEngine(name_, tone_); }

private:
    [[nodiscard]] QColor color(QIcon::Mode mode) const
    {
        const Theme& colors = currentTheme();
        if (mode == QIcon::Disabled) {
            return mix(colors.panel, colors.muted, 0.55);
        }
        switch (tone_) {
        case IconTone::Muted:
            return colors.muted;
        case IconTone::Accent:
            return colors.accent;
        case IconTone::OnAccent:
            return colors.panel;
        case IconTone::Text:
            break;
        }
        return colors.text;
    }

    QByteArray name_;
    IconTone tone_;
};

} // namespace

QIcon icon(const char* name, IconTone tone)
{
    return QIcon(new ThemedIconEngine(name, tone));
}

void paintIcon(QPainter& painter, const char* name, const QRectF& rect, const QColor& color)
{
    QByteArray text = source(name);
    QSvgRenderer renderer(text.replace("currentColor", color.name().toLatin1()));
    renderer.render(&painter, rect);
}

} // namespace toeplab::widgets
