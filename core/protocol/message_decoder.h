// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/protocol/frame.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <span>
#include <string>

namespace toeplab::core
{

/// Bytes to messages, for either end: frames, then CBOR maps. The first fault is final.
class MessageDecoder
{
public:
    void feed(std::span<const std::uint8_t> bytes) { frames_.feed(bytes); }
    /// The next message; nothing: more bytes are needed, or error() is set.
    [[nodiscard]] std::optional<nlohmann::json> next();
    void finish() { frames_.finish(); } ///< the stream has ended
    [[nodiscard]] const std::string& error() const { return error_.empty() ? frames_.error() : error_; }

private:
    FrameDecoder frames_;
    std::string error_;
};

} // namespace toeplab::core
