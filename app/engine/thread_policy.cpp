// SPDX-License-Identifier: Apache-2.0

// Threads that wait for work must sleep, not spin: on a machine where anything else runs, spinning threads keep the ones
// that have work from the processors, and a training step takes ten times as long (measured: 1.05 s instead of 0.1 s for
// the tour beside two compilers; on an idle machine there is no difference). libgomp reads its settings when it is
// loaded, before main, so the program starts itself again with the setting in place. This runs before any library is
// initialised, which keeps the detour to some milliseconds. Whoever sets OMP_WAIT_POLICY or GOMP_SPINCOUNT decides.

#include <cstring>

#include <unistd.h>

namespace
{

constexpr int kMostVariables = 4096;
constexpr int kLongestPath = 4096;

bool isSet(const char* variable, const char* name)
{
    return std::strncmp(variable, name, std::strlen(name)) == 0;
}

/// Returns where nothing has to be done or cannot be: the program then is right, if slower on a busy machine.
void sleepWhileWaiting(int /*argc*/, char** argv, char** environment)
{
    static char policy[] = "OMP_WAIT_POLICY=passive";
    static char* with_policy[kMostVariables + 2];
    static char path[kLongestPath];
    int count = 0;
    for (; environment[count] != nullptr; ++count) {
        if (count == kMostVariables || isSet(environment[count], "OMP_WAIT_POLICY=") ||
            isSet(environment[count], "GOMP_SPINCOUNT="))
            return;
        with_policy[count] = environment[count];
    }
    with_policy[count] = policy;
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length > 0)
        execve(path, argv, with_policy);
}

__attribute__((section(".preinit_array"), used)) void (*const kFirst)(int, char**, char**) = &sleepWhileWaiting;

} // namespace
