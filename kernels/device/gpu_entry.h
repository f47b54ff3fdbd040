// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How C++ functions become entries of the table: exceptions turn into a status and a message, kinds of numbers into
/// types.

#include "kernels/device/gpu_context.h"
#include "kernels/device/gpu_table_layers.h"
#include "kernels/device/number.h"

#include <exception>
#include <string>

namespace toeplab::kernels::gpu
{

/// Of the calling thread.
std::string& lastMessage();

/// Fills the table's second half.
void fillLayers(LayerTable& table);

template <typename Body>
int guarded(Body&& body) noexcept
{
    try {
        body();
        return 0;
    } catch (const std::exception& error) {
        lastMessage() = error.what();
    } catch (...) {
        lastMessage() = "the GPU library failed without saying why";
    }
    return 1;
}

template <typename T>
struct Typed {
    template <typename Value>
    static const T* in(const Value* tensor)
    {
        return static_cast<const T*>(tensor);
    }
    template <typename Value>
    static T* out(Value* tensor)
    {
        return static_cast<T*>(tensor);
    }
};

/// body(Typed<T>) for the type that stores such numbers.
template <typename Body>
int typed(Number number, Body&& body) noexcept
{
    return guarded([&] {
        switch (number) {
        case Number::Float32:
            return body(Typed<float>{});
        case Number::Half:
            return body(Typed<Half>{});
        case Number::BFloat16:
            return body(Typed<BFloat16>{});
        }
        throw GpuError("there is no kind of number " + std::to_string(static_cast<unsigned>(number)));
    });
}

} // namespace toeplab::kernels::gpu
