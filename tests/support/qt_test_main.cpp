// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtWidgets/QApplication>

#include <gmock/gmock.h>

int main(int argc, char** argv)
{
    testing::InitGoogleMock(&argc, argv);
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("toeplab-test"));
    return RUN_ALL_TESTS();
}
