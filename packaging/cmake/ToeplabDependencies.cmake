# SPDX-License-Identifier: Apache-2.0
# Every library that Toeplab is built on, and what it is for.

find_package(Threads REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS CXX)            # kernels: loops over rows
find_package(HDF5 REQUIRED COMPONENTS C HL)             # run files
find_package(ZLIB REQUIRED)                             # chunks of run files, deflated before HDF5 sees them
find_package(nlohmann_json REQUIRED)                    # experiments, messages (CBOR)
find_package(CLI11 REQUIRED)                            # the command line
find_package(fmt REQUIRED)                              # text
find_package(tl-expected REQUIRED)                      # Result<T>

if(TOEPLAB_ENGINE)
  find_library(TOEPLAB_TCMALLOC tcmalloc_minimal REQUIRED) # keeps a step's memory, in one piece
  find_package(LibTorch REQUIRED)                       # tensors, autograd, MKL
endif()
if(TOEPLAB_WINDOW)
  find_package(Qt6 6.4 REQUIRED COMPONENTS Widgets PrintSupport Svg)
  find_package(QCustomPlotQt6 CONFIG REQUIRED)          # plots
endif()
if(TOEPLAB_TESTS)
  find_package(GTest REQUIRED)
  find_package(benchmark REQUIRED)
  find_package(rapidcheck REQUIRED)                     # properties
  if(TOEPLAB_WINDOW)
    find_package(Qt6 6.4 REQUIRED COMPONENTS Test)
  endif()
endif()
