// SPDX-License-Identifier: Apache-2.0
#include "core/training/runtime.h"

#include "core/base/version.h"

#include <fmt/format.h>

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>
#include <utility>

namespace toeplab::core
{

namespace
{

/// The processors' share that a control group (version 2, else 1) allows; 0: no limit.
double groupLimit()
{
    std::ifstream unified("/sys/fs/cgroup/cpu.max");
    std::string quota;
    double period = 0;
    if (unified >> quota >> period && quota != "max" && period > 0)
        return std::stod(quota) / period;
    std::ifstream quota_file("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
    std::ifstream period_file("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
    double old_quota = -1;
    if (quota_file >> old_quota && period_file >> period && old_quota > 0 && period > 0)
        return old_quota / period;
    return 0;
}

int readTopology(int processor, const char* what)
{
    std::ifstream file(fmt::format("/sys/devices/system/cpu/cpu{}/topology/{}", processor, what));
    int value = -1;
    file >> value;
    return value;
}

} // namespace

int physicalCores()
{
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
        return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    std::set<std::pair<int, int>> cores;
    int unknown = 0;
    for (int processor = 0; processor < CPU_SETSIZE; ++processor) {
        if (CPU_ISSET(static_cast<std::size_t>(processor), &allowed) == 0)
            continue;
        const int core = readTopology(processor, "core_id");
        if (core < 0)
            ++unknown;
        else
            cores.emplace(readTopology(processor, "physical_package_id"), core);
    }
    const int count = std::max(1, static_cast<int>(cores.size()) + unknown);
    const double limit = groupLimit();
    return limit > 0 ? std::max(1, std::min(count, static_cast<int>(std::ceil(limit)))) : count;
}

std::string processorName()
{
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        if (line.rfind("model name", 0) == 0 && line.find(": ") != std::string::npos)
            return line.substr(line.find(": ") + 2);
    }
    return "unknown";
}

nlohmann::json programProvenance(const std::string& command_line)
{
    std::array<char, 256> host{};
    ::gethostname(host.data(), host.size() - 1);
    const BuildInfo& build = buildInfo();
    return {{"version", build.version},
            {"git", build.git},
            {"compiler", build.compiler},
            {"libtorch", libtorchVersion()},
            {"device", deviceName()},
            {"device_description", deviceDescription()},
            {"threads", threads()},
            {"processor", processorName()},
            {"instructions", instructionSet()},
            {"host", host.data()},
            {"command", command_line}};
}

} // namespace toeplab::core
