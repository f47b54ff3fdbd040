# SPDX-License-Identifier: Apache-2.0
# The GPU library's sources: compiled by nvcc into the plug-in, and by the host compiler for tests that need no device.
set(TOEPLAB_GPU_SOURCES
  ${PROJECT_SOURCE_DIR}/kernels/band/band.cu
  ${PROJECT_SOURCE_DIR}/kernels/device/gpu_context.cu
  ${PROJECT_SOURCE_DIR}/kernels/device/reduce.cu
  ${PROJECT_SOURCE_DIR}/kernels/embedding/embedding.cu
  ${PROJECT_SOURCE_DIR}/kernels/embedding/pool.cu
  ${PROJECT_SOURCE_DIR}/kernels/fftconv/causal.cu
  ${PROJECT_SOURCE_DIR}/kernels/fftconv/fused.cu
  ${PROJECT_SOURCE_DIR}/kernels/fftconv/long.cu
  ${PROJECT_SOURCE_DIR}/kernels/norm/channel_norm.cu
  ${PROJECT_SOURCE_DIR}/kernels/norm/gate_norm.cu
  ${PROJECT_SOURCE_DIR}/kernels/norm/row_norm.cu
  ${PROJECT_SOURCE_DIR}/kernels/pointwise/activation.cu
  ${PROJECT_SOURCE_DIR}/kernels/pointwise/gate.cu
  ${PROJECT_SOURCE_DIR}/kernels/products/plane.cu
  ${PROJECT_SOURCE_DIR}/kernels/rpe/rpe.cu
  ${PROJECT_SOURCE_DIR}/kernels/rpe/rpe_backward.cu
  ${PROJECT_SOURCE_DIR}/kernels/rpe/rpe_products.cu
  ${PROJECT_SOURCE_DIR}/kernels/ski/ski.cu
  ${PROJECT_SOURCE_DIR}/kernels/ski/ski_backward.cu
  ${PROJECT_SOURCE_DIR}/kernels/ski/ski_taps.cu
  ${PROJECT_SOURCE_DIR}/kernels/ski/warp.cu)
set(TOEPLAB_GPU_HOST_SOURCES
  ${PROJECT_SOURCE_DIR}/kernels/device/gpu_table.cpp
  ${PROJECT_SOURCE_DIR}/kernels/device/gpu_table_layers.cpp)
# What knows a library that only a device has.
set(TOEPLAB_GPU_DEVICE_SOURCES
  ${PROJECT_SOURCE_DIR}/kernels/device/describe.cu
  ${PROJECT_SOURCE_DIR}/kernels/fftconv/cufft.cu)
