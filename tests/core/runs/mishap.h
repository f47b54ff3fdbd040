// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace toeplab::core::testing
{

/// Something that happens to the n-th call by which this process changes a file: write, pwrite, ftruncate, fsync,
/// fdatasync, rename, renameat2 or unlink. mishap.cpp defines them all for the test executable, so that the program's
/// own calls pass through it: every moment of writing a run can be tried, one after the other.
enum class Mishap {
    KillBefore, ///< SIGKILL in place of the call
    KillAfter,  ///< the call, then SIGKILL
    Tear,       ///< the first half of what was to be written, then SIGKILL; any other call is a KillBefore
    Fail,       ///< the call fails with ENOSPC, once
    FailOn,     ///< it and every later call fails
    Linger      ///< it and every later fsync takes a second longer
};

/// From now on, until `disarm`: `mishap` at the `number`-th call, counted from 1.
void arm(Mishap mishap, int number);
/// Returns how many calls there were since `arm`.
int disarm();

} // namespace toeplab::core::testing
