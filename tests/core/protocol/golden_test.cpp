// SPDX-License-Identifier: Apache-2.0
#include "core/protocol/cbor.h"
#include "core/protocol/message_codec.h"
#include "core/protocol/message_decoder.h"
#include "tests/core/protocol/samples.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <fstream>
#include <map>

namespace
{

using namespace toeplab::core;

/// The bytes of protocol 1.0, a line a message: name, then the whole frame as hexadecimal digits. They are what other
/// programs rely on: when this test fails, the version must change, not the file.
constexpr const char* kFile = TOEPLAB_SOURCE_DIR "/tests/golden/protocol-1.0.txt";

std::string hex(const Bytes& bytes)
{
    std::string text;
    for (const std::uint8_t byte : bytes)
        text += fmt::format("{:02x}", byte);
    return text;
}

Bytes unhex(const std::string& text)
{
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        bytes.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
    return bytes;
}

std::map<std::string, nlohmann::json> samplesByName()
{
    std::map<std::string, nlohmann::json> messages;
    for (const Request& request : samples::requests()) {
        const nlohmann::json message = toMessage(request);
        messages["request-" + message["request"].get<std::string>()] = message;
    }
    for (const EventBody& event : samples::events()) {
        const nlohmann::json message = toMessage(event);
        messages["event-" + message["event"].get<std::string>()] = message;
    }
    messages["answer-ok"] = toMessage(samples::answers().at(0));
    messages["answer-error"] = toMessage(samples::answers().at(1));
    return messages;
}

TEST(GoldenMessages, BytesStayWhatTheyAre)
{
    std::map<std::string, std::string> golden;
    std::ifstream file(kFile);
    ASSERT_TRUE(file) << kFile;
    for (std::string name, digits; file >> name >> digits;)
        golden[name] = digits;
    for (const auto& [name, message] : samplesByName()) {
        if (!golden.contains(name)) {
            ADD_FAILURE() << "add the line:\n" << name << ' ' << hex(frameOf(message));
            continue;
        }
        EXPECT_EQ(golden[name], hex(frameOf(message))) << name;
        MessageDecoder decoder;
        decoder.feed(unhex(golden[name]));
        const std::optional<nlohmann::json> read = decoder.next();
        ASSERT_TRUE(read) << decoder.error();
        EXPECT_EQ(*read, message) << name;
    }
    EXPECT_EQ(golden.size(), samplesByName().size());
}

} // namespace
