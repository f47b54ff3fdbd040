// SPDX-License-Identifier: Apache-2.0
#include "core/config/choices.h"
#include "tests/app/engine/engine_process.h"
#include "tests/app/engine/home.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>

// Operators through the commands: trained, refused, analysed, timed.

namespace
{

using namespace toeplab;
using test::runEngine;
using testing::HasSubstr;

class OperatorsTest : public test::EngineTest
{
};

TEST_F(OperatorsTest, EveryOneTrains)
{
    for (const char* kind : core::kMixerKinds)
        for (const char* causal : {"false", "true"}) {
            const std::string run = file(std::string(kind) + causal + ".h5");
            const test::Finished finished = runEngine(
                with({"train", "tour", "--steps", "3", "--run", run, "--set", std::string("mixer.kind=") + kind,
                      "--set", std::string("mixer.causal=") + causal, "--set", "mixer.rank=8"},
                     small()),
                home_);
            EXPECT_EQ(finished.code, 0) << kind << ": " << finished.err;
            EXPECT_TRUE(std::filesystem::exists(run)) << kind;
        }
}

struct Bad {
    std::vector<std::string> settings;
    std::string sentence; ///< a part of it
};

TEST_F(OperatorsTest, BadSettingsAreOneSentenceBeforeAnythingStarts)
{
    const std::vector<Bad> all{
        {{"mixer.kind=laplace"}, R"(mixer.kind is "laplace": it must be one of tno, ski, fd or direct)"},
        {{"mixer.kind=ski", "mixer.rank=1"}, "mixer.rank is 1"},
        {{"mixer.kind=ski", "mixer.rank=21"}, "mixer.rank is 21: more inducing points than the longest sample"},
        {{"mixer.kind=ski", "mixer.rank=8", "mixer.band=4"}, "mixer.band is 4: it must be odd"},
        {{"mixer.kind=ski", "mixer.rank=8", "mixer.band=70001"}, "mixer.band is 70,001: it must be 1 to 65,535"},
        {{"mixer.kind=ski", "mixer.rank=8", "mixer.warp=1.5"}, "mixer.warp is 1.5"},
        {{"mixer.kind=ski", "mixer.rank=8", "mixer.mode=published"}, R"(mixer.mode is "published")"},
        {{"mixer.gamma=0"}, "mixer.gamma is 0"},
        {{"mixer.gamma=1.01"}, "mixer.gamma is 1.01"},
        {{"mixer.par_type=3"}, "mixer.par_type is 3"},
        {{"mixer.kind=direct", "mixer.par_type=3"}, "mixer.par_type is 3"},
        {{"mixer.algorithm=fast"}, R"(mixer.algorithm is "fast")"},
        {{"mixer.algorithm=blocks"}, "mixer.algorithm is blocks, which keeps causal kernels causal to the last bit"},
        {{"mixer.kind=fd", "mixer.fd_input=sin"}, R"(mixer.fd_input is "sin")"},
        {{"mixer.axes=2"}, "listops is a sequence and has no rows and columns"},
        {{"mixer.two_axis_type=5"}, "mixer.two_axis_type is 5"},
    };
    for (const Bad& bad : all) {
        std::vector<std::string> arguments = with({"train", "tour", "--run", file("bad.h5")}, small());
        for (const std::string& setting : bad.settings)
            arguments.insert(arguments.end(), {"--set", setting});
        const test::Finished finished = runEngine(arguments, home_);
        EXPECT_EQ(finished.code, 2) << bad.sentence;
        EXPECT_THAT(finished.err, HasSubstr(bad.sentence));
        EXPECT_EQ(std::count(finished.err.begin(), finished.err.end(), '\n'), 1) << finished.err;
        EXPECT_EQ(finished.out, "");
        EXPECT_FALSE(std::filesystem::exists(file("bad.h5")));
    }
}

TEST_F(OperatorsTest, AnalyzeSaysWhatSkiCannotRepresent)
{
    const std::string run = file("ski.h5");
    const test::Finished trained =
        runEngine(with({"train", "tour", "--steps", "2", "--run", run, "--set", "mixer.kind=ski", "--set",
                        "mixer.rank=8", "--set", "mixer.band=1", "--set", "mixer.warp=0.1"},
                       small()),
                  home_);
    ASSERT_EQ(trained.code, 0) << trained.err;
    EXPECT_THAT(trained.err, HasSubstr("visit 2 of 8 grid cells"));
    const auto read = nlohmann::json::parse(runEngine({"analyze", run, "--json"}, home_).out);
    const nlohmann::json& ski = read["layers"][0]["ski"];
    EXPECT_EQ(ski["cells"], 8);
    EXPECT_EQ(ski["visited_cells"], 2);
    EXPECT_DOUBLE_EQ(ski["warp"], 0.1);
    EXPECT_EQ(ski["blind_lags"][0], 0);
    EXPECT_DOUBLE_EQ(ski["blind_lags"][1], 2 * ski["spacing"].get<double>());
    EXPECT_THAT(runEngine({"analyze", run}, home_).out, HasSubstr("2 of 8 grid cells visited"));
}

TEST_F(OperatorsTest, BenchOperatorTimesBothNumbersOfAxes)
{
    for (const char* kind : core::kMixerKinds)
        for (const char* axes : {"1", "2"}) {
            const test::Finished finished =
                runEngine({"bench",  "operator", "--kind",   kind,     "--length", "64",        "--channels",
                           "4",      "--batch",  "2",        "--axes", axes,       "--rank",    "4",
                           "--band", "5",        "--repeat", "2",      "--json",   "--threads", "1"},
                          home_);
            ASSERT_EQ(finished.code, 0) << kind << ": " << finished.err;
            const auto read = nlohmann::json::parse(finished.out);
            EXPECT_EQ(read["kind"], kind);
            EXPECT_LT(read["max_error"], 1e-5) << kind << " on " << axes;
            EXPECT_GT(read["median_seconds"], 0);
        }
}

TEST_F(OperatorsTest, ARaceIsPrintedAndStored)
{
    const std::vector<std::string> arguments{"bench",  "race", "--lengths", "16,32", "--channels", "4", "--batch", "2",
                                             "--rank", "4",    "--repeat",  "2",     "--threads",  "1"};
    const test::Finished table = runEngine(with(arguments, {"--out", file("race.csv")}), home_);
    ASSERT_EQ(table.code, 0) << table.err;
    EXPECT_THAT(table.out, HasSubstr("direct 16 x 16"));
    std::ifstream csv(file("race.csv"));
    std::string heading;
    std::getline(csv, heading);
    EXPECT_THAT(heading, testing::StartsWith("kind,algorithm,length"));
    const test::Finished json = runEngine(with(arguments, {"--json", "--out", file("race.json")}), home_);
    const auto read = nlohmann::json::parse(json.out);
    EXPECT_EQ(read["entries"].size(), 2 * core::kMixerKinds.size());
    EXPECT_TRUE(std::filesystem::exists(file("race.json")));
    EXPECT_EQ(runEngine(with(arguments, {"--out", "race.txt"}), home_).code, 2);
}

} // namespace
