// SPDX-License-Identifier: Apache-2.0

// Settings that libraries read from the environment when they are loaded, before main. The program starts itself again
// with those that are missing, before any library is initialised, which keeps the detour to some milliseconds. Whoever
// sets them decides.
//
// Threads that wait for work must sleep, not spin: on a machine where anything else runs, spinning threads keep the
// ones that have work from the processors, and a training step takes ten times as long (the tour beside two
// compilers: 1.05 s instead of 0.05 s; on an idle machine there is no difference). And tcmalloc must not report large
// tensors.

#include <cstring>

#include <unistd.h>

namespace
{

constexpr int kMostVariables = 4096;
constexpr int kLongestPath = 4096;

char kPolicy[] = "OMP_WAIT_POLICY=passive";
char kReport[] = "TCMALLOC_LARGE_ALLOC_REPORT_THRESHOLD=0";

bool sameName(const char* a, const char* b)
{
    const std::size_t length = static_cast<std::size_t>(std::strchr(b, '=') - b) + 1;
    return std::strncmp(a, b, length) == 0;
}

/// Returns where nothing has to be done or cannot be: the program then is right, if slower on a busy machine.
void addSettings(int /*argc*/, char** argv, char** environment)
{
    static char* with_settings[kMostVariables + 3];
    static char path[kLongestPath];
    char* wanted[] = {kPolicy, kReport};
    int count = 0;
    for (; environment[count] != nullptr; ++count) {
        if (count == kMostVariables)
            return;
        for (char*& setting : wanted) {
            if (setting != nullptr && sameName(environment[count], setting))
                setting = nullptr;
        }
        with_settings[count] = environment[count];
    }
    const int before = count;
    for (char* setting : wanted) {
        if (setting != nullptr)
            with_settings[count++] = setting;
    }
    if (count > before && readlink("/proc/self/exe", path, sizeof path - 1) > 0)
        execve(path, argv, with_settings);
}

__attribute__((section(".preinit_array"), used)) void (*const kFirst)(int, char**, char**) = &addSettings;

} // namespace
