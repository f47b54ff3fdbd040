// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace toeplab::app
{

/// Freed memory stays with the process. A training step frees and takes the same few hundred MiB each time; handed back
/// to the system in between, every page would be faulted in and cleared again, which takes longer than the arithmetic.
void keepFreedMemory();

} // namespace toeplab::app
