// SPDX-License-Identifier: Apache-2.0
// Reading a run that another process is writing, and keeping two writers apart.
#include "core/runs/run_reader.h"
#include "core/runs/run_writer.h"
#include "tests/core/runs/run_samples.h"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

namespace toeplab::core
{

namespace
{

using namespace testing;
using ::testing::HasSubstr;

/// A process that writes rows, kernels and a checkpoint every 50 steps until it is killed.
pid_t startWriter(const std::string& path)
{
    const pid_t child = ::fork();
    if (child != 0)
        return child;
    ::alarm(120);
    auto writer = RunWriter::create(path, sampleHeader(), {});
    if (!writer)
        ::_exit(1);
    for (std::int64_t step = 1;; ++step) {
        (*writer)->metrics(sampleRow(step));
        if (step % 25 == 0)
            (*writer)->kernel(sampleKernel(sampleHeader(), 0, step));
        if (step % 50 == 0)
            (*writer)->checkpoint(sampleCheckpoint(step), false, {});
        std::this_thread::sleep_for(std::chrono::microseconds(300));
    }
}

void end(pid_t child)
{
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself";
}

TEST(LiveRun, EveryLookShowsAllRowsUpToSomeMoment)
{
    const Folder folder;
    const std::string path = folder.file("a.h5");
    const pid_t child = startWriter(path);
    while (!std::filesystem::exists(path))
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::size_t rows = 0, looks = 0, kernels = 0;
    for (; rows < 1500 || looks <= 20; ++looks) { // a slow reader sees more rows at a look
        const auto data = readRun(path);
        if (!data || data->state != RunState::Alive || data->training.size() < rows) {
            end(child);
            FAIL() << (data ? toString(data->state) + ", " + std::to_string(data->training.size()) + " rows after " +
                                  std::to_string(rows)
                            : data.error().message);
        }
        EXPECT_EQ(data->recovery, "");
        rows = data->training.size();
        for (std::size_t i = 0; i < rows; ++i)
            ASSERT_EQ(data->training[i], sampleRow(static_cast<std::int64_t>(i) + 1));
        if (!data->kernel_steps[0].empty()) {
            // Thinning may have taken an older one away meanwhile; the newest stays.
            const auto kernel = readKernel(path, 0, data->kernel_steps[0].back());
            kernels += kernel ? 1 : 0;
        }
        const std::vector<RunSummary> listed = listRuns(folder.path());
        ASSERT_EQ(listed.size(), 1U);
        EXPECT_EQ(listed[0].state, RunState::Alive);
        EXPECT_EQ(listed[0].problem, "");
    }
    end(child);
    EXPECT_GT(looks, 20U);
    EXPECT_GT(kernels, looks / 2);
    const auto data = readRun(path);
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ(data->state, RunState::Crashed);
    EXPECT_GE(data->training.size(), rows);
}

TEST(LiveRun, AReaderThatHoldsTheFileOpenDoesNotStopTheWriter)
{
    const Folder folder;
    const std::string path = folder.file("a.h5");
    std::vector<std::string> told;
    auto writer = RunWriter::create(path, sampleHeader(), [&](const Error& error) { told.push_back(error.message); });
    ASSERT_TRUE(writer);
    for (std::int64_t step = 1; step <= 5; ++step) {
        // As HDF5's own tools do: open, and locked against writers.
        const int reader = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        struct flock lock = {};
        lock.l_type = F_RDLCK;
        ASSERT_EQ(::fcntl(reader, F_OFD_SETLK, &lock), 0);
        (*writer)->metrics(sampleRow(step));
        (*writer)->checkpoint(sampleCheckpoint(step), true, {});
        EXPECT_TRUE((*writer)->flush());
        ::close(reader);
    }
    EXPECT_THAT(told, ::testing::IsEmpty());
    EXPECT_EQ(readRun(path)->last_checkpoint_step, 5);
}

TEST(TwoWriters, TheSecondIsRefusedWithASentence)
{
    const Folder folder;
    const std::string path = folder.file("a.h5");
    auto first = RunWriter::create(path, sampleHeader(), {});
    ASSERT_TRUE(first);
    (*first)->metrics(sampleRow(1));
    (*first)->checkpoint(sampleCheckpoint(1), false, {});
    ASSERT_TRUE((*first)->flush());
    const auto again = RunWriter::create(path, sampleHeader(), {});
    ASSERT_FALSE(again);
    EXPECT_THAT(again.error().message, HasSubstr("exists already"));
    const auto resumed = RunWriter::resume(path, {});
    ASSERT_FALSE(resumed);
    EXPECT_THAT(resumed.error().message, HasSubstr("is being written by another process. Stop that one first."));
    (*first)->metrics(sampleRow(2));
    ASSERT_TRUE((*first)->flush());
    EXPECT_EQ(readRun(path)->training.size(), 2U) << "the first goes on undisturbed";
    EXPECT_EQ(readRun(path)->state, RunState::Alive);
}

TEST(TwoWriters, OnlyOneOfManyThatStartAtOnceGetsTheName)
{
    const Folder folder;
    const std::string path = folder.file("a.h5");
    std::vector<pid_t> children;
    for (int i = 0; i < 8; ++i) {
        const pid_t child = ::fork();
        if (child == 0) {
            auto writer = RunWriter::create(path, sampleHeader(), {});
            if (!writer)
                ::_exit(1);
            (*writer)->metrics(sampleRow(1));
            ::usleep(200'000);
            (*writer)->state(RunState::Finished);
            writer->reset();
            ::_exit(0);
        }
        children.push_back(child);
    }
    int winners = 0;
    for (const pid_t child : children) {
        int status = 0;
        ::waitpid(child, &status, 0);
        winners += WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 1 : 0;
    }
    EXPECT_EQ(winners, 1);
    EXPECT_EQ(readRun(path)->training.size(), 1U);
}

TEST(ReadOnlyFolder, IsASentence)
{
    const Folder folder;
    const std::string path = folder.file("no/such/a.h5");
    const auto missing = RunWriter::create(path, sampleHeader(), {});
    ASSERT_FALSE(missing);
    EXPECT_THAT(missing.error().message, HasSubstr("No such file or directory. Check that its folder exists and may be "
                                                   "written."));
    if (::geteuid() == 0)
        GTEST_SKIP() << "the superuser may write anywhere";
    ::chmod(folder.path().c_str(), 0500);
    const auto refused = RunWriter::create(folder.file("a.h5"), sampleHeader(), {});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("Permission denied"));
}

} // namespace

} // namespace toeplab::core
