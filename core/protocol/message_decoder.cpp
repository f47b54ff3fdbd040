// SPDX-License-Identifier: Apache-2.0
#include "core/protocol/message_decoder.h"

#include "core/protocol/cbor.h"

namespace toeplab::core
{

std::optional<nlohmann::json> MessageDecoder::next()
{
    if (!error_.empty())
        return std::nullopt;
    const std::optional<Bytes> payload = frames_.next();
    if (!payload)
        return std::nullopt;
    Result<nlohmann::json> message = parseCborMap(*payload);
    if (!message) {
        error_ = message.error().message;
        return std::nullopt;
    }
    return std::move(*message);
}

} // namespace toeplab::core
