// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/engine_client/background.h"

namespace toeplab::widgets
{

struct Background::Ticket {
    QPointer<QObject> context; // read on the owner's thread only
    const QObject* context_address = nullptr;
    QString key;
    std::atomic<bool> outdated = false;
};

Background::Background(QObject* parent) : QObject(parent)
{
    run_files_.setMaxThreadCount(1);
    other_.setMaxThreadCount(1);
}

Background::~Background()
{
    run_files_.clear();
    other_.clear();
    run_files_.waitForDone();
    other_.waitForDone();
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

    QThreadPool& pool = lane == Lane::RunFiles ? run_files_ : other_;
    pool.start([this, ticket, job = std::move(work), finish = std::move(done)]() mutable {
        const bool skip = ticket->outdated;
        if (!skip) {
            job();
        }
        // This object outlives its pools' threads, so it is a safe receiver; the context is looked at over there.
        QMetaObject::invokeMethod(
            this,
            [this, ticket, skip, deliver = std::move(finish)]() mutable {
                settle(*ticket);
                if (!skip && !ticket->outdated && ticket->context) {
                    deliver();
                }
            },
            Qt::QueuedConnection);
    });
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
