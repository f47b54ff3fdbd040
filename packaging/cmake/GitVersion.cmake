# SPDX-License-Identifier: Apache-2.0
# Run at each build: writes OUTPUT with the commit that SOURCE_DIR is at, and touches it only when that has changed.
cmake_minimum_required(VERSION 3.25)
set(commit unknown)
find_program(git git)
if(git)
  execute_process(COMMAND ${git} -C ${SOURCE_DIR} describe --always --dirty --abbrev=10 --exclude *
    OUTPUT_VARIABLE described OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(failed EQUAL 0)
    set(commit ${described})
  endif()
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "#pragma once\n#define TOEPLAB_GIT \"@commit@\"\n" @ONLY)
