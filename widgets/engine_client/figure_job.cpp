// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/engine_client/figure_job.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QFile>
#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>

namespace toeplab::widgets
{

QString& FigureJob::program()
{
    static QString path = QCoreApplication::applicationFilePath();
    return path;
}

FigureJob::FigureJob(QObject* context, Done done)
    : QObject(context), folder_(std::make_unique<QTemporaryDir>()), process_(new QProcess(this)), done_(std::move(done))
{
}

FigureJob::~FigureJob() = default;

void FigureJob::start(const QByteArray& spec, const QString& output, bool bundle, QObject* context, Done done)
{
    auto* job = new FigureJob(context, std::move(done));
    job->output_ = output;
    const QString spec_path = job->folder_->filePath(QStringLiteral("spec.json"));
    QFile file(spec_path);
    if (!file.open(QIODevice::WriteOnly) || file.write(spec) != spec.size()) {
        job->done_(core::fail("The figure's description could not be written to {}: {}.", spec_path.toStdString(),
                              file.errorString().toStdString()));
        job->deleteLater();
        return;
    }
    file.close();
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("offscreen"));
    environment.remove(QStringLiteral("QT_SCALE_FACTOR")); // a figure's size is in mm
    job->process_->setProcessEnvironment(environment);
    connect(job->process_, &QProcess::finished, job,
            [job](int code, QProcess::ExitStatus status) { job->finish(code, status == QProcess::CrashExit); });
    connect(job->process_, &QProcess::errorOccurred, job, [job](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) {
            job->finish(-1, false);
        }
    });
    job->process_->start(program(), {QStringLiteral("figure"), spec_path,
                                     bundle ? QStringLiteral("--bundle") : QStringLiteral("--out"), output});
}

void FigureJob::finish(int code, bool crashed)
{
    const QString words = QString::fromUtf8(process_->readAllStandardError()).trimmed();
    if (code == 0 && !crashed) {
        done_(output_);
    } else if (!words.isEmpty()) {
        done_(core::fail("{}", words.section(QLatin1Char('\n'), -1).toStdString()));
    } else {
        done_(
            core::fail("Drawing {} ended without a word ({}). Try another format, or the command line: toeplab figure.",
                       output_.toStdString(), process_->errorString().toStdString()));
    }
    deleteLater();
}

} // namespace toeplab::widgets
