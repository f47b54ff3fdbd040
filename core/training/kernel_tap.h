// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/runs/run_writer.h"
#include "core/training/control.h"
#include "core/training/ladder.h"
#include "core/training/meters.h"
#include "core/training/trainer.h"

#include <vector>

namespace toeplab::core
{

/// Steps whose kernels go into the run file: 0, 1, 2, 4, 8, 16 and from there on four to a doubling, so a run of 50,000
/// steps has about 50.
[[nodiscard]] bool isSnapshotStep(std::int64_t step);

/// Takes kernels from the model when somebody needs them: the run file at snapshot steps, the window at the rate that
/// it asked for. What the window costs is held below a twentieth of the time. Used by the training thread only.
class KernelTap
{
public:
    KernelTap(Trainer& trainer, SessionSink& sink, RunWriter& writer, std::vector<LayerInfo> layers);

    /// After a step; last: before a pause or at the end, so that what is shown is what there is.
    void afterStep(std::int64_t step, const WatchOrder& watch, bool last);
    void snapshot(std::int64_t step); ///< into the run file, once a step
    void finish();                    ///< waits for the ladder's figures and files them

private:
    [[nodiscard]] std::shared_ptr<const KernelFrame> take(std::size_t layer, std::int64_t step);
    void fileFinished();

    Trainer& trainer_;
    SessionSink& sink_;
    RunWriter& writer_;
    std::vector<LayerInfo> layers_;
    LadderWorker ladder_;
    std::int64_t snapshot_step_ = -1;
    std::int64_t watch_version_ = 0;
    std::int64_t shown_step_ = -1;
    std::int64_t ladder_step_ = -1;
    SteadyTime next_show_{};
    SteadyTime next_ladder_{};
};

} // namespace toeplab::core
