// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/engine_client/engine_client.h"

#include <QtTest/QTest>

#include <gmock/gmock.h>

#include <csignal>

namespace toeplab::widgets
{
namespace
{

using testing::HasSubstr;
using State = EngineClient::State;

[[nodiscard]] EngineCommand scripted(const char* mode)
{
    return {QStringLiteral(TOEPLAB_SCRIPTED_ENGINE), {QString::fromLatin1(mode)}};
}

/// Everything that came, as it came.
struct Seen {
    std::shared_ptr<const core::StartedEvent> started;
    std::vector<core::MetricsRow> rows;
    core::SessionStatus status;
    std::vector<core::RunEvent> marks;
    std::shared_ptr<const core::LadderFrame> ladder;
    std::map<std::size_t, std::shared_ptr<const core::KernelFrame>> kernels;
    QStringList log;

    explicit Seen(EngineClient& client)
    {
        QObject::connect(&client, &EngineClient::started, &client, [this](const auto& event) { started = event; });
        QObject::connect(&client, &EngineClient::metricsArrived, &client, [this](const auto& event) {
            EXPECT_TRUE(started) << "rows of a run that has not been announced";
            rows.insert(rows.end(), event->rows.begin(), event->rows.end());
        });
        QObject::connect(&client, &EngineClient::statusArrived, &client,
                         [this](const auto& value) { status = *value; });
        QObject::connect(&client, &EngineClient::markArrived, &client,
                         [this](const auto& mark) { marks.push_back(mark); });
        QObject::connect(&client, &EngineClient::ladderArrived, &client, [this](const auto& frame) { ladder = frame; });
        QObject::connect(&client, &EngineClient::kernelArrived, &client,
                         [this](const auto& frame) { kernels[frame->layer_index] = frame; });
        QObject::connect(&client, &EngineClient::logArrived, &client,
                         [this](const QString&, const QString& message) { log.append(message); });
    }
};

[[nodiscard]] core::StartRequest tour()
{
    return {{{"optimizer", {{"lr", 0.001}}}}, "/nowhere/scripted.h5", false, false};
}

TEST(EngineClient, SaysHelloAndDeliversARunInOrderWithNoRowLost)
{
    EngineClient client(scripted("train"));
    Seen seen(client);
    client.launch();
    EXPECT_EQ(client.state(), State::Starting);
    core::Result<nlohmann::json> answer = core::fail("not answered");
    client.ask(tour(), [&](const core::Result<nlohmann::json>& value) { answer = value; }); // waits for the hello
    ASSERT_TRUE(QTest::qWaitFor([&] { return seen.rows.size() >= 20; }, 10'000));
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_EQ((*answer)["run"], "/nowhere/scripted.h5");
    EXPECT_EQ(client.state(), State::Ready);
    EXPECT_EQ(client.hello().engine, "scripted");
    EXPECT_EQ(seen.started->header.layers.size(), 2U);
    for (std::size_t i = 0; i < seen.rows.size(); ++i)
        EXPECT_EQ(seen.rows[i].step, std::int64_t(i) + 1);
    ASSERT_TRUE(seen.ladder);
    EXPECT_DOUBLE_EQ(seen.ladder->scores[1].spikiness.median, 0.5);
    ASSERT_EQ(seen.kernels.size(), 2U);
    EXPECT_EQ(seen.kernels[1]->values.size(), 3U * 15U);
}

TEST(EngineClient, RefusalIsTheEnginesSentence)
{
    EngineClient client(scripted("train"));
    client.launch();
    core::StartRequest request = tour();
    request.experiment["mixer"]["band"] = 32;
    std::string sentence;
    client.ask(request, [&](const core::Result<nlohmann::json>& value) {
        sentence = value ? "accepted" : value.error().message;
    });
    ASSERT_TRUE(QTest::qWaitFor([&] { return !sentence.empty(); }, 10'000));
    EXPECT_THAT(sentence, HasSubstr("must be odd"));
    EXPECT_EQ(client.state(), State::Ready);
}

TEST(EngineClient, PauseStepsAndLearningRateReachTheEngine)
{
    EngineClient client(scripted("train"));
    Seen seen(client);
    client.launch();
    core::StartRequest request = tour();
    request.paused = true;
    client.ask(request);
    client.ask(core::StepRequest{7});
    ASSERT_TRUE(QTest::qWaitFor([&] { return seen.rows.size() == 7; }, 10'000));
    client.ask(core::SetRequest{"optimizer.lr", 0.25});
    ASSERT_TRUE(QTest::qWaitFor([&] { return !seen.marks.empty(); }, 10'000));
    EXPECT_EQ(seen.marks[0].kind, "lr");
    EXPECT_DOUBLE_EQ(seen.marks[0].value, 0.25);
    QTest::qWait(100);
    EXPECT_EQ(seen.rows.size(), 7U) << "a paused run moved";
}

TEST(EngineClient, AKilledEngineIsNamedWithItsSignalAndCanBeStartedAgain)
{
    EngineClient client(scripted("die-at-5"));
    Seen seen(client);
    client.launch();
    client.ask(tour());
    ASSERT_TRUE(QTest::qWaitFor([&] { return client.state() == State::Ended; }, 10'000));
    EXPECT_THAT(client.endReason().toStdString(), HasSubstr("signal 9"));
    EXPECT_EQ(seen.rows.size(), 5U) << "what was sent before its death is kept";

    std::string sentence;
    client.ask(core::PauseRequest{},
               [&](const core::Result<nlohmann::json>& value) { sentence = value.error().message; });
    EXPECT_THAT(sentence, HasSubstr("not running"));

    client.launch();
    ASSERT_TRUE(QTest::qWaitFor([&] { return client.state() == State::Ready; }, 10'000));
    EXPECT_TRUE(client.endReason().isEmpty());
}

TEST(EngineClient, DeathFromOutsideWhileARequestIsOpenAnswersIt)
{
    EngineClient client(scripted("train"));
    client.launch();
    ASSERT_TRUE(QTest::qWaitFor([&] { return client.state() == State::Ready; }, 10'000));
    const auto pid = pid_t(client.hello().pid);
    ASSERT_EQ(::kill(pid, SIGSTOP), 0);
    std::string sentence;
    client.ask(core::StatusRequest{}, [&](const core::Result<nlohmann::json>& value) {
        sentence = value ? "answered" : value.error().message;
    });
    ASSERT_EQ(::kill(pid, SIGKILL), 0);
    ASSERT_TRUE(QTest::qWaitFor([&] { return client.state() == State::Ended; }, 10'000));
    EXPECT_THAT(sentence, HasSubstr("signal 9"));
}

TEST(EngineClient, BytesThatAreNoFrameEndTheSessionWithASentence)
{
    EngineClient client(scripted("garble-at-5"));
    Seen seen(client);
    client.launch();
    client.ask(tour());
    ASSERT_TRUE(QTest::qWaitFor([&] { return client.state() == State::Ended; }, 10'000));
    EXPECT_THAT(client.endReason().toStdString(), HasSubstr("unreadable"));
    EXPECT_EQ(seen.rows.size(), 5U);
}

TEST(EngineClient, AnotherProtocolIsRefusedWithBothNumbers)
{
    EngineClient client(scripted("version-2"));
    client.launch();
    ASSERT_TRUE(QTest::qWaitFor([&] { return client.state() == State::Ended; }, 10'000));
    EXPECT_THAT(client.endReason().toStdString(), HasSubstr("2.0"));
    EXPECT_THAT(client.endReason().toStdString(), HasSubstr("1.0"));
}

TEST(EngineClient, AnExitCodeAndTheLastWordsAreKept)
{
    EngineClient client(scripted("exit-3"));
    Seen seen(client);
    client.launch();
    ASSERT_TRUE(QTest::qWaitFor([&] { return client.state() == State::Ended; }, 10'000));
    EXPECT_THAT(client.endReason().toStdString(), HasSubstr("exit code 3"));
    EXPECT_EQ(seen.log, QStringList(QStringLiteral("the scripted engine does not like this")));
}

TEST(EngineClient, AMissingProgramSaysWhatToDo)
{
    EngineClient client({QStringLiteral("/nowhere/toeplab-engine"), {QStringLiteral("serve")}});
    client.launch();
    ASSERT_TRUE(QTest::qWaitFor([&] { return client.state() == State::Ended; }, 10'000));
    EXPECT_THAT(client.endReason().toStdString(), HasSubstr("/nowhere/toeplab-engine serve"));
    EXPECT_THAT(client.endReason().toStdString(), HasSubstr("TOEPLAB_ENGINE_COMMAND"));
}

TEST(EngineClient, ShutdownEndsTheProcess)
{
    EngineClient client(scripted("train"));
    client.launch();
    ASSERT_TRUE(QTest::qWaitFor([&] { return client.state() == State::Ready; }, 10'000));
    client.shutdown();
    ASSERT_TRUE(QTest::qWaitFor([&] { return client.state() == State::Ended; }, 10'000));
    EXPECT_THAT(client.endReason().toStdString(), HasSubstr("has ended"));
}

TEST(EngineCommand, IsTheSiblingUnlessTheEnvironmentSaysOtherwise)
{
    qunsetenv("TOEPLAB_ENGINE_COMMAND");
    EXPECT_TRUE(engineCommand().program.endsWith(QLatin1String("/toeplab-engine")));
    EXPECT_EQ(engineCommand().arguments, QStringList(QStringLiteral("serve")));
    qputenv("TOEPLAB_ENGINE_COMMAND", "ssh gpu \"my toeplab\" serve");
    EXPECT_EQ(engineCommand().program, QLatin1String("ssh"));
    EXPECT_EQ(engineCommand().arguments,
              (QStringList{QStringLiteral("gpu"), QStringLiteral("my toeplab"), QStringLiteral("serve")}));
    qunsetenv("TOEPLAB_ENGINE_COMMAND");
}

} // namespace
} // namespace toeplab::widgets
