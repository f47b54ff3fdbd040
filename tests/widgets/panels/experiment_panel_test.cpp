// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/fields.h"
#include "tests/widgets/panels/bench.h"
#include "widgets/panels/experiment_panel.h"
#include "widgets/panels/field_editor.h"

#include <QtWidgets/QComboBox>
#include <QtWidgets/QLabel>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QPushButton>

namespace toeplab::widgets
{
namespace
{

using testing::HasSubstr;

class Form : public test::PanelBench
{
protected:
    ExperimentPanel panel_{session, workspace};
    QPushButton* start_ = panel_.findChild<QPushButton*>(QStringLiteral("start-run"));

    [[nodiscard]] QWidget* input(const char* key) const
    {
        return panel_.findChild<QWidget*>(QStringLiteral("field-") + QString::fromLatin1(key));
    }
};

TEST_F(Form, HasEveryFieldWithMeaningRangeAndKeyOnHover)
{
    for (const core::Field& field : core::fields()) {
        if (field.key.find('.') == std::string::npos)
            continue;
        const FieldEditor* editor = panel_.editor(field.key);
        ASSERT_NE(editor, nullptr) << field.key;
        EXPECT_THAT(editor->toolTip().toStdString(), HasSubstr(field.key));
        EXPECT_THAT(editor->toolTip().toStdString(),
                    HasSubstr(QString::fromStdString(field.meaning).toHtmlEscaped().toStdString()));
        const QWidget* found = input(field.key.c_str());
        ASSERT_NE(found, nullptr) << field.key;
        EXPECT_FALSE(found->accessibleName().isEmpty());
    }
}

TEST_F(Form, EveryPresetCanBeChosenAndShowsItsValues)
{
    auto* preset = panel_.findChild<QComboBox*>(QStringLiteral("preset"));
    for (int i = 1; i < preset->count(); ++i) {
        panel_.setPreset(preset->itemText(i));
        EXPECT_TRUE(panel_.problems().isEmpty()) << preset->itemText(i).toStdString();
        const auto* width = qobject_cast<QLineEdit*>(input("model.width"));
        EXPECT_EQ(width->text().toLongLong(), panel_.experiment().model.width);
    }
}

TEST_F(Form, ABadValueIsMarkedWithItsSentenceAndTheStartIsOff)
{
    engine.launch();
    ASSERT_TRUE(QTest::qWaitFor([&] { return start_->isEnabled(); }, 5000));
    FieldEditor* const width = panel_.editor("model.width");
    width->enter(QStringLiteral("wide"));
    EXPECT_THAT(width->problem().toStdString(), HasSubstr("model.width"));
    EXPECT_TRUE(input("model.width")->property("invalid").toBool());
    EXPECT_FALSE(start_->isEnabled());
    EXPECT_EQ(panel_.problems().size(), 1);
    auto* hint = panel_.findChild<QLabel*>(QStringLiteral("start-hint"));
    EXPECT_THAT(hint->text().toStdString(), HasSubstr("model.width"));

    width->enter(QStringLiteral("96"));
    EXPECT_TRUE(width->problem().isEmpty());
    EXPECT_TRUE(start_->isEnabled());
    EXPECT_EQ(panel_.experiment().model.width, 96);
}

TEST_F(Form, WhatDoesNotApplyIsGrey)
{
    panel_.editor("mixer.kind")->enter(QStringLiteral("tno"));
    EXPECT_FALSE(input("mixer.rank")->isEnabled());
    panel_.editor("mixer.kind")->enter(QStringLiteral("ski"));
    EXPECT_TRUE(input("mixer.rank")->isEnabled());
}

TEST_F(Form, AContradictionIsReportedAtItsField)
{
    panel_.editor("mixer.kind")->enter(QStringLiteral("ski"));
    panel_.editor("mixer.band")->enter(QStringLiteral("32"));
    EXPECT_FALSE(panel_.editor("mixer.band")->problem().isEmpty());
    EXPECT_FALSE(start_->isEnabled());
}

TEST_F(Form, StartsARunWithTheChangedSettings)
{
    engine.launch();
    ASSERT_TRUE(QTest::qWaitFor([&] { return start_->isEnabled(); }, 5000));
    panel_.editor("optimizer.lr")->enter(QStringLiteral("0.0125"));
    QTest::mouseClick(start_, Qt::LeftButton);
    ASSERT_TRUE(reach(2));
    EXPECT_DOUBLE_EQ(session.learningRate(), 0.0125);
    auto* preset = panel_.findChild<QComboBox*>(QStringLiteral("preset"));
    EXPECT_EQ(preset->currentIndex(), 0) << "the form now shows the run that is shown";
}

} // namespace
} // namespace toeplab::widgets
