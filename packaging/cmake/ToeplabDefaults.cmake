# SPDX-License-Identifier: Apache-2.0
# What every target shares: the language, warnings, sanitizers and the compiler cache.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

# Paths relative to the clone let one clone's compilations serve the next; the sloppiness is what ccache asks for where
# a target has a precompiled header.
find_program(TOEPLAB_CCACHE ccache)
if(TOEPLAB_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}
    CCACHE_SLOPPINESS=pch_defines,time_macros ${TOEPLAB_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()

add_library(toeplab_options INTERFACE)
target_include_directories(toeplab_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
target_compile_options(toeplab_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  -Woverloaded-virtual -Wcast-align -Wold-style-cast)
if(TOEPLAB_WERROR)
  # g++ 12 sees overlaps in std::string that are none (GCC bug 105651).
  target_compile_options(toeplab_options INTERFACE -Werror -Wno-error=restrict)
endif()
if(TOEPLAB_SANITIZE)
  add_compile_options(-fsanitize=${TOEPLAB_SANITIZE} -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${TOEPLAB_SANITIZE})
  add_compile_definitions(TOEPLAB_SANITIZED)
  if(TOEPLAB_SANITIZE MATCHES "thread")
    add_compile_definitions(TOEPLAB_TSAN)
  endif()
endif()
