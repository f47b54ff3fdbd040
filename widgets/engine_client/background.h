// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QHash>
#include <QtCore/QObject>
#include <QtCore/QPointer>
#include <QtCore/QString>

#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace toeplab::widgets
{

/// Work that must not stop the window: reading and listing run files, building tables, exporting. A job is a function
/// without access to widgets; its value comes back to the thread that this object lives on.
///
/// One thread for everything that reads run files (HDF5 is used by one thread at a time in a process), one for the
/// rest.
class Background final : public QObject
{
    Q_OBJECT

public:
    enum class Lane { RunFiles, Other };

    explicit Background(QObject* parent = nullptr);
    /// Waits for the job that is running; those still queued are dropped.
    ~Background() override;

    /// Runs `work` on the lane's thread, then `done(value)` here, unless `context` is gone by then. A job with a key
    /// that is not empty outdates the earlier ones with that key: they are skipped, or their value dropped.
    template <class Work, class Done>
    void run(Lane lane, QObject* context, const QString& key, Work work, Done done)
    {
        using Value = decltype(work());
        auto value = std::make_shared<std::unique_ptr<Value>>();
        submit(
            lane, context, key, [value, job = std::move(work)] { *value = std::make_unique<Value>(job()); },
            [value, finish = std::move(done)]() mutable { finish(std::move(**value)); });
    }

    [[nodiscard]] bool isBusy() const { return pending_ > 0; }
    /// Queued or running jobs whose value will be delivered to `context`.
    [[nodiscard]] bool isBusyFor(const QObject* context) const { return pending_for_.value(context, 0) > 0; }

Q_SIGNALS:
    /// A job of this context began or ended.
    void busyChanged(const QObject* context);
    /// A worker has put a job into done_.
    void finished();

private:
    struct Ticket;
    struct Job;
    class Worker;
    void submit(Lane lane, QObject* context, const QString& key, std::function<void()> work,
                std::function<void()> done);
    void finish(Job job); ///< on a worker's thread
    void deliver();
    void settle(const Ticket& ticket);

    QHash<QString, std::shared_ptr<Ticket>> newest_;
    QHash<const QObject*, int> pending_for_;
    int pending_ = 0;
    std::mutex mutex_;
    std::vector<Job> done_; ///< to be delivered
    std::unique_ptr<Worker> run_files_, other_;
};

} // namespace toeplab::widgets
