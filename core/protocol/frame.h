// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace toeplab::core
{

using Bytes = std::vector<std::uint8_t>;

inline constexpr std::size_t kFrameHeaderBytes = 8;
inline constexpr std::size_t kMaxPayloadBytes = std::size_t{64} << 20;

/// Frames of the protocol (resources/docs/protocol.md): length and CRC-32C, both unsigned 32-bit little-endian, then
/// the payload. Puts the header in front of `payload`, which starts kFrameHeaderBytes into `frame`.
void sealFrame(Bytes& frame);

/// Cuts a byte stream into payloads. Bytes come in pieces of any size; memory grows with what has arrived, never with
/// what a header promises. The first fault is final: error() then says it in a sentence and nothing more is delivered.
class FrameDecoder
{
public:
    void feed(std::span<const std::uint8_t> bytes);
    /// The next whole payload; nothing: more bytes are needed, or error() is set.
    [[nodiscard]] std::optional<Bytes> next();
    /// The stream has ended: an error when that is inside a frame.
    void finish();
    [[nodiscard]] const std::string& error() const { return error_; } ///< empty: none

private:
    Bytes buffer_;
    std::size_t used_ = 0;              ///< bytes of buffer_ already delivered
    std::uint64_t stream_position_ = 0; ///< of buffer_[used_], for messages
    std::string error_;
};

} // namespace toeplab::core
