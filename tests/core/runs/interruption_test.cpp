// SPDX-License-Identifier: Apache-2.0
// A run that is cut off, or whose disk fails, at each single call that changes a file.
#include "core/runs/doctor.h"
#include "core/runs/run_files.h"
#include "core/runs/run_reader.h"
#include "core/runs/run_writer.h"
#include "tests/core/runs/mishap.h"
#include "tests/core/runs/run_samples.h"

#include <gmock/gmock.h>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <set>
#include <thread>

namespace toeplab::core
{

namespace
{

using namespace testing;
using ::testing::HasSubstr;

constexpr std::int64_t kSteps = 12;
constexpr std::int64_t kCheckpointEvery = 5;

/// What a writer was told is safe, in memory that outlives it.
struct Acknowledged {
    bool created, done;
    std::int64_t rows, written, checkpoint; ///< `written`: handed to the system, `rows`: brought to the disk
};

class Shared
{
public:
    Shared()
    {
        void* memory = ::mmap(nullptr, sizeof(Acknowledged), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        value_ = new (memory) Acknowledged{};
    }
    ~Shared() { ::munmap(value_, sizeof(Acknowledged)); }
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;
    Acknowledged* operator->() const { return value_; }

private:
    Acknowledged* value_;
};

/// Errors become sentences in `said`; whatever happens the run goes on, as a training would.
void note(const Result<void>& result, std::vector<std::string>& said)
{
    if (!result)
        said.push_back(result.error().message);
}

/// Steps `first` to kSteps of a run, then its end.
void train(RunFiles& files, std::int64_t first, const Shared& acknowledged, std::vector<std::string>& said)
{
    const auto last_good = [&](std::size_t before) { return said.size() == before; };
    for (std::int64_t step = first; step <= kSteps; ++step) {
        const std::size_t before = said.size();
        files.record(sampleRow(step));
        if (step % 2 == 0)
            files.kernel(sampleKernel(files.store().header, 0, step));
        note(files.write(), said);
        if (last_good(before))
            acknowledged->written = step;
        note(files.sync(), said);
        if (last_good(before))
            acknowledged->rows = step;
        if (step % kCheckpointEvery == 0) {
            files.checkpoint(sampleCheckpoint(step), step == kCheckpointEvery);
            const auto saved = files.save();
            note(saved, said);
            if (saved)
                acknowledged->checkpoint = step;
        }
    }
    files.record(RunState::Finished);
    const auto finished = files.finish();
    note(finished, said);
    acknowledged->done = finished.has_value();
}

void wholeRun(const std::string& path, const Shared& acknowledged, std::vector<std::string>& said)
{
    auto files = RunFiles::create(path, sampleHeader());
    if (!files) {
        said.push_back(files.error().message);
        return;
    }
    acknowledged->created = true;
    train(**files, 1, acknowledged, said);
}

/// True: the process came to its end, so `number` is behind its last call.
bool cutOff(Mishap mishap, int number, const std::string& path, const Shared& acknowledged)
{
    const pid_t child = ::fork();
    if (child == 0) {
        std::vector<std::string> said;
        arm(mishap, number);
        wholeRun(path, acknowledged, said);
        disarm();
        ::_exit(said.empty() ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFEXITED(status))
        EXPECT_EQ(WEXITSTATUS(status), 0);
    else
        EXPECT_EQ(WTERMSIG(status), SIGKILL);
    return WIFEXITED(status);
}

void expectRows(const RunData& data, std::int64_t least, std::int64_t most)
{
    const auto rows = static_cast<std::int64_t>(data.training.size());
    EXPECT_GE(rows, least);
    EXPECT_LE(rows, most);
    for (std::int64_t i = 0; i < rows; ++i)
        EXPECT_EQ(data.training[static_cast<std::size_t>(i)], sampleRow(i + 1));
    for (const std::int64_t step : data.kernel_steps[0]) {
        const auto kernel = readKernel(data.path, 0, step);
        EXPECT_TRUE(kernel) << kernel.error().message;
    }
}

/// Resumed and brought to its end, a run is the run that was never cut off.
void expectResumes(const std::string& path, std::int64_t checkpoint)
{
    const auto stored = readCheckpoint(path, CheckpointKind::Last);
    ASSERT_TRUE(stored) << stored.error().message;
    EXPECT_EQ(*stored, sampleCheckpoint(checkpoint));
    {
        auto files = RunFiles::resume(path);
        ASSERT_TRUE(files) << files.error().message;
        const Shared acknowledged;
        std::vector<std::string> said;
        train(**files, checkpoint + 1, acknowledged, said);
        EXPECT_TRUE(acknowledged->done) << said.front();
    }
    const auto data = readRun(path);
    ASSERT_TRUE(data) << data.error().message;
    expectRows(*data, kSteps, kSteps);
    EXPECT_THAT(data->kernel_steps[0], ::testing::ElementsAre(2, 4, 6, 8, 10, 12));
    EXPECT_EQ(data->state, RunState::Finished);
    EXPECT_EQ(data->best_checkpoint_step, kCheckpointEvery);
    EXPECT_FALSE(std::filesystem::exists(journalPath(path)));
    EXPECT_FALSE(std::filesystem::exists(path + ".tmp"));
    EXPECT_TRUE(examineRun(path).sound);
}

class CutOffAtEveryCall : public ::testing::TestWithParam<Mishap>
{
};

TEST_P(CutOffAtEveryCall, LosesNothingAndResumes)
{
    int resumed = 0, calls = 0;
    for (bool ended = false; !ended;) {
        const Folder folder;
        const std::string path = folder.file("a.h5");
        const Shared acknowledged;
        ended = cutOff(GetParam(), ++calls, path, acknowledged);
        SCOPED_TRACE(::testing::Message() << "call " << calls);
        if (!acknowledged->created) {
            // Before it was a run: the name is free again, or a run without rows has it.
            const auto files = RunFiles::create(path, sampleHeader());
            EXPECT_TRUE(files.has_value() || readRun(path).has_value()) << files.error().message;
            continue;
        }
        const auto data = readRun(path);
        ASSERT_TRUE(data) << data.error().message;
        expectRows(*data, acknowledged->written, std::min(kSteps, acknowledged->written + 1));
        EXPECT_GE(data->last_checkpoint_step, acknowledged->checkpoint - (acknowledged->checkpoint == 0 ? 1 : 0));
        EXPECT_EQ(acknowledged->done, ended);
        const RunCheckup checkup = examineRun(path);
        EXPECT_TRUE(checkup.sound) << checkup.findings.back().text;
        EXPECT_TRUE(checkup.readable);
        if (data->last_checkpoint_step > 0) {
            ++resumed;
            expectResumes(path, data->last_checkpoint_step);
        }
    }
    EXPECT_GT(calls, 40) << "the calls are no longer seen";
    EXPECT_GT(resumed, 20);
    std::printf("%d moments, resumed from %d\n", calls - 1, resumed);
}

INSTANTIATE_TEST_SUITE_P(Runs, CutOffAtEveryCall,
                         ::testing::Values(Mishap::KillBefore, Mishap::KillAfter, Mishap::Tear), [](const auto& tried) {
                             return tried.param == Mishap::KillBefore  ? "Before"
                                    : tried.param == Mishap::KillAfter ? "After"
                                                                       : "Torn";
                         });

/// A large snapshot on a slow disk: what the training says meanwhile is in the journal already.
TEST(CutOffWhileASnapshotIsWritten, LosesNothing)
{
    const Folder folder;
    const std::string path = folder.file("a.h5");
    constexpr std::int64_t kBefore = 10, kMeanwhile = 100;
    const pid_t child = ::fork();
    if (child == 0) {
        auto writer = RunWriter::create(path, sampleHeader(), {});
        for (std::int64_t step = 1; step <= kBefore; ++step)
            (*writer)->metrics(sampleRow(step));
        arm(Mishap::Linger, 1);
        (*writer)->checkpoint(sampleCheckpoint(kBefore), false, {});
        while (!std::filesystem::exists(path + ".tmp"))
            ::usleep(1000);
        for (std::int64_t step = kBefore + 1; step <= kBefore + kMeanwhile; ++step)
            (*writer)->metrics(sampleRow(step));
        (*writer)->event({kBefore + kMeanwhile, 0, "note", "caf\xE9", 0});
        ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(std::filesystem::exists(path + ".tmp")) << "it was cut off too late";
    const auto data = readRun(path);
    ASSERT_TRUE(data) << data.error().message;
    expectRows(*data, kBefore + kMeanwhile, kBefore + kMeanwhile);
    EXPECT_EQ(data->events.back().text, "caf\xEF\xBF\xBD");
}

TEST(DiskFailure, OfASnapshotDoesNotDoubleWhatWasSaidMeanwhile)
{
    const Folder folder;
    const std::string path = folder.file("a.h5");
    auto files = RunFiles::create(path, sampleHeader());
    ASSERT_TRUE(files);
    (*files)->record(sampleRow(1));
    ASSERT_TRUE((*files)->sync());
    (*files)->openMeanwhile();
    (*files)->meanwhile(sampleRow(2));
    EXPECT_EQ(readRun(path)->training.size(), 2U);
    arm(Mishap::Fail, 1);
    EXPECT_FALSE((*files)->save());
    disarm();
    (*files)->meanwhile(sampleRow(3)); // too late: it takes no more
    for (const std::int64_t step : {2, 3})
        (*files)->record(sampleRow(step));
    ASSERT_TRUE((*files)->write());
    expectRows(*readRun(path), 3, 3);
}

TEST(Meanwhile, IsSaidOnceAndNeverSeenToVanish)
{
    const Folder folder;
    const std::string path = folder.file("a.h5");
    auto files = RunFiles::create(path, sampleHeader());
    ASSERT_TRUE(files);
    (*files)->record(sampleRow(1));
    ASSERT_TRUE((*files)->sync());
    (*files)->openMeanwhile();
    for (const std::int64_t step : {2, 3, 4})
        (*files)->meanwhile(sampleRow(step));
    ASSERT_TRUE((*files)->save());
    expectRows(*readRun(path), 4, 4);
    (*files)->record(sampleRow(2));
    (*files)->kernel(sampleKernel(sampleHeader(), 0, 2)); // of kernels nothing was taken
    ASSERT_TRUE((*files)->write());
    expectRows(*readRun(path), 4, 4);
    EXPECT_EQ(readRun(path)->kernel_steps[0].size(), 1U);
    ASSERT_TRUE((*files)->save()); // which has two of the rows, and an empty journal: the others are said again
    for (const std::int64_t step : {3, 4, 5})
        (*files)->record(sampleRow(step));
    ASSERT_TRUE((*files)->write());
    expectRows(*readRun(path), 5, 5);
    EXPECT_EQ(readRun(path)->kernel_steps[0].size(), 1U);
}

void expectSentence(const std::string& text)
{
    EXPECT_THAT(text, HasSubstr("No space left on device"));
    EXPECT_EQ(text.back(), '.') << text;
}

TEST(DiskFailure, OnceAtAnyCallLosesNothing)
{
    int number = 1;
    for (;; ++number) {
        SCOPED_TRACE(::testing::Message() << "call " << number);
        const Folder folder;
        const std::string path = folder.file("a.h5");
        const Shared acknowledged;
        std::vector<std::string> said;
        arm(Mishap::Fail, number);
        wholeRun(path, acknowledged, said);
        if (disarm() < number)
            break;         // behind the last call
        if (!said.empty()) // what the next call has made up for is not told
            expectSentence(said.front());
        if (!acknowledged->created) {
            EXPECT_TRUE(RunFiles::create(folder.file("b.h5"), sampleHeader()));
            continue;
        }
        const auto data = readRun(path);
        ASSERT_TRUE(data) << data.error().message;
        expectRows(*data, kSteps, kSteps);
    }
    EXPECT_GT(number, 40);
}

TEST(DiskFailure, ThatStaysLosesNothingThatWasSafe)
{
    for (int number = 1; number <= 60; ++number) {
        SCOPED_TRACE(::testing::Message() << "call " << number);
        const Folder folder;
        const std::string path = folder.file("a.h5");
        const Shared acknowledged;
        std::vector<std::string> said;
        arm(Mishap::FailOn, number);
        wholeRun(path, acknowledged, said);
        disarm();
        if (!acknowledged->created)
            continue;
        ASSERT_FALSE(said.empty());
        expectSentence(said.front());
        const auto data = readRun(path);
        ASSERT_TRUE(data) << data.error().message;
        expectRows(*data, acknowledged->written, kSteps);
        EXPECT_TRUE(examineRun(path).readable);
    }
}

TEST(DiskFailure, IsToldAndMadeUpForWhenThereIsSpaceAgain)
{
    const Folder folder;
    const std::string path = folder.file("a.h5");
    std::vector<std::string> told;
    auto writer = RunWriter::create(path, sampleHeader(), [&](const Error& error) { told.push_back(error.message); });
    ASSERT_TRUE(writer);
    arm(Mishap::FailOn, 1);
    for (std::int64_t step = 1; step <= kSteps; ++step)
        (*writer)->metrics(sampleRow(step));
    EXPECT_FALSE((*writer)->flush());
    EXPECT_FALSE((*writer)->flush());
    disarm();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!(*writer)->flush() && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    ASSERT_TRUE((*writer)->flush());
    ASSERT_FALSE(told.empty());
    expectSentence(told.front());
    EXPECT_EQ(std::set<std::string>(told.begin(), told.end()).size(), told.size()) << "none is told twice";
    const auto data = readRun(path);
    ASSERT_TRUE(data);
    expectRows(*data, kSteps, kSteps);
}

} // namespace

} // namespace toeplab::core
