# SPDX-License-Identifier: Apache-2.0
# The CPU half of LibTorch as unpacked from its wheel: toeplab::torch (headers, libtorch_cpu, libc10) and toeplab::mkl
# (the same library seen as what it also is: the home of MKL's FFT and BLAS, without a single LibTorch header).
# libtorch_cuda is never linked: it is loaded at start where a device answers.

find_path(LibTorch_INCLUDE_DIR ATen/ATen.h PATHS ${TOEPLAB_LIBTORCH}/torch/include NO_DEFAULT_PATH)
find_library(LibTorch_CPU_LIBRARY torch_cpu PATHS ${TOEPLAB_LIBTORCH}/torch/lib NO_DEFAULT_PATH)
find_library(LibTorch_C10_LIBRARY c10 PATHS ${TOEPLAB_LIBTORCH}/torch/lib NO_DEFAULT_PATH)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch
  REQUIRED_VARS LibTorch_CPU_LIBRARY LibTorch_C10_LIBRARY LibTorch_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "TOEPLAB_LIBTORCH does not hold it: ./toeplab build fetches it and passes the folder on")

if(LibTorch_FOUND AND NOT TARGET toeplab::torch)
  add_library(toeplab_c10 SHARED IMPORTED)
  set_target_properties(toeplab_c10 PROPERTIES IMPORTED_LOCATION ${LibTorch_C10_LIBRARY})
  add_library(toeplab_torch_cpu SHARED IMPORTED)
  set_target_properties(toeplab_torch_cpu PROPERTIES IMPORTED_LOCATION ${LibTorch_CPU_LIBRARY}
    IMPORTED_LINK_DEPENDENT_LIBRARIES toeplab_c10)
  add_library(toeplab::mkl INTERFACE IMPORTED)
  target_link_libraries(toeplab::mkl INTERFACE toeplab_torch_cpu toeplab_c10)
  get_filename_component(directory ${LibTorch_CPU_LIBRARY} DIRECTORY)
  # Its libgomp must be the one OpenMP runtime of the process, and its nvidia/ folder is found by its own RPATH.
  target_link_options(toeplab::mkl INTERFACE -Wl,-rpath,${directory} -Wl,-rpath-link,${directory}
    -Wl,-rpath-link,${TOEPLAB_LIBTORCH}/nvidia/cu13/lib -Wl,--allow-shlib-undefined)
  # LibTorch ships another version of fmt's headers; the system's must win, or nothing links against its library.
  find_path(LibTorch_SYSTEM_FMT fmt/format.h)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/generated/system)
  file(CREATE_LINK ${LibTorch_SYSTEM_FMT}/fmt ${PROJECT_BINARY_DIR}/generated/system/fmt SYMBOLIC)
  add_library(toeplab::torch INTERFACE IMPORTED)
  target_include_directories(toeplab::torch SYSTEM INTERFACE ${PROJECT_BINARY_DIR}/generated/system
    ${LibTorch_INCLUDE_DIR}
    ${LibTorch_INCLUDE_DIR}/torch/csrc/api/include)
  # Its include folder brings an fmt of its own (12) that hides the system's (9): in translation units that see LibTorch
  # fmt is header-only, in a namespace of its own.
  target_compile_definitions(toeplab::torch INTERFACE AT_PER_OPERATOR_HEADERS FMT_HEADER_ONLY)
  target_link_libraries(toeplab::torch INTERFACE toeplab::mkl)
endif()
