// SPDX-License-Identifier: Apache-2.0
#include "core/report/npy.h"

#include <gtest/gtest.h>

#include <cstring>

#include "tests/core/temporary_folder.h"

namespace ulpscope {
namespace {

using test::TemporaryFolder;
using Shape = std::vector<std::uint64_t>;

std::string file(std::string_view dictionary, std::string_view data, char major = 1) {
  std::string bytes = "\x93NUMPY";
  bytes += {major, '\0', static_cast<char>(dictionary.size() & 0xFF), static_cast<char>(dictionary.size() >> 8)};
  if (major > 1) bytes += std::string(2, '\0');
  return (bytes += dictionary) += data;
}

TEST(Npy, WritesTheHeaderAsNumPyDoes) {
  // numpy 2.4.6: numpy.save of arange(12, dtype='<f4').reshape(3, 4); the other shapes likewise.
  using namespace std::string_literals;
  const std::string expected = "\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }"s;
  const std::string header = npyHeader("<f4", Shape{3, 4});
  EXPECT_EQ(header.substr(0, expected.size()), expected);
  EXPECT_EQ(header.substr(expected.size()), std::string(128 - 1 - expected.size(), ' ') + "\n");
  EXPECT_NE(npyHeader("|u1", Shape{7}).find("'shape': (7,), }"), std::string::npos);
  EXPECT_NE(npyHeader("<u2", Shape{}).find("'shape': (), }"), std::string::npos);
}

TEST(Npy, DataBeginOnAMultipleOf64WhateverTheShape) {
  Shape shape;
  for (int rank = 0; rank <= 64; ++rank) {
    EXPECT_EQ(npyHeader("<f8", shape).size() % 64, 0u) << rank;
    shape.push_back(~std::uint64_t{0} >> (rank % 64));
  }
}

TEST(Npy, ReadsBackWhatItWrote) {
  const TemporaryFolder folder;
  const std::vector<float> values{1.5F, -0.0F, 3e-45F, 1e30F, 5.0F, 6.0F};
  for (const Shape& shape : {Shape{6}, Shape{2, 3}, Shape{1, 2, 3, 1}}) {
    const auto path = folder / "a.npy";
    ASSERT_TRUE(writeNpy(path, "<f4", shape, std::as_bytes(std::span(values)), AtomicFile::Existing::Replace));
    const auto array = readNpy(path);
    ASSERT_TRUE(array) << describe(array.error());
    EXPECT_EQ(array->descr, "<f4");
    EXPECT_EQ(array->shape, shape);
    ASSERT_EQ(array->data.size(), 24u);
    EXPECT_EQ(std::memcmp(array->data.data(), values.data(), 24), 0);
  }
}

TEST(Npy, ReadsScalarsEmptyArraysAndAllVersions) {
  const TemporaryFolder folder;
  const auto shapeOf = [&](std::string_view dictionary, std::string_view data, char major) {
    const auto array = readNpy(folder.write("a.npy", file(dictionary, data, major)));
    return array ? array->shape : Shape{999};
  };
  EXPECT_EQ(shapeOf("{'descr': '|u1', 'fortran_order': False, 'shape': (), }\n", "x", 1), (Shape{}));
  EXPECT_EQ(shapeOf("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 0), }\n", "", 2), (Shape{3, 0}));
  EXPECT_EQ(shapeOf("{\"shape\":(2,),\"descr\":\"<i2\",\"fortran_order\":True}", "abcd", 3), (Shape{2}));
}

TEST(Npy, RefusesWhatItCannotReadAndSaysSo) {
  const TemporaryFolder folder;
  const auto code = [&](std::string_view bytes) {
    const auto array = readNpy(folder.write("a.npy", bytes));
    EXPECT_FALSE(array) << bytes;
    return array ? Errc::Usage : array.error().code;
  };
  EXPECT_EQ(code(file("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", "1234")), Errc::Unsupported);
  EXPECT_EQ(code(file("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "1234")), Errc::Unsupported);
  EXPECT_EQ(code(file("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }", "1234")), Errc::Unsupported);
  EXPECT_EQ(code(""), Errc::Corrupt);
  EXPECT_EQ(code("\x93NUMPY\x01"), Errc::Corrupt);
  EXPECT_EQ(code("not a NumPy array"), Errc::Corrupt);
  EXPECT_EQ(code(file("", "", 4)), Errc::Corrupt);
  for (const std::string_view dictionary :
       {"", "{", "{}", "{'descr': '<f4', 'fortran_order': False, }",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': [1], }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1, }",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), } + evil()",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }"})
    EXPECT_EQ(code(file(dictionary, "1234")), Errc::Corrupt) << dictionary;
}

TEST(Npy, RefusesEveryTruncationAndEveryTrailingByte) {
  const TemporaryFolder folder;
  const std::string whole = npyHeader("<f4", Shape{2}) + "12345678";
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(readNpy(folder.write("a.npy", whole.substr(0, size)))) << size;
  EXPECT_TRUE(readNpy(folder.write("a.npy", whole)));
  EXPECT_FALSE(readNpy(folder.write("a.npy", whole + "9")));
}

}  // namespace
}  // namespace ulpscope
