// SPDX-License-Identifier: Apache-2.0
#include "kernels/fftconv/transform.h"

#include "kernels/device/check.h"

#include <algorithm>
#include <cmath>
#include <list>
#include <mutex>
#include <numbers>
#include <vector>

namespace toeplab::kernels
{
namespace
{

constexpr std::size_t kPlansKept = 32;

/// Radices of the passes before the registers, largest first, for a quotient of 2s and at most one 3 or 5; empty where
/// there is none.
std::vector<int> radicesOf(std::int64_t quotient)
{
    std::vector<int> radices;
    int odd = 1;
    for (const int prime : {3, 5}) {
        if (quotient % prime == 0) {
            quotient /= prime;
            odd = prime;
            break;
        }
    }
    int twos = 0;
    while (quotient % 2 == 0) {
        quotient /= 2;
        ++twos;
    }
    if (quotient != 1)
        return {};
    if (odd == 3 && twos % 3 == 1) {
        radices.push_back(6);
        --twos;
    } else if (odd > 1) {
        radices.push_back(odd);
    }
    // 2^twos by passes of 8 and, for the rest, 2, 4 or 4 * 4 in place of 2 * 8.
    if (twos % 3 == 1 && twos > 1) {
        radices.insert(radices.end(), {4, 4});
        twos -= 4;
    }
    for (; twos >= 3; twos -= 3)
        radices.push_back(8);
    if (twos > 0)
        radices.push_back(1 << twos);
    std::sort(radices.begin(), radices.end(), std::greater<>());
    return radices;
}

/// Vector operations a value: additions, turns and the traffic of one pass. Relative is all that matters.
double passCost(int radix)
{
    switch (radix) {
    case 2:
        return 7;
    case 3:
        return 11;
    case 4:
        return 10;
    case 5:
        return 15;
    case 6:
        return 14;
    default:
        return 13.5;
    }
}
constexpr double kLeafCost = 30;

template <typename T>
void addTwiddles(std::int64_t block, int radix, int lanes, std::vector<T>& out)
{
    for (std::int64_t j = 0; j < block / radix; j += lanes) {
        for (int k = 1; k < radix; ++k) {
            for (const bool sine : {false, true}) {
                for (int lane = 0; lane < lanes; ++lane) {
                    const double turn = static_cast<double>((j + lane) * k % block) / static_cast<double>(block);
                    const double angle = -2 * std::numbers::pi * turn;
                    out.push_back(static_cast<T>(sine ? std::sin(angle) : std::cos(angle)));
                }
            }
        }
    }
}

template <typename T>
struct OwnedPlan {
    TransformPlan<T> plan;
    std::vector<std::vector<T>> twiddles;
};

template <typename T>
std::shared_ptr<const TransformPlan<T>> makePlan(std::int64_t length, int lanes)
{
    const std::int64_t leaf = std::int64_t{lanes} * lanes;
    const std::vector<int> radices = length % leaf == 0 ? radicesOf(length / leaf) : std::vector<int>();
    require(!radices.empty() && radices.size() <= TransformPlan<T>::kMostLevels,
            "a transform's length comes from transformLength", length, lanes);
    const auto owned = std::make_shared<OwnedPlan<T>>();
    TransformPlan<T>& plan = owned->plan;
    plan.length = length;
    plan.lanes = lanes;
    std::int64_t block = length;
    for (const int radix : radices) {
        addTwiddles(block, radix, lanes, owned->twiddles.emplace_back());
        plan.levels[plan.level_count++] = {radix, block, owned->twiddles.back().data()};
        block /= radix;
    }
    addTwiddles(leaf, lanes, lanes, owned->twiddles.emplace_back());
    plan.leaf_twiddles = owned->twiddles.back().data();
    return {owned, &plan};
}

} // namespace

std::int64_t transformLength(std::int64_t least, int lanes)
{
    const std::int64_t leaf = std::int64_t{lanes} * lanes;
    std::int64_t best = 0;
    double least_cost = 0;
    for (const std::int64_t odd : {1, 3, 5}) {
        std::int64_t quotient = odd == 1 ? 2 : odd; // one pass at least: it pads the rows
        while (quotient * leaf < least)
            quotient *= 2;
        double passes = kLeafCost;
        for (const int radix : radicesOf(quotient))
            passes += 2 * passCost(radix);
        const double cost = passes * static_cast<double>(quotient);
        if (best == 0 || cost < least_cost) {
            best = quotient * leaf;
            least_cost = cost;
        }
    }
    return best;
}

template <typename T>
std::shared_ptr<const TransformPlan<T>> transformPlan(std::int64_t length, int lanes)
{
    static std::mutex mutex;
    static std::list<std::shared_ptr<const TransformPlan<T>>> plans; // most recently used first
    const std::lock_guard lock(mutex);
    for (auto it = plans.begin(); it != plans.end(); ++it) {
        if ((*it)->length == length && (*it)->lanes == lanes) {
            plans.splice(plans.begin(), plans, it);
            return plans.front();
        }
    }
    plans.push_front(makePlan<T>(length, lanes));
    if (plans.size() > kPlansKept)
        plans.pop_back();
    return plans.front();
}

template std::shared_ptr<const TransformPlan<float>> transformPlan<float>(std::int64_t, int);
template std::shared_ptr<const TransformPlan<double>> transformPlan<double>(std::int64_t, int);

} // namespace toeplab::kernels
