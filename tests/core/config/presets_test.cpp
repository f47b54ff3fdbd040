// SPDX-License-Identifier: Apache-2.0
#include "core/config/presets.h"

#include "core/config/fields.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace toeplab::core
{
namespace
{

using testing::AllOf;
using testing::HasSubstr;

class PresetFiles : public testing::Test
{
protected:
    std::string write(const std::string& name, const std::string& text)
    {
        const auto path = std::filesystem::path(testing::TempDir()) / name;
        std::ofstream(path) << text;
        return path.string();
    }
};

TEST(Presets, StartWithTheTourAndAreSorted)
{
    ASSERT_GE(presets().size(), 2U);
    EXPECT_EQ(presets().front().name, "tour");
    for (std::size_t i = 2; i < presets().size(); ++i) {
        EXPECT_LT(presets()[i - 1].name, presets()[i].name);
    }
}

TEST(Presets, AreAllValidAndSurviveJson)
{
    for (const Preset& preset : presets()) {
        SCOPED_TRACE(preset.name);
        EXPECT_EQ(preset.experiment.name, preset.name);
        EXPECT_GT(preset.summary.size(), 20U);
        EXPECT_TRUE(validate(preset.experiment).empty());
        const auto again = experimentFromJson(nlohmann::json::parse(toJson(preset.experiment).dump(2)));
        ASSERT_TRUE(again) << again.error().message;
        EXPECT_EQ(*again, preset.experiment);
        EXPECT_EQ(*presetOrFile(preset.name), preset.experiment);
    }
}

// The compiled-in text is the file's, so that a copy of the file is the same experiment.
TEST(Presets, AreTheFilesOfTheTree)
{
    std::size_t files = 0;
    const auto folder = std::filesystem::path(TOEPLAB_SOURCE_DIR) / "resources/presets";
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.path().extension() == ".json") {
            ++files;
            const auto name = entry.path().lexically_relative(folder).replace_extension().string();
            const auto from_file = presetOrFile(entry.path().string());
            ASSERT_TRUE(from_file) << from_file.error().message;
            Experiment compiled_in = presetOrFile(name).value();
            compiled_in.name = from_file->name; // a file is named by its stem
            EXPECT_EQ(*from_file, compiled_in) << name;
        }
    }
    EXPECT_EQ(files, presets().size());
}

// The settings with which the published LRA results were made (launch scripts of OpenNLPLab/Tnn and ski-tnn).
TEST(Presets, ListopsIsAsPublished)
{
    const Experiment e = presetOrFile("listops/tno").value();
    EXPECT_EQ(e.task.length_limit, 2048);
    EXPECT_EQ(e.model.layers, 4);
    EXPECT_EQ(e.model.width, 128);
    EXPECT_EQ(e.model.norm, "batch");
    EXPECT_TRUE(e.model.prenorm);
    EXPECT_EQ(e.model.glu_ratio, 1);
    EXPECT_EQ(e.mixer.expand_ratio, 1);
    EXPECT_EQ(e.mixer.gamma, 1);
    EXPECT_EQ(e.mixer.max_lag, 1024);
    EXPECT_EQ(e.mixer.rpe_width, 32);
    EXPECT_EQ(e.optimizer.lr, 5e-4);
    EXPECT_EQ(e.optimizer.weight_decay, 0.1);
    EXPECT_EQ(e.optimizer.warmup, 1000);
    EXPECT_EQ(e.optimizer.total_steps, 50000);
    EXPECT_EQ(e.train.batch, 64);
    EXPECT_EQ(e.train.seed, 2222);
    EXPECT_EQ(e.train.epochs, 40);
}

TEST(Presets, NameTheirNeighbours)
{
    EXPECT_EQ(presetOrFile("tuor").error().message, "There is no preset or file tuor. Did you mean tour?");
    EXPECT_THAT(presetOrFile("nothing-like-it").error().message, AllOf(HasSubstr("tour"), HasSubstr("listops/tno")));
}

TEST_F(PresetFiles, AreReadWithTheirFaultsExplained)
{
    const auto good = presetOrFile(write("mine.json", R"({"summary": "a note", "model": {"layers": 3}})"));
    ASSERT_TRUE(good) << good.error().message;
    EXPECT_EQ(good->model.layers, 3);
    EXPECT_EQ(good->name, "mine");
    EXPECT_EQ(presetOrFile(write("named.json", R"({"name": "other"})"))->name, "other");

    EXPECT_THAT(presetOrFile(write("broken.json", "{\n\"model\": {\n\"layers\": 3,,\n}}")).error().message,
                AllOf(HasSubstr("broken.json"), HasSubstr("line 3")));
    EXPECT_THAT(presetOrFile(write("wrong.json", R"({"model": {"layers": 0}})")).error().message,
                AllOf(HasSubstr("wrong.json"), HasSubstr("model.layers is 0")));
    EXPECT_THAT(presetOrFile(write("empty.json", "")).error().message, HasSubstr("line 1"));
}

} // namespace
} // namespace toeplab::core
