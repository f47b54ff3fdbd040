// SPDX-License-Identifier: Apache-2.0
#include "core/training/meters.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

namespace toeplab::core
{

double residentMib()
{
    std::ifstream file("/proc/self/statm");
    double total = 0;
    double resident = 0;
    file >> total >> resident;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

double peakResidentMib()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

} // namespace toeplab::core
