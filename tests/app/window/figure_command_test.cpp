// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/figure_command.h"

#include "core/runs/run_writer.h"
#include "tests/widgets/figures/synthetic.h"

#include <nlohmann/json.hpp>

#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>

#include <gtest/gtest.h>

#include <cstdio>

namespace toeplab::app
{
namespace
{

struct Outcome {
    int code = 0;
    std::string out, error;
};

/// The command in a process of its own, as main calls it: without a display and with an application of its own.
Outcome figure(const QStringList& arguments, const QString& scale = {})
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.remove(QStringLiteral("QT_QPA_PLATFORM"));
    environment.remove(QStringLiteral("DISPLAY"));
    if (!scale.isEmpty())
        environment.insert(QStringLiteral("QT_SCALE_FACTOR"), scale);
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral(TOEPLAB_BINARY_DIR "/bin/figure_command_runner"),
                  QStringList(QStringLiteral("figure")) + arguments);
    process.waitForFinished(60000);
    return {process.exitCode(), process.readAllStandardOutput().toStdString(),
            process.readAllStandardError().toStdString()};
}

class FigureCommand : public testing::Test
{
protected:
    static void SetUpTestSuite()
    {
        folder_ = new QTemporaryDir;
        const widgets::FigureData data = widgets::syntheticData("evolution", 64, 4);
        write("run.h5", data, true);
        write("young.h5", data, false);
        write("ski.h5", data, true, {{"kind", "ski"}, {"band", 9}, {"rank", 5}});
    }
    static void TearDownTestSuite()
    {
        delete folder_;
        folder_ = nullptr;
    }
    static QString path(const char* name) { return folder_->filePath(QLatin1String(name)); }

    static void write(const char* name, const widgets::FigureData& data, bool kernels,
                      const nlohmann::json& mixer = nlohmann::json::object())
    {
        core::RunHeader header;
        header.experiment = {{"name", "tour"}, {"train", {{"seed", 1}}}, {"mixer", mixer}};
        header.provenance = nlohmann::json::object();
        for (const auto& frame : data.kernels)
            header.layers.push_back(frame->info);
        auto writer = core::RunWriter::create(path(name).toStdString(), header,
                                              [](const core::Error& error) { ADD_FAILURE() << error.message; });
        ASSERT_TRUE(writer) << writer.error().message;
        for (std::size_t i = 0; i < data.runs[0].training.size(); i += 10)
            (*writer)->metrics(data.runs[0].training[i]);
        for (std::size_t layer = 0; kernels && layer < data.kernels.size(); ++layer) {
            for (const std::int64_t step : {std::int64_t{0}, std::int64_t{100}, std::int64_t{4000}})
                (*writer)->kernel(
                    {layer, step, widgets::syntheticKernel(static_cast<std::int64_t>(layer) + 1, 64, 4, step)->values});
        }
        if (kernels)
            (*writer)->ladder({4000, data.ladder->scores});
        ASSERT_TRUE((*writer)->flush());
    }

    static QTemporaryDir* folder_;
};

QTemporaryDir* FigureCommand::folder_ = nullptr;

TEST_F(FigureCommand, DrawsEveryKindWithoutADisplay)
{
    const Outcome listed = figure({QStringLiteral("--list"), QStringLiteral("--json")});
    ASSERT_EQ(listed.code, 0) << listed.error;
    const auto kinds = nlohmann::json::parse(listed.out)["kinds"];
    EXPECT_GE(kinds.size(), 8U);
    for (const auto& kind : kinds) {
        const QString name = QString::fromStdString(kind["kind"].get<std::string>());
        for (const char* ending : {"pdf", "csv"}) {
            const QString out = folder_->filePath(name + QLatin1Char('.') + QLatin1String(ending));
            const Outcome drawn =
                figure({name, QStringLiteral("--run"), path("run.h5"), QStringLiteral("--layer"), QStringLiteral("2"),
                        QStringLiteral("--venue"), QStringLiteral("icml"), QStringLiteral("--out"), out});
            EXPECT_EQ(drawn.code, 0) << name.toStdString() << ": " << drawn.error;
            EXPECT_GT(QFileInfo(out).size(), 100) << name.toStdString();
        }
    }
}

TEST_F(FigureCommand, TakesAKernelApartAsTheRunOfSkiDoes)
{
    const auto options = [](const char* run, const QStringList& more) {
        const QString out = folder_->filePath(QStringLiteral("split.json"));
        const Outcome drawn = figure(
            QStringList{QStringLiteral("split"), QStringLiteral("--run"), path(run), QStringLiteral("--out"), out} +
            more);
        EXPECT_EQ(drawn.code, 0) << drawn.error;
        QFile file(out);
        EXPECT_TRUE(file.open(QIODevice::ReadOnly));
        const auto spec = nlohmann::json::parse(file.readAll().toStdString())["spec"]["options"];
        return std::pair(spec["band"].get<double>(), spec["rank"].get<double>());
    };
    EXPECT_EQ(options("run.h5", {}), std::pair(8.0, 16.0));
    EXPECT_EQ(options("ski.h5", {}), std::pair(4.0, 5.0));
    EXPECT_EQ(options("ski.h5", {QStringLiteral("--set"), QStringLiteral("rank=7")}), std::pair(8.0, 7.0));
}

TEST_F(FigureCommand, DrawsOneRunUnlessItComparesRuns)
{
    const QStringList two{QStringLiteral("--run"), path("run.h5"), QStringLiteral("--run"), path("young.h5")};
    const Outcome refused = figure(QStringList{QStringLiteral("toeplitz")} + two);
    EXPECT_EQ(refused.code, 2);
    EXPECT_NE(refused.error.find("draws one run, and 2 are named"), std::string::npos) << refused.error;
    const QString out = folder_->filePath(QStringLiteral("two.pdf"));
    EXPECT_EQ(figure(QStringList{QStringLiteral("training"), QStringLiteral("--out"), out} + two).code, 0);
}

TEST_F(FigureCommand, APageIsTheSameUnderAScaledDesktop)
{
    const auto drawn = [](const char* name, const QString& scale) {
        EXPECT_EQ(figure({QStringLiteral("toeplitz"), QStringLiteral("--run"), path("run.h5"), QStringLiteral("--out"),
                          path(name)},
                         scale)
                      .code,
                  0);
        QFile file(path(name));
        EXPECT_TRUE(file.open(QIODevice::ReadOnly));
        return file.readAll();
    };
    EXPECT_EQ(drawn("plain.png", {}), drawn("scaled.png", QStringLiteral("1.5")));
    EXPECT_EQ(drawn("plain.svg", {}), drawn("scaled.svg", QStringLiteral("1.5")));
}

TEST_F(FigureCommand, ReopensTheSpecOfABundle)
{
    const Outcome first =
        figure({QStringLiteral("kernel"), QStringLiteral("--run"), path("run.h5"), QStringLiteral("--snapshot"),
                QStringLiteral("100"), QStringLiteral("--channel"), QStringLiteral("1"), QStringLiteral("--bundle"),
                path("bundle"), QStringLiteral("--set"), QStringLiteral("scale=asinh")});
    ASSERT_EQ(first.code, 0) << first.error;
    const Outcome again =
        figure({path("bundle/spec.json"), QStringLiteral("--out"), path("again.csv"), QStringLiteral("--json")});
    ASSERT_EQ(again.code, 0) << again.error;
    EXPECT_EQ(nlohmann::json::parse(again.out)["figure"], path("again.csv").toStdString());
    QFile a(path("bundle/data.csv")), b(path("again.csv"));
    ASSERT_TRUE(a.open(QIODevice::ReadOnly) && b.open(QIODevice::ReadOnly));
    EXPECT_EQ(a.readAll(), b.readAll());
}

TEST_F(FigureCommand, SaysWhatIsWrong)
{
    const auto check = [](const QStringList& arguments, int code, const char* words) {
        const Outcome outcome = figure(arguments);
        EXPECT_EQ(outcome.code, code) << outcome.error;
        EXPECT_NE(outcome.error.find(words), std::string::npos) << outcome.error;
        EXPECT_TRUE(outcome.out.empty()) << outcome.out;
    };
    const QString run = QStringLiteral("--run"), out = QStringLiteral("--out"), pdf = path("x.pdf");
    check({QStringLiteral("kernal"), run, path("run.h5"), out, pdf}, 2, "Did you mean kernel?");
    check({QStringLiteral("kernel"), out, pdf}, 2, "--run");
    check({QStringLiteral("kernel"), run, path("run.h5"), out, path("x.gif")}, 2, ".svg");
    check({QStringLiteral("kernel"), run, path("run.h5"), QStringLiteral("--venue"), QStringLiteral("ICLM"), out, pdf},
          2, "ICML");
    check({QStringLiteral("kernel"), run, path("run.h5"), QStringLiteral("--set"), QStringLiteral("scales=asinh"), out,
           pdf},
          2, "scale");
    check({QStringLiteral("kernel"), run, path("missing.h5"), out, pdf}, 1, "missing.h5");
    check({QStringLiteral("kernel"), run, path("run.h5"), QStringLiteral("--layer"), QStringLiteral("9"), out, pdf}, 1,
          "no layer 9");
    check({QStringLiteral("kernel"), run, path("run.h5"), QStringLiteral("--snapshot"), QStringLiteral("7"), out, pdf},
          1, "0, 100, 4000");
    check({QStringLiteral("kernel"), run, path("young.h5"), out, pdf}, 1, "no kernel snapshot yet");
    check({QStringLiteral("kernel"), run, path("run.h5"), out, path("no/such/folder/x.pdf")}, 1, "cannot be written");
    const Outcome help = figure({QStringLiteral("--help")});
    EXPECT_EQ(help.code, 0);
    EXPECT_NE(help.out.find("Example"), std::string::npos);
}

} // namespace
} // namespace toeplab::app
