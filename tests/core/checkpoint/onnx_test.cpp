// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/checkpoint/checkpoint.h"
#include "tests/core/checkpoint/container_sample.h"
#include "tests/core/checkpoint/onnx_builder.h"
#include "tests/core/checkpoint/onnx_checks.h"
#include "tests/core/temporary_folder.h"

namespace ulpscope {
namespace {

using test::errorOf;
using test::onnxEntry;
using test::onnxExternal;
using test::onnxModel;
using test::onnxModelOf;
using test::onnxNode;
using test::onnxTensor;
using test::openedOnnx;
using test::Proto;
using test::rawBytes;
using test::remarkOf;
using test::valuesOf;
using test::varints;
using Values = std::vector<double>;

/// Of the only tensor of a model.
Values valuesOf(const Proto& tensor) {
  const auto checkpoint = openedOnnx(onnxModelOf({tensor}));
  if (!checkpoint) return {NAN, NAN, NAN, NAN};
  return valuesOf(*checkpoint, checkpoint->tensors.at(0).name);
}

TEST(Onnx, ReadsRawDataWhereItLies) {
  const auto checkpoint = openedOnnx(onnxModelOf({onnxTensor("w", 1, {2, 1}).bytes(9, rawBytes({1.0F, -2.0F}))}));
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  const TensorInfo& info = checkpoint->tensors[0];
  EXPECT_EQ(info.storage, nullptr);
  EXPECT_EQ(info.storedType, "F32");
  EXPECT_EQ(info.shape, (std::vector<std::uint64_t>{2, 1}));
  EXPECT_EQ(valuesOf(*checkpoint, "w"), (Values{1, -2}));
}

TEST(Onnx, SaysWhatTheModelIs) {
  const auto checkpoint = openedOnnx(
      Proto()
          .number(1, 8)
          .bytes(2, "maker")
          .message(
              7,
              Proto().bytes(2, "g").message(
                  11,
                  Proto().bytes(1, "x").message(
                      2, Proto().message(
                             1, Proto().number(1, 1).message(
                                    2, Proto().message(1, Proto().bytes(2, "n")).message(1, Proto().number(1, 3)))))))
          .message(8, Proto().bytes(1, "").number(2, 17))
          .message(8, Proto().bytes(1, "com.microsoft").number(2, 1))
          .message(14, onnxEntry("key", "value"))
          .str());
  ASSERT_TRUE(checkpoint);
  const std::vector<std::pair<std::string, std::string>> expected{
      {"ir_version", "8"},         {"producer_name", "maker"}, {"graph", "g"},
      {"inputs", "x: F32 [n, 3]"}, {"key", "value"},           {"opset_import", "ai.onnx 17, com.microsoft 1"}};
  EXPECT_EQ(checkpoint->metadata, expected);
}

TEST(Onnx, ListsTheTensorsOfBranchesConstantsFunctionsAndTraining) {
  const auto tensor = [](std::string_view name) { return onnxTensor(name, 1, {}).bytes(9, rawBytes(1.0F)); };
  const Proto branch = Proto()
                           .message(5, tensor("inner"))
                           .message(1, onnxNode("Constant", "deep", Proto().bytes(1, "value").message(5, tensor(""))));
  const Proto graph =
      Proto()
          .message(1, onnxNode("If", "y", Proto().bytes(1, "then_branch").message(6, branch)))
          .message(1, onnxNode("Loop", "z", Proto().bytes(1, "bodies").message(11, Proto().message(5, tensor("body")))))
          .message(1, onnxNode("ConstantOfShape", "zeros", Proto().bytes(1, "value").message(5, tensor("ignored"))))
          .message(1, onnxNode("Custom", "many",
                               Proto().bytes(1, "tables").message(10, tensor("")).message(10, tensor(""))));
  const auto checkpoint = openedOnnx(
      Proto()
          .number(1, 8)
          .message(7, graph)
          .message(
              20,
              Proto().message(1, Proto().message(5, tensor("initial"))).message(2, Proto().message(5, tensor("step"))))
          .message(25, Proto().bytes(1, "f").message(
                           7, onnxNode("Constant", "local", Proto().bytes(1, "value").message(5, tensor("")))))
          .str());
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  std::vector<std::string> names;
  for (const TensorInfo& info : checkpoint->tensors) names.push_back(info.name);
  std::ranges::sort(names);
  EXPECT_EQ(names, (std::vector<std::string>{"body", "deep", "initial", "inner", "local", "many.tables.0",
                                             "many.tables.1", "step", "zeros.value"}));
}

TEST(Onnx, NumbersTensorsOfOneName) {
  const auto checkpoint =
      openedOnnx(onnxModelOf({onnxTensor("w", 1, {0}), onnxTensor("w", 1, {0}), onnxTensor("w (2)", 1, {0})}));
  ASSERT_TRUE(checkpoint);
  EXPECT_TRUE(checkpoint->find("w (2)"));
  EXPECT_TRUE(checkpoint->find("w (2) (2)"));
  EXPECT_EQ(checkpoint->warnings.size(), 1u);
}

TEST(OnnxO1, PassesOverUnknownFieldsAndGroups) {
  const auto checkpoint = openedOnnx(
      Proto().number(1, 8).number(99, 1).raw("\x0B\x0C").bytes(98, "?").message(7, Proto().fixed64(77, 1)).str());
  EXPECT_TRUE(checkpoint) << errorOf(checkpoint);
}

TEST(OnnxO2, RefusesGraphsNestedBeyondTheLimit) {
  std::string graph;
  for (int depth = 0; depth < 63; ++depth)
    graph = Proto().message(1, Proto().message(5, Proto().bytes(6, graph))).str();
  EXPECT_TRUE(openedOnnx(Proto().number(1, 8).bytes(7, graph).str()));
  graph = Proto().message(1, Proto().message(5, Proto().bytes(6, graph))).str();
  const auto tooDeep = openedOnnx(Proto().number(1, 8).bytes(7, graph).str());
  ASSERT_FALSE(tooDeep);
  EXPECT_EQ(tooDeep.error().code, Errc::LimitExceeded);
  EXPECT_CONTAINS(errorOf(tooDeep), "at most 64 graphs in each other");
  // Lengths that nest 100,000 deep, without building them from the inside.
  std::string nested;
  std::vector<std::string> heads;
  std::uint64_t length = 0;
  for (int depth = 0; depth < 100'000; ++depth) {
    heads.push_back(std::string(1, depth % 3 == 0 ? '\x0A' : depth % 3 == 1 ? '\x32' : '\x2A') + test::varint(length));
    length += heads.back().size();
  }
  for (auto head = heads.rbegin(); head != heads.rend(); ++head) nested += *head;
  EXPECT_FALSE(openedOnnx(Proto().number(1, 8).bytes(7, nested).str()));
}

TEST(OnnxO2, FunctionsThatCallEachOtherAreNotFollowed) {
  const auto function = [](std::string_view name, std::string_view callee) {
    return Proto().bytes(1, name).message(7, Proto().bytes(4, callee));
  };
  EXPECT_TRUE(openedOnnx(
      Proto().number(1, 8).message(7, Proto()).message(25, function("f", "g")).message(25, function("g", "f")).str()));
}

TEST(OnnxO3, ShapesThatAreNoneAreListed) {
  EXPECT_CONTAINS(remarkOf(onnxTensor("t", 1, {-1}).bytes(9, "")), "dimensions of 0 or more expected, -1 found");
  EXPECT_CONTAINS(remarkOf(onnxTensor("t", 1, {1LL << 40, 1LL << 40})), "fewer elements expected");
  EXPECT_CONTAINS(remarkOf(onnxTensor("t", 11, {1LL << 62})), "fewer bytes expected");
  Proto deep = onnxTensor("t", 1, {});
  for (int i = 0; i < 65; ++i) deep.number(1, 1);
  EXPECT_CONTAINS(remarkOf(deep), "at most 64 dimensions expected, 65 found");
  EXPECT_EQ(valuesOf(onnxTensor("t", 1, {0, 1LL << 40, 1LL << 40})), Values{});
  EXPECT_EQ(valuesOf(Proto().bytes(1, varints({1, 2})).number(2, 1).bytes(9, rawBytes({1.0F, 2.0F}))), (Values{1, 2}))
      << "packed dims";
}

TEST(OnnxO3, RawDataOfAnotherSizeIsListed) {
  EXPECT_CONTAINS(remarkOf(onnxTensor("t", 1, {2}).bytes(9, "1234567")), "8 bytes of raw data expected, 7 found");
  EXPECT_CONTAINS(remarkOf(onnxTensor("t", 1, {2}).bytes(9, "123456789")), "8 bytes of raw data expected, 9 found");
  EXPECT_CONTAINS(remarkOf(onnxTensor("t", 22, {3}).bytes(9, "1")), "2 bytes of raw data expected, 1 found");
  EXPECT_CONTAINS(remarkOf(onnxTensor("t", 1, {2})), "8 bytes of data expected, none found");
}

TEST(OnnxO3, ElementsInTwoFieldsAreListed) {
  EXPECT_CONTAINS(remarkOf(onnxTensor("t", 1, {1}).bytes(9, "1234").real(4, 1.0F)),
                  "expected in one field, 2 have some");
  EXPECT_CONTAINS(remarkOf(onnxExternal("t", 1, {1}, "x").bytes(9, "1234")), "expected in one field, 2 have some");
  EXPECT_CONTAINS(remarkOf(onnxTensor("t", 1, {1}).number(5, 1)), "found in field 5");
}

TEST(OnnxO3, WhatIsNoNumberIsListed) {
  EXPECT_CONTAINS(remarkOf(onnxTensor("t", 8, {1}).bytes(6, "text")), "text, not numbers");
  EXPECT_CONTAINS(remarkOf(onnxTensor("t", 99, {1}).bytes(9, "1")), "number 99, is unknown");
  EXPECT_CONTAINS(remarkOf(onnxTensor("t", 0, {1}).bytes(9, "1")), "number 0, is unknown");
  EXPECT_CONTAINS(remarkOf(onnxTensor("t", -1, {1}).bytes(9, "1")), "number -1, is unknown");
  EXPECT_CONTAINS(remarkOf(onnxTensor("t", 1, {1}).message(3, Proto().number(1, 0)).bytes(9, "1234")), "segment");
}

TEST(OnnxO3, ReadsTheFieldOfEachType) {
  EXPECT_EQ(valuesOf(onnxTensor("t", 1, {2}).bytes(4, rawBytes({1.0F, 2.0F}))), (Values{1, 2}))
      << "one packed run, in place";
  EXPECT_EQ(valuesOf(onnxTensor("t", 1, {3}).real(4, 1.0F).bytes(4, rawBytes({2.0F, 3.0F}))), (Values{1, 2, 3}));
  EXPECT_EQ(valuesOf(onnxTensor("t", 11, {2}).bytes(10, rawBytes({1.0, 2.0}))), (Values{1, 2}));
  EXPECT_EQ(valuesOf(onnxTensor("t", 7, {3}).bytes(7, varints({-1, 5})).number(7, 1LL << 40)), (Values{-1, 5, 0x1p40}));
  EXPECT_EQ(valuesOf(onnxTensor("t", 13, {1}).number(11, 9)), Values{9});
  EXPECT_EQ(valuesOf(onnxTensor("t", 12, {1}).number(11, 0xFFFFFFFF)), Values{4294967295.0});
  EXPECT_EQ(valuesOf(onnxTensor("t", 6, {2}).bytes(5, varints({-1, 7}))), (Values{-1, 7}));
  EXPECT_EQ(valuesOf(onnxTensor("t", 3, {3}).bytes(5, varints({-128, 127, 255}))), (Values{-128, 127, -1}));
  EXPECT_EQ(valuesOf(onnxTensor("t", 2, {1}).number(5, 200)), Values{200});
  EXPECT_EQ(valuesOf(onnxTensor("t", 9, {2}).bytes(5, varints({0, 1}))), (Values{0, 1}));
  EXPECT_EQ(valuesOf(onnxTensor("t", 10, {2}).bytes(5, varints({0x3C00, 0xC000}))), (Values{1, -2}))
      << "codes of float16";
  EXPECT_EQ(valuesOf(onnxTensor("t", 16, {1}).number(5, 0x3F80)), Values{1});
  EXPECT_EQ(valuesOf(onnxTensor("t", 17, {1}).number(5, 0x7E)), Values{448});
  EXPECT_EQ(valuesOf(onnxTensor("t", 24, {1}).number(5, 128)), Values{2});
}

TEST(OnnxO3, TypesBelowAByteFillTheirLastByte) {
  EXPECT_EQ(valuesOf(onnxTensor("t", 22, {2}).bytes(9, "\x8F")), (Values{-1, -8}));
  EXPECT_EQ(valuesOf(onnxTensor("t", 22, {3}).bytes(9, "\x21\x0F")), (Values{1, 2, -1}));
  EXPECT_EQ(valuesOf(onnxTensor("t", 21, {3}).bytes(5, varints({0x21, 0x0F}))), (Values{1, 2, 15})) << "two a number";
  EXPECT_EQ(valuesOf(onnxTensor("t", 26, {5}).bytes(9, "\xE4\x03")), (Values{0, 1, -2, -1, -1}));
  EXPECT_EQ(valuesOf(onnxTensor("t", 25, {4}).number(5, 0xE4)), (Values{0, 1, 2, 3}));
  EXPECT_EQ(valuesOf(onnxTensor("t", 23, {3}).bytes(9, "\x21\x0F")), (Values{.5, 1, -6}));
  EXPECT_EQ(valuesOf(onnxTensor("t", 27, {5}).bytes(5, varints({8, 16, 63, 0, 1}))), (Values{1, 2, -7.5, 0, .125}))
      << "one a number";
  EXPECT_EQ(valuesOf(onnxTensor("t", 28, {1}).bytes(9, "\x0C")), (Values{1}));
  const auto odd = openedOnnx(onnxModelOf({onnxTensor("t", 22, {3}).bytes(9, "\x21\x0F")}));
  EXPECT_EQ(odd->tensors[0].storedType, "I4");
  EXPECT_EQ(odd->tensors[0].type->name, "I8");
}

TEST(OnnxO3, NumbersThatAreTooManyTooFewOrTooLargeAreListed) {
  EXPECT_CONTAINS(remarkOf(onnxTensor("t", 3, {2}).bytes(5, varints({1, 2, 3}))), "2 numbers expected, more found");
  EXPECT_CONTAINS(remarkOf(onnxTensor("t", 3, {2}).bytes(5, varints({300}))), "numbers of 8 bits expected, 300 found");
  EXPECT_CONTAINS(remarkOf(onnxTensor("t", 3, {3}).bytes(5, varints({300}))), "at most 2 found");
  EXPECT_CONTAINS(remarkOf(onnxTensor("t", 7, {2}).bytes(7, "\x81\x82")), "none left");
  EXPECT_CONTAINS(remarkOf(onnxTensor("t", 1, {2}).bytes(4, "1234567")), "8 bytes of data expected, 7 found");
  EXPECT_CONTAINS(remarkOf(onnxTensor("t", 1, {2}).bytes(4, "123").bytes(4, "12345")), "numbers of 4 bytes expected");
  EXPECT_CONTAINS(remarkOf(onnxTensor("t", 2, {1LL << 40}).number(5, 1)), "at most 1 found");
}

TEST(Onnx, ReadsTheNumbersOfConstantsAttributes) {
  const auto constant = [](std::string_view output, const Proto& attribute) {
    return onnxNode("Constant", output, attribute);
  };
  const auto checkpoint =
      openedOnnx(onnxModel(Proto()
                               .message(1, constant("f", Proto().bytes(1, "value_float").real(2, 0.5F)))
                               .message(1, constant("i", Proto().bytes(1, "value_int").number(3, -3)))
                               .message(1, constant("fs", Proto().bytes(1, "value_floats").real(7, 1.0F).real(7, 2.0F)))
                               .message(1, constant("is", Proto().bytes(1, "value_ints").bytes(8, varints({1, -2}))))
                               .message(1, onnxNode("Concat", "c", Proto().bytes(1, "axis").number(3, 1)))));
  ASSERT_TRUE(checkpoint) << errorOf(checkpoint);
  EXPECT_EQ(checkpoint->tensors.size(), 4u);
  EXPECT_EQ(valuesOf(*checkpoint, "f"), Values{.5});
  EXPECT_EQ(valuesOf(*checkpoint, "i"), Values{-3});
  EXPECT_EQ(valuesOf(*checkpoint, "fs"), (Values{1, 2}));
  EXPECT_EQ(valuesOf(*checkpoint, "is"), (Values{1, -2}));
}

/// A sparse tensor "s" of the shape [2, 3] with the values 1 and 2.
Result<Checkpoint> sparse(std::initializer_list<std::int64_t> at, std::initializer_list<std::int64_t> shape) {
  return openedOnnx(
      onnxModel(Proto().message(15, Proto()
                                        .message(1, onnxTensor("s", 1, {2}).bytes(4, rawBytes({1.0F, 2.0F})))
                                        .message(2, onnxTensor("", 7, shape).bytes(7, varints(at)))
                                        .number(3, 2)
                                        .number(3, 3))));
}

TEST(Onnx, PutsSparseTensorsTogether) {
  const auto flat = sparse({0, 5}, {2});
  ASSERT_TRUE(flat) << errorOf(flat);
  EXPECT_EQ(valuesOf(*flat, "s"), (Values{1, 0, 0, 0, 0, 2}));
  EXPECT_EQ(valuesOf(*flat, "s.values"), (Values{1, 2}));
  EXPECT_EQ(flat->tensors[0].partOf, 2u);
  EXPECT_EQ(valuesOf(*sparse({0, 2, 1, 1}, {2, 2}), "s"), (Values{0, 0, 1, 0, 2, 0}));
  EXPECT_EQ(*flat->source(2)->valueAt(5), 2);
}

TEST(OnnxO3, SparseIndicesOutOfRangeAreListed) {
  const auto remark = [](std::initializer_list<std::int64_t> at, std::initializer_list<std::int64_t> shape) {
    const auto checkpoint = sparse(at, shape);
    if (!checkpoint) return describe(checkpoint.error());
    EXPECT_EQ(valuesOf(*checkpoint, "s.values"), (Values{1, 2}));
    return checkpoint->tensors[*checkpoint->find("s")].remark;
  };
  EXPECT_CONTAINS(remark({0, 6}, {2}), "indices below 6 expected, 6 found");
  EXPECT_CONTAINS(remark({0, -1}, {2}), "indices below 6 expected, -1 found");
  EXPECT_CONTAINS(remark({0, 3, 1, 1}, {2, 2}), "indices below 3 expected, 3 found");
  EXPECT_CONTAINS(remark({5, 0}, {2}), "indices in ascending order expected");
  EXPECT_CONTAINS(remark({0}, {1}), "indices of 2 values");
}

TEST(OnnxO7, TextAndPointersSayWhatTheyAre) {
  const test::TemporaryFolder folder;
  const auto error = [&](std::string_view text) {
    const auto checkpoint = openCheckpoint(folder.write("m.onnx", text));
    return checkpoint ? std::string("opened") : describe(checkpoint.error());
  };
  EXPECT_CONTAINS(error("ir_version: 8\nproducer_name: \"pytorch\"\n"), "ONNX model as text");
  EXPECT_CONTAINS(error("{\n  \"irVersion\": \"8\",\n  \"graph\": {}\n}"), "ONNX model as JSON");
  EXPECT_CONTAINS(error("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"), "git lfs pull");
}

TEST(OnnxO7, AFileThatEndsTooEarlyIsDamagedAndItsRestCanBeOpened) {
  const std::string whole = Proto()
                                .number(1, 8)
                                .message(7, Proto()
                                                .message(5, onnxTensor("a", 1, {1}).bytes(9, rawBytes(1.0F)))
                                                .message(5, onnxTensor("b", 1, {2}).bytes(9, rawBytes({1.0F, 2.0F}))))
                                .str();
  const auto cut = whole.substr(0, whole.size() - 3);
  const auto strict = openedOnnx(cut);
  ASSERT_FALSE(strict);
  EXPECT_EQ(strict.error().code, Errc::Damaged);
  EXPECT_CONTAINS(errorOf(strict), "an unfinished download?");
  const auto lenient = openedOnnx(cut, {}, true);
  ASSERT_TRUE(lenient) << errorOf(lenient);
  EXPECT_EQ(valuesOf(*lenient, "a"), Values{1});
  EXPECT_CONTAINS(lenient->tensors[*lenient->find("b")].remark, "8 bytes of raw data expected, 5 found");
}

}  // namespace
}  // namespace ulpscope
