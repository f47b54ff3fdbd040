// SPDX-License-Identifier: GPL-3.0-or-later
// An engine that learns nothing: it speaks the protocol on standard input and output as a script says, so that the
// window can be tested without LibTorch and with faults at chosen moments.
//   scripted_engine train        answers everything; after `start`: a header of two layers, then rows, kernels, ladder
//   scripted_engine die-at-5     as train, and kills itself after step 5
//   scripted_engine garble-at-5  as train, and sends bytes that are no frame after step 5
//   scripted_engine version-2    says hello with protocol 2.0
//   scripted_engine exit-3       prints a line on standard error and exits with code 3
#include "core/protocol/cbor.h"
#include "core/protocol/message_codec.h"

#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <unistd.h>

namespace
{

using namespace toeplab::core;

std::mutex output_mutex;

void put(const nlohmann::json& message)
{
    const Bytes frame = frameOf(message);
    const std::lock_guard lock(output_mutex);
    std::fwrite(frame.data(), 1, frame.size(), stdout);
    std::fflush(stdout);
}

std::vector<LayerInfo> layers()
{
    std::vector<LayerInfo> all;
    for (std::int64_t i = 1; i <= 2; ++i)
        all.push_back({i, "sequence", "tno", "exact", i == 2, 3, 8, "RPE 3 x 32, decay 0.99"});
    return all;
}

class Training
{
public:
    Training(std::string mode, StartRequest request) : mode_(std::move(mode)), request_(std::move(request))
    {
        status_.run =
            request_.run.empty()
                ? std::string(std::getenv("TOEPLAB_HOME") ? std::getenv("TOEPLAB_HOME") : ".") + "/runs/scripted.h5"
                : request_.run;
        StartedEvent started;
        started.run = status_.run;
        started.header.experiment = request_.experiment;
        started.header.provenance = {{"seed", 1}};
        started.header.parameters = 1234;
        started.header.layers = layers();
        put(toMessage(EventBody(started)));
        status_.state = request_.paused ? SessionState::Paused : SessionState::Running;
        status_.lr = 0.001;
        say();
        thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
    }

    void setState(SessionState state)
    {
        {
            const std::lock_guard lock(mutex_);
            status_.state = state;
        }
        say();
    }
    void allow(std::int64_t steps) { allowed_ += steps; }
    void setLearningRate(double lr)
    {
        std::int64_t step = 0;
        {
            const std::lock_guard lock(mutex_);
            status_.lr = lr;
            step = status_.step + 1;
        }
        put(toMessage(EventBody(RunEvent{step, 1000, "lr", "Learning rate 0.001 -> " + std::to_string(lr), lr})));
    }
    SessionStatus status()
    {
        const std::lock_guard lock(mutex_);
        return status_;
    }

private:
    void say() { put(toMessage(EventBody(status()))); }

    void run(const std::stop_token& stop)
    {
        while (!stop.stop_requested()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
            const SessionState state = status().state;
            if (state == SessionState::Stopped)
                return;
            if (state == SessionState::Running)
                step();
            else if (state == SessionState::Paused && allowed_ > 0) {
                --allowed_;
                step();
            }
        }
    }

    void step()
    {
        MetricsRow row;
        {
            const std::lock_guard lock(mutex_);
            row.step = ++status_.step;
            status_.steps_per_second = 100;
            status_.memory_mib = 321;
            row.lr = status_.lr;
        }
        row.loss = 2.3 * std::exp(-0.02 * double(row.step));
        row.accuracy = 1 - std::exp(-0.02 * double(row.step));
        put(toMessage(EventBody(MetricsEvent{{row}})));
        for (std::size_t i = 0; i < 2; ++i) {
            auto kernel = std::make_shared<KernelFrame>();
            kernel->layer_index = i;
            kernel->info = layers()[i];
            kernel->step = row.step;
            for (int channel = 0; channel < 3; ++channel)
                for (int lag = -7; lag <= 7; ++lag)
                    kernel->values.push_back(
                        float(std::pow(0.5 + 0.1 * channel, std::abs(lag)) * (lag < 0 && i == 1 ? 0 : 1)));
            put(toMessage(EventBody(std::shared_ptr<const KernelFrame>(kernel))));
        }
        auto ladder = std::make_shared<LadderFrame>();
        ladder->step = row.step;
        ladder->infos = layers();
        for (int i = 0; i < 2; ++i) {
            LayerScores scores;
            scores.channels = 3;
            scores.length = 8;
            scores.spikiness.median = 0.25 * (i + 1);
            scores.effective_rank.median = 4 - i;
            ladder->scores.push_back(scores);
            ladder->sparklines.push_back({0, 0.1F, 0.5F, 1, 0.5F, 0.1F, 0});
        }
        put(toMessage(EventBody(std::shared_ptr<const LadderFrame>(ladder))));
        say();
        if (row.step == 5 && mode_ == "die-at-5")
            std::raise(SIGKILL);
        if (row.step == 5 && mode_ == "garble-at-5") {
            const std::lock_guard lock(output_mutex);
            std::fputs("this is no frame, whatever one makes of it", stdout);
            std::fflush(stdout);
        }
    }

    std::string mode_;
    StartRequest request_;
    std::mutex mutex_;
    SessionStatus status_;
    std::atomic<std::int64_t> allowed_ = 0;
    std::jthread thread_;
};

class Engine
{
public:
    explicit Engine(std::string mode) : mode_(std::move(mode)) {}

    void take(const Request& request)
    {
        id_ = request.id;
        std::visit([this](const auto& body) { answer(body); }, request.body);
    }

private:
    void ok(nlohmann::json keys = nlohmann::json::object()) { put(toMessage(Answer{id_, true, {}, std::move(keys)})); }
    void refuse(const std::string& why) { put(toMessage(Answer{id_, false, why, nlohmann::json::object()})); }

    void answer(const HelloRequest&)
    {
        HelloAnswer hello;
        hello.version = mode_ == "version-2" ? "2.0" : kProtocolVersion;
        hello.engine = "scripted";
        hello.device = "CPU";
        hello.threads = 2;
        hello.libtorch = "none";
        hello.pid = getpid();
        ok(helloKeys(hello));
    }
    void answer(const StartRequest& request)
    {
        if (request.experiment.value("/mixer/band"_json_pointer, 33) % 2 == 0) {
            refuse("mixer.band is even: it must be odd. Try 33.");
            return;
        }
        training_.reset();
        training_ = std::make_unique<Training>(mode_, request);
        ok({{"run", training_->status().run}});
    }
    void setState(SessionState state)
    {
        if (!training_) {
            refuse("Nothing is being trained.");
            return;
        }
        training_->setState(state);
        ok();
    }
    void answer(const PauseRequest&) { setState(SessionState::Paused); }
    void answer(const ResumeRequest&) { setState(SessionState::Running); }
    void answer(const StopRequest&) { setState(SessionState::Stopped); }
    void answer(const CheckpointRequest&) { ok(); }
    void answer(const StepRequest& request)
    {
        training_->allow(request.count);
        ok();
    }
    void answer(const SetRequest& request)
    {
        training_->setLearningRate(request.value);
        ok({{"effective_step", training_->status().step + 1}});
    }
    void answer(const WatchRequest&) { ok(); }
    void answer(const StatusRequest&) { ok(statusKeys(training_ ? training_->status() : SessionStatus())); }
    void answer(const ShutdownRequest&)
    {
        ok();
        std::_Exit(0);
    }

    std::string mode_;
    std::int64_t id_ = 0;
    std::unique_ptr<Training> training_;
};

} // namespace

int main(int argc, char** argv)
{
    const std::string mode = argc > 1 ? argv[1] : "train";
    if (mode == "exit-3") {
        std::fputs("the scripted engine does not like this\n", stderr);
        return 3;
    }
    Engine engine(mode);
    FrameDecoder decoder;
    std::uint8_t buffer[4096];
    for (ssize_t count = 0; (count = read(STDIN_FILENO, buffer, sizeof buffer)) > 0;) {
        decoder.feed({buffer, std::size_t(count)});
        while (const auto payload = decoder.next()) {
            const auto message = parseCborMap(*payload);
            const auto request =
                message ? requestFromMessage(*message) : Result<Request>(tl::unexpected(message.error()));
            if (!request) {
                std::fprintf(stderr, "%s\n", request.error().message.c_str());
                return 4;
            }
            engine.take(*request);
        }
    }
    std::_Exit(0);
}
