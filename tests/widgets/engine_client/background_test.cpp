// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/engine_client/background.h"

#include <QtCore/QThread>
#include <QtTest/QTest>

#include <gtest/gtest.h>

#include <mutex>

namespace toeplab::widgets
{
namespace
{

using Lane = Background::Lane;

TEST(Background, WorksElsewhereAndDeliversHere)
{
    Background background;
    QObject context;
    QThread* worked = nullptr;
    QThread* delivered = nullptr;
    int value = 0;
    background.run(
        Lane::Other, &context, {},
        [&] {
            worked = QThread::currentThread();
            return 42;
        },
        [&](int result) {
            delivered = QThread::currentThread();
            value = result;
        });
    EXPECT_TRUE(background.isBusyFor(&context));
    ASSERT_TRUE(QTest::qWaitFor([&] { return value == 42; }, 5000));
    EXPECT_NE(worked, QThread::currentThread());
    EXPECT_EQ(delivered, QThread::currentThread());
    EXPECT_FALSE(background.isBusyFor(&context));
    EXPECT_FALSE(background.isBusy());
}

TEST(Background, NewestWins)
{
    Background background;
    QObject context;
    std::mutex hold;
    std::atomic<int> worked = 0;
    std::vector<int> delivered;
    hold.lock();
    for (int i = 0; i < 5; ++i) {
        ASSERT_TRUE(QTest::qWaitFor([&] { return i == 0 || worked == 1; }, 5000)); // the first one runs, and holds
        background.run(
            Lane::RunFiles, &context, QStringLiteral("k"),
            [&, i] {
                ++worked;
                const std::lock_guard lock(hold);
                return i;
            },
            [&](int value) { delivered.push_back(value); });
    }
    hold.unlock();
    ASSERT_TRUE(QTest::qWaitFor([&] { return !background.isBusy(); }, 5000));
    EXPECT_EQ(delivered, std::vector<int>{4});
    EXPECT_EQ(worked, 2) << "the one that ran and the newest; those between were skipped";
}

TEST(Background, NothingIsDeliveredToAContextThatIsGone)
{
    Background background;
    auto context = std::make_unique<QObject>();
    bool delivered = false;
    background.run(
        Lane::Other, context.get(), {}, [] { return 1; }, [&](int) { delivered = true; });
    context.reset();
    ASSERT_TRUE(QTest::qWaitFor([&] { return !background.isBusy(); }, 5000));
    EXPECT_FALSE(delivered);
}

TEST(Background, EndsWhileJobsWait)
{
    QObject context;
    Background background;
    for (int i = 0; i < 100; ++i)
        background.run(
            Lane::Other, &context, {},
            [] {
                QThread::msleep(1);
                return 1;
            },
            [](int) {});
}

} // namespace
} // namespace toeplab::widgets
