// SPDX-License-Identifier: Apache-2.0
//
// NumPy arrays. N1 to N6 number the kinds of input; N1, every truncation of a valid file, and what of N6 happens to a
// file that is open are among the laws of containers. Archives of arrays (N7) are in npz_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <numeric>
#include <string>
#include <vector>

#include "core/checkpoint/block_cache.h"
#include "core/checkpoint/checkpoint.h"
#include "tests/core/checkpoint/checkpoint_invariants.h"
#include "tests/core/checkpoint/container_sample.h"
#include "tests/core/checkpoint/npy_builder.h"
#include "tests/core/temporary_folder.h"

namespace ulpscope {
namespace {

using namespace std::string_literals;
using test::npyDictionary;
using test::npyFile;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Shape = std::vector<std::uint64_t>;

Result<Checkpoint> openNpy(std::string_view bytes, const OpenOptions& options = {}) {
  auto checkpoint = findCheckpointReader("npy")->open(memorySource("dir/name.of.array.npy", test::asBytes(bytes)),
                                                      {.options = options});
  if (checkpoint) {
    EXPECT_EQ(test::brokenInvariant(*checkpoint, options.allowDamaged), "");
  }
  return checkpoint;
}
Result<Checkpoint> openHeader(std::string_view header, int major = 1) {
  return openNpy(npyFile(header, "12345678", static_cast<char>(major)));
}

void expectRefused(const Result<Checkpoint>& checkpoint, std::string_view words, Errc code = Errc::Corrupt) {
  ASSERT_FALSE(checkpoint) << "accepted, where expected: " << words;
  EXPECT_EQ(checkpoint.error().code, code) << describe(checkpoint.error());
  EXPECT_THAT(checkpoint.error().message, HasSubstr(words));
  EXPECT_LT(checkpoint.error().message.size(), 2000u);
}

std::vector<double> valuesOf(const Checkpoint& checkpoint, std::size_t tensor = 0) {
  const auto source = checkpoint.source(tensor);
  EXPECT_TRUE(source) << describe(source.error());
  if (!source) return {};
  std::vector<double> values(source->info().elements);
  EXPECT_TRUE(source->readDoubles(0, values));
  return values;
}

template <class T>
std::string bytesOf(const std::vector<T>& values, bool bigEndian = false) {
  std::string bytes;
  for (const T value : values) {
    std::string one(reinterpret_cast<const char*>(&value), sizeof value);
    if (bigEndian) one = std::string(one.rbegin(), one.rend());
    bytes += one;
  }
  return bytes;
}

TEST(Npy, IsATensorNamedAsItsFile) {
  const auto checkpoint = openNpy(npyFile(npyDictionary("'<f4'", "(2, 1)"), bytesOf<float>({1.5F, -2})));
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  EXPECT_THAT(checkpoint->warnings, IsEmpty());
  ASSERT_EQ(checkpoint->tensors.size(), 1u);
  EXPECT_EQ(checkpoint->tensors[0].name, "name.of.array");
  EXPECT_EQ(checkpoint->tensors[0].storedType, "F32");
  EXPECT_EQ(checkpoint->tensors[0].shape, (Shape{2, 1}));
  EXPECT_FALSE(checkpoint->tensors[0].storage) << "read as it lies in the file";
  EXPECT_THAT(valuesOf(*checkpoint), ElementsAre(1.5, -2));
}

TEST(Npy, AFolderOfThemIsOneCheckpoint) {
  const test::TemporaryFolder folder;
  folder.write("b.npy", npyFile(npyDictionary("'|u1'", "(2,)"), "\1\2"));
  folder.write("a.npy", npyFile(npyDictionary("'>u2'", "()"), "\1\2"));
  const auto checkpoint = openCheckpoint(folder / "");
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  ASSERT_EQ((*checkpoint)->tensors.size(), 2u);
  EXPECT_EQ((*checkpoint)->tensors[0].name, "a");
  EXPECT_THAT(valuesOf(**checkpoint, 0), ElementsAre(258));
  EXPECT_THAT(valuesOf(**checkpoint, 1), ElementsAre(1, 2));
}

/// Every layout against the definition: element (i0, i1, ...) of an array in Fortran order lies at i0 + d0 * (i1 +
/// ...).
TEST(Npy, FortranOrderIsTurnedIntoRowsOfAnyShapeAndOrderOfBytes) {
  for (const Shape& shape : {Shape{5}, Shape{3, 4}, Shape{4, 1, 3}, Shape{2, 3, 4}, Shape{2, 3, 2, 5}, Shape{1, 1},
                             Shape{300, 70}, Shape{3, 0, 2}}) {
    for (const bool bigEndian : {false, true}) {
      std::uint64_t count = 1;
      std::string text = "(";
      for (const std::uint64_t size : shape) {
        count *= size;
        text += fmt::format("{}, ", size);
      }
      std::vector<std::int32_t> stored(count);
      std::iota(stored.begin(), stored.end(), -7);
      std::vector<double> expected(count);
      for (std::uint64_t row = 0; row < count; ++row) {
        std::uint64_t rest = row, at = 0, stride = count;
        for (std::size_t i = shape.size(); i-- > 0;) {  // the last index runs fastest in rows, slowest in the file
          stride /= shape[i];
          at += rest % shape[i] * stride;
          rest /= shape[i];
        }
        expected[row] = stored[at];
      }
      const auto checkpoint =
          openNpy(npyFile(npyDictionary(bigEndian ? "'>i4'" : "'<i4'", text + ")", true), bytesOf(stored, bigEndian)));
      ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
      EXPECT_EQ(valuesOf(*checkpoint), expected) << text << bigEndian;
      if (count < 10) continue;
      std::vector<double> part(3);
      ASSERT_TRUE(checkpoint->source(0)->readDoubles(count - 5, part));
      EXPECT_EQ(part, std::vector<double>(expected.end() - 5, expected.end() - 2));
    }
  }
}

TEST(Npy, BlocksAreReadOnceAndEndWithTheData) {
  std::vector<std::byte> bytes(1000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 7);
  for (const std::size_t block : {1u, 7u, 100u, 999u, 1000u, 5000u}) {
    const auto cached = cachedInBlocks(memorySource("m", bytes), block);
    ASSERT_EQ(cached->size(), 1000u);
    for (const std::size_t offset : {0u, 1u, 500u, 99u, 990u, 0u}) {
      std::vector<std::byte> part(std::min<std::size_t>(250, 1000 - offset));
      ASSERT_TRUE(cached->read(offset, part));
      EXPECT_TRUE(std::equal(part.begin(), part.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset)));
    }
    std::byte two[2];
    EXPECT_FALSE(cached->read(999, two));
    EXPECT_FALSE(cached->read(~std::uint64_t{0}, two));
  }
}

TEST(NpyN2, HeadersOfAnyLengthAreCheckedBeforeTheyAreRead) {
  EXPECT_THAT(openNpy("").error().message, HasSubstr("at least 8 bytes"));
  expectRefused(openNpy(npyFile("", "12345678")), "a dictionary expected");
  expectRefused(openNpy("\x93NUMPY\1\0\xFF\xFF{"s), "header of 65535 bytes expected, 1 bytes left");
  expectRefused(openNpy("\x93NUMPY\2\0\xFF\xFF\xFF\xFF{"s), "header of at most 65536 bytes", Errc::LimitExceeded);
  expectRefused(openNpy("\x93NUMPY\2\0\1\0"s), "bytes left");
  for (const auto& version : {"\0\0"s, "\4\0"s, "\1\1"s, "\xFF\0"s})
    expectRefused(openNpy("\x93NUMPY" + version + "12345678"), "version 1.0, 2.0 or 3.0");
  std::string padded = npyDictionary("'<f4'", "(2,)");
  padded.resize(65'536, ' ');
  EXPECT_TRUE(openHeader(padded, 2));
  expectRefused(openHeader(padded + " ", 2), "at most 65536 bytes", Errc::LimitExceeded);
}

TEST(NpyN3, OnlyTheLiteralsThatNumPyWritesAreTaken) {
  const auto withShape = [](std::string_view shape) { return openHeader(npyDictionary("'<f4'", shape)); };
  const auto withDescr = [](std::string_view descr) { return openHeader(npyDictionary(descr, "(2,)")); };
  for (const std::string_view shape : {"(2,)", "(2, 1)", "( 2 ,1, )", "(1,\n2)", "(2L, 1L)"})
    EXPECT_TRUE(withShape(shape)) << shape;
  for (const std::string_view shape : {"(2",
                                       "(2,",
                                       "2",
                                       "(2)",
                                       "[2]",
                                       "(,)",
                                       "(2,,)",
                                       "(2 1)",
                                       "(-2,)",
                                       "(+2,)",
                                       "(1_0,)",
                                       "(0x2,)",
                                       "(02,)",
                                       "(2.0,)",
                                       "(2e0,)",
                                       "(True,)",
                                       "('2',)",
                                       "(2,) # comment",
                                       "(2,)+(1,)",
                                       "()*2",
                                       "tuple()",
                                       "(2l,)",
                                       "(__import__('os'),)",
                                       "(99999999999999999999,)"})
    expectRefused(withShape(shape), "expected in the header");
  expectRefused(openHeader(npyDictionary("'<f4'", "(2L,)"), 3), "expected in the header");
  expectRefused(withShape("(" + std::string(60'000, '9') + ",)"), "whole number");
  for (const std::string_view descr :
       {"u'<f4'", "b'<f4'", "f'<f4'", "'<' 'f4'", "'<\\x66\\x34'", "'<f4", "<f4", "None", "1", "'<f4'.x", "open('x')",
        "'''<f4'''", "[('a', '<f4')", "[('a' '<f4')]", "[-1]", "[x]", "[1_0]", "{'a' '<f4'}", "{1: 2}"})
    expectRefused(withDescr(descr), "expected in the header");
  const auto nested = [&](int depth) {
    return withDescr(std::string(static_cast<std::size_t>(depth), '[') + "1" +
                     std::string(static_cast<std::size_t>(depth), ']'));
  };
  EXPECT_TRUE(nested(32));
  expectRefused(nested(33), "32 deep");
  expectRefused(withDescr(std::string(60'000, '(')), "32 deep");
  // Longer ones are refused by the length of the header.
  expectRefused(openHeader(npyDictionary(std::string(100'000, '('), "(2,)"), 2), "at most 65536", Errc::LimitExceeded);
  expectRefused(openHeader(npyDictionary("'<f4'", "(" + std::string(1'000'000, '9') + ",)"), 2), "at most 65536",
                Errc::LimitExceeded);
}

TEST(NpyN3, TheDictionaryHasItsThreeKeysOnce) {
  const std::string order = "'fortran_order': False", shape = "'shape': (2,)", descr = "'descr': '<f4'";
  EXPECT_TRUE(openHeader("{" + shape + "," + order + "," + descr + "}"));
  EXPECT_TRUE(openHeader(" {\"shape\": (2,), " + order + ", " + descr + ", } \n"));
  expectRefused(openHeader("{" + order + ", " + descr + "}"), "descr, fortran_order and shape");
  expectRefused(openHeader("{" + shape + ", " + order + ", " + descr + ", 'x': 1}"), "no other key");
  expectRefused(openHeader("{" + shape + ", " + shape + ", " + order + ", " + descr + "}"), "each key once");
  expectRefused(openHeader("{" + shape + ", " + descr + ", 'fortran_order': 0}"), "True or False");
  expectRefused(openHeader("{" + shape + ", " + descr + ", " + order + "} x"), "nothing behind");
  expectRefused(openHeader("{" + shape + " " + descr + ", " + order + "}"), "end of the dictionary");
  expectRefused(openHeader("{'shape' (2,), " + descr + ", " + order + "}"), "a colon");
  expectRefused(openHeader("{" + shape + ", " + descr + ", " + order), "end of the dictionary");
  expectRefused(openHeader("[" + shape + "]"), "a dictionary");
}

TEST(NpyN4, ShapesOfAnyProductAreBounded) {
  const auto opened = [](std::string_view shape, std::string_view elements) {
    return openNpy(npyFile(npyDictionary("'|u1'", shape), elements));
  };
  EXPECT_EQ(opened("()", "x")->tensors[0].elements, 1u);
  EXPECT_EQ(opened("(0,)", "")->tensors[0].elements, 0u);
  EXPECT_EQ(opened("(0, 4611686018427387904)", "")->tensors[0].elements, 0u);
  EXPECT_EQ(opened("(4611686018427387904, 4611686018427387904, 0)", "")->tensors[0].elements, 0u);
  expectRefused(opened("(4611686018427387904, 4)", ""), "64 bits can count");
  expectRefused(openNpy(npyFile(npyDictionary("'<f8'", "(4611686018427387904,)"), "")), "64 bits can count");
  const auto ones = [](int count) {
    std::string shape = "(";
    for (int i = 0; i < count; ++i) shape += "1, ";
    return shape + ")";
  };
  EXPECT_TRUE(opened(ones(33), "x"));
  EXPECT_TRUE(opened(ones(64), "x"));
  expectRefused(opened(ones(65), "x"), "at most 64 dimensions", Errc::LimitExceeded);
}

TEST(NpyN5, NumbersAreReadInEitherOrderOfBytes) {
  const auto values = [](std::string_view descr, std::string elements) {
    const auto checkpoint = openNpy(npyFile(npyDictionary(fmt::format("'{}'", descr), "(2,)"), elements));
    EXPECT_TRUE(checkpoint) << descr;
    return checkpoint ? valuesOf(*checkpoint) : std::vector<double>();
  };
  EXPECT_THAT(values("<f4", bytesOf<float>({0.1F, -3})), ElementsAre(0.1F, -3));
  EXPECT_THAT(values(">f4", bytesOf<float>({0.1F, -3}, true)), ElementsAre(0.1F, -3));
  EXPECT_THAT(values(">f8", bytesOf<double>({0.1, -3}, true)), ElementsAre(0.1, -3));
  EXPECT_THAT(values("<f2", "\0\x3C\0\xC0"s), ElementsAre(1, -2));
  EXPECT_THAT(values("f4", bytesOf<float>({1, 2})), ElementsAre(1, 2));
  EXPECT_THAT(values("=i8", bytesOf<std::int64_t>({-5, 5})), ElementsAre(-5, 5));
  EXPECT_THAT(values(">u2", "\1\2\3\4"), ElementsAre(258, 772));
  EXPECT_THAT(values("|b1", "\0\1"s), ElementsAre(0, 1));
  EXPECT_THAT(values("|i1", "\xFF\1"), ElementsAre(-1, 1));
  EXPECT_THAT(values(">u1", "\xFF\1"), ElementsAre(255, 1));
}

TEST(NpyN5, WhatIsNoNumberIsListedWithItsReason) {
  const auto remark = [](std::string_view descr, std::size_t bytes) {
    const auto checkpoint = openNpy(npyFile(npyDictionary(descr, "(2,)"), std::string(bytes, 'x')));
    EXPECT_TRUE(checkpoint) << descr;
    if (!checkpoint) return std::string();
    EXPECT_THAT(checkpoint->warnings, IsEmpty()) << descr;
    EXPECT_FALSE(checkpoint->source(0)) << descr;
    EXPECT_EQ(checkpoint->tensors[0].bytes, bytes) << descr;
    return checkpoint->tensors[0].remark;
  };
  EXPECT_THAT(remark("'|O'", 50), HasSubstr("pickle, which is never loaded"));
  EXPECT_THAT(remark("'<U3'", 24), HasSubstr("text"));
  EXPECT_THAT(remark("'|S0'", 0), HasSubstr("text"));
  EXPECT_THAT(remark("'|V8'", 16), HasSubstr("raw bytes"));
  EXPECT_THAT(remark("'<M8[ns]'", 16), HasSubstr("dates or times"));
  EXPECT_THAT(remark("'<m8'", 16), HasSubstr("dates or times"));
  EXPECT_THAT(remark("'<c8'", 16), HasSubstr("complex"));
  EXPECT_THAT(remark("'<c16'", 32), HasSubstr("complex"));
  EXPECT_THAT(remark("'<f16'", 32), HasSubstr("layout depends on the machine"));
  EXPECT_THAT(remark("'<V1'", 2), HasSubstr("FP8 of all kinds"));
  EXPECT_THAT(remark("'<f1'", 2), HasSubstr("FP8 of all kinds"));
  EXPECT_THAT(remark("[('a', '<f4'), ('b', '|O')]", 40), HasSubstr("records"));
  EXPECT_THAT(remark("[('p', [('x', '<f4'), ('y', '<f4', (2, 2))])]", 40), HasSubstr("records"));
  EXPECT_THAT(remark("{'names': ['a'], 'formats': ['<f4']}", 8), HasSubstr("records"));
  EXPECT_THAT(remark("('<f4', (2,))", 16), HasSubstr("records"));
  for (const std::string_view descr : {"''", "'<'", "'f'", "'float32'", "'<f4x'", "'<i3'", "'|b2'", "'\xFF'"})
    EXPECT_FALSE(openNpy(npyFile(npyDictionary(descr, "(0,)"), ""))->tensors[0].remark.empty()) << descr;
  expectRefused(openNpy(npyFile(npyDictionary("'|V18446744073709551615'", "(2,)"), "12")), "64 bits can count");
}

TEST(NpyN5, TwoBytesWithoutANameAreReadAsBfloat16) {
  for (const std::string descr : {"<V2", "|V2"}) {
    const auto checkpoint = openNpy(npyFile(npyDictionary("'" + descr + "'", "(2,)"), "\x80\x3F\0\xC0"s));
    ASSERT_TRUE(checkpoint);
    EXPECT_THAT(valuesOf(*checkpoint), ElementsAre(1, -2));
    EXPECT_EQ(checkpoint->tensors[0].storedType, descr);
    EXPECT_THAT(checkpoint->tensors[0].remark, HasSubstr("read as bfloat16"));
  }
}

TEST(NpyN6, MissingBytesAreDamageAndTrailingOnesAWarning) {
  const std::string whole = npyFile(npyDictionary("'>f4'", "(2,)"), "12345678");
  const std::string cut = whole.substr(0, whole.size() - 1);
  expectRefused(openNpy(cut), "8 bytes of its elements expected, 7 bytes found", Errc::Damaged);
  const auto damaged = openNpy(cut, {.allowDamaged = true});
  ASSERT_TRUE(damaged);
  EXPECT_THAT(damaged->warnings, ElementsAre(HasSubstr("Opened although damaged")));
  EXPECT_FALSE(damaged->source(0));
  const auto longer = openNpy(whole + "9");
  ASSERT_TRUE(longer);
  EXPECT_THAT(longer->warnings, ElementsAre("1 bytes follow the array."));
}

}  // namespace
}  // namespace ulpscope
