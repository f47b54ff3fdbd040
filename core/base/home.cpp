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

std::string runPath(const std::string& named)
{
    namespace fs = std::filesystem;
    std::error_code ignored; // what cannot be looked at is not there
    if (fs::exists(named, ignored)) {
        return named;
    }
    const fs::path folder = fs::path(toeplabHome()) / "runs";
    for (const std::string& name : {named + ".h5", named}) {
        if (named.find('/') == std::string::npos && fs::exists(folder / name, ignored)) {
            return (folder / name).string();
        }
    }
    return named;
}

} // namespace toeplab::core
