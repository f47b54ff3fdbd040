// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/golden_check.h"

#include <gtest/gtest.h>

#include <cctype>
#include <functional>
#include <string>
#include <vector>

// Reference vectors of the published code, whatever directory of their layout TOEPLAB_GOLDEN_DIR names: each case of
// each file is one test, built from the case's own configuration. A case that nothing here knows how to run fails.

namespace toeplab::tests
{
namespace
{

struct Name {
    std::string file, name;
};

struct Family {
    std::string file;   ///< the file that the case is in
    std::string source; ///< a part of the code's path
    std::string key;    ///< a configuration key that the case must have ("" for none)
    void (*run)(const GoldenCase&);
};

/// The first that fits runs.
const std::vector<Family> kFamilies{
    {"tno", "modules/rpe.py", "outdim", &runPositionNetwork},
    {"tno", "", "", &runOperator},
    {"fd", "tno_fd_norpe.py", "", &runOperator},
    {"fd", "tno_fd.py", "h", &runOperator},
    {"fd", "tno_fd.py", "num_freqs", &runHilbert},
    {"ski_reference", "", "r", &runOperator},
    {"ski_inv_time_reference", "", "r", &runOperator},
    {"ski_paper_dense", "", "r", &runOperator},
    {"gtu_glu", "gtu.py", "", &runUnit},
    {"gtu_glu", "glu.py", "", &runUnit},
    {"gtu_glu", "layer.py", "", &runLayer},
    {"lra_model", "train.py", "model", &runClassifier},
    {"lra_model", "tnn_draft", "d_model", &runMixerBlock},
};

/// Files whose subject comes with the state-space conversion.
const std::vector<std::string> kLater{"etsc"};

std::vector<Name> allCases()
{
    std::vector<Name> out;
    for (const std::string& file : goldenFiles())
        for (const std::string& name : goldenCases(file))
            out.push_back({file, name});
    return out;
}

class Case : public testing::TestWithParam<Name>
{
};

TEST_P(Case, Matches)
{
    const auto& [file, name] = GetParam();
    for (const std::string& later : kLater)
        if (file == later)
            GTEST_SKIP() << "The conversion to state-space models is not part of this program yet.";
    const GoldenCase golden(file, name);
    SCOPED_TRACE(golden.name + ": " + golden.meaning + " " + golden.config.dump());
    for (const Family& family : kFamilies) {
        const bool fits = family.file == file && golden.source.find(family.source) != std::string::npos &&
                          (family.key.empty() || golden.config.contains(family.key));
        if (fits)
            return family.run(golden);
    }
    FAIL() << "Nothing here knows how to run this case (source " << golden.source << ").";
}

std::string testName(const testing::TestParamInfo<Name>& info)
{
    std::string text = info.param.file + "__" + info.param.name;
    for (char& c : text)
        if (std::isalnum(static_cast<unsigned char>(c)) == 0)
            c = '_';
    return text + "_" + std::to_string(info.index);
}

INSTANTIATE_TEST_SUITE_P(Golden, Case, testing::ValuesIn(allCases()), testName);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Case);

TEST(GoldenDirectory, IsGiven)
{
    if (goldenDirectory().empty())
        GTEST_SKIP() << "TOEPLAB_GOLDEN_DIR names no directory with reference vectors, so none were compared.";
    EXPECT_FALSE(allCases().empty()) << "no case in " << goldenDirectory();
}

} // namespace
} // namespace toeplab::tests
