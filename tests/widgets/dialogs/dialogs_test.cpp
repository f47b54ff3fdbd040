// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/dialogs/export_dialog.h"
#include "widgets/dialogs/help_dialogs.h"
#include "widgets/engine_client/figure_job.h"

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>
#include <QtWidgets/QApplication>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QDoubleSpinBox>
#include <QtWidgets/QLabel>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QPushButton>

#include <gmock/gmock.h>

namespace toeplab::widgets
{
namespace
{

using testing::HasSubstr;

/// Stands in for the figure command: a script that writes its arguments into the wanted file, or fails in a sentence.
class Export : public testing::Test
{
protected:
    void useScript(const QByteArray& body)
    {
        QFile script(folder_.filePath(QStringLiteral("figure")));
        ASSERT_TRUE(script.open(QIODevice::WriteOnly));
        script.write("#!/bin/sh\n" + body);
        script.close();
        script.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        before_ = FigureJob::program();
        FigureJob::program() = script.fileName();
    }
    void TearDown() override
    {
        if (!before_.isEmpty())
            FigureJob::program() = before_;
    }
    template <typename T>
    [[nodiscard]] T* part(const char* name)
    {
        return dialog_.findChild<T*>(QStringLiteral("export-") + QString::fromLatin1(name));
    }

    QTemporaryDir folder_;
    QString before_;
    ExportDialog dialog_{makeSpec("training"), folder_.path(), QStringLiteral("tour-training")};
};

TEST_F(Export, AVenueSetsWidthAndTextAndKeepsTheProportion)
{
    const double proportion = dialog_.spec().heightMm() / dialog_.spec().width_mm;
    auto* venue = part<QComboBox>("venue");
    int nature = -1;
    for (int i = 1; i < venue->count(); ++i)
        nature = venue->itemData(i).toString() == QLatin1String("Nature") ? i : nature;
    ASSERT_GT(nature, 0);
    venue->setCurrentIndex(nature);
    Q_EMIT venue->activated(nature);
    EXPECT_DOUBLE_EQ(dialog_.spec().width_mm, 88);
    EXPECT_NEAR(dialog_.spec().heightMm() / 88, proportion, 0.01);
    EXPECT_EQ(dialog_.spec().venue, "Nature");
    part<QDoubleSpinBox>("width")->setValue(100);
    EXPECT_TRUE(dialog_.spec().venue.empty()) << "a width of one's own is no venue's";
}

TEST_F(Export, FormatAndEndingFollowOneAnother)
{
    part<QComboBox>("format")->setCurrentIndex(2);
    EXPECT_TRUE(dialog_.path().endsWith(QLatin1String("tour-training.png")));
    EXPECT_THAT(part<QLabel>("note")->text().toStdString(), HasSubstr("976")) << "82.6 mm at 300 dpi";
    auto* path = part<QLineEdit>("path");
    path->clear();
    QTest::keyClicks(path, folder_.filePath(QStringLiteral("b.svg")));
    EXPECT_EQ(part<QComboBox>("format")->currentText(), QStringLiteral("SVG"));
}

TEST_F(Export, ThePressedButtonWritesTheFileAndCloses)
{
    useScript("cat \"$2\" > \"$4\"\n");
    dialog_.show();
    QString written;
    QObject::connect(&dialog_, &ExportDialog::exported, [&](const QString& path) { written = path; });
    QTest::mouseClick(part<QPushButton>("run"), Qt::LeftButton);
    ASSERT_TRUE(QTest::qWaitFor([&] { return !written.isEmpty(); }, 10'000));
    EXPECT_FALSE(dialog_.isVisible());
    QFile file(written);
    ASSERT_TRUE(file.open(QIODevice::ReadOnly));
    EXPECT_THAT(file.readAll().toStdString(), HasSubstr("\"training\""));
}

TEST_F(Export, AFailureStaysInTheDialogWithTheCommandsSentence)
{
    useScript("echo 'The run has no kernels yet. Train it for 10 steps.' >&2\nexit 1\n");
    dialog_.show();
    QTest::mouseClick(part<QPushButton>("run"), Qt::LeftButton);
    ASSERT_TRUE(QTest::qWaitFor([&] { return part<QPushButton>("run")->isEnabled(); }, 10'000));
    EXPECT_TRUE(dialog_.isVisible());
    EXPECT_EQ(part<QLabel>("note")->text(), QStringLiteral("The run has no kernels yet. Train it for 10 steps."));
}

TEST(HelpDialogs, SayWhatTheyAreGiven)
{
    showExplanation(QStringLiteral("Ladder"), QStringLiteral("Each row is a layer."), nullptr);
    showKeyboardSheet({{QStringLiteral("Training"), {{QStringLiteral("Space"), QStringLiteral("Run or pause")}}}},
                      nullptr);
    showAbout(nullptr);
    QStringList words;
    for (const QWidget* widget : QApplication::allWidgets())
        if (const auto* label = qobject_cast<const QLabel*>(widget))
            words.append(label->text());
    const std::string all = words.join(QLatin1Char('|')).toStdString();
    EXPECT_THAT(all, testing::AllOf(HasSubstr("Each row is a layer."), HasSubstr("Run or pause"),
                                    HasSubstr("GPL-3.0-or-later")));
    for (QWidget* widget : QApplication::topLevelWidgets())
        widget->close();
}

} // namespace
} // namespace toeplab::widgets
