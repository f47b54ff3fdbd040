// SPDX-License-Identifier: Apache-2.0
#include "core/bench/race.h"

#include <gmock/gmock.h>

#include <cstdio>
#include <fstream>
#include <sstream>

namespace toeplab::core
{
namespace
{

using testing::HasSubstr;

RaceSettings quick()
{
    RaceSettings settings;
    settings.lengths = {1, 16, 81};
    settings.channels = 4;
    settings.batch = 2;
    settings.repeat = 3;
    settings.rank = 8;
    settings.band = 5;
    return settings;
}

TEST(Race, EveryOperatorRunsAtEveryLengthAndAgrees)
{
    for (const std::int64_t axes : {1, 2})
        for (const bool causal : {false, true}) {
            RaceSettings settings = quick();
            settings.axes = axes;
            settings.causal = causal;
            int seen = 0;
            const auto done = race(settings, [&](const RaceEntry&) { ++seen; });
            ASSERT_TRUE(done) << done.error().message;
            EXPECT_EQ(seen, 12);
            ASSERT_EQ(done->entries.size(), 12U);
            for (const RaceEntry& entry : done->entries) {
                EXPECT_TRUE(entry.takesPart()) << entry.result.kind << ": " << entry.problem;
                EXPECT_LT(entry.result.max_error, 1e-5) << entry.result.kind;
                EXPECT_LE(entry.result.min_seconds, entry.result.q1_seconds);
                EXPECT_LE(entry.result.q1_seconds, entry.result.median_seconds);
                EXPECT_LE(entry.result.median_seconds, entry.result.q3_seconds);
                EXPECT_EQ(entry.result.axes, axes);
                EXPECT_FALSE(entry.result.algorithm.empty());
            }
        }
}

TEST(Bench, AnAlgorithmThatAnOperatorDoesNotHaveIsNotSwappedForAnother)
{
    OperatorBench bench;
    bench.length = 100;
    bench.channels = 2;
    bench.repeat = 1;
    bench.mixer.algorithm = "fft";
    for (const char* kind : {"direct", "ski"}) {
        bench.mixer.kind = kind;
        const auto refused = benchOperator(bench);
        ASSERT_FALSE(refused) << kind;
        EXPECT_THAT(refused.error().message, HasSubstr("fft"));
    }
    bench.mixer.causal = true;
    EXPECT_TRUE(benchOperator(bench));
}

TEST(Race, WhoDisagreesIsLeftOutWithTheError)
{
    RaceSettings settings = quick();
    settings.kinds = {"tno", "direct"};
    settings.tolerance = 1e-12; // of which no product in single precision is capable
    const auto done = race(settings);
    ASSERT_TRUE(done);
    for (const RaceEntry& entry : done->entries) {
        EXPECT_FALSE(entry.takesPart());
        EXPECT_GT(entry.result.max_error, 1e-12);
        EXPECT_THAT(entry.problem, HasSubstr("differs from the dense product"));
    }
    const nlohmann::json json = toJson(*done);
    EXPECT_TRUE(json["entries"].empty());
    ASSERT_EQ(json["left_out"].size(), 6U);
    EXPECT_GT(json["left_out"][0]["max_error"], 1e-12);
    EXPECT_TRUE(json["crossovers"].empty());
}

TEST(Race, WhatCannotBeMadeIsLeftOutWithItsSentence)
{
    RaceSettings settings = quick();
    settings.kinds = {"ski", "tno"};
    settings.band = 4;
    settings.lengths = {16};
    const auto done = race(settings);
    ASSERT_TRUE(done);
    EXPECT_THAT(done->entries[0].problem, HasSubstr("mixer.band is 4"));
    EXPECT_TRUE(done->entries[1].takesPart());
}

RaceEntry entry(const char* kind, std::int64_t length, double seconds, const char* problem = "")
{
    RaceEntry made;
    made.result.kind = kind;
    made.result.length = length;
    made.result.median_seconds = seconds;
    made.problem = problem;
    return made;
}

TEST(Race, CrossoversAreWhereTheOrderChanges)
{
    const auto found = crossovers({entry("direct", 32, 1), entry("tno", 32, 2), entry("ski", 32, 3, "left out"),
                                   entry("direct", 64, 4), entry("tno", 64, 3), entry("ski", 64, 1),
                                   entry("direct", 128, 16), entry("tno", 128, 5), entry("ski", 128, 2)});
    ASSERT_EQ(found.size(), 1U) << "ski was never behind where it took part";
    EXPECT_EQ(found[0].faster, "tno");
    EXPECT_EQ(found[0].slower, "direct");
    EXPECT_EQ(found[0].length, 64);
}

std::string contents(const std::string& path)
{
    std::ifstream stream(path);
    std::stringstream all;
    all << stream.rdbuf();
    return all.str();
}

TEST(Race, IsStoredAsJsonAndAsCsv)
{
    Race stored;
    stored.entries = {entry("direct", 32, 0.25), entry("ski", 32, 3, "It says \"no\".")};
    const std::string base = testing::TempDir() + "race";
    ASSERT_TRUE(writeRace(stored, base + ".json"));
    EXPECT_EQ(nlohmann::json::parse(contents(base + ".json")), toJson(stored));
    ASSERT_TRUE(writeRace(stored, base + ".csv"));
    const std::string csv = contents(base + ".csv");
    EXPECT_THAT(csv, HasSubstr("\ndirect,\"\",32,"));
    EXPECT_THAT(csv, HasSubstr(",\"It says \"\"no\"\".\"\n"));
    EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 3);
    EXPECT_THAT(writeRace(stored, base + ".txt").error().message, HasSubstr("neither .json nor .csv"));
    EXPECT_THAT(writeRace(stored, "/nowhere/race.csv").error().message, HasSubstr("cannot be written"));
}

TEST(Race, PeaksAreOfTheWorkItself)
{
    BenchResult large;
    measure(large, 1, [] { std::vector<char> block(64 << 20, 1); });
    BenchResult small;
    measure(small, 1, [] { std::vector<char> block(1 << 20, 1); });
    EXPECT_GT(large.workspace_mib, 50);
    EXPECT_LT(small.workspace_mib, 20) << "what ran before counts no more";
}

} // namespace
} // namespace toeplab::core
