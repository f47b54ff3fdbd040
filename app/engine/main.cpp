// SPDX-License-Identifier: Apache-2.0
#include "app/engine/command.h"
#include "app/engine/commands.h"
#include "app/engine/memory.h"
#include "core/base/text.h"
#include "core/base/version.h"
#include "core/training/runtime.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <string>
#include <vector>

namespace
{

using namespace toeplab;

std::string commandLine(int argc, char** argv)
{
    std::string line = "toeplab";
    for (int i = 1; i < argc; ++i)
        line += fmt::format(" {}", argv[i]);
    return line;
}

/// A first word that is no command, with what may have been meant; empty: it is one, or an option.
std::string unknownCommand(const CLI::App& parser, int argc, char** argv)
{
    if (argc < 2 || argv[1][0] == '-')
        return {};
    std::vector<std::string> names;
    for (const CLI::App* command : parser.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(command->get_name());
    if (std::find(names.begin(), names.end(), argv[1]) != names.end())
        return {};
    const std::vector<std::string> near = core::nearest(argv[1], names);
    return fmt::format("There is no command {}. {}", argv[1],
                       near.empty() ? "toeplab --help lists them."
                                    : fmt::format("Did you mean {}?", core::alternatives(near)));
}

int parseAndRun(int argc, char** argv)
{
    app::CommandContext context;
    context.command_line = commandLine(argc, argv);
    CLI::App parser("Toeplab: a workbench for Toeplitz neural networks.", "toeplab");
    parser.set_version_flag("--version", core::buildInfo().text());
    parser.require_subcommand(1);
    parser.fallthrough();
    parser.get_formatter()->column_width(36);
    parser.add_option("--threads", context.threads, "Processor threads (default: the physical cores)")
        ->check(CLI::Range(1, 4096));
    parser.add_option("--device", context.device, "auto, cpu, cuda, cuda:N, cuda:N,M,... or cuda:all")
        ->check(CLI::Validator(
            [](std::string& text) {
                return core::namesDevice(text) ? std::string()
                                               : text + " is no device, or names a card twice. Use auto, cpu, cuda, "
                                                        "cuda:N, cuda:N,M for several or cuda:all.";
            },
            ""));
    parser.add_flag("--json", context.json, "JSON only on standard output, text for people on standard error");
    app::addCommands(parser, context);
    try {
        parser.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (const std::string unknown = unknownCommand(parser, argc, argv);
            !unknown.empty() && error.get_exit_code() != 0)
            return app::wrongUsage({unknown});
        return parser.exit(error) == 0 ? app::kDone : app::kUsage;
    }
    app::keepFreedMemory();
    core::setThreads(context.threads);
    return context.action();
}

} // namespace

int main(int argc, char** argv)
{
    std::signal(SIGXFSZ, SIG_IGN); // a file at its allowed size is an error of writing it, not the end
    try {
        return parseAndRun(argc, argv);
    } catch (const std::exception& error) {
        return app::failed({fmt::format("The engine stopped on an error that it did not expect: {}.", error.what())});
    }
}
