// SPDX-License-Identifier: Apache-2.0
#include "app/engine/command.h"

#include "core/training/runtime.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <utility>

namespace toeplab::app
{

namespace
{

constexpr const char* kEverywhere =
    "Everywhere:\n"
    "  --threads N           processor threads (default: the physical cores)\n"
    "  --device NAME         auto (default), cpu, cuda, cuda:N, cuda:N,M,... or cuda:all\n"
    "  --json                JSON only on standard output, text on standard error\n"
    "  --help, --version\n";

} // namespace

CLI::App* addCommand(CLI::App& parent, CommandContext& context, const std::string& name, const std::string& summary,
                     const std::string& example, std::function<int()> action)
{
    CLI::App* command = parent.add_subcommand(name, summary);
    command->footer(fmt::format("Example:\n  {}\n\n{}", example, kEverywhere));
    command->callback([&context, action = std::move(action)] { context.action = action; });
    return command;
}

std::function<int()> onDevice(const CommandContext& context, std::function<int()> action)
{
    return [&context, action = std::move(action)] {
        if (auto chosen = core::setDevice(context.device); !chosen)
            return failed(chosen.error());
        if (const std::string reason = core::whyNoGpu(); !reason.empty())
            fmt::print(stderr, "The graphics card of this machine is left alone. {}\n", reason);
        return action();
    };
}

CLI::Validator aboveZero()
{
    return {[](std::string& text) -> std::string {
                double number = 0;
                const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
                const bool all = error == std::errc() && end == text.data() + text.size();
                return all && std::isfinite(number) && number > 0 ? "" : text + " is not a number above 0.";
            },
            ""};
}

CLI::Validator fromZero()
{
    return {[](std::string& text) -> std::string {
                std::int64_t number = 0;
                const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
                const bool all = error == std::errc() && end == text.data() + text.size();
                return all && number >= 0 ? "" : text + " is not a whole number from 0 to 9223372036854775807.";
            },
            ""};
}

CLI::App* addGroup(CLI::App& parent, const std::string& name, const std::string& summary, const std::string& example)
{
    CLI::App* group = parent.add_subcommand(name, summary);
    group->footer(fmt::format("Example:\n  {}", example));
    group->require_subcommand(1);
    return group;
}

int failed(const core::Error& error)
{
    fmt::print(stderr, "toeplab: {}\n", error.message);
    return kFailed;
}

int wrongUsage(const core::Error& error)
{
    fmt::print(stderr, "toeplab: {}\n", error.message);
    return kUsage;
}

void printJson(const nlohmann::json& value)
{
    std::string line = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    line.push_back('\n');
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fflush(stdout);
}

} // namespace toeplab::app
