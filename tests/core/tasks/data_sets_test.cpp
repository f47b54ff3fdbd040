// SPDX-License-Identifier: Apache-2.0
#include "core/tasks/data_sets.h"

#include "core/config/presets.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>

namespace toeplab::core
{
namespace
{

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class DataSets : public testing::Test
{
protected:
    void SetUp() override
    {
        folder_ = fs::path(testing::TempDir()) /
                  ("data_sets_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
        fs::remove_all(folder_);
        fs::create_directories(folder_);
        setenv("TOEPLAB_HOME", (folder_ / "home").c_str(), 1);
    }
    void TearDown() override { fs::remove_all(folder_); }

    [[nodiscard]] std::string in(const std::string& name) const { return (folder_ / name).string(); }
    static TaskSettings small()
    {
        TaskSettings settings = presetOrFile("tour")->task;
        settings.train_samples = 120;
        settings.val_samples = 20;
        settings.test_samples = 10;
        return settings;
    }

    fs::path folder_;
};

TEST_F(DataSets, EveryTaskSaysHowToGetItsData)
{
    const auto sets = listData();
    ASSERT_EQ(sets.size(), taskNames().size());
    for (std::size_t i = 0; i < sets.size(); ++i) {
        EXPECT_EQ(sets[i].task, taskNames()[i]);
        EXPECT_TRUE(sets[i].path.empty());
        EXPECT_THAT(sets[i].remarks, ElementsAre(HasSubstr("toeplab data import")));
    }
}

TEST_F(DataSets, GeneratedFilesAreVerifiedImportedListedAndTrainedOn)
{
    const auto made = generateData(small(), in("new/folder"));
    ASSERT_TRUE(made) << made.error().message;
    ASSERT_THAT(made->files, SizeIs(3));
    EXPECT_EQ(made->files[0].samples, 120);
    EXPECT_EQ(made->files[2].split, "test");

    const auto verified = verifyData("listops", in("new"));
    ASSERT_TRUE(verified) << verified.error().message;
    EXPECT_EQ(verified->repeated, 0);
    for (std::size_t i = 0; i < 3; ++i) {
        const DataFile& file = verified->files[i];
        EXPECT_EQ(file.samples, made->files[i].samples);
        EXPECT_EQ(file.samples_of_label, made->files[i].samples_of_label);
        EXPECT_EQ(std::accumulate(file.samples_of_label.begin(), file.samples_of_label.end(), std::int64_t{0}),
                  file.samples);
        EXPECT_GE(file.shortest, 10);
        EXPECT_LE(file.longest, 63);
        EXPECT_GT(file.longest, file.shortest);
        EXPECT_EQ(file.bytes, fs::file_size(file.path));
    }

    const auto imported = importData("listops", in("new"), "mine");
    ASSERT_TRUE(imported) << imported.error().message;
    EXPECT_EQ(imported->path, in("home/data/listops/mine"));
    const auto sets = listData();
    ASSERT_THAT(sets, SizeIs(1));
    EXPECT_EQ(sets[0].name, "mine");
    EXPECT_THAT(sets[0].problem, IsEmpty());
    ASSERT_THAT(sets[0].files, SizeIs(3));
    EXPECT_EQ(sets[0].files[0].samples, 120);
    EXPECT_EQ(sets[0].files[1].samples, 20);

    TaskSettings settings = small();
    settings.path = "mine";
    const auto task = makeTask(settings);
    ASSERT_TRUE(task) << task.error().message;
    EXPECT_EQ((*task)->dataset(Split::Train).value()->size(), 120);

    EXPECT_THAT(importData("listops", in("new"), "mine").error().message, HasSubstr("already a data set mine"));
    EXPECT_THAT(generateData(small(), in("new/folder")).error().message, HasSubstr("already holds basic_train.tsv"));
}

TEST_F(DataSets, ALoneFileIsImportedUnderItsName)
{
    std::ofstream(in("handmade.tsv")) << "3\t( ( ( [MIN 3 ) 5 ) ] )\r\n7\t7\r\n";
    const auto imported = importData("listops", in("handmade.tsv"), "");
    ASSERT_TRUE(imported) << imported.error().message;
    EXPECT_EQ(imported->name, "handmade");
    EXPECT_EQ(imported->files.front().split, "all");
    EXPECT_TRUE(fs::exists(in("home/data/listops/handmade/handmade.tsv")));
    EXPECT_EQ(listData().front().files.front().samples, 2);
}

TEST_F(DataSets, DamagedDataIsNotImported)
{
    std::ofstream(in("basic_test.tsv")) << "Source\tTarget\n( ( ( [MIN 3 ) 5 ) ] )\t4\n";
    const auto imported = importData("listops", folder_.string(), "bad");
    ASSERT_FALSE(imported);
    EXPECT_THAT(imported.error().message, AllOf(HasSubstr("Line 2 of"), HasSubstr("says 4")));
    EXPECT_FALSE(fs::exists(in("home/data/listops/bad")));
    EXPECT_THAT(importData("listops", in("none"), "x").error().message, HasSubstr("no file or folder"));
    EXPECT_THAT(verifyData("chess", folder_.string()).error().message, HasSubstr("There is no task chess"));
}

TEST_F(DataSets, NamesThatAreNoFolderAreRefused)
{
    std::ofstream(in("a.tsv")) << "7\t7\n";
    for (const char* name : {"../up", ".hidden", "a/b"}) {
        EXPECT_THAT(importData("listops", in("a.tsv"), name).error().message, HasSubstr("is no name")) << name;
    }
}

TEST_F(DataSets, StoppingLeavesNothingBehind)
{
    ASSERT_TRUE(generateData(small(), in("source")));
    EXPECT_FALSE(importData("listops", in("source"), "mine", [](double share) { return share < 0.85; }));
    EXPECT_TRUE(fs::is_empty(in("home/data/listops")));
    EXPECT_FALSE(generateData(small(), in("other"), [](double share) { return share < 0.7; }));
    EXPECT_TRUE(!fs::exists(in("other")) || fs::is_empty(in("other")));
}

TEST_F(DataSets, RepeatedAndMissingSamplesAreRemarkedOn)
{
    std::ofstream(in("basic_train.tsv")) << "Source\tTarget\n3\t3\n4\t4\n";
    std::ofstream(in("basic_test.tsv")) << "Source\tTarget\n4\t4\n";
    const auto set = verifyData("listops", folder_.string()).value();
    EXPECT_EQ(set.repeated, 1);
    EXPECT_THAT(set.remarks, testing::Contains(HasSubstr("occur in two splits")));
    EXPECT_THAT(set.remarks, testing::Contains(HasSubstr("basic_val.tsv is missing")));
    EXPECT_THAT(set.remarks, testing::Contains(HasSubstr("2 samples where the published file has 96,000")));
}

} // namespace
} // namespace toeplab::core
