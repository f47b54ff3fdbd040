// SPDX-License-Identifier: Apache-2.0
#include "app/engine/commands.h"
#include "app/engine/interrupt.h"
#include "app/engine/stdio_stream.h"
#include "core/base/version.h"
#include "core/protocol/server.h"
#include "core/training/runtime.h"

#include <fmt/format.h>

#include <chrono>
#include <unistd.h>

namespace toeplab::app
{

namespace
{

/// Events wait in the outbox while more than this is still to be written: a slow reader gets the newest, not a queue.
constexpr std::size_t kBacklog = std::size_t{1} << 20;

core::HelloAnswer about()
{
    core::HelloAnswer hello;
    hello.engine = core::buildInfo().version;
    hello.device = core::deviceName();
    hello.threads = core::threads();
    hello.libtorch = core::libtorchVersion();
    hello.pid = ::getpid();
    return hello;
}

int serve(const CommandContext& context)
{
    StdioStream stream;
    watchInterrupts();
    core::Server server(
        about(), [&context](core::SessionSink& sink) { return core::Session::make(sink, context.command_line); },
        [&stream] { stream.wake(); });
    core::Bytes out;
    bool input_open = true;
    for (;;) {
        if (interrupted())
            server.close();
        const bool finished = server.finished();
        if (out.size() < kBacklog || finished)
            server.collect(out, core::Outbox::Clock::now());
        if (finished)
            break;
        if (!stream.write(out)) { // the window is gone: nobody reads what is still to be said
            server.inputEnded();
            out.clear();
        }
        const StdioStream::Input input = stream.wait(server.due(), input_open, !out.empty());
        if (!input.bytes.empty())
            server.feed(input.bytes);
        if (input.ended && input_open) {
            input_open = false;
            server.inputEnded();
        }
    }
    stream.writeAll(out);
    if (!server.fault().empty())
        return failed({server.fault()});
    return interrupted() ? kStopped : kDone;
}

} // namespace

void addServeCommand(CLI::App& app, CommandContext& context)
{
    addCommand(app, context, "serve", "The protocol on standard input and output (what the window starts)",
               "ssh host toeplab serve", onDevice(context, [&context] { return serve(context); }));
}

} // namespace toeplab::app
