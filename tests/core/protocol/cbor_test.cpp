// SPDX-License-Identifier: Apache-2.0
#include "core/protocol/cbor.h"

#include <gmock/gmock.h>

namespace
{

using namespace toeplab::core;
using testing::HasSubstr;

Bytes hex(const std::string& text)
{
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        bytes.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
    return bytes;
}

std::string problem(const std::string& text)
{
    const Result<nlohmann::json> parsed = parseCborMap(hex(text));
    return parsed ? "none" : parsed.error().message;
}

TEST(Cbor, ReadsWhatRfc8949Shows)
{
    EXPECT_EQ(*parseCborMap(hex("a0")), nlohmann::json::object());
    EXPECT_EQ(*parseCborMap(hex("a26161016162820203")), nlohmann::json::parse(R"({"a": 1, "b": [2, 3]})"));
    EXPECT_EQ(*parseCborMap(hex("a16161f5")), nlohmann::json::parse(R"({"a": true})"));
    EXPECT_EQ(*parseCborMap(hex("a1616138ff")), nlohmann::json::parse(R"({"a": -256})"));
    EXPECT_EQ(*parseCborMap(hex("a16161fb3ff199999999999a")), nlohmann::json::parse(R"({"a": 1.1})"));
    EXPECT_EQ(*parseCborMap(hex("a1616163e6b0b4")), nlohmann::json::parse(R"({"a": "\u6c34"})"));
}

TEST(Cbor, RefusesWhatIsNoPlainMap)
{
    EXPECT_THAT(problem(""), HasSubstr("no CBOR map"));
    EXPECT_THAT(problem("83010203"), HasSubstr("no CBOR map"));
    EXPECT_THAT(problem("a001"), HasSubstr("goes on for 1 bytes"));
    EXPECT_THAT(problem("a10102"), HasSubstr("map key at byte 1 that is no text"));
    EXPECT_THAT(problem("a16161"), HasSubstr("ends at byte 3 although a value is missing"));
    EXPECT_THAT(problem("a2616101"), HasSubstr("of 2 entries, but only 3 bytes follow"));
    EXPECT_THAT(problem("a161611a0102"), HasSubstr("ends inside the value at byte 3"));
    EXPECT_THAT(problem("a161617affffffff41"), HasSubstr("of 4294967295 bytes, but only 1 follow"));
    EXPECT_THAT(problem("a161619bffffffffffffffff"), HasSubstr("of 18446744073709551615 entries"));
    EXPECT_THAT(problem("bbffffffffffffffff6161"), HasSubstr("of 18446744073709551615 entries"));
    EXPECT_THAT(problem("bf616101ff"), HasSubstr("open or reserved length at byte 0"));
    EXPECT_THAT(problem("a161619f01ff"), HasSubstr("open or reserved length at byte 3"));
    EXPECT_THAT(problem("a16161c11a514b67b0"), HasSubstr("a tag at byte 3"));
    EXPECT_THAT(problem("a16161f8ff"), HasSubstr("unknown simple value at byte 3"));
    EXPECT_THAT(problem("a161613bffffffffffffffff"), HasSubstr("below the least 64-bit integer"));
}

TEST(Cbor, RefusesTextThatIsNoUtf8)
{
    for (const char* text : {"61ff", "62c080", "63eda080", "64f4908080", "62e6b0", "61c2", "63e08080"})
        EXPECT_THAT(problem(std::string("a16161") + text), HasSubstr("no UTF-8")) << text;
}

TEST(Cbor, BoundsDepthAndCount)
{
    const auto nested = [](int depth) { // {"a": [[[...]]]}
        std::string text = "a16161";
        for (int i = 0; i < depth; ++i)
            text += "81";
        return text + "00";
    };
    EXPECT_EQ(problem(nested(kMaxCborDepth - 1)), "none");
    EXPECT_THAT(problem(nested(kMaxCborDepth)), HasSubstr("more than 32 deep"));
    EXPECT_THAT(problem(nested(200'000)), HasSubstr("more than 32 deep"));
    Bytes many = hex("a161619a00400000");
    many.resize(many.size() + 0x400000, 0);
    const Result<nlohmann::json> parsed = parseCborMap(many);
    ASSERT_FALSE(parsed);
    EXPECT_THAT(parsed.error().message, HasSubstr("more than 200000 values"));
}

} // namespace
