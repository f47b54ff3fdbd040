// SPDX-License-Identifier: Apache-2.0
#include "core/bench/bench.h"
#include "core/training/meters.h"
#include "core/training/runtime.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <malloc.h>
#include <string>
#include <sys/resource.h>
#include <vector>

/// Of tcmalloc, where the program is linked with it.
extern "C" __attribute__((weak)) void MallocExtension_ReleaseFreeMemory();

namespace toeplab::core
{
namespace
{

/// A line of /proc/self/status in MiB; -1 where there is none.
double statusMib(const std::string& key)
{
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        double kib = 0;
        if (word == key && status >> kib)
            return kib / 1024;
    }
    return -1;
}

/// Freed memory that the allocator keeps would hide what the work takes.
void releaseFreeMemory()
{
    if (MallocExtension_ReleaseFreeMemory != nullptr)
        MallocExtension_ReleaseFreeMemory();
    else
        ::malloc_trim(0);
}

/// Sets the process's peak to what it holds now.
bool forgetPeak()
{
    std::ofstream clear("/proc/self/clear_refs");
    clear << "5" << std::flush;
    return static_cast<bool>(clear);
}

/// Pages that this process has been given so far.
double pageFaults()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_minflt);
}

/// Linear interpolation between order statistics, as numpy has it.
double quantile(std::vector<double> sorted, double q)
{
    std::sort(sorted.begin(), sorted.end());
    const double at = q * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (at - std::floor(at)) * (sorted[above] - sorted[below]);
}

} // namespace

void measure(BenchResult& result, std::int64_t repeat, const std::function<void()>& work)
{
    releaseFreeMemory();
    const double idle_mib = cardMemory().held_mib;
    forgetCardPeak();
    const bool fresh = forgetPeak() && statusMib("VmHWM:") > 0;
    const double before = fresh ? statusMib("VmRSS:") : peakResidentMib();
    std::vector<double> seconds;
    std::vector<double> faults;
    for (std::int64_t i = 0; i <= repeat; ++i) {
        const double faults_before = pageFaults();
        const auto begin = std::chrono::steady_clock::now();
        work();
        synchronise();
        if (i == 0)
            continue;
        seconds.push_back(secondsBetween(begin, std::chrono::steady_clock::now()));
        faults.push_back(pageFaults() - faults_before);
    }
    result.clocks = currentGpuClocks();
    result.median_seconds = quantile(seconds, 0.5);
    result.q1_seconds = quantile(seconds, 0.25);
    result.q3_seconds = quantile(seconds, 0.75);
    result.min_seconds = quantile(seconds, 0);
    result.page_faults = quantile(faults, 0.5);
    result.peak_mib = fresh ? statusMib("VmHWM:") : peakResidentMib();
    result.workspace_mib = std::max(0.0, result.peak_mib - before);
    result.threads = threads();
    result.device = deviceName();
    if (const CardMemory card = cardMemory(); card.peak_mib > 0) {
        result.peak_mib = card.peak_mib;
        result.workspace_mib = std::max(0.0, card.peak_mib - idle_mib);
    }
}

} // namespace toeplab::core
