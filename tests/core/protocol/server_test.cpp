// SPDX-License-Identifier: Apache-2.0
#include "core/config/fields.h"
#include "core/protocol/cbor.h"
#include "core/protocol/message_codec.h"
#include "core/protocol/server.h"
#include "tests/core/protocol/fake_session.h"

#include <gmock/gmock.h>

namespace
{

using namespace toeplab::core;
using testing::ElementsAre;
using testing::HasSubstr;

class ServerTest : public testing::Test
{
protected:
    /// Sends a request and takes its answer; events that come with it go to events_.
    Answer ask(RequestBody body)
    {
        const std::int64_t id = ++id_;
        server_.feed(frameOf(toMessage(Request{id, std::move(body)})));
        collect();
        EXPECT_FALSE(answers_.empty()) << "every request is answered";
        if (answers_.empty())
            return {};
        const Answer answer = answers_.back();
        EXPECT_EQ(answer.id, id);
        return answer;
    }

    void collect()
    {
        Bytes bytes;
        now_ += std::chrono::seconds(1);
        server_.collect(bytes, now_);
        decoder_.feed(bytes);
        while (const auto message = decoder_.next()) {
            Result<Incoming> incoming = incomingFromMessage(*message);
            ASSERT_TRUE(incoming) << incoming.error().message;
            if (const auto* answer = std::get_if<Answer>(&incoming->body))
                answers_.push_back(*answer);
            else
                events_.push_back(std::get<EventBody>(incoming->body));
        }
    }

    void greet() { ASSERT_TRUE(ask(HelloRequest{"1.0", "test"}).ok); }
    void startRun() { ASSERT_TRUE(ask(StartRequest{toJson(Experiment()), "", false, false}).ok); }

    FakeSession::Notes notes_;
    Server server_{HelloAnswer{"1.0", "0.1.0", "cpu", 2, "2.11.0", 7},
                   [this](SessionSink& sink) { return std::make_unique<FakeSession>(sink, notes_); }, [] {}};
    MessageDecoder decoder_;
    Outbox::Clock::time_point now_{std::chrono::hours(1)};
    std::int64_t id_ = 0;
    std::vector<Answer> answers_;
    std::vector<EventBody> events_;
};

TEST_F(ServerTest, HelloComesFirst)
{
    EXPECT_THAT(ask(StatusRequest{}).error, HasSubstr("nothing before hello"));
    EXPECT_THAT(ask(HelloRequest{"2.0", "test"}).error, HasSubstr("protocol 2.0 and this engine speaks 1.0"));
    EXPECT_FALSE(ask(HelloRequest{"one", "test"}).ok);
    EXPECT_FALSE(ask(PauseRequest{}).ok);
    const Answer answer = ask(HelloRequest{"1.9", "test"});
    ASSERT_TRUE(answer.ok);
    const Result<HelloAnswer> hello = helloFromKeys(answer.keys);
    ASSERT_TRUE(hello);
    EXPECT_EQ(hello->libtorch, "2.11.0");
    EXPECT_EQ(hello->threads, 2);
}

TEST_F(ServerTest, RequestsReachTheSession)
{
    greet();
    EXPECT_THAT(ask(PauseRequest{}).error, HasSubstr("There is no run"));
    ask(WatchRequest{{1, 2}, 5});
    Experiment experiment;
    experiment.name = "tour";
    const Answer started = ask(StartRequest{toJson(experiment), "", false, true});
    ASSERT_TRUE(started.ok) << started.error;
    EXPECT_EQ(started.keys["run"], "fresh.h5");
    EXPECT_TRUE(ask(PauseRequest{}).ok);
    EXPECT_TRUE(ask(ResumeRequest{}).ok);
    EXPECT_TRUE(ask(StepRequest{3}).ok);
    EXPECT_TRUE(ask(CheckpointRequest{}).ok);
    EXPECT_EQ(ask(SetRequest{"optimizer.lr", 0.5}).keys["effective_step"], 42);
    EXPECT_THAT(ask(SetRequest{"train.batch", 3}).error, HasSubstr("train.batch cannot be changed"));
    EXPECT_EQ(ask(StatusRequest{}).keys["state"], "paused");
    EXPECT_TRUE(ask(StopRequest{false}).ok);
    EXPECT_THAT(notes_.calls, ElementsAre("watch 2 5", "start tour false true", "pause", "resume", "step 3",
                                          "checkpoint", "lr 0.5", "stop false"));
    EXPECT_FALSE(server_.finished());
}

TEST_F(ServerTest, AWrongExperimentOrPathIsAnswered)
{
    greet();
    const Answer wrong = ask(StartRequest{{{"train", {{"batch", 0}}}, {"mixer", {{"knid", "ski"}}}}, "", false, false});
    EXPECT_FALSE(wrong.ok);
    EXPECT_THAT(wrong.error, HasSubstr("train.batch"));
    EXPECT_THAT(wrong.error, HasSubstr("mixer.knid"));
    const Answer refused = ask(StartRequest{toJson(Experiment()), "unwritable.h5", false, false});
    EXPECT_EQ(refused.error, "The folder cannot be written.");
    EXPECT_EQ(notes_.session, nullptr);
    startRun();
}

TEST_F(ServerTest, OneRunAtATimeAndAnotherAfterIt)
{
    greet();
    startRun();
    EXPECT_THAT(ask(StartRequest{toJson(Experiment()), "", false, false}).error, HasSubstr("Stop it before"));
    notes_.session->end(SessionState::Finished);
    startRun();
    EXPECT_NE(notes_.session, nullptr);
}

TEST_F(ServerTest, ARequestThatDoesNotFitIsAnsweredAndTheSessionGoesOn)
{
    greet();
    server_.feed(frameOf({{"id", 77}, {"request", "step"}, {"count", "many"}}));
    collect();
    EXPECT_EQ(answers_.back().id, 77);
    EXPECT_THAT(answers_.back().error, HasSubstr("count of the request step"));
    EXPECT_TRUE(ask(StatusRequest{}).ok);
    EXPECT_FALSE(server_.finished());
}

TEST_F(ServerTest, GarbageEndsTheSessionWithItsReason)
{
    greet();
    startRun();
    server_.feed(Bytes(100, 0xEE));
    EXPECT_FALSE(server_.fault().empty());
    EXPECT_EQ(notes_.calls.back(), "stop true");
    EXPECT_FALSE(server_.finished()) << "the checkpoint is still being written";
    notes_.session->end(SessionState::Stopped);
    EXPECT_TRUE(server_.finished());
    collect();
    ASSERT_GE(events_.size(), 2U);
    EXPECT_EQ(std::get<SessionStatus>(events_.back()).state, SessionState::Stopped);
    const bool told = std::any_of(events_.begin(), events_.end(), [](const EventBody& event) {
        const auto* log = std::get_if<LogEvent>(&event);
        return log != nullptr && log->level == "error" && log->message.find("the limit is") != std::string::npos;
    });
    EXPECT_TRUE(told);
}

TEST_F(ServerTest, AMapThatIsNoRequestEndsTheSession)
{
    greet();
    server_.feed(frameOf({{"event", "status"}}));
    EXPECT_THAT(server_.fault(), HasSubstr("no key id"));
    EXPECT_TRUE(server_.finished());
}

TEST_F(ServerTest, LostInputAndShutdownEndAfterACheckpoint)
{
    greet();
    startRun();
    server_.inputEnded();
    EXPECT_EQ(server_.fault(), "");
    EXPECT_EQ(notes_.calls.back(), "stop true");
    EXPECT_FALSE(server_.finished());
    notes_.session->end(SessionState::Stopped);
    EXPECT_TRUE(server_.finished());
}

TEST_F(ServerTest, ShutdownIsAnsweredFirst)
{
    greet();
    startRun();
    EXPECT_TRUE(ask(ShutdownRequest{}).ok);
    EXPECT_EQ(notes_.calls.back(), "stop true");
    EXPECT_FALSE(server_.finished());
}

} // namespace
