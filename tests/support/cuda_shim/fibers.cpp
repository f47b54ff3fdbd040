// SPDX-License-Identifier: Apache-2.0
// Compiled without ThreadSanitizer's instrumentation: the scheduler is not part of the program under test.
#include "tests/support/cuda_shim/fibers.h"

#include "tests/support/cuda_shim/switch.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace toeplab::shim
{
namespace
{

constexpr unsigned kWarp = 32;
constexpr unsigned kMaxThreads = 1024;
#if defined(__SANITIZE_ADDRESS__) || defined(TOEPLAB_TSAN)
constexpr std::size_t kStackBytes = 256 * 1024;
#else
constexpr std::size_t kStackBytes = 64 * 1024;
#endif

enum class State { Runnable, AtWarp, AtBlock, Done };

struct Thread {
    unsigned index = 0;
    State state = State::Runnable;
    std::uint64_t warp_waits = 0;
    std::uint64_t block_waits = 0;
    Context* context = nullptr;
};

struct Warp {
    std::uint64_t values[2][kWarp] = {}; ///< what lanes offer each other, two exchanges in turn
    char order[2] = {};                  ///< addresses that stand for the warp's barrier, two in turn
};

/// The grid that is running; one at a time.
struct Grid {
    void (*body)(const void*) = nullptr;
    const void* argument = nullptr;
    unsigned blocks = 0, threads = 0, block = 0;
    void* shared = nullptr;
    std::vector<Thread> all;
    std::vector<Warp> warps;
    Thread* running = nullptr;
    Context* scheduler = nullptr;
    char start = 0, end = 0;   ///< addresses that stand for the beginning and the end of the kernel
    char order[2] = {};        ///< ... and for the block's barrier, two in turn
    std::exception_ptr thrown; ///< by the first thread that did
};

Order chosen = Order::Ascending;
std::uint64_t waited = 0;
Grid* grid = nullptr;

void wait(State state)
{
    ++waited;
    Thread& thread = *grid->running;
    thread.state = state;
    thread.context->switchTo(*grid->scheduler);
}

void enter()
{
    beginContext();
    Thread& thread = *grid->running;
    observe(&grid->start);
    try {
        grid->body(grid->argument);
    } catch (...) {
        if (!grid->thrown)
            grid->thrown = std::current_exception();
    }
    publish(&grid->end);
    thread.state = State::Done;
    thread.context->switchTo(*grid->scheduler, true);
}

/// Stacks and contexts are made once and serve all launches.
Context* contextOf(unsigned index)
{
    struct Place {
        Stack stack{kStackBytes};
        Context context{stack};
    };
    static auto* places = new std::vector<std::unique_ptr<Place>>; // never destroyed: no order of destruction to mind
    while (places->size() <= index)
        places->push_back(std::make_unique<Place>());
    return &(*places)[index]->context;
}

std::vector<unsigned> permutation(unsigned count, unsigned seed)
{
    std::vector<unsigned> order(count);
    for (unsigned i = 0; i < count; ++i)
        order[i] = chosen == Order::Descending ? count - 1 - i : i;
    if (chosen == Order::Shuffled)
        std::shuffle(order.begin(), order.end(), std::mt19937(seed));
    return order;
}

/// Lets go whom everybody else has caught up with; false where nobody can go on.
bool release(unsigned done)
{
    Grid& g = *grid;
    const auto at = [&](unsigned begin, unsigned end, State state) {
        return std::count_if(g.all.begin() + begin, g.all.begin() + end,
                             [&](const Thread& thread) { return thread.state == state; });
    };
    const auto go = [&](unsigned begin, unsigned end) {
        for (unsigned i = begin; i < end; ++i)
            g.all[i].state = State::Runnable;
    };
    if (done == 0 && at(0, g.threads, State::AtBlock) == g.threads) {
        go(0, g.threads);
        return true;
    }
    bool any = false;
    for (unsigned begin = 0; begin < g.threads; begin += kWarp) {
        if (at(begin, begin + kWarp, State::AtWarp) == kWarp) {
            go(begin, begin + kWarp);
            any = true;
        }
    }
    return any;
}

void runBlock(unsigned seed)
{
    Grid& g = *grid;
    for (Thread& thread : g.all) {
        thread.state = State::Runnable;
        thread.warp_waits = 0;
        thread.block_waits = 0;
        thread.context->begin(&enter);
    }
    publish(&g.start);
    const std::vector<unsigned> order = permutation(g.threads, seed);
    for (unsigned done = 0; done < g.threads;) {
        for (const unsigned index : order) {
            Thread& thread = g.all[index];
            if (thread.state != State::Runnable)
                continue;
            g.running = &thread;
            g.scheduler->switchTo(*thread.context);
            done += thread.state == State::Done ? 1 : 0;
        }
        if (done < g.threads && !release(done) && !g.thrown)
            g.thrown = std::make_exception_ptr(
                std::runtime_error("block " + std::to_string(g.block) + ": " + std::to_string(done) + " of " +
                                   std::to_string(g.threads) + " threads ended while others wait at a barrier"));
        if (g.thrown)
            break;
    }
}

/// What a block calls shared: as large as asked for and not a byte larger.
class SharedMemory
{
public:
    explicit SharedMemory(std::size_t bytes) : data_(std::malloc(std::max<std::size_t>(bytes, 1)), &std::free)
    {
        std::memset(data_.get(), 0xFF, bytes);
    }
    [[nodiscard]] void* data() const { return data_.get(); }

private:
    std::unique_ptr<void, decltype(&std::free)> data_;
};

} // namespace

void setOrder(Order order)
{
    chosen = order;
}

std::uint64_t waits()
{
    return waited;
}

void run(unsigned blocks, unsigned threads, std::size_t shared_bytes, void (*body)(const void*), const void* argument)
{
    if (threads == 0 || threads % kWarp != 0 || threads > kMaxThreads)
        throw std::runtime_error("a block has 32, 64, .. 1024 threads, not " + std::to_string(threads));
    if (shared_bytes > kSharedMemoryLimit)
        throw std::runtime_error("a block has no " + std::to_string(shared_bytes) + " bytes of shared memory");
    Grid g;
    g.body = body;
    g.argument = argument;
    g.blocks = blocks;
    g.threads = threads;
    g.warps.resize(threads / kWarp);
    g.all.resize(threads);
    for (unsigned i = 0; i < threads; ++i) {
        g.all[i].index = i;
        g.all[i].context = contextOf(i);
    }
    Context own;
    g.scheduler = &own;
    grid = &g;
    std::vector<SharedMemory> shared;
    for (const unsigned block : permutation(blocks, threads)) {
#if !defined(TOEPLAB_TSAN) // which has to believe that blocks run side by side, so none may see that another's is free
        shared.clear();
#endif
        g.shared = shared.emplace_back(shared_bytes).data();
        g.block = block;
        runBlock(block);
        if (g.thrown)
            break;
    }
    observe(&g.end);
    grid = nullptr;
    if (g.thrown)
        std::rethrow_exception(g.thrown);
}

unsigned threadIndex()
{
    return grid->running->index;
}
unsigned blockIndex()
{
    return grid->block;
}
unsigned blockSize()
{
    return grid->threads;
}
unsigned gridSize()
{
    return grid->blocks;
}
void* sharedMemory()
{
    return grid->shared;
}

void waitForBlock()
{
    char* order = &grid->order[grid->running->block_waits++ % 2];
    publish(order);
    wait(State::AtBlock);
    observe(order);
}

void waitForWarp(unsigned mask)
{
    if (mask != 0xFFFFFFFFU)
        throw std::runtime_error("the shim knows whole warps only");
    char* order = &grid->warps[threadIndex() / kWarp].order[grid->running->warp_waits++ % 2];
    publish(order);
    wait(State::AtWarp);
    observe(order);
}

std::uint64_t exchangeBits(unsigned mask, std::uint64_t bits, int from, const char* what)
{
    if (from < 0 || from >= static_cast<int>(kWarp))
        throw std::runtime_error("lane " + std::to_string(from) + " of a shuffle " + what + " is in no warp");
    const unsigned thread = threadIndex();
    std::uint64_t* values = grid->warps[thread / kWarp].values[grid->running->warp_waits % 2];
    values[thread % kWarp] = bits;
    waitForWarp(mask);
    return values[from];
}

} // namespace toeplab::shim
