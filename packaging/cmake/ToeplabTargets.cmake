# SPDX-License-Identifier: Apache-2.0
# toeplab_library(core_runs SOURCES a.cpp b.cpp [PUBLIC dep...] [PRIVATE dep...])
#   One folder, one static library: target toeplab_core_runs, alias toeplab::core_runs. Dependencies are named in full.
# toeplab_test(core_runs SOURCES a_test.cpp [LIBRARIES dep...] [LABELS l...] [TIMEOUT s] [ENVIRONMENT K=V...] [QT] [SERIAL])
#   One test executable a folder (test_core_runs) under GoogleTest; QT gives it a QApplication on the offscreen platform
#   and the label gui, SERIAL lets no other test run beside it.
# toeplab_python_test(style.layers SCRIPT x.py [ARGUMENTS a...] [LABELS l...] [TIMEOUT s] [ENVIRONMENT K=V...])
#   A Python script as a test; it skips visibly by exit code 77.
# toeplab_qt()
#   Called once in a folder whose sources use Qt (and the folders below it): moc, rcc and the strict Qt macros. The
#   rest of the tree is compiled without them, so that switching the window off or on rebuilds nothing else.
# toeplab_programs(folder)
#   Adds the executables of a folder to the target `programs`: what is there to be run, without the tests.

include(GoogleTest)

function(toeplab_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(toeplab_${name} STATIC ${ARG_SOURCES})
  add_library(toeplab::${name} ALIAS toeplab_${name})
  target_link_libraries(toeplab_${name} PUBLIC toeplab_options ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
endfunction()

macro(toeplab_qt)
  set(CMAKE_AUTOMOC ON)
  set(CMAKE_AUTORCC ON)
  add_compile_definitions(QT_NO_KEYWORDS QT_NO_CAST_TO_ASCII QT_STRICT_ITERATORS
    QT_NO_NARROWING_CONVERSIONS_IN_CONNECT)
endmacro()

function(toeplab_programs folder)
  if(NOT TARGET programs)
    add_custom_target(programs)
  endif()
  get_property(targets DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "EXECUTABLE")
      add_dependencies(programs ${target})
    endif()
  endforeach()
endfunction()

function(toeplab_test name)
  cmake_parse_arguments(ARG "QT;SERIAL" "TIMEOUT" "SOURCES;LIBRARIES;LABELS;ENVIRONMENT" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  set(main tests/support/test_main.cpp)
  if(ARG_QT)
    set(main tests/support/qt_test_main.cpp)
  endif()
  add_executable(test_${name} ${ARG_SOURCES} ${PROJECT_SOURCE_DIR}/${main})
  target_link_libraries(test_${name} PRIVATE toeplab_options ${ARG_LIBRARIES} GTest::gmock GTest::gtest)
  if(ARG_QT)
    target_link_libraries(test_${name} PRIVATE Qt6::Widgets Qt6::Test)
    list(APPEND ARG_ENVIRONMENT QT_QPA_PLATFORM=offscreen)
    list(APPEND ARG_LABELS gui)
  endif()
  target_compile_definitions(test_${name} PRIVATE TOEPLAB_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    TOEPLAB_BINARY_DIR="${PROJECT_BINARY_DIR}")
  gtest_discover_tests(test_${name} TEST_PREFIX ${name}. DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT ${ARG_TIMEOUT})
  # Discovery takes neither empty values nor lists, so these follow once the tests are known.
  set(properties ${CMAKE_CURRENT_BINARY_DIR}/test_${name}_properties.cmake)
  file(CONFIGURE OUTPUT ${properties} @ONLY CONTENT "if(test_@name@_TESTS)
  set_tests_properties(\${test_@name@_TESTS} PROPERTIES LABELS \"@ARG_LABELS@\" ENVIRONMENT \"@ARG_ENVIRONMENT@\"
    RUN_SERIAL \"@ARG_SERIAL@\")
endif()
")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${properties})
endfunction()

function(toeplab_python_test name)
  cmake_parse_arguments(ARG "" "SCRIPT;TIMEOUT" "ARGUMENTS;LABELS;ENVIRONMENT" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  # Debian's own Python: it is the one that Debian's modules (h5py) are installed for.
  find_program(TOEPLAB_PYTHON python3 HINTS /usr/bin REQUIRED)
  get_filename_component(script ${ARG_SCRIPT} ABSOLUTE)
  add_test(NAME ${name} COMMAND ${TOEPLAB_PYTHON} -B ${script} ${ARG_ARGUMENTS} WORKING_DIRECTORY ${PROJECT_BINARY_DIR})
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
    ENVIRONMENT "${ARG_ENVIRONMENT}")
endfunction()
