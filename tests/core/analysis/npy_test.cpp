// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/npy.h"

#include <gmock/gmock.h>

#include <cstring>
#include <filesystem>
#include <fstream>

namespace toeplab::core
{
namespace
{

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// A .npy file as numpy writes it, the header padded to a multiple of 64 bytes.
template <typename Number>
std::string npy(const std::string& dictionary, const std::vector<Number>& values, int version = 1)
{
    std::string header = dictionary;
    const std::size_t prefix = version == 1 ? 10 : 12;
    while ((prefix + header.size() + 1) % 64 != 0) {
        header += ' ';
    }
    header += '\n';
    std::string text = "\x93NUMPY";
    text += static_cast<char>(version);
    text += '\0';
    for (std::size_t i = 0; i < prefix - 8; ++i) {
        text += static_cast<char>(header.size() >> (8 * i) & 0xffU);
    }
    text += header;
    text.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Number));
    return text;
}

std::string write(const std::string& text)
{
    const auto path = std::filesystem::path(testing::TempDir()) / "npy_test.npy";
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
}

std::string problem(const std::string& text)
{
    const auto read = readKernelArray(write(text));
    return read ? "it was read" : read.error().message;
}

TEST(Npy, ReadsKernelsOfOneAndManyChannels)
{
    const auto one =
        readKernelArray(write(npy<double>("{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }", {1, 2.5, -3})));
    ASSERT_TRUE(one) << one.error().message;
    EXPECT_EQ(one->channels, 1);
    EXPECT_EQ(one->length, 2);
    EXPECT_THAT(one->values, ElementsAre(1, 2.5, -3));

    const auto two =
        readKernelArray(write(npy<float>("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }", {0.5F, 7}, 2)));
    ASSERT_TRUE(two) << two.error().message;
    EXPECT_EQ(two->channels, 2);
    EXPECT_EQ(two->length, 1);
    EXPECT_THAT(two->values, ElementsAre(0.5, 7));

    // numpy marks one-dimensional arrays as both orders at once
    EXPECT_TRUE(readKernelArray(write(npy<double>("{'descr': '<f8', 'fortran_order': True, 'shape': (1,), }", {1}))));
}

TEST(Npy, SaysWhatIsWrong)
{
    const std::string good = npy<double>("{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }", {1, 2, 3});
    EXPECT_THAT(problem("Source\tTarget\n"), AllOf(HasSubstr("is no .npy file"), HasSubstr("numpy.save")));
    EXPECT_THAT(problem(""), HasSubstr("is no .npy file"));
    EXPECT_THAT(problem(good.substr(0, good.size() - 1)), AllOf(HasSubstr("has 23 bytes"), HasSubstr("says 24")));
    EXPECT_THAT(problem(good + "x"), HasSubstr("has 25 bytes"));
    EXPECT_THAT(problem(good.substr(0, 40)), HasSubstr("header"));
    EXPECT_THAT(problem(npy<double>("{'descr': '>f8', 'fortran_order': False, 'shape': (1,), }", {1})),
                HasSubstr("holds >f8 values"));
    EXPECT_THAT(problem(npy<double>("{'descr': '<c16', 'fortran_order': False, 'shape': (1,), }", {1, 2})),
                HasSubstr("holds <c16"));
    EXPECT_THAT(problem(npy<double>("{'descr': '<f8', 'fortran_order': True, 'shape': (1, 3), }", {1, 2, 3})),
                HasSubstr("Fortran"));
    EXPECT_THAT(problem(npy<double>("{'descr': '<f8', 'fortran_order': False, 'shape': (4,), }", {1, 2, 3, 4})),
                AllOf(HasSubstr("the shape (4)"), HasSubstr("an odd number")));
    EXPECT_THAT(problem(npy<double>("{'descr': '<f8', 'fortran_order': False, 'shape': (), }", {1})),
                HasSubstr("the shape ()"));
    EXPECT_THAT(problem(npy<double>("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 3), }", {})),
                HasSubstr("the shape (0, 3)"));
    EXPECT_THAT(
        problem(npy<double>("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999, 99999999999), }", {})),
        HasSubstr("too many"));
    EXPECT_THAT(problem(npy<double>("{'descr': '<f8'}", {1})), HasSubstr("damaged"));
    EXPECT_THAT(readNpy("/nowhere.npy").error().message, HasSubstr("cannot be opened"));
}

} // namespace
} // namespace toeplab::core
