// SPDX-License-Identifier: Apache-2.0
#include "core/runs/journal.h"
#include "core/runs/run_reader.h"
#include "core/runs/run_writer.h"
#include "tests/core/runs/run_samples.h"

#include <gmock/gmock.h>

#include <cstring>

namespace toeplab::core
{

namespace
{

using namespace testing;
using ::testing::HasSubstr;

/// A run of 40 rows whose checkpoint is at step 10; the rest lies in the journal.
struct CutRun {
    Folder folder;
    std::string path = folder.file("a.h5");
    std::string journal = folder.file("a.journal");
    std::vector<std::byte> bytes;

    CutRun()
    {
        const RunHeader header = sampleHeader();
        auto writer = RunWriter::create(path, header, {});
        for (std::int64_t step = 1; step <= 40; ++step) {
            (*writer)->metrics(sampleRow(step));
            if (step % 5 == 0)
                (*writer)->kernel(sampleKernel(header, 0, step));
            if (step == 10) {
                (*writer)->checkpoint(sampleCheckpoint(step), true, {});
                EXPECT_TRUE((*writer)->flush()); // a snapshot of these ten rows alone
            }
        }
        (*writer)->event({40, 1, "note", "the end", 0});
        writer->reset(); // the state stays alive: cut off
        bytes = bytesOf(journal);
    }
};

TEST(Journal, EveryTruncationKeepsWhatWasWhole)
{
    const CutRun run;
    std::size_t records_before = 0;
    for (std::size_t size = 0; size <= run.bytes.size(); ++size) {
        const Journal journal = decodeJournal(std::span(run.bytes).first(size));
        ASSERT_GE(journal.records.size(), records_before);
        ASSERT_LE(journal.good_bytes, size);
        records_before = journal.records.size();
    }
    EXPECT_EQ(decodeJournal(run.bytes).good_bytes, run.bytes.size());
    std::size_t rows_before = 0;
    for (std::size_t size = run.bytes.size() % 53; size <= run.bytes.size(); size += 53) {
        writeBytes(run.journal, std::span(run.bytes).first(size));
        const auto data = readRun(run.path);
        ASSERT_TRUE(data) << size << ": " << data.error().message;
        ASSERT_GE(data->training.size(), 10U);
        ASSERT_GE(data->training.size(), rows_before);
        rows_before = data->training.size();
        for (std::size_t i = 0; i < rows_before; ++i)
            ASSERT_EQ(data->training[i], sampleRow(static_cast<std::int64_t>(i) + 1));
        ASSERT_EQ(data->state, RunState::Crashed);
    }
    EXPECT_EQ(rows_before, 40U);
    writeBytes(run.journal, std::span(run.bytes).first(run.bytes.size() - 3));
    EXPECT_THAT(readRun(run.path)->recovery, HasSubstr("ends early at byte"));
    EXPECT_THAT(readRun(run.path)->recovery, HasSubstr("Everything up to step 40 was recovered."));
    writeBytes(run.journal, std::span(run.bytes).first(20));
    EXPECT_THAT(readRun(run.path)->recovery, HasSubstr("ends inside its first record"));
    writeBytes(run.journal, std::vector<std::byte>(20));
    EXPECT_THAT(readRun(run.path)->recovery, HasSubstr("damaged from its start"));
}

TEST(Journal, GarbledBytesNeverInventRows)
{
    const CutRun run;
    std::mt19937 random(1);
    for (int round = 0; round < 3000; ++round) {
        std::vector<std::byte> garbled = run.bytes;
        for (unsigned hits = 1 + random() % 4; hits > 0; --hits)
            garbled[random() % garbled.size()] ^= static_cast<std::byte>(1 + random() % 255);
        if (round % 3 == 0)
            garbled.resize(random() % garbled.size());
        if (round % 7 == 0)
            garbled.insert(garbled.end(), random() % 100, static_cast<std::byte>(random() & 0xFFU));
        const Journal journal = decodeJournal(garbled);
        ASSERT_LE(journal.good_bytes, garbled.size());
        std::int64_t expected = 11;
        for (const RunRecord& record : journal.records) {
            if (const auto* row = std::get_if<MetricsRow>(&record)) {
                ASSERT_EQ(*row, sampleRow(expected++)) << round;
            }
        }
    }
}

TEST(Journal, ANewerKindOfRecordIsPassedOver)
{
    JournalStart start;
    start.id = "x";
    std::vector<std::byte> bytes = journalPrologue();
    const auto begin = encodeStart(start);
    bytes.insert(bytes.end(), begin.begin(), begin.end());
    for (const auto& record : {frameRecord({{"kind", "gradients"}, {"step", 12}}), encodeRecord(RunState::Paused)})
        bytes.insert(bytes.end(), record.begin(), record.end());
    const Journal journal = decodeJournal(bytes);
    EXPECT_EQ(journal.good_bytes, bytes.size());
    ASSERT_EQ(journal.records.size(), 1U);
    EXPECT_EQ(std::get<RunState>(journal.records[0]), RunState::Paused);
}

TEST(Journal, ContentThatDoesNotBelongEndsIt)
{
    const RunHeader header = sampleHeader();
    JournalStart start;
    start.header = header;
    const auto journalWith = [&](const std::vector<std::byte>& record) {
        std::vector<std::byte> bytes = journalPrologue();
        const auto begin = encodeStart(start);
        bytes.insert(bytes.end(), begin.begin(), begin.end());
        bytes.insert(bytes.end(), record.begin(), record.end());
        return decodeJournal(bytes);
    };
    EXPECT_EQ(journalWith(encodeRecord(sampleRow(1))).records.size(), 1U);
    EXPECT_TRUE(journalWith(encodeRecord(LadderSnapshot{1, {}})).records.empty());
    EXPECT_TRUE(journalWith(frameRecord({{"kind", "metrics"}, {"row", {1, 2}}})).records.empty());
    EXPECT_TRUE(journalWith(frameRecord({{"kind", 5}})).records.empty());
    EXPECT_TRUE(journalWith(frameRecord("text")).records.empty());
    StoredKernel kernel = encodeKernel(sampleKernel(header, 0, 1));
    kernel.layer_index = 3;
    EXPECT_TRUE(journalWith(encodeRecord(kernel)).records.empty());
}

TEST(Journal, CutOffBetweenSnapshotAndRestartDuplicatesNothing)
{
    const Folder folder;
    auto writer = RunWriter::create(folder.file("a.h5"), sampleHeader(), {});
    for (std::int64_t step = 1; step <= 10; ++step)
        (*writer)->metrics(sampleRow(step));
    ASSERT_TRUE((*writer)->flush());
    const std::vector<std::byte> before = bytesOf(folder.file("a.journal"));
    (*writer)->checkpoint(sampleCheckpoint(10), false, {});
    writer->reset();
    writeBytes(folder.file("a.journal"), before); // as if the journal had not been restarted
    const auto data = readRun(folder.file("a.h5"));
    ASSERT_TRUE(data);
    EXPECT_EQ(data->training.size(), 10U);
    EXPECT_EQ(data->recovery, "");
    auto resumed = RunWriter::resume(folder.file("a.h5"), {});
    ASSERT_TRUE(resumed) << resumed.error().message;
    EXPECT_EQ(readRun(folder.file("a.h5"))->training.size(), 10U);
}

TEST(Journal, AnEndThatOnlyTheJournalHasIsNone)
{
    const Folder folder, copy;
    auto writer = RunWriter::create(folder.file("a.h5"), sampleHeader(), {});
    (*writer)->metrics(sampleRow(1));
    (*writer)->state(RunState::Finished);
    ASSERT_TRUE((*writer)->flush());
    for (const char* name : {"a.h5", "a.journal"}) // as the files are when it is killed at this moment
        writeBytes(copy.file(name), bytesOf(folder.file(name)));
    EXPECT_EQ(readRun(folder.file("a.h5"))->state, RunState::Finished) << "its writer is at work on it";
    EXPECT_EQ(readRun(copy.file("a.h5"))->state, RunState::Crashed);
    EXPECT_EQ(listRuns(copy.path()).at(0).state, RunState::Crashed);
    EXPECT_EQ(readRun(copy.file("a.h5"))->training.size(), 1U);
    writer->reset();
    EXPECT_EQ(readRun(folder.file("a.h5"))->state, RunState::Finished);
    EXPECT_EQ(listRuns(folder.path()).at(0).state, RunState::Finished);
}

TEST(Journal, OfAnotherRunIsLeftAside)
{
    const Folder folder;
    for (const char* name : {"a", "b"}) {
        auto writer = RunWriter::create(folder.file(std::string(name) + ".h5"), sampleHeader(), {});
        (*writer)->metrics(sampleRow(1));
    }
    std::filesystem::rename(folder.file("b.journal"), folder.file("a.journal"));
    const auto data = readRun(folder.file("a.h5"));
    ASSERT_TRUE(data);
    EXPECT_TRUE(data->training.empty());
    EXPECT_THAT(data->recovery, HasSubstr("belongs to another run"));
}

TEST(Journal, OfANewerSnapshotSaysWhatIsMissing)
{
    const Folder folder;
    auto writer = RunWriter::create(folder.file("a.h5"), sampleHeader(), {});
    (*writer)->metrics(sampleRow(1));
    ASSERT_TRUE((*writer)->flush());
    const std::vector<std::byte> old = bytesOf(folder.file("a.h5"));
    (*writer)->checkpoint(sampleCheckpoint(1), false, {});
    ASSERT_TRUE((*writer)->flush());
    (*writer)->metrics(sampleRow(2));
    writer->reset();
    writeBytes(folder.file("a.h5"), old); // an old backup put back
    const auto data = readRun(folder.file("a.h5"));
    ASSERT_TRUE(data);
    ASSERT_EQ(data->training.size(), 1U);
    EXPECT_EQ(data->training[0].step, 2);
    EXPECT_THAT(data->recovery, HasSubstr("rows in between are missing"));
}

TEST(Journal, PathBesideTheRun)
{
    EXPECT_EQ(journalPath("/x/tour-1.h5"), "/x/tour-1.journal");
    EXPECT_EQ(journalPath("/x.h5/run"), "/x.h5/run.journal");
    EXPECT_EQ(journalPath(".h5"), ".h5.journal");
}

} // namespace

} // namespace toeplab::core
