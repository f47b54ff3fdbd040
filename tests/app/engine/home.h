// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/fields.h"
#include "core/config/presets.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <unistd.h>
#include <vector>

namespace toeplab::test
{

/// A TOEPLAB_HOME of its own for each test, and the smallest experiment that trains for real.
class EngineTest : public testing::Test
{
protected:
    void SetUp() override
    {
        const auto* info = testing::UnitTest::GetInstance()->current_test_info();
        home_ = testing::TempDir() + "toeplab-" + std::to_string(::getpid()) + "-" + info->name();
        std::filesystem::remove_all(home_);
        std::filesystem::create_directories(home_);
    }
    void TearDown() override { std::filesystem::remove_all(home_); }

    [[nodiscard]] std::string file(const std::string& name) const { return home_ + "/" + name; }

    /// `train` arguments that make the tour small enough for a step in milliseconds.
    [[nodiscard]] static std::vector<std::string> small()
    {
        return {"--set",     "task.train_samples=300",
                "--set",     "task.val_samples=40",
                "--set",     "task.test_samples=50",
                "--set",     "task.max_length=20",
                "--set",     "model.layers=1",
                "--set",     "model.width=8",
                "--set",     "train.batch=8",
                "--set",     "mixer.rpe_width=4",
                "--set",     "train.eval_every=20",
                "--set",     "train.checkpoint_every=10",
                "--threads", "1"};
    }
    [[nodiscard]] static std::vector<std::string> with(std::vector<std::string> first,
                                                       const std::vector<std::string>& more)
    {
        first.insert(first.end(), more.begin(), more.end());
        return first;
    }
    [[nodiscard]] static core::Experiment smallExperiment()
    {
        core::Experiment experiment = core::presetOrFile("tour").value();
        const std::vector<std::string> words = small();
        for (std::size_t i = 0; i + 1 < words.size(); ++i) {
            if (words[i] == "--set") {
                EXPECT_TRUE(core::applySetting(experiment, words[i + 1]));
            }
        }
        return experiment;
    }

    std::string home_;
};

} // namespace toeplab::test
