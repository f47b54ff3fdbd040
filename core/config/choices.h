// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace toeplab::core
{

/// What this version can do, in one place: the fields' choices and ranges come from here. A new operator, task or
/// precision is offered everywhere (form, --set, validation) once its name stands here.
inline constexpr std::array kTasks{"listops"};
inline constexpr std::array kMixerKinds{"tno", "ski", "fd", "direct"};
inline constexpr std::array kPrecisions{"fp32", "tf32", "bf16"};
inline constexpr std::int64_t kMostAxes = 2;
/// Tasks whose samples have rows and columns; the others are sequences, mixed along one axis.
inline constexpr std::array<std::string_view, 0> kImageTasks{};
[[nodiscard]] constexpr bool isImageTask(std::string_view task)
{
    for (const std::string_view image : kImageTasks) {
        if (image == task) {
            return true;
        }
    }
    return false;
}

inline constexpr std::array kSkiKernels{"warp", "rpe"};
inline constexpr std::array kFdResponses{"rpe", "table"};
inline constexpr std::array kFdInputs{"omega", "cos"};
inline constexpr std::array kAlgorithms{"auto", "fft", "direct", "blocks"};
inline constexpr std::array kModes{"exact", "released"};
inline constexpr std::array kDecays{"none", "fixed", "learned"};
inline constexpr std::array kPositionNetworks{"dpb", "mlp"};
inline constexpr std::array kActivations{"none",  "relu", "gelu",    "silu", "elu", "1+elu",
                                         "2+elu", "leak", "sigmoid", "sine", "exp"};
/// Norms over the channels of one position, inside mixers and position networks.
inline constexpr std::array kPositionNorms{"layernorm", "simplermsnorm", "rmsnorm", "gatedrmsnorm", "scalenorm"};
/// Norms between blocks.
inline constexpr std::array kBlockNorms{"layer", "batch", "instance", "simplerms", "none"};
inline constexpr std::array kPools{"mean", "last", "first", "sum"};
inline constexpr std::array kSchedules{"cosine", "constant"};

} // namespace toeplab::core
