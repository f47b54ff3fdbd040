// SPDX-License-Identifier: Apache-2.0
#include "core/base/home.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace toeplab::core
{

std::string toeplabHome()
{
    namespace fs = std::filesystem;
    fs::path home;
    if (const char* chosen = std::getenv("TOEPLAB_HOME"); chosen != nullptr && *chosen != '\0') {
        home = chosen;
    } else if (const char* user = std::getenv("HOME"); user != nullptr && *user != '\0') {
        home = fs::path(user) / "Toeplab";
    } else {
        home = "Toeplab";
    }
    std::error_code ignored; // reported by whoever writes there, with the file's name
    home = fs::absolute(home, ignored).lexically_normal();
    for (const char* folder : {"runs", "data", "figures"}) {
        fs::create_directories(home / folder, ignored);
    }
    return home.string();
}

} // namespace toeplab::core
