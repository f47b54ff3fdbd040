// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The few entry points and constants of MKL's FFT interface (DFTI) that are used here. libtorch_cpu.so contains MKL
/// and exports these symbols; it ships no header for them.
extern "C" {
struct DFTI_DESCRIPTOR;
long DftiCreateDescriptor_s_1d(DFTI_DESCRIPTOR** handle, int domain, long length);
long DftiCreateDescriptor_d_1d(DFTI_DESCRIPTOR** handle, int domain, long length);
long DftiSetValue(DFTI_DESCRIPTOR* handle, int parameter, ...);
long DftiCommitDescriptor(DFTI_DESCRIPTOR* handle);
long DftiComputeForward(DFTI_DESCRIPTOR* handle, void* in, ...);
long DftiComputeBackward(DFTI_DESCRIPTOR* handle, void* in, ...);
long DftiFreeDescriptor(DFTI_DESCRIPTOR** handle);
char* DftiErrorMessage(long status);
}

namespace toeplab::kernels::dfti
{

// Parameters of DftiSetValue.
inline constexpr int kBackwardScale = 5;
inline constexpr int kConjugateEvenStorage = 10;
inline constexpr int kPlacement = 11;
inline constexpr int kPackedFormat = 21;
inline constexpr int kThreadLimit = 27;
// Their values.
inline constexpr int kReal = 33;
inline constexpr int kComplexComplex = 39;
inline constexpr int kNotInPlace = 44;
inline constexpr int kCceFormat = 57;

} // namespace toeplab::kernels::dfti
