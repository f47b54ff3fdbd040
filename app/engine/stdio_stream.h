// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/protocol/frame.h"

#include <chrono>
#include <optional>

namespace toeplab::app
{

/// Standard input and output as the byte stream of a session. From construction on nothing else in the process can
/// write to what was standard output: descriptor 1 is standard error then. One thread uses it; wake() may come from
/// any.
class StdioStream
{
public:
    StdioStream();
    ~StdioStream();
    StdioStream(const StdioStream&) = delete;
    StdioStream& operator=(const StdioStream&) = delete;

    /// Ends a wait(); any thread.
    void wake();

    struct Input {
        core::Bytes bytes;
        bool ended = false;
    };
    /// Until there is input, room for output (when wanted), a wake(), a signal, or the time has come (none: no limit).
    [[nodiscard]] Input wait(std::optional<std::chrono::steady_clock::time_point> until, bool want_input,
                             bool want_output);
    /// Writes and removes what fits now; false: the reader is gone.
    [[nodiscard]] bool write(core::Bytes& bytes);
    /// Writes everything, however long the reader takes, unless it is gone.
    void writeAll(core::Bytes& bytes);

private:
    int input_ = 0;
    int output_ = -1; ///< what was descriptor 1
    int output_flags_ = 0;
    int wake_ = -1; ///< eventfd
    bool reader_gone_ = false;
};

} // namespace toeplab::app
