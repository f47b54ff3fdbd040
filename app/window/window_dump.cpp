// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/window_dump.h"

#include "app/window/main_window.h"
#include "widgets/figures/figure_view.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QSaveFile>
#include <QtCore/QTimer>
#include <QtWidgets/QAbstractButton>
#include <QtWidgets/QAbstractItemView>
#include <QtWidgets/QAbstractSlider>
#include <QtWidgets/QApplication>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QLabel>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QMenu>
#include <QtWidgets/QPlainTextEdit>

namespace toeplab::app
{

namespace
{

constexpr int kEveryMs = 200;

[[nodiscard]] QJsonArray place(const QWidget& widget, const QRect& rect)
{
    const QPoint corner = widget.mapToGlobal(rect.topLeft());
    return {corner.x(), corner.y(), rect.width(), rect.height()};
}

[[nodiscard]] QJsonArray rowsOf(const QAbstractItemView& view)
{
    QJsonArray rows;
    const QAbstractItemModel* const model = view.model();
    for (int row = 0; model != nullptr && row < model->rowCount(); ++row) {
        QJsonArray cells;
        for (int column = 0; column < model->columnCount(); ++column) {
            cells.append(model->index(row, column).data().toString());
        }
        const QModelIndex first = model->index(row, 0);
        const bool selected = view.selectionModel()->isSelected(first);
        rows.append(QJsonObject{{QStringLiteral("cells"), cells},
                                {QStringLiteral("selected"), selected},
                                {QStringLiteral("rect"), place(*view.viewport(), view.visualRect(first))}});
    }
    return rows;
}

[[nodiscard]] QJsonArray actionsOf(const QMenu& menu)
{
    QJsonArray actions;
    for (QAction* action : menu.actions()) {
        if (!action->isSeparator()) {
            actions.append(QJsonObject{{QStringLiteral("text"), action->text()},
                                       {QStringLiteral("enabled"), action->isEnabled()},
                                       {QStringLiteral("rect"), place(menu, menu.actionGeometry(action))}});
        }
    }
    return actions;
}

/// The figure as it stands on screen: what it was given to draw.
[[nodiscard]] QJsonObject figureOf(const widgets::FigureView& view)
{
    const widgets::FigureData& shown = view.data();
    QJsonObject figure{{QStringLiteral("kind"), QString::fromStdString(view.spec().kind)},
                       {QStringLiteral("layer"), qint64(view.spec().layer)},
                       {QStringLiteral("kernels"), qint64(shown.kernels.size())},
                       {QStringLiteral("snapshots"), qint64(shown.snapshots.size())}};
    if (!shown.kernels.empty()) {
        figure[QStringLiteral("kernel_step")] = qint64(shown.kernels.front()->step);
        figure[QStringLiteral("kernel_layer")] = qint64(shown.kernels.front()->info.layer);
    }
    if (!shown.runs.empty() && !shown.runs.front().training.empty()) {
        const auto& rows = shown.runs.front().training;
        figure[QStringLiteral("rows")] = qint64(rows.size());
        figure[QStringLiteral("first_loss")] = rows.front().loss;
        figure[QStringLiteral("last_loss")] = rows.back().loss;
        figure[QStringLiteral("last_step")] = qint64(rows.back().step);
    }
    return figure;
}

[[nodiscard]] QJsonObject describe(const QWidget& widget)
{
    QJsonObject seen{{QStringLiteral("class"), QString::fromLatin1(widget.metaObject()->className())},
                     {QStringLiteral("enabled"), widget.isEnabled()},
                     {QStringLiteral("focus"), widget.hasFocus()},
                     {QStringLiteral("rect"), place(widget, widget.rect())},
                     {QStringLiteral("hover"), widget.toolTip()}};
    const QString text = QStringLiteral("text");
    if (const auto* label = qobject_cast<const QLabel*>(&widget)) {
        seen[text] = label->text();
    } else if (const auto* edit = qobject_cast<const QLineEdit*>(&widget)) {
        seen[text] = edit->text();
    } else if (const auto* button = qobject_cast<const QAbstractButton*>(&widget)) {
        seen[text] = button->text();
        seen[QStringLiteral("shows")] = QString::fromLatin1(button->property("shows").toByteArray());
    } else if (const auto* box = qobject_cast<const QComboBox*>(&widget)) {
        seen[text] = box->currentText();
    } else if (const auto* words = qobject_cast<const QPlainTextEdit*>(&widget)) {
        seen[text] = words->toPlainText();
    } else if (const auto* slider = qobject_cast<const QAbstractSlider*>(&widget)) {
        seen[QStringLiteral("value")] = slider->value();
        seen[QStringLiteral("maximum")] = slider->maximum();
    } else if (const auto* view = qobject_cast<const QAbstractItemView*>(&widget)) {
        seen[QStringLiteral("rows")] = rowsOf(*view);
    } else if (const auto* menu = qobject_cast<const QMenu*>(&widget)) {
        seen[QStringLiteral("actions")] = actionsOf(*menu);
    } else if (const auto* figure = qobject_cast<const widgets::FigureView*>(&widget)) {
        seen[QStringLiteral("figure")] = figureOf(*figure);
    }
    return seen;
}

} // namespace

WindowDump::WindowDump(MainWindow& window, QString path) : QObject(&window), window_(window), path_(std::move(path))
{
    auto* timer = new QTimer(this);
    connect(timer, &QTimer::timeout, this, &WindowDump::write);
    timer->start(kEveryMs);
}

void WindowDump::write()
{
    QJsonObject all;
    for (const QWidget* widget : QApplication::allWidgets()) {
        const QString name = widget->objectName();
        const bool menu = qobject_cast<const QMenu*>(widget) != nullptr;
        if (widget->isVisible() && (menu || (!name.isEmpty() && !name.startsWith(QLatin1String("qt_"))))) {
            all[menu ? QStringLiteral("menu") : name] = describe(*widget);
        }
    }
    QSaveFile file(path_);
    if (file.open(QIODevice::WriteOnly)) {
        file.write(QJsonDocument(all).toJson(QJsonDocument::Compact));
        file.commit();
    }
}

} // namespace toeplab::app
