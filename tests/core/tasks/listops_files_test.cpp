// SPDX-License-Identifier: Apache-2.0
#include "core/tasks/listops_files.h"

#include "core/tasks/listops_expression.h"
#include "core/tasks/listops_generator.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace toeplab::core::listops
{
namespace
{

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class ListopsFiles : public testing::Test
{
protected:
    void SetUp() override
    {
        folder_ = fs::path(testing::TempDir()) /
                  ("listops_files_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
        fs::remove_all(folder_);
        fs::create_directories(folder_);
        setenv("TOEPLAB_HOME", (folder_ / "home").c_str(), 1);
    }
    void TearDown() override { fs::remove_all(folder_); }

    std::string write(const std::string& name, const std::string& text)
    {
        const fs::path path = folder_ / name;
        fs::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << text;
        return path.string();
    }
    std::string folder(const std::string& name) const { return (folder_ / name).string(); }
    static std::string problem(const std::string& path)
    {
        const auto read = readFile(path);
        return read ? "it was read" : read.error().message;
    }

    fs::path folder_;
};

const std::string kRows = "( ( ( [MIN 3 ) 5 ) ] )\t3\n( ( ( [SM 7 ) 8 ) ] )\t5\n";

TEST_F(ListopsFiles, ReadsBothLayoutsAndBothLineEnds)
{
    const std::string crlf = "Source\tTarget\r\n( ( ( [MIN 3 ) 5 ) ] )\t3\r\n( ( ( [SM 7 ) 8 ) ] )\t5\r\n";
    const std::string original = "3\t( ( ( [MIN 3 ) 5 ) ] )\n5\t( ( ( [SM 7 ) 8 ) ] )\n";
    const std::string no_last_end = "Source\tTarget\n( ( ( [MIN 3 ) 5 ) ] )\t3\n( ( ( [SM 7 ) 8 ) ] )\t5";
    const std::string marked = "\xEF\xBB\xBF";
    for (const std::string& text :
         {"Source\tTarget\n" + kRows, crlf, kRows, original, no_last_end, marked + crlf, marked + original}) {
        const auto read = readFile(write("a.tsv", text));
        ASSERT_TRUE(read) << read.error().message;
        ASSERT_EQ(read->size(), 2U);
        EXPECT_EQ(plainText(read->tokens(0)), "[MIN 3 5 ]");
        EXPECT_EQ(plainText(read->tokens(1)), "[SM 7 8 ]");
        EXPECT_EQ(read->label(0), 3);
        EXPECT_EQ(read->label(1), 5);
    }
}

TEST_F(ListopsFiles, NamesTheLineItStumbledOn)
{
    const std::string header = "Source\tTarget\n" + kRows;
    EXPECT_THAT(problem(write("a.tsv", header + "( ( ( [MIN 3 ) 5 ) ] )\t5\n")),
                AllOf(HasSubstr("Line 4 of "), HasSubstr("says 5, but its expression has the value 3"),
                      HasSubstr("copy or download it again")));
    EXPECT_THAT(problem(write("a.tsv", header + "( ( ( [MIN 3 ) 5")), AllOf(HasSubstr("Line 4"), HasSubstr("no TAB")));
    EXPECT_THAT(problem(write("a.tsv", header + "( ( ( [MIN 3 ) 5 )\t3\n")),
                AllOf(HasSubstr("Line 4"), HasSubstr("1 operator still open")));
    EXPECT_THAT(problem(write("a.tsv", header + "( ( ( [MIN 3 ) 5 ) ] )\t")),
                AllOf(HasSubstr("Line 4"), HasSubstr("the value \"\" instead of a digit")));
    EXPECT_THAT(problem(write("a.tsv", header + "\n")), AllOf(HasSubstr("Line 4"), HasSubstr("no TAB")));
    EXPECT_THAT(problem(write("a.tsv", header + "( [AVG 3 ) 5\t3\n")), AllOf(HasSubstr("Line 4"), HasSubstr("[AVG")));
    EXPECT_THAT(problem(write("a.tsv", "1.0\t12\t13\tsome\ttext\n")),
                AllOf(HasSubstr("Line 1"), HasSubstr("more than one TAB")));
    EXPECT_THAT(problem(write("a.tsv", std::string("\x89PNG\0\0\r\n", 8))), HasSubstr("Line 1"));
    EXPECT_THAT(problem(write("a.tsv", "")), HasSubstr("holds no samples"));
    EXPECT_THAT(problem(write("a.tsv", "Source\tTarget\n")), HasSubstr("holds no samples"));
    EXPECT_THAT(problem(folder("none.tsv")), HasSubstr("cannot be opened"));
}

TEST_F(ListopsFiles, WritesWhatItReads)
{
    TaskSettings settings;
    settings.train_samples = 200;
    settings.val_samples = settings.test_samples = 1;
    const auto made = generate(settings).value();
    const std::string path = folder("basic_train.tsv");
    ASSERT_TRUE(writeFile(path, made.train));
    const auto read = readFile(path).value();
    ASSERT_EQ(read.size(), made.train.size());
    for (std::size_t i = 0; i < read.size(); ++i) {
        ASSERT_EQ(contentHash(read.tokens(i)), contentHash(made.train.tokens(i)));
        ASSERT_EQ(read.label(i), made.train.label(i));
    }
    EXPECT_FALSE(fs::exists(path + ".part"));
    EXPECT_THAT(writeFile(folder("no/such/folder.tsv"), made.train).error().message, HasSubstr("cannot be written"));
    EXPECT_FALSE(writeFile(folder("stopped.tsv"), made.train, [](double) { return false; }));
    EXPECT_FALSE(fs::exists(folder("stopped.tsv")));
    EXPECT_FALSE(fs::exists(folder("stopped.tsv.part")));
}

TEST_F(ListopsFiles, StopsReadingWhenAsked)
{
    std::string text = "Source\tTarget\n";
    for (int i = 0; i < 600; ++i) {
        text += kRows;
    }
    const auto read = readFile(write("a.tsv", text), [](double share) { return share < 0.5; });
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().message, HasSubstr("Stopped while reading"));
}

// The published archive holds a partial copy above the complete one.
TEST_F(ListopsFiles, FindsTheCompletestFolderAtAnyDepth)
{
    write("lra_release/listops-1000/basic_test.tsv", kRows + kRows + kRows);
    for (const char* split : {"train", "val", "test"}) {
        write(std::string("lra_release/lra_release/listops-1000/basic_") + split + ".tsv", "Source\tTarget\n" + kRows);
    }
    write("lra_release/tsv_data/new_aan_pairs.test.tsv", "0.0\t1\t2\ta\tb\n");
    const auto files = findFiles(folder("lra_release"));
    ASSERT_TRUE(files) << files.error().message;
    EXPECT_FALSE(files->single_file);
    EXPECT_EQ(files->folder, folder("lra_release/lra_release/listops-1000"));
    EXPECT_EQ(readSplit(*files, Split::Test)->size(), 2U);
}

TEST_F(ListopsFiles, SaysWhichSplitIsMissing)
{
    write("data/basic_test.tsv", kRows);
    const auto files = findFiles(folder("data")).value();
    EXPECT_TRUE(readSplit(files, Split::Test));
    EXPECT_THAT(readSplit(files, Split::Train).error().message,
                AllOf(HasSubstr("basic_train.tsv is missing in"), HasSubstr("which has basic_test.tsv")));
}

TEST_F(ListopsFiles, TakesOneFileForAllSplits)
{
    TaskSettings settings;
    settings.train_samples = 300;
    settings.val_samples = settings.test_samples = 1;
    settings.min_length = 9;
    const std::string path = folder("mine/anything.tsv");
    fs::create_directories(folder("mine"));
    ASSERT_TRUE(writeFile(path, generate(settings)->train));
    for (const std::string& given : {path, folder("mine")}) {
        const auto files = findFiles(given).value();
        EXPECT_TRUE(files.single_file);
        const auto train = readSplit(files, Split::Train)->size(), val = readSplit(files, Split::Validation)->size(),
                   test = readSplit(files, Split::Test)->size();
        EXPECT_EQ(train + val + test, 300U);
        EXPECT_GT(train, 200U);
        EXPECT_GT(val, 10U);
        EXPECT_GT(test, 10U);
    }
    const auto tiny = readSplit(findFiles(write("tiny.tsv", "3\t3\n")).value(), Split::Train);
    const auto tiny_test = readSplit(findFiles(folder("tiny.tsv")).value(), Split::Test);
    EXPECT_NE(tiny.has_value(), tiny_test.has_value()); // one sample lies in one split
}

TEST_F(ListopsFiles, ExplainsWhatItFoundInstead)
{
    fs::create_directories(folder("empty"));
    EXPECT_THAT(findFiles(folder("empty")).error().message, HasSubstr("no .tsv file in"));
    EXPECT_THAT(findFiles(folder("nowhere")).error().message, HasSubstr("no file or folder"));
    write("two/a.tsv", kRows);
    write("two/b/b.tsv", kRows);
    EXPECT_THAT(findFiles(folder("two")).error().message, AllOf(HasSubstr("None of the 2"), HasSubstr("a.tsv")));
}

TEST_F(ListopsFiles, FindsImportedDataByItsName)
{
    write("home/data/listops/mine/basic_test.tsv", kRows);
    const auto files = findFiles("mine");
    ASSERT_TRUE(files) << files.error().message;
    EXPECT_EQ(files->folder, folder("home/data/listops/mine"));
}

} // namespace
} // namespace toeplab::core::listops
