// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace toeplab::app
{

/// From here on Ctrl-C (SIGINT) and SIGTERM only ask to stop: interrupted() says so, and the command ends in good order
/// with kStopped. A second signal ends the process at once.
void watchInterrupts();
[[nodiscard]] bool interrupted();

} // namespace toeplab::app
