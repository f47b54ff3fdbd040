// SPDX-License-Identifier: Apache-2.0
// Files that are no run, or no longer a whole one: a sentence, whatever they hold.
#include "core/runs/doctor.h"
#include "core/runs/run_reader.h"
#include "core/runs/run_writer.h"
#include "tests/core/runs/run_samples.h"

#include <gmock/gmock.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

namespace toeplab::core
{

namespace
{

using namespace testing;
using ::testing::AnyOf;
using ::testing::HasSubstr;

constexpr std::int64_t kSteps = 60;

/// A finished run of kSteps rows with kernels and two checkpoints.
void writeRun(const std::string& path)
{
    const RunHeader header = sampleHeader();
    auto writer = RunWriter::create(path, header, {});
    for (std::int64_t step = 1; step <= kSteps; ++step) {
        (*writer)->metrics(sampleRow(step));
        if (step % 10 == 0)
            (*writer)->kernel(sampleKernel(header, 0, step));
        if (step % 30 == 0)
            (*writer)->checkpoint(sampleCheckpoint(step), step == 30, {});
    }
    (*writer)->ladder(sampleLadder(header, kSteps));
    (*writer)->validation({kSteps, "val", 0.5, 0.75, 100});
    (*writer)->state(RunState::Finished);
}

void damage(std::vector<std::byte>& bytes, std::mt19937& random)
{
    const auto at = [&] { return static_cast<std::ptrdiff_t>(random() % bytes.size()); };
    const auto some = [&](std::ptrdiff_t begin) {
        return std::min<std::ptrdiff_t>(1 + static_cast<std::ptrdiff_t>(random() % 5000),
                                        static_cast<std::ptrdiff_t>(bytes.size()) - begin);
    };
    const auto begin = at();
    switch (random() % 6) {
    case 0:
        bytes.resize(static_cast<std::size_t>(begin));
        break;
    case 1:
        for (unsigned hits = 1 + random() % 8; hits > 0; --hits)
            bytes[static_cast<std::size_t>(at())] ^= static_cast<std::byte>(1 + random() % 255);
        break;
    case 2:
        std::fill_n(bytes.begin() + begin, some(begin), std::byte{0});
        bytes[static_cast<std::size_t>(begin)] ^= std::byte{1};
        break;
    case 3:
        std::generate_n(bytes.begin() + begin, some(begin), [&] { return static_cast<std::byte>(random()); });
        bytes[static_cast<std::size_t>(begin)] ^= std::byte{1};
        break;
    case 4:
        bytes.erase(bytes.begin() + begin, bytes.begin() + begin + some(begin));
        break;
    default:
        bytes.insert(bytes.begin() + begin, 1 + random() % 300, static_cast<std::byte>(random()));
    }
}

void expectSentence(const std::string& text, const std::string& path)
{
    EXPECT_THAT(text, HasSubstr(path));
    EXPECT_THAT(text, AnyOf(::testing::EndsWith("."), ::testing::EndsWith("toeplab runs doctor " + path)));
    EXPECT_THAT(text, ::testing::Not(HasSubstr("\n")));
}

TEST(DamagedRun, AnyDamageOfASealedFileIsASentence)
{
    const Folder folder;
    const std::string path = folder.file("a.h5");
    writeRun(path);
    const std::vector<std::byte> whole = bytesOf(path);
    std::mt19937 random(20240607); // NOLINT: the same cases at every run
    for (int round = 0; round < 2000; ++round) {
        SCOPED_TRACE(round);
        std::vector<std::byte> bytes = whole;
        damage(bytes, random);
        writeBytes(path, bytes);
        const auto data = readRun(path);
        ASSERT_FALSE(data);
        expectSentence(data.error().message, path);
        const auto kernel = readKernel(path, 0, 10);
        ASSERT_FALSE(kernel);
        expectSentence(kernel.error().message, path);
        const auto checkpoint = readCheckpoint(path, CheckpointKind::Last);
        ASSERT_FALSE(checkpoint);
        const RunCheckup checkup = examineRun(path);
        EXPECT_FALSE(checkup.sound);
        EXPECT_FALSE(checkup.readable);
        const auto resumed = RunWriter::resume(path, {});
        ASSERT_FALSE(resumed);
        ASSERT_EQ(listRuns(folder.path()).size(), 1U);
        ASSERT_FALSE(std::filesystem::exists(folder.file("a.journal")))
            << "nothing appears beside a file that is no run";
    }
}

/// What another program has rewritten has no seal, so that damage shows only to HDF5, which it can bring down. Each
/// case has a process of its own.
TEST(DamagedRun, NeitherIsTheReaderBroughtDownWithoutASeal)
{
    const Folder folder;
    const std::string path = folder.file("a.h5");
    writeRun(path);
    std::vector<std::byte> whole = bytesOf(path);
    std::uint64_t hdf5_bytes = 0;
    std::memcpy(&hdf5_bytes, whole.data() + whole.size() - 40, sizeof(hdf5_bytes));
    whole.resize(hdf5_bytes);
    writeBytes(path, whole);
    ASSERT_TRUE(readRun(path)) << "a file without a seal is read";
    std::mt19937 random(7); // NOLINT: the same cases at every run
    int refused = 0;
    for (int round = 0; round < 132; ++round) { // HDF5 1.10.8 goes down over round 129
        std::vector<std::byte> bytes = whole;
        for (unsigned hits = 1 + random() % 20; hits > 0; --hits)
            bytes[random() % bytes.size()] ^= static_cast<std::byte>(1 + random() % 255);
        writeBytes(path, bytes);
        const pid_t child = ::fork();
        if (child == 0) {
            ::alarm(100);
            const auto data = readRun(path);
            static_cast<void>(examineRun(path));
            ::_exit(data ? 0 : data.error().message.empty() ? 2 : 1);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        ASSERT_TRUE(WIFEXITED(status)) << "round " << round << ": signal " << WTERMSIG(status);
        ASSERT_NE(WEXITSTATUS(status), 2);
        refused += WEXITSTATUS(status);
    }
    EXPECT_GT(refused, 10);
    std::printf("%d of 132 refused\n", refused);
}

TEST(DamagedRun, IsSalvagedFromAnyDamage)
{
    const Folder folder;
    const std::string path = folder.file("a.h5"), copy = folder.file("copy.h5");
    writeRun(path);
    const std::vector<std::byte> whole = bytesOf(path);
    std::mt19937 random(11); // NOLINT: the same cases at every run
    int salvaged = 0, rows = 0, checkpoints = 0;
    for (int round = 0; round < 100; ++round) {
        SCOPED_TRACE(round);
        std::vector<std::byte> bytes = whole;
        for (unsigned hits = 1 + random() % 3; hits > 0; --hits)
            bytes[random() % bytes.size()] ^= static_cast<std::byte>(1 + random() % 255);
        writeBytes(path, bytes);
        const auto result = salvageRun(path, copy);
        EXPECT_EQ(bytesOf(path), bytes) << "the damaged file stays as it is";
        if (!result) {
            expectSentence(result.error().message, "");
            continue;
        }
        ++salvaged;
        const auto data = readRun(copy);
        ASSERT_TRUE(data) << data.error().message;
        EXPECT_EQ(data->training.size(), result->rows);
        EXPECT_TRUE(examineRun(copy).sound);
        for (const CheckpointKind kind : {CheckpointKind::Last, CheckpointKind::Best}) {
            const auto checkpoint = readCheckpoint(copy, kind);
            if (checkpoint) {
                EXPECT_EQ(*checkpoint, sampleCheckpoint(kind == CheckpointKind::Last ? 60 : 30));
                ++checkpoints;
            }
        }
        rows += static_cast<int>(result->rows);
        std::filesystem::remove(copy);
    }
    EXPECT_GT(salvaged, 75);
    std::printf("%d of 100 salvaged, %d rows, %d checkpoints\n", salvaged, rows, checkpoints);
}

TEST(MislabelledRun, IsNamed)
{
    const Folder folder;
    const std::string path = folder.file("a.h5");
    const auto problem = [&](const std::string& content) {
        writeBytes(path, std::as_bytes(std::span(content)));
        const auto data = readRun(path);
        return data ? std::string("it was read") : data.error().message;
    };
    EXPECT_THAT(problem(""), HasSubstr("is empty"));
    EXPECT_THAT(problem("step,loss\n1,2.3\n"), HasSubstr("is no run file"));
    EXPECT_THAT(problem(std::string("\x89PNG\r\n\x1A\n", 8) + std::string(500, 'x')), HasSubstr("is no run file"));
    EXPECT_THAT(problem(std::string("\x89HDF\r\n\x1A\n", 8)), HasSubstr("is no run file"));
    EXPECT_THAT(problem("version https://git-lfs.github.com/spec/v1\n"), HasSubstr("is no run file"));
    EXPECT_THAT(readRun(folder.path()).error().message, HasSubstr("is no file that a run could be read from"));
    EXPECT_THAT(readRun(folder.file("none.h5")).error().message, HasSubstr("No such file or directory"));
    ASSERT_EQ(::mkfifo(folder.file("pipe.h5").c_str(), 0600), 0);
    EXPECT_THAT(readRun(folder.file("pipe.h5")).error().message, HasSubstr("is no file that a run could be read from"));
}

TEST(MislabelledRun, AJournalIsNoRunFile)
{
    const Folder folder;
    const std::string path = folder.file("a.h5");
    auto writer = RunWriter::create(path, sampleHeader(), {});
    (*writer)->metrics(sampleRow(1));
    writer->reset();
    std::filesystem::rename(folder.file("a.journal"), folder.file("b.h5"));
    const auto data = readRun(folder.file("b.h5"));
    ASSERT_FALSE(data);
    EXPECT_THAT(data.error().message, HasSubstr("is no run file"));
}

} // namespace

} // namespace toeplab::core
