// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/device/gpu.h"

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace toeplab::core
{

/// Data of a contiguous tensor, null where it is undefined.
template <typename T>
[[nodiscard]] T* data(const at::Tensor& tensor)
{
    if (!tensor.defined())
        return nullptr;
    TORCH_CHECK(tensor.is_contiguous(), "a kernel was handed a tensor of strides ", tensor.strides());
    if constexpr (std::is_same_v<std::remove_const_t<T>, kernels::BFloat16>)
        return reinterpret_cast<T*>(tensor.data_ptr<at::BFloat16>());
    else if constexpr (std::is_void_v<T>)
        return tensor.data_ptr();
    else
        return tensor.data_ptr<std::remove_const_t<T>>();
}

template <typename T>
[[nodiscard]] const T* constData(const at::Tensor& tensor)
{
    return data<T>(tensor);
}

/// body(float) or body(double), by the tensor's type.
template <typename Body>
void forType(const at::Tensor& tensor, Body&& body)
{
    if (tensor.scalar_type() == at::kFloat)
        body(float{});
    else if (tensor.scalar_type() == at::kDouble)
        body(double{});
    else
        TORCH_CHECK(false, "kernels take float and double, not ", tensor.scalar_type());
}

/// The card that a tensor lies on, null for the CPU.
[[nodiscard]] inline const Gpu* gpuOf(const at::Tensor& tensor)
{
    if (tensor.is_cuda()) {
        const Gpu* gpu = gpuAt(tensor.get_device());
        TORCH_CHECK(gpu != nullptr, "a tensor lies on graphics card ", tensor.get_device(), ", which is not in use");
        return gpu;
    }
    const bool of_a_card = tensor.scalar_type() == at::kFloat || tensor.scalar_type() == at::kBFloat16;
    return of_a_card ? GpuStandIn::current() : nullptr; // double is what it is compared with
}

/// How the GPU library calls the numbers of a tensor.
[[nodiscard]] inline kernels::Number numberOf(const at::Tensor& tensor)
{
    switch (tensor.scalar_type()) {
    case at::kFloat:
        return kernels::Number::Float32;
    case at::kHalf:
        return kernels::Number::Half;
    case at::kBFloat16:
        return kernels::Number::BFloat16;
    default:
        TORCH_CHECK(false, "a graphics card computes in float, half or bfloat16 here, not in ", tensor.scalar_type());
    }
}

/// ... of several, which must be the same.
template <typename... Others>
[[nodiscard]] kernels::Number numberOf(const at::Tensor& tensor, const Others&... others)
{
    TORCH_CHECK(((others.scalar_type() == tensor.scalar_type()) && ...),
                "a kernel was handed activations of two types, one of ", tensor.scalar_type());
    return numberOf(tensor);
}

/// One function of kernels/: for float and double on the CPU and, by its entry in the table, for a graphics card. It is
/// called with tensors where these take pointers; the first one of floating point says which of the three. The table's
/// functions take shapes by pointer and, in front of the activations (void*), the kind of their numbers, which is not
/// an argument here. A fourth function is for the CPU where one of the tensors is of bfloat16.
template <typename Single, typename Twofold, typename Entry, typename Rounded = std::nullptr_t>
class Kernel
{
public:
    constexpr Kernel(Single single, Twofold twofold, Entry entry, Rounded rounded = {})
        : single_(single), twofold_(twofold), entry_(entry), rounded_(rounded)
    {
    }

    template <typename... Arguments>
    void operator()(const Arguments&... arguments) const
    {
        const at::Tensor& leading = firstFloating(arguments...);
        if (const Gpu* gpu = gpuOf(leading); gpu != nullptr)
            onGpu(*gpu, entry_, arguments...);
        else if ((isRounded(arguments) || ...))
            onRounded(arguments...);
        else if (leading.scalar_type() == at::kDouble)
            onCpu(twofold_, arguments...);
        else
            onCpu(single_, arguments...);
    }

private:
    template <typename Parameter, typename Argument>
    static Parameter passed(const Argument& argument)
    {
        if constexpr (std::is_same_v<Argument, at::Tensor>)
            return data<std::remove_pointer_t<Parameter>>(argument);
        else if constexpr (std::is_pointer_v<Parameter>)
            return &argument; // a shape
        else
            return static_cast<Parameter>(argument);
    }

    template <typename... Parameters, typename... Arguments>
    static void onCpu(void (*function)(Parameters...), const Arguments&... arguments)
    {
        function(passed<Parameters>(arguments)...);
    }

    template <typename... Arguments>
    void onRounded(const Arguments&... arguments) const
    {
        if constexpr (std::is_null_pointer_v<Rounded>) {
            TORCH_CHECK(false, "a kernel for the CPU was handed a tensor of bfloat16");
        } else {
            onCpu(rounded_, arguments...);
        }
    }

    template <typename Table, typename... Parameters, typename... Arguments>
    static void onGpu(const Gpu& gpu, int (*Table::*entry)(kernels::gpu::Context*, Parameters...),
                      const Arguments&... arguments)
    {
        using Wanted = std::tuple<Parameters...>;
        const std::tuple<const Arguments&...> given(arguments...);
        const auto fill = [&]<std::size_t... I>(std::index_sequence<I...>)
        {
            const kernels::Number number = numberAmong<Parameters...>(given);
            const auto one = [&]<std::size_t P>(std::integral_constant<std::size_t, P>) {
                using Parameter = std::tuple_element_t<P, Wanted>;
                constexpr std::size_t kGiven = P > numberPlace<Parameters...>() ? P - 1 : P;
                if constexpr (std::is_same_v<Parameter, kernels::Number>)
                    return number;
                else
                    return passed<Parameter>(std::get<kGiven>(given));
            };
            gpu.call(entry, one(std::integral_constant<std::size_t, I>())...);
        };
        fill(std::index_sequence_for<Parameters...>());
    }

    /// Where among its parameters an entry takes the kind of numbers; their count if it does not.
    template <typename... Parameters>
    static constexpr std::size_t numberPlace()
    {
        std::size_t place = 0;
        static_cast<void>(((std::is_same_v<Parameters, kernels::Number> ? false : (++place, true)) && ...));
        return place;
    }

    /// That of the first activation.
    template <typename... Parameters, typename Given>
    static kernels::Number numberAmong(const Given& given)
    {
        auto number = kernels::Number::Float32;
        bool found = false;
        constexpr std::size_t kPlace = numberPlace<Parameters...>();
        const auto look = [&]<std::size_t P>(std::integral_constant<std::size_t, P>) {
            using Parameter = std::tuple_element_t<P, std::tuple<Parameters...>>;
            if constexpr (std::is_pointer_v<Parameter> && std::is_void_v<std::remove_pointer_t<Parameter>>) {
                constexpr std::size_t kGiven = P > kPlace ? P - 1 : P;
                const at::Tensor& tensor = std::get<kGiven>(given);
                if (!tensor.defined())
                    return;
                TORCH_CHECK(!found || number == numberOf(tensor), "a kernel was handed activations of two types");
                number = numberOf(tensor);
                found = true;
            }
        };
        [&]<std::size_t... I>(std::index_sequence<I...>)
        {
            (look(std::integral_constant<std::size_t, I>()), ...);
        }
        (std::index_sequence_for<Parameters...>());
        return number;
    }

    template <typename Argument>
    static bool isRounded(const Argument& argument)
    {
        if constexpr (std::is_same_v<Argument, at::Tensor>)
            return argument.defined() && argument.scalar_type() == at::kBFloat16;
        else
            return false;
    }

    template <typename Argument, typename... Rest>
    static const at::Tensor& firstFloating(const Argument& argument, const Rest&... rest)
    {
        if constexpr (std::is_same_v<Argument, at::Tensor>) {
            if (argument.defined() && argument.is_floating_point())
                return argument;
        }
        if constexpr (sizeof...(Rest) > 0)
            return firstFloating(rest...);
        else
            TORCH_CHECK(false, "a kernel was handed no tensor of floating point");
    }

    Single single_;
    Twofold twofold_;
    Entry entry_;
    Rounded rounded_;
};

} // namespace toeplab::core
