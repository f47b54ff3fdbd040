// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/engine_client/background.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <stop_token>
#include <thread>

namespace toeplab::widgets
{

struct Background::Ticket {
    QPointer<QObject> context; // read on the owner's thread only
    const QObject* context_address = nullptr;
    QString key;
    std::atomic<bool> outdated = false;
};

struct Background::Job {
    std::shared_ptr<Ticket> ticket;
    std::function<void()> work, done;
    bool skipped = false;
};

/// Does one job after the other. Jobs pass through locks of the standard library, so that ThreadSanitizer, to which
/// Qt's own are invisible, can follow what is handed over.
class Background::Worker
{
public:
    explicit Worker(Background& owner) : owner_(owner), thread_([this](const std::stop_token& stop) { work(stop); }) {}

    void add(Job job)
    {
        const std::lock_guard lock(mutex_);
        jobs_.push_back(std::move(job));
        changed_.notify_one();
    }

private:
    void work(const std::stop_token& stop)
    {
        std::unique_lock lock(mutex_);
        while (changed_.wait(lock, stop, [this] { return !jobs_.empty(); }) && !stop.stop_requested()) {
            Job job = std::move(jobs_.front());
            jobs_.pop_front();
            lock.unlock();
            job.skipped = job.ticket->outdated;
            if (!job.skipped) {
                job.work();
            }
            owner_.finish(std::move(job));
            lock.lock();
        }
    }

    Background& owner_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<Job> jobs_;
    std::jthread thread_;
};

Background::Background(QObject* parent) : QObject(parent)
{
    connect(this, &Background::finished, this, &Background::deliver, Qt::QueuedConnection);
    run_files_ = std::make_unique<Worker>(*this);
    other_ = std::make_unique<Worker>(*this);
}

Background::~Background()
{
    run_files_.reset();
    other_.reset();
}

void Background::submit(Lane lane, QObject* context, const QString& key, std::function<void()> work,
                        std::function<void()> done)
{
    auto ticket = std::make_shared<Ticket>();
    ticket->context = context;
    ticket->context_address = context;
    ticket->key = key;
    if (!key.isEmpty()) {
        if (const auto earlier = newest_.value(key)) {
            earlier->outdated = true;
        }
        newest_.insert(key, ticket);
    }
    ++pending_;
    ++pending_for_[context];
    Q_EMIT busyChanged(context);
    (lane == Lane::RunFiles ? run_files_ : other_)->add({std::move(ticket), std::move(work), std::move(done)});
}

void Background::finish(Job job)
{
    {
        const std::lock_guard lock(mutex_);
        done_.push_back(std::move(job));
    }
    Q_EMIT finished();
}

void Background::deliver()
{
    std::vector<Job> done;
    {
        const std::lock_guard lock(mutex_);
        done.swap(done_);
    }
    for (const Job& job : done) {
        settle(*job.ticket);
        if (!job.skipped && !job.ticket->outdated && job.ticket->context) {
            job.done();
        }
    }
}

void Background::settle(const Ticket& ticket)
{
    if (!ticket.key.isEmpty() && newest_.value(ticket.key).get() == &ticket) {
        newest_.remove(ticket.key);
    }
    --pending_;
    if (--pending_for_[ticket.context_address] <= 0) {
        pending_for_.remove(ticket.context_address);
    }
    Q_EMIT busyChanged(ticket.context_address);
}

} // namespace toeplab::widgets
