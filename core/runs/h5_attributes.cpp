// SPDX-License-Identifier: Apache-2.0
#include "core/runs/h5_data.h"
#include "core/runs/h5_types.h"

#include <fmt/format.h>

namespace toeplab::core::h5
{

namespace
{

Handle scalarSpace()
{
    return own(H5Screate(H5S_SCALAR), H5Sclose, "making a scalar");
}

void setValue(hid_t object, const char* name, hid_t type, hid_t memory_type, const void* value, const Handle& space)
{
    const std::string doing = fmt::format("writing the attribute {}", name);
    const Handle attribute = own(H5Acreate2(object, name, type, space.id(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose, doing);
    check(H5Awrite(attribute.id(), memory_type, value), doing);
}

/// False when there is no attribute of that name with exactly one value.
bool openScalar(hid_t object, const char* name, Handle& attribute)
{
    if (H5Aexists(object, name) <= 0)
        return false;
    attribute = own(H5Aopen(object, name, H5P_DEFAULT), H5Aclose, fmt::format("reading the attribute {}", name));
    const Handle space = own(H5Aget_space(attribute.id()), H5Sclose, "measuring an attribute");
    return H5Sget_simple_extent_npoints(space.id()) == 1;
}

template <typename T>
T numberAttribute(hid_t object, const char* name, hid_t memory_type, T fallback)
{
    Handle attribute;
    if (!openScalar(object, name, attribute))
        return fallback;
    T value{};
    check(H5Aread(attribute.id(), memory_type, &value), fmt::format("reading the attribute {}", name));
    return value;
}

} // namespace

void setText(hid_t object, const char* name, std::string_view value)
{
    const std::string text(value);
    const char* pointer = text.c_str();
    const Handle type = textType();
    setValue(object, name, type.id(), type.id(), &pointer, scalarSpace());
}

void setTexts(hid_t object, const char* name, const std::vector<std::string>& values)
{
    std::vector<const char*> pointers;
    pointers.reserve(values.size());
    for (const std::string& value : values)
        pointers.push_back(value.c_str());
    const hsize_t count = values.size();
    const Handle space = own(H5Screate_simple(1, &count, nullptr), H5Sclose, "making a list");
    const Handle type = textType();
    setValue(object, name, type.id(), type.id(), pointers.data(), space);
}

void setInteger(hid_t object, const char* name, std::int64_t value)
{
    setValue(object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, &value, scalarSpace());
}

void setReal(hid_t object, const char* name, double value)
{
    setValue(object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value, scalarSpace());
}

void setBool(hid_t object, const char* name, bool value)
{
    const std::int8_t stored = value ? 1 : 0;
    const Handle type = boolType();
    setValue(object, name, type.id(), type.id(), &stored, scalarSpace());
}

std::string textAttribute(hid_t object, const char* name, const std::string& fallback)
{
    Handle attribute;
    if (!openScalar(object, name, attribute))
        return fallback;
    const std::string doing = fmt::format("reading the attribute {}", name);
    const Handle stored = own(H5Aget_type(attribute.id()), H5Tclose, doing);
    if (H5Tget_class(stored.id()) != H5T_STRING)
        return fallback;
    if (H5Tis_variable_str(stored.id()) > 0) {
        const Handle type = own(H5Tcopy(stored.id()), H5Tclose, doing);
        char* value = nullptr;
        check(H5Aread(attribute.id(), type.id(), &value), doing);
        const std::string text = value == nullptr ? std::string() : std::string(value);
        check(H5free_memory(value), doing);
        return text;
    }
    std::string text(H5Tget_size(stored.id()), '\0');
    check(H5Aread(attribute.id(), stored.id(), text.data()), doing);
    return std::string(text.c_str());
}

std::int64_t integerAttribute(hid_t object, const char* name, std::int64_t fallback)
{
    return numberAttribute(object, name, H5T_NATIVE_INT64, fallback);
}

double realAttribute(hid_t object, const char* name, double fallback)
{
    return numberAttribute(object, name, H5T_NATIVE_DOUBLE, fallback);
}

} // namespace toeplab::core::h5
