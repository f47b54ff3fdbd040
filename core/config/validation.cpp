// SPDX-License-Identifier: Apache-2.0
#include "core/base/text.h"
#include "core/config/choices.h"
#include "core/config/fields.h"

#include <algorithm>
#include <cmath>

namespace toeplab::core
{
namespace
{

class Rules
{
public:
    explicit Rules(std::vector<Problem>& problems) : problems_(problems) {}

    /// Reports unless `fine`. A key whose value is out of its own range is not reported twice.
    template <typename... Args>
    void require(bool fine, const char* key, fmt::format_string<Args...> format, Args&&... args)
    {
        const auto same = [key](const Problem& problem) { return problem.key == key; };
        if (!fine && std::none_of(problems_.begin(), problems_.end(), same)) {
            problems_.push_back({key, fmt::format(format, std::forward<Args>(args)...)});
        }
    }

private:
    std::vector<Problem>& problems_;
};

/// Tokens of the longest expression: L(1) = 1 (a digit), L(d) = 2 + args · L(d-1). Stops counting at 10^9.
double longestExpression(std::int64_t depth, std::int64_t args)
{
    double tokens = 1;
    for (std::int64_t level = 2; level <= depth && tokens < 1e9; ++level) {
        tokens = 2 + static_cast<double>(args) * tokens;
    }
    return tokens;
}

void checkTask(const Experiment& e, Rules& rules)
{
    const TaskSettings& task = e.task;
    if (task.name != "listops" || !task.path.empty()) {
        return;
    }
    rules.require(
        task.max_length - task.min_length >= 2, "task.max_length",
        "task.max_length is {} with task.min_length {}: no length lies strictly between. Make it at least {}.",
        plainNumber(static_cast<double>(task.max_length)), plainNumber(static_cast<double>(task.min_length)),
        plainNumber(static_cast<double>(task.min_length + 2)));
    const double longest = longestExpression(task.max_depth, task.max_args);
    rules.require(
        static_cast<double>(task.min_length) < longest, "task.min_length",
        "task.min_length is {}, but expressions of {} levels with at most {} arguments have at most {} tokens. "
        "Lower it, or raise task.max_depth or task.max_args.",
        plainNumber(static_cast<double>(task.min_length)), task.max_depth, task.max_args, plainNumber(longest));
    rules.require(
        e.train.batch <= task.train_samples, "train.batch",
        "train.batch is {}, but there are only {} training samples (task.train_samples). Make it at most that.",
        plainNumber(static_cast<double>(e.train.batch)), plainNumber(static_cast<double>(task.train_samples)));
}

void checkMixer(const Experiment& e, Rules& rules)
{
    const MixerSettings& mixer = e.mixer;
    rules.require(
        (mixer.kind != "tno" && mixer.kind != "direct") || mixer.par_type != 3 || mixer.causal, "mixer.par_type",
        "mixer.par_type is 3, positions exp(t/(n-1)), which needs mixer.causal=true. Set that, or take 1 or 2.");
    rules.require(mixer.algorithm != "blocks" || mixer.causal, "mixer.algorithm",
                  "mixer.algorithm is blocks, which keeps causal kernels causal to the last bit, and mixer.causal is "
                  "false. Set mixer.causal=true, or take auto.");
    rules.require(mixer.band % 2 != 0, "mixer.band", "mixer.band is {}: it must be odd. Try {}.", mixer.band,
                  mixer.band + 1);
    rules.require(mixer.two_axis_type != 5, "mixer.two_axis_type", "mixer.two_axis_type is 5: it must be 4 or 6.");
    const auto expanded =
        static_cast<std::int64_t>(std::floor(mixer.expand_ratio * static_cast<double>(e.model.width)));
    rules.require(
        expanded >= mixer.heads, "mixer.expand_ratio",
        "mixer.expand_ratio is {}: of model.width {} it leaves {} channels for {} (mixer.heads). Make it at least {}.",
        plainNumber(mixer.expand_ratio), e.model.width, expanded,
        mixer.heads == 1 ? "1 head" : fmt::format("{} heads", mixer.heads),
        plainNumber(static_cast<double>(mixer.heads) / static_cast<double>(std::max<std::int64_t>(1, e.model.width))));
}

/// What a mixer needs of the task: its shape and its longest n.
void checkMixerOnTask(const Experiment& e, Rules& rules)
{
    const MixerSettings& mixer = e.mixer;
    const bool generated = e.task.path.empty() && e.task.name == "listops";
    const std::int64_t longest = generated ? std::min(e.task.length_limit, e.task.max_length) : e.task.length_limit;
    rules.require(
        mixer.kind != "ski" || mixer.rank <= longest, "mixer.rank",
        "mixer.rank is {}: more inducing points than the longest sample has positions, {}. Lower it, or raise "
        "{}.",
        mixer.rank, longest, longest == e.task.length_limit ? "task.length_limit" : "task.max_length");
    rules.require(mixer.axes == 1 || isImageTask(e.task.name), "mixer.axes",
                  "mixer.axes is {}, but {} is a sequence and has no rows and columns. Set it to 1.", mixer.axes,
                  e.task.name);
}

void checkModel(const Experiment& e, Rules& rules)
{
    rules.require(
        e.model.width % 2 == 0, "model.width",
        "model.width is {}: it must be even, because each sinusoidal position is a sine and a cosine. Try {}.",
        e.model.width, e.model.width + 1);
    rules.require(std::floor(e.model.glu_ratio * static_cast<double>(e.model.width)) >= 1, "model.glu_ratio",
                  "model.glu_ratio is {}: of model.width {} it leaves no channel for the GLU. Make it at least {}.",
                  plainNumber(e.model.glu_ratio), e.model.width,
                  plainNumber(1.0 / static_cast<double>(std::max<std::int64_t>(1, e.model.width))));
}

void checkTraining(const Experiment& e, Rules& rules)
{
    rules.require(
        e.optimizer.schedule != "cosine" || e.optimizer.warmup < e.optimizer.total_steps, "optimizer.warmup",
        "optimizer.warmup is {}, but the cosine ends at step {} (optimizer.total_steps). Make it less than that.",
        plainNumber(static_cast<double>(e.optimizer.warmup)),
        plainNumber(static_cast<double>(e.optimizer.total_steps)));
}

} // namespace

std::vector<Problem> validate(const Experiment& experiment)
{
    std::vector<Problem> problems;
    for (const Field& field : fields()) {
        if (auto checked = field.check(field.get(experiment)); !checked) {
            problems.push_back({field.key, checked.error().message});
        }
    }
    Rules rules(problems);
    checkTask(experiment, rules);
    checkMixer(experiment, rules);
    checkMixerOnTask(experiment, rules);
    checkModel(experiment, rules);
    checkTraining(experiment, rules);
    return problems;
}

} // namespace toeplab::core
