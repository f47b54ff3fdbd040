// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <functional>
#include <string>

namespace toeplab::app
{

/// One file per command of `toeplab`. Each offers `void addXxxCommand(CLI::App& app, CommandContext& context)`, which
/// only declares names, options and help; the work happens in the action that the parser leaves in the context.

/// Exit codes, the same everywhere.
inline constexpr int kDone = 0;      ///< what was asked for is done
inline constexpr int kFailed = 1;    ///< one sentence on standard error says what happened and what to do
inline constexpr int kUsage = 2;     ///< wrong usage, found before anything started
inline constexpr int kStopped = 130; ///< Ctrl-C or SIGTERM, after saving

/// What every command shares: the options that go everywhere, and what was chosen.
struct CommandContext {
    bool json = false;           ///< standard output carries JSON only, text for people goes to standard error
    int threads = 0;             ///< 0: the physical cores that this process may use
    std::string device = "auto"; ///< auto | cpu | cuda | cuda:N
    std::string command_line;    ///< as typed, for a run's provenance
    std::function<int()> action; ///< of the chosen command; returns the exit code
};

/// A command that does something: its help ends with `example` (one line, as typed) and the options that go everywhere.
/// The action runs after parsing. Options are added to what is returned and bound to state that `action` shares.
CLI::App* addCommand(CLI::App& parent, CommandContext& context, const std::string& name, const std::string& summary,
                     const std::string& example, std::function<int()> action);
/// The action of a command that computes: --device is put to work first, and a device that cannot be used is told.
[[nodiscard]] std::function<int()> onDevice(const CommandContext& context, std::function<int()> action);
/// Checks of options that say what is allowed in words: a finite number above 0, a whole number from 0 on.
[[nodiscard]] CLI::Validator aboveZero();
[[nodiscard]] CLI::Validator fromZero();
/// A command that only holds others (`data`, `runs`): one of them must be given.
CLI::App* addGroup(CLI::App& parent, const std::string& name, const std::string& summary, const std::string& example);

/// The sentence on standard error; returns kFailed.
[[nodiscard]] int failed(const core::Error& error);
/// The same for wrong usage; returns kUsage.
[[nodiscard]] int wrongUsage(const core::Error& error);
/// One line of JSON on standard output, flushed; text that is no UTF-8 is replaced, NaN and infinity become null.
void printJson(const nlohmann::json& value);

} // namespace toeplab::app
