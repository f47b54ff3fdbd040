// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/style/appearance.h"
#include "widgets/style/icons.h"

#include <QtCore/QDirIterator>
#include <QtGui/QImage>
#include <QtGui/QPainter>
#include <QtWidgets/QApplication>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QLabel>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QPushButton>

#include <gtest/gtest.h>

namespace toeplab::widgets
{
namespace
{

class Style : public testing::TestWithParam<ThemeKind>
{
protected:
    void SetUp() override { applyTheme(*qApp, GetParam()); }
};

[[nodiscard]] int pixelsNear(const QImage& image, const QColor& color)
{
    int count = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) {
            const QColor pixel = image.pixelColor(x, y);
            count += std::abs(pixel.red() - color.red()) + std::abs(pixel.green() - color.green()) +
                             std::abs(pixel.blue() - color.blue()) <
                         24 &&
                     pixel.alpha() > 200;
        }
    return count;
}

TEST_P(Style, PaletteKeepsTheContrastOfTheTable)
{
    const QPalette palette = QApplication::palette();
    EXPECT_EQ(palette.color(QPalette::Window), currentTheme().window);
    EXPECT_GT(contrast(palette.color(QPalette::Text), palette.color(QPalette::Base)), 13);
    EXPECT_GT(contrast(palette.color(QPalette::WindowText), palette.color(QPalette::Window)), 12);
    EXPECT_GT(contrast(palette.color(QPalette::HighlightedText), palette.color(QPalette::Highlight)), 7);
    EXPECT_GT(contrast(palette.color(QPalette::PlaceholderText), palette.color(QPalette::Base)), 5);
}

TEST_P(Style, EveryIconDrawsInTheColourOfTheText)
{
    int icons = 0;
    for (QDirIterator files(QStringLiteral(":/icons")); files.hasNext();) {
        files.next();
        const QByteArray name = files.fileInfo().completeBaseName().toLatin1();
        if (name == "toeplab")
            continue; // the program's own, in its own colours
        const QImage image = icon(name.constData()).pixmap(40, 40).toImage();
        EXPECT_GT(pixelsNear(image, currentTheme().text), 10) << name.constData();
        ++icons;
    }
    EXPECT_GT(icons, 20);
}

TEST_P(Style, AnIconFollowsAChangeOfTheme)
{
    const QIcon made_before = icon("stop");
    const ThemeKind other = GetParam() == ThemeKind::Light ? ThemeKind::Dark : ThemeKind::Light;
    applyTheme(*qApp, other);
    EXPECT_GT(pixelsNear(made_before.pixmap(40, 40).toImage(), theme(other).text), 10);
}

TEST_P(Style, AnInvalidInputIsFramedInRed)
{
    QLineEdit edit;
    edit.resize(80, 28);
    EXPECT_EQ(pixelsNear(edit.grab().toImage(), currentTheme().bad), 0);
    edit.setProperty("invalid", true);
    EXPECT_GT(pixelsNear(edit.grab().toImage(), currentTheme().bad), 150);
}

TEST_P(Style, ThePrimaryButtonIsFilledWithTheAccentOnlyWhileItCanBePressed)
{
    QPushButton button(QStringLiteral("Start"));
    button.setProperty("primary", true);
    button.resize(120, 32);
    EXPECT_GT(pixelsNear(button.grab().toImage(), currentTheme().accent), 2000);
    button.setEnabled(false);
    EXPECT_EQ(pixelsNear(button.grab().toImage(), currentTheme().accent), 0);
}

TEST_P(Style, MutedTextStaysMutedAfterAChangeOfTheme)
{
    QWidget window; // labels stand in windows: those are told of a theme otherwise than what is in them
    QLabel label(QStringLiteral("steps"), &window), title(QStringLiteral("Ladder"), &window);
    setTextRole(label, TextRole::Muted);
    setTextRole(title, TextRole::Title);
    window.show();
    EXPECT_EQ(label.palette().color(QPalette::WindowText), currentTheme().muted);
    const ThemeKind other = GetParam() == ThemeKind::Light ? ThemeKind::Dark : ThemeKind::Light;
    applyTheme(*qApp, other);
    QApplication::processEvents();
    EXPECT_EQ(label.palette().color(QPalette::WindowText), theme(other).muted);
    EXPECT_EQ(title.palette().color(QPalette::WindowText), theme(other).text);
}

TEST_P(Style, ControlsAreAsHighAsOneAnother)
{
    QLineEdit edit;
    QComboBox box;
    box.addItem(QStringLiteral("tno"));
    EXPECT_GE(edit.sizeHint().height(), 26);
    EXPECT_NEAR(edit.sizeHint().height(), box.sizeHint().height(), 2);
}

INSTANTIATE_TEST_SUITE_P(Themes, Style, testing::Values(ThemeKind::Light, ThemeKind::Dark),
                         [](const auto& kind) { return kind.param == ThemeKind::Light ? "Light" : "Dark"; });

} // namespace
} // namespace toeplab::widgets
