// SPDX-License-Identifier: Apache-2.0
#include "app/engine/train_report.h"

#include "app/engine/command.h"
#include "app/engine/progress_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <unistd.h>
#include <utility>

namespace toeplab::app
{

namespace
{

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr int kBarWidth = 24;

std::string bar(double share)
{
    const int filled = static_cast<int>(std::lround(share * kBarWidth));
    return fmt::format("[{}{}]", std::string(static_cast<std::size_t>(filled), '='),
                       std::string(static_cast<std::size_t>(kBarWidth - filled), ' '));
}

nlohmann::json finiteOrNull(double value, bool present)
{
    return present ? nlohmann::json(value) : nlohmann::json();
}

} // namespace

std::string endReason(const core::TrainSettings& train, const core::SessionStatus& status)
{
    if (status.state == core::SessionState::Failed)
        return "failed";
    if (status.state == core::SessionState::Stopped)
        return "stopped";
    if (train.steps > 0 && status.step >= train.steps)
        return "steps";
    return train.epochs > 0 && status.epoch >= train.epochs ? "epochs" : "minutes";
}

TrainReport::TrainReport(core::TrainSettings train, bool json)
    : train_(std::move(train)), json_(json), terminal_(isatty(STDERR_FILENO) == 1)
{
}

void TrainReport::status(const core::SessionStatus& status)
{
    const std::lock_guard lock(mutex_);
    status_ = status;
    drawLine();
}

void TrainReport::started(const core::RunHeader& header, const std::string& run_path)
{
    const std::lock_guard lock(mutex_);
    if (json_)
        printJson({{"event", "start"},
                   {"run", run_path},
                   {"parameters", header.parameters},
                   {"layers", header.layers.size()},
                   {"experiment", header.experiment},
                   {"provenance", header.provenance}});
    say(fmt::format("{}: {} parameters, {} layers, {}", run_path, header.parameters, header.layers.size(),
                    header.provenance.value("precision", "fp32")));
}

void TrainReport::metrics(const core::MetricsRow& row)
{
    const std::lock_guard lock(mutex_);
    last_ = row;
    if (json_)
        printJson({{"event", "metrics"},
                   {"step", row.step},
                   {"epoch", row.epoch},
                   {"loss", row.loss},
                   {"accuracy", row.accuracy},
                   {"lr", row.lr},
                   {"grad_norm", row.grad_norm},
                   {"step_seconds", row.step_seconds},
                   {"samples_per_second", row.samples_per_second},
                   {"memory_mib", row.memory_mib},
                   {"wall_seconds", row.wall_seconds}});
    else if (!terminal_ && Clock::now() >= next_line_) {
        next_line_ = Clock::now() + 10s;
        say(progressText());
    }
}

void TrainReport::validation(const core::ValidationRow& row)
{
    const std::lock_guard lock(mutex_);
    if (json_)
        printJson({{"event", "validation"},
                   {"step", row.step},
                   {"split", row.split},
                   {"loss", row.loss},
                   {"accuracy", row.accuracy},
                   {"samples", row.samples}});
    say(fmt::format("step {}: validation loss {:.4f}, accuracy {:.2f} % of {} samples", row.step, row.loss,
                    100 * row.accuracy, row.samples));
}

void TrainReport::event(const core::RunEvent& event)
{
    const std::lock_guard lock(mutex_);
    if (event.kind == "note") { // what is hardly meant, a disk that fails
        if (json_)
            printJson({{"event", "note"}, {"step", event.step}, {"text", event.text}});
        say(event.text, stderr);
    }
    if (event.kind == "resumed" || event.kind == "nan" || event.kind == "lr")
        say(fmt::format("step {}: {}", event.step, event.text));
}

void TrainReport::ended(const core::SessionStatus& status)
{
    const std::lock_guard lock(mutex_);
    if (std::exchange(drawn_, false))
        fmt::print(stderr, "\r\033[K");
    terminal_ = false;
    if (json_)
        printJson({{"event", "end"},
                   {"run", status.run},
                   {"step", status.step},
                   {"reason", endReason(train_, status)},
                   {"best_accuracy", finiteOrNull(status.best_accuracy, status.best_accuracy >= 0)},
                   {"message", status.message}});
    if (status.state != core::SessionState::Failed)
        say(fmt::format("{} {}", status.message,
                        status.best_accuracy >= 0
                            ? fmt::format("Best validation accuracy {:.2f} %.", 100 * status.best_accuracy)
                            : std::string()));
}

double TrainReport::share() const
{
    double most = -1;
    if (train_.steps > 0)
        most = std::max(most, static_cast<double>(status_.step) / static_cast<double>(train_.steps));
    if (train_.epochs > 0)
        most = std::max(most, status_.epoch / train_.epochs);
    if (train_.minutes > 0)
        most = std::max(most, last_.wall_seconds / (60 * train_.minutes));
    return std::min(most, 1.0);
}

std::string TrainReport::progressText() const
{
    if (status_.progress >= 0 || status_.state == core::SessionState::Preparing)
        return fmt::format("{} {:.0f} %", status_.message, 100 * std::max(status_.progress, 0.0));
    std::string text = fmt::format("step {}  loss {:.4f}  accuracy {:.1f} %  {:.1f} steps/s", last_.step, last_.loss,
                                   100 * last_.accuracy, status_.steps_per_second);
    if (status_.eta_seconds >= 0)
        text += fmt::format("  {} left", duration(status_.eta_seconds));
    return text;
}

void TrainReport::drawLine()
{
    if (!terminal_ || Clock::now() < next_line_)
        return;
    next_line_ = Clock::now() + 100ms;
    const double done = status_.state == core::SessionState::Preparing ? status_.progress : share();
    fmt::print(stderr, "\r\033[K{}{}", done >= 0 ? bar(done) + " " : "", progressText());
    std::fflush(stderr);
    drawn_ = true;
}

void TrainReport::say(const std::string& line, std::FILE* to)
{
    if (std::exchange(drawn_, false))
        fmt::print(stderr, "\r\033[K");
    std::FILE* out = json_ ? stderr : to;
    fmt::print(out, "{}\n", line);
    std::fflush(out);
}

} // namespace toeplab::app
