// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/runs/h5_handle.h"

#include <string>

namespace toeplab::core::h5
{

/// IEEE 754 half precision, little-endian, laid out so that h5py reads it as float16.
[[nodiscard]] Handle halfType();
/// Text of any length, UTF-8.
[[nodiscard]] Handle textType();
/// h5py's boolean: an int8 enumeration FALSE = 0, TRUE = 1.
[[nodiscard]] Handle boolType();
/// h5py's complex number: a compound of `r` and `i`, each of `part` (H5T_IEEE_F32LE or H5T_IEEE_F64LE).
[[nodiscard]] Handle complexType(hid_t part);

/// The stored type of a tensor's dtype (f32 | f64 | i64 | u8 | bool | c64 | c128); throws for another name.
[[nodiscard]] Handle tensorType(const std::string& dtype);
/// The dtype of a stored type; throws for a type that no tensor has.
[[nodiscard]] std::string tensorDtype(hid_t type);
/// Bytes of one element; 0 for an unknown name.
[[nodiscard]] std::size_t tensorElementBytes(const std::string& dtype);

} // namespace toeplab::core::h5
