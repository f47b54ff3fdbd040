// SPDX-License-Identifier: Apache-2.0
#include "core/protocol/cbor.h"
#include "core/protocol/message_codec.h"
#include "core/protocol/message_decoder.h"
#include "tests/core/protocol/samples.h"

#include <gmock/gmock.h>

#include <limits>

namespace
{

using namespace toeplab::core;
using testing::HasSubstr;

/// Through the bytes and back.
nlohmann::json carried(const nlohmann::json& message)
{
    MessageDecoder decoder;
    decoder.feed(frameOf(message));
    std::optional<nlohmann::json> received = decoder.next();
    EXPECT_TRUE(received.has_value()) << decoder.error();
    return received.value_or(nullptr);
}

TEST(Codec, RequestsSurviveTheWay)
{
    const std::vector<Request> requests = samples::requests();
    ASSERT_EQ(requests.size(), std::variant_size_v<RequestBody>) << "a sample of each request";
    for (std::size_t i = 0; i < requests.size(); ++i) {
        EXPECT_EQ(requests[i].body.index(), i);
        const Result<Request> back = requestFromMessage(carried(toMessage(requests[i])));
        ASSERT_TRUE(back) << back.error().message;
        EXPECT_EQ(back->id, requests[i].id);
        EXPECT_EQ(back->body.index(), requests[i].body.index());
        EXPECT_EQ(toMessage(*back), toMessage(requests[i]));
    }
}

TEST(Codec, EventsSurviveTheWay)
{
    const std::vector<EventBody> events = samples::events();
    ASSERT_EQ(events.size(), std::variant_size_v<EventBody>) << "a sample of each event";
    for (const EventBody& event : events) {
        const Result<Incoming> back = incomingFromMessage(carried(toMessage(event)));
        ASSERT_TRUE(back) << back.error().message;
        const auto* body = std::get_if<EventBody>(&back->body);
        ASSERT_NE(body, nullptr);
        EXPECT_EQ(body->index(), event.index());
        EXPECT_EQ(toMessage(*body), toMessage(event));
    }
}

TEST(Codec, AnswersSurviveTheWay)
{
    for (const Answer& answer : samples::answers()) {
        const Result<Incoming> back = incomingFromMessage(carried(toMessage(answer)));
        ASSERT_TRUE(back) << back.error().message;
        const auto* body = std::get_if<Answer>(&back->body);
        ASSERT_NE(body, nullptr);
        EXPECT_EQ(body->id, answer.id);
        EXPECT_EQ(body->ok, answer.ok);
        EXPECT_EQ(body->error, answer.error);
        EXPECT_EQ(body->keys, answer.keys);
    }
}

TEST(Codec, KernelsKeepEveryBit)
{
    auto frame = std::make_shared<KernelFrame>(*samples::kernels());
    frame->values[3] = std::numeric_limits<float>::quiet_NaN();
    frame->values[4] = std::numeric_limits<float>::denorm_min();
    const Result<Incoming> back = incomingFromMessage(carried(toMessage(EventBody(frame))));
    ASSERT_TRUE(back);
    const auto& got = std::get<std::shared_ptr<const KernelFrame>>(std::get<EventBody>(back->body));
    EXPECT_EQ(got->info, frame->info);
    ASSERT_EQ(got->values.size(), frame->values.size());
    EXPECT_EQ(std::memcmp(got->values.data(), frame->values.data(), frame->values.size() * sizeof(float)), 0);
}

TEST(Codec, NonFiniteNumbersArrive)
{
    MetricsRow row = samples::metricsRow(1);
    row.loss = std::numeric_limits<double>::quiet_NaN();
    row.grad_norm = std::numeric_limits<double>::infinity();
    SessionStatus status = samples::status();
    status.best_accuracy = std::numeric_limits<double>::quiet_NaN();
    const auto metrics = incomingFromMessage(carried(toMessage(EventBody(MetricsEvent{{row}}))));
    ASSERT_TRUE(metrics);
    const MetricsRow& got = std::get<MetricsEvent>(std::get<EventBody>(metrics->body)).rows.at(0);
    EXPECT_TRUE(std::isnan(got.loss));
    EXPECT_TRUE(std::isinf(got.grad_norm));
    const auto stated = incomingFromMessage(carried(toMessage(EventBody(status))));
    ASSERT_TRUE(stated) << stated.error().message;
    EXPECT_TRUE(std::isnan(std::get<SessionStatus>(std::get<EventBody>(stated->body)).best_accuracy));
}

TEST(Codec, NewerMinorVersionsAreUnderstood)
{
    nlohmann::json message = toMessage(samples::events().front());
    message["colour"] = "blue";
    EXPECT_TRUE(incomingFromMessage(message));
    const Result<Incoming> unknown = incomingFromMessage({{"event", "weather"}, {"sun", true}});
    ASSERT_TRUE(unknown);
    EXPECT_TRUE(std::holds_alternative<std::monostate>(unknown->body));
}

TEST(Codec, SaysWhichKeyDoesNotFit)
{
    nlohmann::json message = toMessage(Request{6, StepRequest{10}});
    message["count"] = -3;
    Result<Request> request = requestFromMessage(message);
    ASSERT_FALSE(request);
    EXPECT_THAT(request.error().message, HasSubstr("count of the request step must be 0 or more"));
    message.erase("count");
    request = requestFromMessage(message);
    ASSERT_FALSE(request);
    EXPECT_THAT(request.error().message, HasSubstr("the request step has no key count"));
    request = requestFromMessage({{"id", 3}, {"request", "fly"}});
    ASSERT_FALSE(request);
    EXPECT_THAT(request.error().message, HasSubstr("no request fly"));
    EXPECT_EQ(idOf({{"id", 3}, {"request", 12}}), 3);
    EXPECT_EQ(idOf({{"id", "three"}}), std::nullopt);
    EXPECT_EQ(idOf({{"id", std::numeric_limits<std::uint64_t>::max()}}), std::nullopt);
}

TEST(Codec, ArraysMustFitTheirShape)
{
    nlohmann::json message = toMessage(EventBody(samples::kernels()));
    const auto refused = [](const nlohmann::json& changed) {
        const Result<Incoming> read = incomingFromMessage(changed);
        return read ? std::string() : read.error().message;
    };
    nlohmann::json changed = message;
    changed["values"]["dtype"] = "f64";
    EXPECT_THAT(refused(changed), HasSubstr("must be of dtype f32"));
    changed = message;
    changed["values"]["shape"] = {2, 6};
    EXPECT_THAT(refused(changed), HasSubstr("must have 48 bytes of data for its shape and has 40"));
    changed["values"]["shape"] = {5, 2};
    EXPECT_THAT(refused(changed), HasSubstr("another shape than its layer"));
    changed["values"]["shape"] = {4294967296, 4294967296};
    EXPECT_THAT(refused(changed), HasSubstr("a dimension that is no count"));
    changed["values"]["shape"] = {60000000, 60000000};
    EXPECT_THAT(refused(changed), HasSubstr("more than"));
    changed["values"]["shape"] = {-2, -5};
    EXPECT_THAT(refused(changed), HasSubstr("a dimension that is no count"));
    changed = message;
    changed["info"]["length"] = std::numeric_limits<std::int64_t>::max();
    EXPECT_THAT(refused(changed), HasSubstr("beyond its limits"));
}

} // namespace
