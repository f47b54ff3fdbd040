// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <QtCore/QByteArray>
#include <QtCore/QObject>
#include <QtCore/QString>
#include <QtCore/QStringList>

#include <functional>
#include <memory>

class QProcess;
class QTemporaryDir;

namespace toeplab::widgets
{

/// Draws a figure in a process of its own (`toeplab figure SPEC.json --out FILE`), so that not even a large export
/// stops the window, and what is exported from it is by construction what the command draws from the same spec.
class FigureJob final : public QObject
{
    Q_OBJECT

public:
    using Done = std::function<void(const core::Result<QString>&)>; ///< the written path, or the command's sentence

    /// `spec` is a figure spec as JSON. `output` is a file, or with `bundle` a folder.
    static void start(const QByteArray& spec, const QString& output, bool bundle, QObject* context, Done done);
    /// The program with the `figure` command: this one, unless a test says otherwise.
    static QString& program();

private:
    FigureJob(QObject* context, Done done);
    ~FigureJob() override;
    void finish(int code, bool crashed);

    std::unique_ptr<QTemporaryDir> folder_;
    QProcess* process_;
    QString output_;
    Done done_;
};

} // namespace toeplab::widgets
