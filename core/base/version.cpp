// SPDX-License-Identifier: Apache-2.0
#include "core/base/version.h"

#include "toeplab_git.h" // written at each build by packaging/cmake/GitVersion.cmake

#include <fmt/format.h>

namespace toeplab::core
{

std::string BuildInfo::text() const
{
    return fmt::format("toeplab {} ({}, {}, {})", version, git, compiler, build_type);
}

const BuildInfo& buildInfo()
{
    static const BuildInfo info{TOEPLAB_VERSION, TOEPLAB_GIT, TOEPLAB_COMPILER, TOEPLAB_BUILD_TYPE};
    return info;
}

} // namespace toeplab::core
