// SPDX-License-Identifier: Apache-2.0
#include "core/runs/run_reader.h"
#include "tests/app/engine/engine_process.h"
#include "tests/app/engine/home.h"

#include <gmock/gmock.h>

#include <csignal>
#include <sstream>

namespace
{

using namespace toeplab;
using test::runEngine;
using testing::HasSubstr;

class CommandTest : public test::EngineTest
{
protected:
    /// Every line of standard output as JSON: with --json there is nothing else.
    static std::vector<nlohmann::json> lines(const test::Finished& finished)
    {
        std::vector<nlohmann::json> result;
        std::istringstream stream(finished.out);
        for (std::string line; std::getline(stream, line);)
            result.push_back(nlohmann::json::parse(line));
        return result;
    }
    static std::vector<nlohmann::json> ofKind(const std::vector<nlohmann::json>& lines, const std::string& event)
    {
        std::vector<nlohmann::json> result;
        for (const nlohmann::json& line : lines) {
            if (line.value("event", "") == event)
                result.push_back(line);
        }
        return result;
    }
};

TEST_F(CommandTest, EveryCommandHasHelpWithAnExample)
{
    const test::Finished all = runEngine({"--help"}, home_);
    EXPECT_EQ(all.code, 0);
    for (const char* command : {"train", "eval", "machine", "serve"}) {
        EXPECT_THAT(all.out, HasSubstr(command));
        const test::Finished help = runEngine({command, "--help"}, home_);
        EXPECT_EQ(help.code, 0);
        EXPECT_THAT(help.out, HasSubstr("Example:\n  ")) << command;
        EXPECT_THAT(help.out, HasSubstr("--json")) << command;
    }
    for (const char* group : {"bench", "data", "runs"})
        EXPECT_THAT(runEngine({group, "--help"}, home_).out, HasSubstr("Example:")) << group;
    EXPECT_THAT(runEngine({"bench", "step", "--help"}, home_).out, HasSubstr("Example:"));
    const test::Finished version = runEngine({"--version"}, home_);
    EXPECT_EQ(version.code, 0);
    EXPECT_THAT(version.out, testing::StartsWith("toeplab 0."));
}

TEST_F(CommandTest, WrongUsageIsTwo)
{
    EXPECT_EQ(runEngine({}, home_).code, 2);
    const test::Finished command = runEngine({"trian"}, home_);
    EXPECT_EQ(command.code, 2);
    EXPECT_THAT(command.err, HasSubstr("Did you mean train?"));
    EXPECT_EQ(runEngine({"train", "tour", "--wings", "2"}, home_).code, 2);
    EXPECT_EQ(runEngine({"train", "tour", "--steps", "none"}, home_).code, 2);
    EXPECT_EQ(runEngine({"train"}, home_).code, 2);
    EXPECT_EQ(runEngine({"machine", "--threads", "0"}, home_).code, 2);
    const test::Finished preset = runEngine({"train", "tuor"}, home_);
    EXPECT_EQ(preset.code, 2);
    EXPECT_THAT(preset.err, HasSubstr("tour"));
}

TEST_F(CommandTest, NumbersThatMeanNothingAreRefusedInWords)
{
    for (const std::vector<std::string>& numbers :
         std::vector<std::vector<std::string>>{{"--minutes", "nan"},
                                               {"--minutes", "0"},
                                               {"--steps", "-3"},
                                               {"--epochs", "inf"},
                                               {"--seed", "-1"},
                                               {"--seed", "99999999999999999999"},
                                               {"--run", file("x.txt")}}) {
        const test::Finished finished = runEngine(with({"train", "tour"}, numbers), home_);
        EXPECT_EQ(finished.code, 2) << numbers[1];
        EXPECT_THAT(finished.err, HasSubstr(numbers[1]));
        EXPECT_LT(finished.err.size(), 250U) << finished.err;
    }
    EXPECT_FALSE(std::filesystem::exists(file("x.txt")));
}

TEST_F(CommandTest, AnUnknownSettingNamesItsNeighboursBeforeAnythingStarts)
{
    const test::Finished finished =
        runEngine({"train", "tour", "--set", "mixer.rnak=3", "--set", "train.batch=0", "--run", file("x.h5")}, home_);
    EXPECT_EQ(finished.code, 2);
    EXPECT_THAT(finished.err, HasSubstr("mixer.rank"));
    EXPECT_EQ(finished.out, "");
    EXPECT_FALSE(std::filesystem::exists(file("x.h5")));
}

TEST_F(CommandTest, CudaIsRefusedWithASentence)
{
    const test::Finished finished = runEngine({"train", "tour", "--steps", "1", "--device", "cuda:97"}, home_);
    EXPECT_EQ(finished.code, 1);
    EXPECT_THAT(finished.err, AnyOf(HasSubstr("--device cpu"), HasSubstr("There is no graphics card 97")));
    EXPECT_EQ(runEngine({"machine", "--device", "gpu"}, home_).code, 2);
}

TEST_F(CommandTest, MachineSaysWhatThereIs)
{
    const std::vector<nlohmann::json> said = lines(runEngine({"machine", "--json", "--threads", "1"}, home_));
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(said[0]["libtorch"], "2.11.0");
    EXPECT_EQ(said[0]["devices"][0]["name"], "cpu");
    EXPECT_EQ(said[0]["devices"][0]["threads"], 1);
    EXPECT_TRUE(said[0]["missing"].is_array());
}

TEST_F(CommandTest, TrainSpeaksJsonAndLeavesARun)
{
    const test::Finished finished =
        runEngine(with({"train", "tour", "--steps", "30", "--json", "--run", file("a.h5")}, small()), home_);
    ASSERT_EQ(finished.code, 0) << finished.err;
    const std::vector<nlohmann::json> said = lines(finished);
    EXPECT_EQ(said.front()["event"], "start");
    EXPECT_EQ(said.front()["run"], file("a.h5"));
    EXPECT_GT(said.front()["parameters"], 0);
    const std::vector<nlohmann::json> metrics = ofKind(said, "metrics");
    ASSERT_EQ(metrics.size(), 30U);
    for (const char* key : {"step", "loss", "accuracy", "lr", "step_seconds", "samples_per_second"})
        EXPECT_TRUE(metrics[7][key].is_number()) << key;
    const std::vector<nlohmann::json> validation = ofKind(said, "validation");
    ASSERT_EQ(validation.size(), 2U) << "at step 20 and at the end";
    EXPECT_EQ(validation[0]["split"], "val");
    EXPECT_EQ(said.back()["event"], "end");
    EXPECT_EQ(said.back()["reason"], "steps");
    EXPECT_EQ(said.back()["step"], 30);
    const core::Result<core::RunData> run = core::readRun(file("a.h5"));
    ASSERT_TRUE(run) << run.error().message;
    EXPECT_EQ(run->state, core::RunState::Finished);
    EXPECT_EQ(run->training.size(), 30U);
    EXPECT_EQ(run->last_checkpoint_step, 30);
    EXPECT_EQ(run->header.provenance["libtorch"], "2.11.0");
    EXPECT_EQ(runEngine(with({"train", "tour", "--steps", "3", "--run", file("a.h5")}, small()), home_).code, 1)
        << "a path that exists is refused";
}

TEST_F(CommandTest, SameSeedSameLossesAndAResumedRunIsEqual)
{
    const auto losses = [&](const std::vector<std::string>& arguments) {
        std::vector<double> result;
        const test::Finished finished = runEngine(arguments, home_);
        EXPECT_EQ(finished.code, 0) << finished.err;
        for (const nlohmann::json& line : ofKind(lines(finished), "metrics"))
            result.push_back(line["loss"]);
        return result;
    };
    const auto args = [&](const std::string& steps, const std::string& run) {
        return with({"train", "tour", "--steps", steps, "--seed", "3", "--json", "--run", file(run)}, small());
    };
    const std::vector<double> whole = losses(args("30", "whole.h5"));
    ASSERT_EQ(whole.size(), 30U);
    EXPECT_EQ(losses(args("30", "again.h5")), whole);
    std::vector<double> halves = losses(args("15", "half.h5"));
    const std::vector<double> rest =
        losses({"train", "--resume", "--run", file("half.h5"), "--steps", "30", "--json", "--threads", "1"});
    halves.insert(halves.end(), rest.begin(), rest.end());
    EXPECT_EQ(halves, whole);
    const core::Result<core::RunData> run = core::readRun(file("half.h5"));
    ASSERT_TRUE(run) << run.error().message;
    ASSERT_EQ(run->training.size(), 30U);
    EXPECT_EQ(run->training[29].loss, whole[29]);
    const test::Finished other = runEngine({"train", "tour-fd", "--resume", "--run", file("half.h5")}, home_);
    EXPECT_EQ(other.code, 1);
    EXPECT_THAT(other.err, HasSubstr("is a run of tour, not of tour-fd"));
}

TEST_F(CommandTest, EvalGoesOverEverySample)
{
    ASSERT_EQ(runEngine(with({"train", "tour", "--steps", "25", "--run", file("e.h5")}, small()), home_).code, 0);
    const test::Finished finished = runEngine({"eval", file("e.h5"), "--json"}, home_);
    ASSERT_EQ(finished.code, 0) << finished.err;
    const nlohmann::json said = lines(finished).at(0);
    EXPECT_EQ(said["samples"], 50) << "50 is no multiple of the batch of 8";
    EXPECT_EQ(said["split"], "test");
    EXPECT_EQ(said["checkpoint"], "last");
    EXPECT_EQ(said["step"], 25);
    EXPECT_EQ(said["run"], file("e.h5"));
    const nlohmann::json best =
        lines(runEngine({"eval", file("e.h5"), "--json", "--split", "val", "--checkpoint", "best"}, home_)).at(0);
    const core::Result<core::RunData> run = core::readRun(file("e.h5"));
    ASSERT_TRUE(run);
    EXPECT_EQ(best["step"], run->best_checkpoint_step);
    for (const core::ValidationRow& row : run->validation) {
        if (row.step == run->best_checkpoint_step) {
            EXPECT_DOUBLE_EQ(best["accuracy"], row.accuracy) << "what training said of the same samples";
        }
    }
    EXPECT_EQ(runEngine({"eval", file("none.h5")}, home_).code, 1);
    EXPECT_EQ(runEngine({"eval", file("e.h5"), "--split", "half"}, home_).code, 2);
}

TEST_F(CommandTest, EvalAndAnalyzeTakeARunByItsName)
{
    ASSERT_EQ(runEngine(with({"train", "tour", "--steps", "3"}, small()), home_).code, 0);
    const nlohmann::json run = lines(runEngine({"runs", "list", "--json"}, home_)).at(0)["runs"].at(0);
    const std::string file = run.at("path");
    const std::string name = run.at("name");
    const test::Finished evaluated = runEngine({"eval", name, "--json"}, home_);
    ASSERT_EQ(evaluated.code, 0) << evaluated.err;
    EXPECT_TRUE(std::filesystem::equivalent(std::string(lines(evaluated).at(0)["run"]), file));
    const test::Finished analyzed = runEngine({"analyze", name, "--json"}, home_);
    ASSERT_EQ(analyzed.code, 0) << analyzed.err;
    EXPECT_EQ(lines(analyzed).at(0)["step"], 3);
    EXPECT_EQ(lines(analyzed).at(0)["layers"][0]["mode"], "exact");
}

TEST_F(CommandTest, SamplesThatAreCutAreCounted)
{
    const test::Finished trained = runEngine(
        with({"train", "tour", "--steps", "2", "--run", file("cut.h5"), "--set", "task.length_limit=16"}, small()),
        home_);
    ASSERT_EQ(trained.code, 0) << trained.err;
    EXPECT_THAT(trained.err, AllOf(HasSubstr("training samples of listops"), HasSubstr("were cut to 16 positions.")));
    const core::Result<core::RunData> run = core::readRun(file("cut.h5"));
    ASSERT_TRUE(run);
    EXPECT_THAT(std::string(run->header.provenance["task"]), HasSubstr("of them cut to 16 positions"));
    EXPECT_THAT(runEngine({"eval", file("cut.h5")}, home_).err, HasSubstr("were cut to 16 positions"));
}

TEST_F(CommandTest, SigtermSavesAndEndsWith130)
{
    test::EngineProcess engine(with({"train", "tour", "--json", "--run", file("t.h5")}, small()), home_);
    // Metrics come in; stop in the middle.
    ASSERT_TRUE(engine.readUntil([&] { return engine.output().find("\"step\":5,") != std::string::npos; }));
    engine.signal(SIGTERM);
    const test::Finished finished = engine.wait();
    EXPECT_EQ(finished.code, 130) << finished.err;
    const nlohmann::json end = lines(finished).back();
    EXPECT_EQ(end["reason"], "stopped");
    const core::Result<core::RunData> run = core::readRun(file("t.h5"));
    ASSERT_TRUE(run) << run.error().message;
    EXPECT_EQ(run->state, core::RunState::Stopped);
    EXPECT_EQ(run->last_checkpoint_step, end["step"]);
}

TEST_F(CommandTest, BenchTimesAStepAndAnOperator)
{
    const std::vector<std::string> keys = {"kind",        "length",   "channels",      "batch",
                                           "causal",      "device",   "threads",       "median_seconds",
                                           "min_seconds", "peak_mib", "workspace_mib", "max_error"};
    const test::Finished step =
        runEngine(with({"bench", "step", "tour", "--batch", "4", "--repeat", "2", "--json"}, small()), home_);
    ASSERT_EQ(step.code, 0) << step.err;
    const test::Finished one = runEngine({"bench", "operator", "--kind", "tno", "--length", "100", "--channels", "3",
                                          "--batch", "2", "--causal", "--json"},
                                         home_);
    ASSERT_EQ(one.code, 0) << one.err;
    for (const std::string& key : keys) {
        EXPECT_TRUE(lines(step).at(0).contains(key)) << key;
        EXPECT_TRUE(lines(one).at(0).contains(key)) << key;
    }
    EXPECT_EQ(lines(step).at(0)["batch"], 4);
    EXPECT_GT(lines(one).at(0)["median_seconds"], 0.0);
    EXPECT_LT(lines(one).at(0)["max_error"], 1e-5);
    EXPECT_EQ(lines(one).at(0)["causal"], true);
}

TEST_F(CommandTest, ASteadyStepTakesNoMemoryFromTheSystem)
{
#ifdef TOEPLAB_SANITIZED
    GTEST_SKIP() << "sanitizers bring an allocator of their own";
#endif
    const test::Finished step =
        runEngine({"bench", "step", "tour", "--batch", "16", "--repeat", "20", "--json"}, home_);
    ASSERT_EQ(step.code, 0) << step.err;
    EXPECT_LE(lines(step).at(0)["page_faults"], 2); // megabytes of activations are thousands of pages
    EXPECT_GT(lines(step).at(0)["products_seconds"], 0.0);
}

} // namespace
