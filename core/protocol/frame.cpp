// SPDX-License-Identifier: Apache-2.0
#include "core/protocol/frame.h"

#include "core/base/crc32c.h"

#include <fmt/format.h>

#include <stdexcept>

namespace toeplab::core
{

namespace
{

std::uint32_t readU32(const std::uint8_t* bytes)
{
    return static_cast<std::uint32_t>(bytes[0]) | static_cast<std::uint32_t>(bytes[1]) << 8 |
           static_cast<std::uint32_t>(bytes[2]) << 16 | static_cast<std::uint32_t>(bytes[3]) << 24;
}

void writeU32(std::uint8_t* bytes, std::uint32_t value)
{
    for (int i = 0; i < 4; ++i)
        bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

std::uint32_t checksum(std::span<const std::uint8_t> payload)
{
    return crc32c(std::as_bytes(payload));
}

} // namespace

void sealFrame(Bytes& frame)
{
    const std::span<const std::uint8_t> payload = std::span<const std::uint8_t>(frame).subspan(kFrameHeaderBytes);
    if (payload.size() > kMaxPayloadBytes)
        throw std::length_error(
            fmt::format("a message of {} bytes is over the frame limit of {}", payload.size(), kMaxPayloadBytes));
    const std::uint32_t sum = checksum(payload);
    writeU32(frame.data(), static_cast<std::uint32_t>(payload.size()));
    writeU32(frame.data() + 4, sum);
}

void FrameDecoder::feed(std::span<const std::uint8_t> bytes)
{
    if (!error_.empty())
        return;
    if (used_ > 0) {
        buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(used_));
        used_ = 0;
    }
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

std::optional<Bytes> FrameDecoder::next()
{
    const std::size_t available = buffer_.size() - used_;
    if (!error_.empty() || available < kFrameHeaderBytes)
        return std::nullopt;
    const std::uint8_t* header = buffer_.data() + used_;
    const std::size_t length = readU32(header);
    if (length > kMaxPayloadBytes) {
        error_ = fmt::format("The frame at byte {} says that it is {} bytes long, and the limit is {}. "
                             "The other end does not speak this protocol, or bytes were lost on the way.",
                             stream_position_, length, kMaxPayloadBytes);
        return std::nullopt;
    }
    if (available < kFrameHeaderBytes + length)
        return std::nullopt;
    const std::uint8_t* first = header + kFrameHeaderBytes;
    const std::uint32_t promised = readU32(header + 4);
    const std::uint32_t found = checksum({first, length});
    if (promised != found) {
        error_ =
            fmt::format("The frame at byte {} has the checksum {:08x} instead of {:08x}. Bytes were damaged on the "
                        "way: start the session again.",
                        stream_position_, found, promised);
        return std::nullopt;
    }
    used_ += kFrameHeaderBytes + length;
    stream_position_ += kFrameHeaderBytes + length;
    return Bytes(first, first + length);
}

void FrameDecoder::finish()
{
    const std::size_t left = buffer_.size() - used_;
    if (error_.empty() && left > 0)
        error_ = fmt::format("The stream ended inside the frame at byte {}, after {} of its bytes. "
                             "The other end stopped while it was sending.",
                             stream_position_, left);
}

} // namespace toeplab::core
