# SPDX-License-Identifier: Apache-2.0
# Looks for nvcc. TOEPLAB_CUDA: AUTO builds the plug-in where nvcc is found, ON insists on it, OFF never looks.
option(TOEPLAB_GPU "Build the GPU plug-in with the programs, not with the tests only" ON)
set(TOEPLAB_CUDA AUTO CACHE STRING "Build the GPU plug-in: AUTO (where nvcc is found), ON or OFF")
set_property(CACHE TOEPLAB_CUDA PROPERTY STRINGS AUTO ON OFF)
if(NOT TOEPLAB_ENGINE OR NOT TOEPLAB_CUDA)
  set(TOEPLAB_NVCC TOEPLAB_NVCC-NOTFOUND)
else()
  # The launcher's own comes with LibTorch's CUDA half and is of its version.
  find_program(TOEPLAB_NVCC nvcc HINTS ${TOEPLAB_LIBTORCH}/nvidia/cu13/bin ENV CUDACXX ENV CUDA_PATH /usr/local/cuda PATH_SUFFIXES bin)
endif()
if(TOEPLAB_NVCC)
  set(CMAKE_CUDA_COMPILER ${TOEPLAB_NVCC})
  # Ampere and Hopper as machine code; what comes later compiles Hopper's PTX when it loads the plug-in.
  set(CMAKE_CUDA_ARCHITECTURES 80-real 90)
  if(TOEPLAB_CCACHE)
    set(CMAKE_CUDA_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
  endif()
  enable_language(CUDA)
  if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION) # CMake 3.25 does not know that nvcc has C++20
    set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
    set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20)
  endif()
elseif(TOEPLAB_CUDA STREQUAL ON)
  message(FATAL_ERROR "TOEPLAB_CUDA is ON, but there is no nvcc. Install the CUDA toolkit, or name nvcc in CUDACXX.")
else()
  message(STATUS "No nvcc: the GPU plug-in is not built. Its kernels are still tested, on the CPU.")
endif()
