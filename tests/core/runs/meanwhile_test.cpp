// SPDX-License-Identifier: Apache-2.0
// What is said while a snapshot is being written is not in it, and has to outlive the change of the journal as well.
#include "core/runs/doctor.h"
#include "core/runs/run_files.h"
#include "core/runs/run_reader.h"
#include "tests/core/runs/mishap.h"
#include "tests/core/runs/run_samples.h"

#include <gmock/gmock.h>

#include <sys/wait.h>
#include <unistd.h>

namespace toeplab::core
{

namespace
{

using namespace testing;

constexpr std::int64_t kSaid = 3;

std::unique_ptr<RunFiles> runWithACheckpoint(const std::string& path)
{
    auto files = RunFiles::create(path, sampleHeader());
    (*files)->record(sampleRow(1));
    EXPECT_TRUE((*files)->sync());
    (*files)->checkpoint(sampleCheckpoint(1), true);
    return std::move(*files);
}

void sayMeanwhile(RunFiles& files)
{
    files.openMeanwhile();
    for (std::int64_t step = 2; step <= kSaid; ++step)
        files.meanwhile(sampleRow(step));
}

void expectSteps(const std::string& path, std::int64_t last)
{
    const auto data = readRun(path);
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ(data->recovery, "");
    ASSERT_EQ(data->training.size(), static_cast<std::size_t>(last));
    for (std::int64_t step = 1; step <= last; ++step)
        EXPECT_EQ(data->training[static_cast<std::size_t>(step - 1)], sampleRow(step));
}

class SaidMeanwhile : public ::testing::TestWithParam<Mishap>
{
};

TEST_P(SaidMeanwhile, IsThereWheneverTheWriterIsCutOff)
{
    int calls = 0, resumed = 0;
    for (bool ended = false; !ended;) {
        SCOPED_TRACE(::testing::Message() << "call " << ++calls);
        const Folder folder;
        const std::string path = folder.file("a.h5");
        const pid_t child = ::fork();
        if (child == 0) {
            const auto files = runWithACheckpoint(path);
            sayMeanwhile(*files);
            arm(GetParam(), calls);
            const bool saved = files->save().has_value();
            disarm();
            ::_exit(saved ? 0 : 1);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        ended = WIFEXITED(status);
        EXPECT_TRUE(!ended || WEXITSTATUS(status) == 0);
        expectSteps(path, kSaid);
        const std::vector<RunSummary> listed = listRuns(folder.path());
        ASSERT_EQ(listed.size(), 1U);
        EXPECT_EQ(listed[0].step, kSaid);
        EXPECT_TRUE(examineRun(path).sound);
        const auto salvaged = salvageRun(path, folder.file("b.h5"));
        ASSERT_TRUE(salvaged) << salvaged.error().message;
        expectSteps(folder.file("b.h5"), kSaid);
        if (readRun(path)->last_checkpoint_step == 1) {
            ++resumed;
            ASSERT_TRUE(RunFiles::resume(path));
            expectSteps(path, 1); // it goes back to its checkpoint
        }
    }
    EXPECT_GT(calls, 8) << "the calls are no longer seen";
    EXPECT_GT(resumed, 2);
}

INSTANTIATE_TEST_SUITE_P(Runs, SaidMeanwhile, ::testing::Values(Mishap::KillBefore, Mishap::KillAfter, Mishap::Tear),
                         [](const auto& tried) {
                             return tried.param == Mishap::KillBefore  ? "Before"
                                    : tried.param == Mishap::KillAfter ? "After"
                                                                       : "Torn";
                         });

TEST(SaidMeanwhileToAFullDisk, IsThereOnceWhateverFails)
{
    for (int number = 1;; ++number) {
        SCOPED_TRACE(::testing::Message() << "call " << number);
        const Folder folder;
        const std::string path = folder.file("a.h5");
        const auto files = runWithACheckpoint(path);
        sayMeanwhile(*files);
        arm(Mishap::Fail, number);
        static_cast<void>(files->save());
        const bool behind = disarm() < number;
        expectSteps(path, kSaid);
        for (std::int64_t step = 2; step <= kSaid + 1; ++step)
            files->record(sampleRow(step));
        ASSERT_TRUE(files->write());
        expectSteps(path, kSaid + 1);
        ASSERT_TRUE(files->save());
        expectSteps(path, kSaid + 1);
        if (behind)
            break;
    }
}

/// The snapshot that a resumption writes drops what stands behind the one that failed.
TEST(SaidMeanwhileASnapshotThatFails, IsNotTakenForTheNextOnes)
{
    int dropped = 0;
    bool ended = false;
    for (int number = 1; !ended; ++number) {
        SCOPED_TRACE(::testing::Message() << "call " << number);
        const Folder folder;
        const std::string path = folder.file("a.h5");
        {
            const auto files = runWithACheckpoint(path);
            ASSERT_TRUE(files->save());
            sayMeanwhile(*files);
            arm(Mishap::Fail, 1);
            EXPECT_FALSE(files->save());
            disarm();
        }
        expectSteps(path, kSaid);
        const std::vector<std::byte> before = bytesOf(path);
        const pid_t child = ::fork();
        if (child == 0) {
            arm(Mishap::KillBefore, number);
            const bool resumed = RunFiles::resume(path).has_value();
            disarm();
            ::_exit(resumed ? 0 : 1);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        ended = WIFEXITED(status);
        EXPECT_TRUE(!ended || WEXITSTATUS(status) == 0);
        const bool replaced = bytesOf(path) != before;
        dropped += replaced ? 1 : 0;
        expectSteps(path, replaced ? 1 : kSaid);
    }
    EXPECT_GT(dropped, 2);
}

} // namespace

} // namespace toeplab::core
