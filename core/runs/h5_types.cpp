// SPDX-License-Identifier: Apache-2.0
#include "core/runs/h5_types.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>

namespace toeplab::core::h5
{

namespace
{

struct Dtype {
    const char* name;
    std::size_t bytes;
};
constexpr std::array<Dtype, 7> kDtypes = {
    {{"f32", 4}, {"f64", 8}, {"i64", 8}, {"u8", 1}, {"bool", 1}, {"c64", 8}, {"c128", 16}}};

} // namespace

Handle halfType()
{
    Handle type = own(H5Tcopy(H5T_IEEE_F32LE), H5Tclose, "making the half precision type");
    check(H5Tset_fields(type.id(), 15, 10, 5, 0, 10), "laying out the half precision type");
    check(H5Tset_size(type.id(), 2), "sizing the half precision type");
    check(H5Tset_ebias(type.id(), 15), "biasing the half precision type");
    return type;
}

Handle textType()
{
    Handle type = own(H5Tcopy(H5T_C_S1), H5Tclose, "making the text type");
    check(H5Tset_size(type.id(), H5T_VARIABLE), "making the text type");
    check(H5Tset_cset(type.id(), H5T_CSET_UTF8), "making the text type");
    return type;
}

Handle boolType()
{
    Handle type = own(H5Tenum_create(H5T_STD_I8LE), H5Tclose, "making the boolean type");
    std::int8_t value = 0;
    check(H5Tenum_insert(type.id(), "FALSE", &value), "making the boolean type");
    value = 1;
    check(H5Tenum_insert(type.id(), "TRUE", &value), "making the boolean type");
    return type;
}

Handle complexType(hid_t part)
{
    const std::size_t size = H5Tget_size(part);
    Handle type = own(H5Tcreate(H5T_COMPOUND, 2 * size), H5Tclose, "making the complex type");
    check(H5Tinsert(type.id(), "r", 0, part), "making the complex type");
    check(H5Tinsert(type.id(), "i", size, part), "making the complex type");
    return type;
}

Handle tensorType(const std::string& dtype)
{
    if (dtype == "f32")
        return own(H5Tcopy(H5T_IEEE_F32LE), H5Tclose, "making a type");
    if (dtype == "f64")
        return own(H5Tcopy(H5T_IEEE_F64LE), H5Tclose, "making a type");
    if (dtype == "i64")
        return own(H5Tcopy(H5T_STD_I64LE), H5Tclose, "making a type");
    if (dtype == "u8")
        return own(H5Tcopy(H5T_STD_U8LE), H5Tclose, "making a type");
    if (dtype == "bool")
        return boolType();
    if (dtype == "c64")
        return complexType(H5T_IEEE_F32LE);
    if (dtype == "c128")
        return complexType(H5T_IEEE_F64LE);
    throw Failure(fmt::format("storing a tensor of unknown type '{}'", dtype));
}

std::string tensorDtype(hid_t type)
{
    for (const Dtype& known : kDtypes) {
        if (H5Tequal(type, tensorType(known.name).id()) > 0)
            return known.name;
    }
    throw Failure("reading a tensor of a type that this version does not know");
}

std::size_t tensorElementBytes(const std::string& dtype)
{
    for (const Dtype& known : kDtypes) {
        if (dtype == known.name)
            return known.bytes;
    }
    return 0;
}

} // namespace toeplab::core::h5
