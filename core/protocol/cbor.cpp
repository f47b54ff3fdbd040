// SPDX-License-Identifier: Apache-2.0
#include "core/protocol/cbor.h"

#include <array>
#include <string_view>

namespace toeplab::core
{

namespace
{

enum Major : unsigned { kUnsigned, kNegative, kBinary, kText, kArray, kMap, kTag, kSimple };

/// Whether the bytes are well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
bool isUtf8(std::span<const std::uint8_t> text)
{
    std::size_t i = 0;
    while (i < text.size()) {
        const std::uint8_t lead = text[i];
        if (lead < 0x80) {
            ++i;
            continue;
        }
        const std::size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
        if (lead < 0xC2 || lead > 0xF4 || i + more >= text.size())
            return false;
        std::uint32_t code = lead & (0x3FU >> more);
        for (std::size_t k = 1; k <= more; ++k) {
            if ((text[i + k] & 0xC0) != 0x80)
                return false;
            code = code << 6 | (text[i + k] & 0x3FU);
        }
        const bool overlong = (more == 2 && code < 0x800) || (more == 3 && code < 0x10000);
        if (overlong || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
            return false;
        i += more + 1;
    }
    return true;
}

/// Walks one CBOR item (RFC 8949) with an explicit stack.
class Walker
{
public:
    explicit Walker(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

    Result<void> walkMap()
    {
        if (bytes_.empty() || bytes_[0] >> 5 != kMap)
            return fail("The message is no CBOR map. The other end does not speak this protocol.");
        if (auto step = item(false); !step)
            return step;
        while (depth_ > 0) {
            Level& level = levels_[static_cast<std::size_t>(depth_ - 1)];
            if (level.left == 0) {
                --depth_;
                continue;
            }
            const bool key = level.map && level.left % 2 == 0;
            --level.left;
            if (auto step = item(key); !step)
                return step;
        }
        if (position_ != bytes_.size())
            return fail("The message goes on for {} bytes after its end.", bytes_.size() - position_);
        return {};
    }

private:
    struct Level {
        std::uint64_t left = 0; ///< items still to come; a map's pairs count twice
        bool map = false;
    };

    Result<void> item(bool key)
    {
        if (++items_ > kMaxCborItems)
            return fail("The message holds more than {} values.", kMaxCborItems);
        if (position_ >= bytes_.size())
            return fail("The message ends at byte {} although a value is missing.", position_);
        const std::size_t start = position_;
        const unsigned major = bytes_[position_] >> 5;
        const unsigned additional = bytes_[position_] & 0x1FU;
        ++position_;
        if (key && major != kText)
            return fail("The message has a map key at byte {} that is no text.", start);
        if (additional > 27)
            return fail("The message has a value of open or reserved length at byte {}.", start);
        const std::size_t extra = additional < 24 ? 0 : std::size_t{1} << (additional - 24);
        if (extra > bytes_.size() - position_)
            return fail("The message ends inside the value at byte {}.", start);
        std::uint64_t argument = additional;
        if (extra > 0)
            argument = 0;
        for (std::size_t i = 0; i < extra; ++i)
            argument = argument << 8 | bytes_[position_ + i];
        position_ += extra;
        return content(major, additional, argument, start);
    }

    Result<void> content(unsigned major, unsigned additional, std::uint64_t argument, std::size_t start)
    {
        const std::size_t left = bytes_.size() - position_;
        switch (major) {
        case kUnsigned:
            return {};
        case kNegative:
            if (argument > 0x7FFFFFFFFFFFFFFFULL)
                return fail("The message has a number at byte {} below the least 64-bit integer.", start);
            return {};
        case kBinary:
        case kText:
            if (argument > left)
                return fail("The message has a text or byte string at byte {} of {} bytes, but only {} follow.", start,
                            argument, left);
            if (major == kText && !isUtf8(bytes_.subspan(position_, argument)))
                return fail("The message has a text at byte {} that is no UTF-8.", start);
            position_ += argument;
            return {};
        case kArray:
        case kMap: {
            const std::uint64_t bytes_each = major == kMap ? 2 : 1; // an item has at least one byte
            if (argument > left / bytes_each)
                return fail("The message has a list or map at byte {} of {} entries, but only {} bytes follow.", start,
                            argument, left);
            if (depth_ == kMaxCborDepth)
                return fail("The message nests its values more than {} deep.", kMaxCborDepth);
            levels_[static_cast<std::size_t>(depth_++)] = {argument * bytes_each, major == kMap};
            return {};
        }
        case kTag:
            return fail("The message has a tag at byte {}; the protocol uses none.", start);
        default: // false, true, null, half, single, double
            if ((additional >= 20 && additional <= 22) || (additional >= 25 && additional <= 27))
                return {};
            return fail("The message has an unknown simple value at byte {}.", start);
        }
    }

    std::span<const std::uint8_t> bytes_;
    std::size_t position_ = 0;
    std::size_t items_ = 0;
    int depth_ = 0;
    std::array<Level, kMaxCborDepth> levels_{};
};

} // namespace

Result<nlohmann::json> parseCborMap(std::span<const std::uint8_t> payload)
{
    if (auto walked = Walker(payload).walkMap(); !walked)
        return tl::unexpected(walked.error());
    try {
        return nlohmann::json::from_cbor(payload.begin(), payload.end());
    } catch (const nlohmann::json::exception& error) {
        return fail("The message could not be read as CBOR: {}.", error.what());
    }
}

Bytes frameOf(const nlohmann::json& message)
{
    Bytes frame(kFrameHeaderBytes);
    nlohmann::json::to_cbor(message, frame);
    sealFrame(frame);
    return frame;
}

} // namespace toeplab::core
