// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <exception>
#include <string>
#include <vector>

namespace toeplab::core
{

/// The numeric libraries of this process, without their headers.

/// 0: the physical cores that affinity and control group leave to this process.
void setThreads(int threads);
[[nodiscard]] int threads();
[[nodiscard]] int physicalCores();

/// What the process computes on: "cpu", "cuda" (the first graphics card), "cuda:N", "cuda:N,M,..." or "cuda:all"
/// (several cards of one model, between which batches are divided), or "auto", a graphics card where one can be used
/// and else the processor. Before anything is computed; the first answer of a driver stays.
[[nodiscard]] Result<void> setDevice(const std::string& wanted);
/// Whether that is the form of a device's name.
[[nodiscard]] bool namesDevice(const std::string& text);
/// The numbers of the cards in use; none: the processor computes.
[[nodiscard]] std::vector<int> cardsInUse();
/// Makes the device LibTorch's for the calling thread: once on each thread that computes. Of several cards the first.
void enterDevice();
void enterCard(int card);
[[nodiscard]] std::string deviceName();        ///< "cpu", "cuda:0", "cuda:0,1"
[[nodiscard]] std::string deviceDescription(); ///< "AMD EPYC ...", "NVIDIA H100 80GB HBM3", "2 x NVIDIA ..."
/// Why "auto" leaves a graphics card that is there alone; empty: there is none, or it is used.
[[nodiscard]] std::string whyNoGpu();
/// Whether there is a driver for graphics cards.
[[nodiscard]] bool hasGpuDriver();

struct GraphicsCard {
    std::string name;
    std::string capability; ///< "9.0"
    std::string driver;     ///< CUDA version that the driver knows: "13.0"
    int processors = 0;
    double memory_mib = 0, free_mib = 0;
    double gigabytes_s = 0; ///< 10^9 bytes a second by clock and bus
};
/// The cards that can be computed on; the reason why there are none is that of loadGpus() (core/device/gpu.h).
[[nodiscard]] Result<std::vector<GraphicsCard>> graphicsCards();

/// How a card does products of float32: tf32 for train.precision=tf32, fp32 otherwise. Sums are fp32 either way.
void setProducts(const std::string& precision);
/// What tensors hold on a card, and the most that they held since the last forgetCardPeak(); zeros for one that is not
/// in use. Without a number: the first one.
struct CardMemory {
    double held_mib = 0, peak_mib = 0;
    double reserved_mib = 0; ///< taken from the driver for tensors, in use or not
};
[[nodiscard]] CardMemory cardMemory(int card);
[[nodiscard]] CardMemory cardMemory();
/// What the card has left for every program; asks the driver, so not for every step. 0 for one that is not in use.
[[nodiscard]] double freeCardMib(int card);
[[nodiscard]] double freeCardMib();
void forgetCardPeak(int card);
void forgetCardPeak();
/// Gives the driver back what is reserved and not held, on all cards.
void releaseUnusedCardMemory();
/// What a step's row says: the largest of the cards' peaks, or the process's resident memory on the CPU.
[[nodiscard]] double memoryInUseMib();
/// Waits for the cards in use, if any.
void synchronise();

/// An exception of LibTorch or a card as the end of a sentence about a run of this batch size: what happened and what
/// to change.
[[nodiscard]] std::string whatWentWrong(const std::exception& error, std::int64_t batch);

[[nodiscard]] std::string libtorchVersion();
[[nodiscard]] std::string processorName();
/// What LibTorch computes with: "AVX512", "AVX2", ...
[[nodiscard]] std::string instructionSet();

/// Version, git, libtorch, threads, processor, host, command: what a run's provenance says of the program.
[[nodiscard]] nlohmann::json programProvenance(const std::string& command_line);

} // namespace toeplab::core
