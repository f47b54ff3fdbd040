// SPDX-License-Identifier: GPL-3.0-or-later
// Opens the real window on the real engine, lets the tour train, and reports how it felt and how it looks:
//   window_probe --seconds 40 --size 1440x900 --theme dark --picture window-dark.png
// The figures are the gaps between the ticks of a 5 ms timer on the UI thread, from the first step on: what a person
// would feel as a stutter. The README's pictures are made by it (see README.md here).
#include "app/window/main_window.h"
#include "app/window/window_actions.h"
#include "app/window/window_memory.h"
#include "app/window/workbench.h"
#include "widgets/models/run_document.h"
#include "widgets/panels/notice_bar.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <QtCore/QElapsedTimer>
#include <QtCore/QTimer>
#include <QtGui/QImage>
#include <QtGui/QPixmap>
#include <QtWidgets/QApplication>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace
{

using namespace toeplab;

/// Milliseconds between ticks of a timer that wants to fire every 5 ms.
class GapMeter : public QObject
{
public:
    void start()
    {
        timer_.setTimerType(Qt::PreciseTimer);
        connect(&timer_, &QTimer::timeout, this, [this] {
            gaps_.push_back(double(clock_.nsecsElapsed()) / 1e6);
            if (gaps_.back() > kSilent)
                silences_ += fmt::format("\nsilent for {:.0f} ms at {:.1f} s", gaps_.back(),
                                         double(since_start_.elapsed()) / 1e3);
            clock_.start();
        });
        since_start_.start();
        clock_.start();
        timer_.start(5);
    }
    [[nodiscard]] std::string report()
    {
        if (gaps_.empty())
            return "no ticks";
        std::sort(gaps_.begin(), gaps_.end());
        const auto at = [this](double share) { return gaps_[std::size_t(share * double(gaps_.size() - 1))]; };
        const auto over = [this](double ms) {
            return std::count_if(gaps_.begin(), gaps_.end(), [ms](double gap) { return gap > ms; });
        };
        return fmt::format(
            "{} ticks; gap median {:.1f} ms, p99 {:.1f} ms, largest {:.1f} ms; over 16 ms: {}, over 50 ms: {}{}",
            gaps_.size(), at(0.5), at(0.99), gaps_.back(), over(16), over(50), silences_);
    }

private:
    QTimer timer_;
    static constexpr double kSilent = 30; ///< ms: worth a line with its time
    QElapsedTimer clock_, since_start_;
    std::string silences_;
    std::vector<double> gaps_;
};

/// The same gaps in a thread that does nothing but sleep: what the machine alone takes from everybody.
class Control
{
public:
    Control() : thread_([this](const std::stop_token& stop) { sleepAndLook(stop); }) {}
    [[nodiscard]] std::string report() const
    {
        return fmt::format("a thread that only sleeps, beside it: largest {:.1f} ms, over 50 ms: {}", largest_.load(),
                           over_.load());
    }

private:
    void sleepAndLook(const std::stop_token& stop)
    {
        QElapsedTimer clock;
        while (!stop.stop_requested()) {
            clock.start();
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
            const double gap = double(clock.nsecsElapsed()) / 1e6;
            largest_ = std::max(largest_.load(), gap);
            over_ += gap > 50 ? 1 : 0;
        }
    }

    std::atomic<double> largest_ = 0;
    std::atomic<int> over_ = 0;
    std::jthread thread_; // last: it uses the others
};

void save(QWidget& window, const std::string& path)
{
    if (!path.empty() && !window.grab().save(QString::fromStdString(path)))
        fmt::print(stderr, "{} could not be written\n", path);
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App options("Opens the window on the tour, measures the UI thread and takes a picture");
    double seconds = 30;
    std::string theme = "light", size = "1440x900", picture, dark_picture, layout = "train", file;
    int layer = 1;
    options.add_option("--seconds", seconds, "of training before the picture");
    options.add_option("--theme", theme)->check(CLI::IsMember({"light", "dark"}));
    options.add_option("--size", size, "WIDTHxHEIGHT in px");
    options.add_option("--layout", layout)->check(CLI::IsMember({"train", "inspect", "compare", "figure"}));
    options.add_option("--layer", layer, "1-based");
    options.add_option("--picture", picture, "PNG to write");
    options.add_option("--dark-picture", dark_picture, "PNG of the same moment in the dark theme");
    options.add_option("--open", file, "a run to open instead of training the tour");
    CLI11_PARSE(options, argc, argv);

    int no_arguments = 1;
    QElapsedTimer since_start;
    since_start.start();
    QApplication application(no_arguments, argv);
    QApplication::setApplicationName(QStringLiteral("toeplab"));
    app::WindowMemory memory;
    memory.setTheme(theme == "dark" ? app::WindowMemory::ThemeChoice::Dark : app::WindowMemory::ThemeChoice::Light);
    app::Workbench workbench(widgets::engineCommand());
    app::MainWindow window(workbench);
    new app::WindowActions(window, memory);
    const auto cross = size.find('x');
    window.resize(std::stoi(size.substr(0, cross)), std::stoi(size.substr(cross + 1)));
    window.show();
    window.applyLayout(layout == "inspect"   ? app::MainWindow::Layout::Inspect
                       : layout == "compare" ? app::MainWindow::Layout::Compare
                       : layout == "figure"  ? app::MainWindow::Layout::Figure
                                             : app::MainWindow::Layout::Train);
    workbench.open(file.empty() ? QStringList() : QStringList(QString::fromStdString(file)), {});
    QTimer::singleShot(0, [&] { fmt::print("window up after {} ms\n", since_start.elapsed()); });

    GapMeter meter;
    const Control control;
    bool moving = false;
    QObject::connect(&workbench.workspace, &widgets::Workspace::rowsChanged, &window, [&] {
        if (moving || workbench.workspace.current()->rows().training.empty())
            return;
        moving = true;
        fmt::print("first row after {} ms\n", since_start.elapsed());
        std::fflush(stdout);
        meter.start();
        workbench.workspace.setLayerIndex(std::size_t(layer - 1));
        QTimer::singleShot(int(seconds * 1000), &window, [&] {
            fmt::print("{}\n{}\n", meter.report(), control.report());
            if (workbench.session.isActive())
                fmt::print("{:.2f} steps/s at step {}\n", workbench.session.status().steps_per_second,
                           workbench.session.status().step);
            save(window, picture);
            if (!dark_picture.empty())
                memory.setTheme(app::WindowMemory::ThemeChoice::Dark);
            QTimer::singleShot(dark_picture.empty() ? 0 : 1500, &window, [&] { // the plots follow within a frame or two
                save(window, dark_picture);
                QApplication::quit();
            });
        });
    });
    QObject::connect(&workbench.session, &widgets::LiveSession::failed, &window, [&](const QString& sentence) {
        fmt::print(stderr, "{}\n", sentence.toStdString());
        QApplication::exit(1);
    });
    QTimer::singleShot(120'000, &window, [&] {
        if (!moving) {
            fmt::print(stderr, "nothing was trained within two minutes\n");
            QApplication::exit(1);
        }
    });
    return QApplication::exec();
}
