// SPDX-License-Identifier: Apache-2.0
#include "core/config/choices.h"
#include "core/config/fields.h"
#include "tests/core/operators/variants.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

// The list of kinds: everything in it can be made, described, stored and read again, and refuses what it cannot be.

namespace toeplab::core
{
namespace
{

using namespace testing;

TEST(Kinds, AreThoseThatTheSettingsOffer)
{
    std::set<std::string> listed;
    for (const OperatorKind& kind : operatorKinds()) {
        EXPECT_TRUE(listed.insert(kind.name).second) << kind.name << " is listed twice";
        EXPECT_FALSE(kind.summary.empty()) << kind.name;
    }
    EXPECT_EQ(listed, std::set<std::string>(kMixerKinds.begin(), kMixerKinds.end()));
    for (const Variant& one : variants())
        listed.erase(one.settings().kind);
    EXPECT_TRUE(listed.empty()) << *listed.begin() << " is proven by no variant of variants.cpp";
}

TEST(Kinds, EveryOneIsMadeAndDescribesItself)
{
    for (const OperatorKind& kind : operatorKinds())
        for (const std::int64_t axes : {1, 2}) {
            OperatorRequest request;
            request.mixer.kind = kind.name;
            request.mixer.axes = axes;
            request.mixer.rank = 8;
            request.channels = 4;
            request.length = 64;
            Initializer initial(1);
            const auto made = makeOperator(request, initial);
            ASSERT_TRUE(made) << made.error().message;
            EXPECT_EQ((*made)->channels(), 4);
            EXPECT_EQ((*made)->axes(64).size(), static_cast<std::size_t>(axes));
            EXPECT_EQ((*made)->describe(64).find('\n'), std::string::npos);
            EXPECT_FALSE((*made)->describe(64).empty());
            EXPECT_FALSE((*made)->map(64)->algorithm().empty());
            EXPECT_EQ((*made)->map(64)->operandCount(), (*made)->operands(64).size());
            EXPECT_GT((*made)->cost(8, 64).operations, 0);
            EXPECT_GT((*made)->cost(8, 64).bytes, 0);
            EXPECT_EQ((*made)->kernel(64).size(1), 2 * (axes == 2 ? 8 : 64) - 1);
        }
}

class EveryVariant : public ::testing::TestWithParam<Variant>
{
};

/// Settings through JSON, values by name: the operator that comes out is the one that went in.
TEST_P(EveryVariant, GoesThroughAFile)
{
    Experiment experiment;
    experiment.mixer = GetParam().settings();
    const ParsedExperiment read = parseExperiment(nlohmann::json::parse(toJson(experiment).dump()));
    ASSERT_EQ(read.experiment.mixer, experiment.mixer);
    const std::int64_t channels = 2 * experiment.mixer.heads;
    const auto first = makeDouble(experiment.mixer, channels, 20, 1);
    const auto second = makeDouble(read.experiment.mixer, channels, 20, 2);
    const at::NoGradGuard no_graph;
    const auto from = first->parameters();
    const auto to = second->parameters();
    ASSERT_EQ(from.size(), to.size());
    std::set<std::string> names;
    for (std::size_t i = 0; i < from.size(); ++i) {
        EXPECT_EQ(from[i].name, to[i].name);
        EXPECT_TRUE(names.insert(from[i].name).second) << from[i].name << " stands for two parameters";
        to[i].value.copy_(from[i].value);
    }
    const at::Tensor x = normal({2, channels, 20}, 3);
    EXPECT_TRUE(at::equal(apply(*first, x), apply(*second, x)));
    EXPECT_EQ(first->describe(20), second->describe(20));
}

TEST_P(EveryVariant, MixesOtherLengthsThanItsOwn)
{
    const auto op = makeDouble(GetParam().settings(), 2 * GetParam().settings().heads, 40);
    const at::NoGradGuard no_graph;
    const at::Tensor first = apply(*op, normal({1, op->channels(), 40}, 1));
    for (const std::int64_t n : {17, 3, 39})
        EXPECT_EQ(apply(*op, normal({1, op->channels(), n}, 1)).size(2), n);
    EXPECT_TRUE(at::equal(apply(*op, normal({1, op->channels(), 40}, 1)), first)) << "and then its own again";
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryVariant, ::testing::ValuesIn(variants()),
                         variantName<::testing::TestParamInfo<Variant>>);

struct Refused {
    std::string setting;
    std::function<void(OperatorRequest&)> change;
    std::string sentence; ///< a part of it
};

TEST(Kinds, WhatCannotBeMadeGetsOneSentence)
{
    const auto of = [](const char* kind, auto change) {
        return [=](OperatorRequest& r) {
            r.mixer.kind = kind;
            change(r);
        };
    };
    const std::vector<Refused> refused{
        {"kind", of("laplace", [](auto&) {}), "mixer.kind is laplace, which this program does not have"},
        {"rank 1", of("ski", [](auto& r) { r.mixer.rank = 1; }), "mixer.rank is 1"},
        {"rank 0", of("ski", [](auto& r) { r.mixer.rank = 0; }), "mixer.rank is 0"},
        {"rank above n", of("ski", [](auto& r) { r.mixer.rank = 31; }), "more than the 30 positions"},
        {"rank above an axis",
         of("ski",
            [](auto& r) {
                r.mixer.axes = 2;
                r.mixer.rank = 6;
            }),
         "mixer.rank is 6, more than the 5 positions of its axis"},
        {"even band", of("ski", [](auto& r) { r.mixer.band = 4; }), "mixer.band is 4: it must be odd"},
        {"no band", of("ski", [](auto& r) { r.mixer.band = 0; }), "mixer.band is 0"},
        {"warp 2", of("ski", [](auto& r) { r.mixer.warp = 2; }), "mixer.warp is 2"},
        {"released gamma",
         of("ski",
            [](auto& r) {
                r.mixer.mode = "released";
                r.mixer.gamma = 0;
            }),
         "mixer.gamma is 0"},
        {"released single position",
         of("ski",
            [](auto& r) {
                r.mixer.mode = "released";
                r.length = 1;
            }),
         "cannot mix a single position"},
        {"gamma 0", of("tno", [](auto& r) { r.mixer.gamma = 0; }), "mixer.gamma is 0"},
        {"gamma 1.5", of("tno", [](auto& r) { r.mixer.gamma = 1.5; }), "mixer.gamma is 1.5"},
        {"gamma of direct", of("direct", [](auto& r) { r.mixer.gamma = -1; }), "mixer.gamma is -1"},
        {"par_type", of("tno", [](auto& r) { r.mixer.par_type = 3; }), "mixer.par_type is 3"},
        {"par_type 4", of("tno", [](auto& r) { r.mixer.par_type = 4; }), "mixer.par_type is 4"},
        {"heads", of("fd", [](auto& r) { r.mixer.heads = 3; }), "mixer.heads is 3"},
        {"heads of ski", of("ski", [](auto& r) { r.mixer.heads = 3; }), "mixer.heads is 3"},
        {"points",
         of("fd",
            [](auto& r) {
                r.mixer.fd_response = "table";
                r.mixer.fd_points = 0;
            }),
         "mixer.fd_points is 0"},
        {"width", of("fd", [](auto& r) { r.mixer.rpe_width = 0; }), "mixer.rpe_width is 0"},
        {"no image",
         of("tno",
            [](auto& r) {
                r.mixer.axes = 2;
                r.length = 31;
            }),
         "31 positions"},
        {"another image",
         of("tno",
            [](auto& r) {
                r.mixer.axes = 2;
                r.height = 4;
                r.width = 7;
            }),
         "30 positions are no image of 4 x 7"},
        {"type",
         of("tno",
            [](auto& r) {
                r.mixer.axes = 2;
                r.mixer.two_axis_type = 5;
            }),
         "mixer.two_axis_type is 5"},
    };
    for (const Refused& one : refused) {
        OperatorRequest request;
        request.channels = 4;
        request.length = 30;
        request.mixer.rank = 5;
        one.change(request);
        Initializer initial(1);
        const auto made = makeOperator(request, initial);
        ASSERT_FALSE(made) << one.setting;
        const std::string message = made.error().message;
        EXPECT_NE(message.find(one.sentence), std::string::npos) << one.setting << ": " << message;
        EXPECT_EQ(message.find('\n'), std::string::npos) << message;
        EXPECT_EQ(message.back(), '.') << message;
    }
}

} // namespace
} // namespace toeplab::core
