// SPDX-License-Identifier: Apache-2.0
#include "core/protocol/frame.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace
{

using namespace toeplab::core;
using testing::HasSubstr;

Bytes frame(const std::string& payload)
{
    Bytes bytes(kFrameHeaderBytes + payload.size());
    std::copy(payload.begin(), payload.end(), bytes.begin() + kFrameHeaderBytes);
    sealFrame(bytes);
    return bytes;
}

std::string text(const std::optional<Bytes>& payload)
{
    return payload ? std::string(payload->begin(), payload->end()) : "(none)";
}

TEST(Frame, BytesAreAsDocumented)
{
    const Bytes bytes = frame("123456789");
    const Bytes expected = {9, 0, 0, 0, 0x83, 0x92, 0x06, 0xE3, '1', '2', '3', '4', '5', '6', '7', '8', '9'};
    EXPECT_EQ(bytes, expected);
}

TEST(Frame, ComesWholeFromAnyPieces)
{
    Bytes stream;
    for (const char* payload : {"one", "", "three"}) {
        const Bytes bytes = frame(payload);
        stream.insert(stream.end(), bytes.begin(), bytes.end());
    }
    for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
        FrameDecoder decoder;
        std::vector<std::string> payloads;
        for (std::size_t at = 0; at < stream.size(); at += piece) {
            decoder.feed(std::span(stream).subspan(at, std::min(piece, stream.size() - at)));
            while (const std::optional<Bytes> payload = decoder.next())
                payloads.push_back(text(payload));
        }
        decoder.finish();
        EXPECT_THAT(payloads, testing::ElementsAre("one", "", "three")) << "pieces of " << piece;
        EXPECT_EQ(decoder.error(), "");
    }
}

TEST(Frame, DamageIsFinalAndNamed)
{
    const Bytes good = frame("payload");
    Bytes bad = good;
    bad[10] ^= 4;
    FrameDecoder decoder;
    decoder.feed(good);
    decoder.feed(bad);
    decoder.feed(good);
    EXPECT_EQ(text(decoder.next()), "payload");
    EXPECT_EQ(text(decoder.next()), "(none)");
    EXPECT_THAT(decoder.error(), HasSubstr("The frame at byte 15 has the checksum"));
    decoder.feed(good);
    EXPECT_EQ(text(decoder.next()), "(none)");
    decoder.finish();
    EXPECT_THAT(decoder.error(), HasSubstr("checksum")) << "the first fault is the one that is told";
}

TEST(Frame, RefusesLengthsOverTheLimitAtOnce)
{
    FrameDecoder decoder;
    decoder.feed(Bytes{1, 0, 0, 4, 0, 0, 0, 0});
    EXPECT_EQ(text(decoder.next()), "(none)");
    EXPECT_THAT(decoder.error(), HasSubstr("67108865 bytes long, and the limit is 67108864"));
}

TEST(Frame, EndInsideAFrameIsNamed)
{
    const Bytes bytes = frame("payload");
    for (std::size_t length = 1; length < bytes.size(); ++length) {
        FrameDecoder decoder;
        decoder.feed(std::span(bytes).first(length));
        EXPECT_EQ(text(decoder.next()), "(none)");
        EXPECT_EQ(decoder.error(), "");
        decoder.finish();
        EXPECT_THAT(decoder.error(), HasSubstr("ended inside the frame at byte 0"));
    }
}

} // namespace
