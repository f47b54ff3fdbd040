// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

namespace toeplab::core
{

/// What a training step sends to a graphics card, kept as one thing that is sent at once: a step of some hundred small
/// kernels then waits for the card and no longer for the processor.
class StepGraph
{
public:
    StepGraph() = default;
    StepGraph(const StepGraph&) = delete;
    StepGraph& operator=(const StepGraph&) = delete;
    virtual ~StepGraph() = default;

    /// Calls `enqueue`, and keeps what it sends to the card instead of letting it happen. Enqueue must have run before
    /// in the same way, must not wait for the card, and reads and writes at every replay what it reads and writes now.
    /// Throws what the card refuses to keep; this is of no use then.
    virtual void record(const std::function<void()>& enqueue) = 0;
    /// All of it, in order, behind what is on its way to the card.
    virtual void replay() = 0;
};

using StepGraphMaker = std::function<std::unique_ptr<StepGraph>()>;

} // namespace toeplab::core
