// SPDX-License-Identifier: Apache-2.0
#include "app/engine/progress_line.h"

#include "app/engine/interrupt.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <unistd.h>

namespace toeplab::app
{
namespace
{

using Clock = std::chrono::steady_clock;

class Line
{
public:
    explicit Line(std::string what) : what_(std::move(what)), visible_(isatty(STDERR_FILENO) == 1) {}
    ~Line()
    {
        if (drawn_) {
            fmt::print(stderr, "\r\033[K");
        }
    }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    void show(double share)
    {
        using namespace std::chrono_literals;
        const auto now = Clock::now();
        if (!visible_ || now - start_ < 500ms || now - last_ < 100ms) {
            return;
        }
        last_ = now;
        drawn_ = true;
        const double spent = std::chrono::duration<double>(now - start_).count();
        fmt::print(stderr, "\r\033[K{} {:3.0f} %{}", what_, 100 * share,
                   share > 0 ? fmt::format(", {} left", duration(spent * (1 - share) / share)) : "");
        std::fflush(stderr);
    }

private:
    std::string what_;
    bool visible_, drawn_ = false;
    Clock::time_point start_ = Clock::now(), last_{};
};

} // namespace

core::Progress progressLine(std::string what)
{
    return [line = std::make_shared<Line>(std::move(what))](double share) {
        line->show(share);
        return !interrupted();
    };
}

std::string duration(double seconds)
{
    const auto whole = static_cast<long long>(std::ceil(seconds));
    if (whole < 60) {
        return fmt::format("{} s", whole);
    }
    if (whole < 3600) {
        return fmt::format("{} min {} s", whole / 60, whole % 60);
    }
    return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

} // namespace toeplab::app
