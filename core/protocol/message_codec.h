// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/protocol/messages.h"

#include <optional>

namespace toeplab::core
{

/// Messages as maps and back. Writing cannot fail. Reading checks every key's presence, type and range, ignores keys it
/// does not know, and says in one sentence what does not fit. frameOf (cbor.h) makes the bytes.

[[nodiscard]] nlohmann::json toMessage(const Request& request);
[[nodiscard]] nlohmann::json toMessage(const Answer& answer);
[[nodiscard]] nlohmann::json toMessage(const EventBody& event);

/// The engine's end: a request. Where `id` can be read but the rest cannot, `id_of` still gives it, so that the request
/// is answered with the error.
[[nodiscard]] Result<Request> requestFromMessage(const nlohmann::json& message);
[[nodiscard]] std::optional<std::int64_t> idOf(const nlohmann::json& message);

/// The window's end: an answer, an event, or nothing for an event of a newer minor version.
struct Incoming {
    std::variant<std::monostate, Answer, EventBody> body;
};
[[nodiscard]] Result<Incoming> incomingFromMessage(const nlohmann::json& message);

/// An answer's keys.
[[nodiscard]] nlohmann::json helloKeys(const HelloAnswer& hello);
[[nodiscard]] Result<HelloAnswer> helloFromKeys(const nlohmann::json& keys);
[[nodiscard]] nlohmann::json statusKeys(const SessionStatus& status);
[[nodiscard]] Result<SessionStatus> statusFromKeys(const nlohmann::json& keys);

} // namespace toeplab::core
