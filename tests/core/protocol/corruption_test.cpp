// SPDX-License-Identifier: Apache-2.0
#include "core/protocol/cbor.h"
#include "core/protocol/message_codec.h"
#include "core/protocol/message_decoder.h"
#include "tests/core/protocol/samples.h"

#include <gmock/gmock.h>

#include <cstdio>
#include <random>

namespace
{

using namespace toeplab::core;

/// What a stream came to: how many messages were understood or refused with a sentence, and the fault that ended it.
struct Outcome {
    int understood = 0;
    int refused = 0;
    std::string fault;
};

/// A sentence for people: a capital, a full stop, no stray control characters.
void expectSentence(const std::string& text)
{
    ASSERT_GT(text.size(), 20U);
    EXPECT_NE(std::isupper(static_cast<unsigned char>(text.front())), 0) << text;
    EXPECT_EQ(text.back(), '.') << text;
}

/// Rounds of each test below, and streams received so far in this process.
constexpr int kWhole = 500, kTruncated = 3000, kFlipped = 4000, kNoise = 2000, kLengths = 1000, kRubbish = 6000,
              kRandom = 3000;
static_assert(kTruncated + kFlipped + kNoise + kLengths + kRubbish + kRandom >= 10'000,
              "that many random cases at least");
int received = 0;

/// Both ends read the stream; pieces of random size.
Outcome receive(const Bytes& stream, std::mt19937_64& random)
{
    ++received;
    Outcome outcome;
    MessageDecoder decoder;
    const auto drain = [&] {
        while (const std::optional<nlohmann::json> message = decoder.next()) {
            const Result<Request> request = requestFromMessage(*message);
            const Result<Incoming> incoming = incomingFromMessage(*message);
            outcome.understood += request || incoming ? 1 : 0;
            outcome.refused += request || incoming ? 0 : 1;
            if (!request)
                expectSentence(request.error().message);
            if (!incoming)
                expectSentence(incoming.error().message);
        }
    };
    for (std::size_t at = 0; at < stream.size();) {
        const std::size_t piece = std::min<std::size_t>(1 + random() % 400, stream.size() - at);
        decoder.feed(std::span(stream).subspan(at, piece));
        at += piece;
        drain();
    }
    decoder.finish();
    outcome.fault = decoder.error();
    if (!outcome.fault.empty())
        expectSentence(outcome.fault);
    return outcome;
}

std::vector<nlohmann::json> allMessages()
{
    std::vector<nlohmann::json> messages;
    for (const Request& request : samples::requests())
        messages.push_back(toMessage(request));
    for (const Answer& answer : samples::answers())
        messages.push_back(toMessage(answer));
    for (const EventBody& event : samples::events())
        messages.push_back(toMessage(event));
    return messages;
}

class Corruption : public testing::Test
{
protected:
    void TearDown() override { std::printf("%d streams received\n", received); }
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }

    Bytes stream(int count)
    {
        Bytes bytes;
        for (int i = 0; i < count; ++i) {
            const Bytes frame = frameOf(messages_[below(messages_.size())]);
            bytes.insert(bytes.end(), frame.begin(), frame.end());
        }
        return bytes;
    }

    std::mt19937_64 random_{20240607}; // NOLINT: the same cases at every run
    std::vector<nlohmann::json> messages_ = allMessages();
};

TEST_F(Corruption, WholeStreamsAreUnderstood)
{
    for (int round = 0; round < kWhole; ++round) {
        const Outcome outcome = receive(stream(5), random_);
        EXPECT_EQ(outcome.understood, 5);
        EXPECT_EQ(outcome.fault, "");
    }
}

TEST_F(Corruption, TruncationsEndWithASentence)
{
    for (int round = 0; round < kTruncated; ++round) {
        const Bytes whole = stream(3);
        Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(below(whole.size())));
        const Outcome outcome = receive(cut, random_);
        EXPECT_LT(outcome.understood, 3);
        EXPECT_EQ(outcome.refused, 0);
    }
}

TEST_F(Corruption, FlippedBitsNeverPass)
{
    for (int round = 0; round < kFlipped; ++round) {
        Bytes bytes = stream(2);
        bytes[below(bytes.size())] ^= static_cast<std::uint8_t>(1U << below(8));
        const Outcome outcome = receive(bytes, random_);
        EXPECT_FALSE(outcome.fault.empty()) << "one flipped bit in two frames must end the session";
        EXPECT_LT(outcome.understood, 2);
    }
}

TEST_F(Corruption, RandomBytesAndWrongLengths)
{
    for (int round = 0; round < kNoise; ++round) {
        Bytes noise(1 + below(300));
        for (std::uint8_t& byte : noise)
            byte = static_cast<std::uint8_t>(random_());
        EXPECT_EQ(receive(noise, random_).understood, 0);
    }
    for (int round = 0; round < kLengths; ++round) {
        Bytes bytes = stream(2);
        for (int i = 0; i < 4; ++i)
            bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(i < 1 + round % 4 ? random_() : 0);
        static_cast<void>(receive(bytes, random_));
    }
}

/// Rubbish inside a frame with a right checksum: the CBOR reader is on its own.
TEST_F(Corruption, RubbishInsideGoodFrames)
{
    for (int round = 0; round < kRubbish; ++round) {
        Bytes frame = frameOf(messages_[below(messages_.size())]);
        const std::size_t changes = 1 + below(6);
        for (std::size_t i = 0; i < changes; ++i)
            frame[kFrameHeaderBytes + below(frame.size() - kFrameHeaderBytes)] = static_cast<std::uint8_t>(random_());
        if (below(4) == 0)
            frame.resize(kFrameHeaderBytes + below(frame.size() - kFrameHeaderBytes));
        sealFrame(frame);
        static_cast<void>(receive(frame, random_));
    }
    for (int round = 0; round < kRandom; ++round) {
        Bytes frame(kFrameHeaderBytes + 1 + below(200));
        for (std::uint8_t& byte : frame)
            byte = static_cast<std::uint8_t>(random_());
        frame[kFrameHeaderBytes] = static_cast<std::uint8_t>(0xA0 + below(24));
        sealFrame(frame);
        static_cast<void>(receive(frame, random_));
    }
}

/// Valid CBOR whose values are of the wrong kind, missing, moved or nested deeply.
TEST_F(Corruption, TypeConfusionInsideValidMaps)
{
    const auto nested = [](int depth) {
        nlohmann::json value = 1;
        for (int i = 0; i < depth; ++i)
            value = depth % 2 == 0 ? nlohmann::json::array({value}) : nlohmann::json{{"a", value}};
        return value;
    };
    const std::vector<nlohmann::json> wrong = {nullptr,
                                               true,
                                               -1,
                                               18446744073709551615ULL,
                                               1e300,
                                               "text",
                                               "",
                                               nlohmann::json::array(),
                                               nlohmann::json::object(),
                                               nlohmann::json::binary({1, 2, 3}),
                                               nested(9),
                                               nested(24),
                                               nlohmann::json{{"shape", {1}}},
                                               nlohmann::json{{"dtype", "f32"}, {"shape", {1, 2}}, {"data", "x"}}};
    int cases = 0;
    for (const nlohmann::json& original : messages_) {
        const nlohmann::json flat = original.flatten();
        for (int round = 0; round < 150; ++round) {
            nlohmann::json message = original;
            for (std::size_t i = 0, changes = 1 + below(2); i < changes; ++i) {
                auto place = message.begin();
                std::advance(place, static_cast<std::ptrdiff_t>(below(message.size())));
                nlohmann::json* target = &*place;
                while (target->is_structured() && !target->empty() && below(3) != 0) {
                    auto inner = target->begin();
                    std::advance(inner, static_cast<std::ptrdiff_t>(below(target->size())));
                    target = &*inner;
                }
                *target = wrong[below(wrong.size())];
            }
            if (below(5) == 0)
                message.erase(message.begin());
            if (message.empty())
                continue;
            static_cast<void>(receive(frameOf(message), random_));
            ++cases;
        }
    }
    EXPECT_GT(cases, 2500);
}

} // namespace
