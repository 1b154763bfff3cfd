// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/checkpoint/checkpoint.h"
#include "tests/core/checkpoint/container_sample.h"
#include "tests/core/checkpoint/flat_builder.h"

namespace ulpscope {
namespace {

using test::Flat;
using test::rawBytes;
using test::tfliteBuffer;
using test::tfliteBufferAt;
using test::tfliteModel;
using test::tfliteSubgraph;
using test::TfliteTensor;
using Values = std::vector<double>;
using namespace std::string_view_literals;

constexpr int kFloat32 = 0, kUint8 = 3, kString = 5, kInt16 = 7, kInt8 = 9, kInt4 = 17, kInt32 = 2;

Result<Checkpoint> opened(std::string_view bytes) {
  return findCheckpointReader("tflite")->open(memorySource("m.tflite", test::asBytes(bytes)), {});
}

std::string errorOf(std::string_view bytes) {
  const auto checkpoint = opened(bytes);
  return checkpoint ? "opened" : describe(checkpoint.error());
}

/// The only tensor of a model, whose buffer holds `bytes`.
Result<Checkpoint> one(TfliteTensor tensor, std::string_view bytes) {
  tensor.name = "t";
  tensor.buffer = 1;
  return opened(tfliteModel({tfliteSubgraph({tensor})}, {tfliteBuffer(bytes)}));
}

Values valuesOf(const Result<Checkpoint>& checkpoint, std::size_t tensor = 0) {
  if (!checkpoint || checkpoint->tensors.size() <= tensor) return {NAN, NAN, NAN};
  const auto source = checkpoint->source(tensor);
  if (!source) return {NAN, NAN};
  Values values(source->info().elements);
  return source->readDoubles(0, values) ? values : Values{NAN};
}

std::string remarkOf(const Result<Checkpoint>& checkpoint) {
  if (!checkpoint) return describe(checkpoint.error());
  return checkpoint->tensors.at(0).remark;
}

#define EXPECT_CONTAINS(text, part) EXPECT_NE(std::string(text).find(part), std::string::npos) << (text)

TEST(Tflite, ReadsPlainTensorsWhereTheyLie) {
  const auto checkpoint = one({.type = kFloat32, .shape = {1, 2}}, rawBytes({1.5F, -2.0F}));
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  EXPECT_EQ(checkpoint->tensors[0].storage, nullptr);
  EXPECT_EQ(valuesOf(checkpoint), (Values{1.5, -2}));
  EXPECT_EQ(valuesOf(one({.type = kInt4, .shape = {3}}, "\x21\x0F")), (Values{1, 2, -1})) << "integers without a scale";
  EXPECT_EQ(valuesOf(one({.type = kInt32, .shape = {}}, rawBytes(7))), Values{7}) << "a scalar";
}

TEST(Tflite, QuantizedTensorsBecomeTheNumbersTheyStandFor) {
  const auto perTensor = one({.type = kUint8, .shape = {3}, .scales = {0.5F}, .zeroPoints = {128}}, "\x80\x00\xFF"sv);
  EXPECT_EQ(valuesOf(perTensor), (Values{0, -64, 63.5}));
  const TensorInfo& info = perTensor->tensors.at(0);
  ASSERT_TRUE(info.packing) << info.remark;
  EXPECT_EQ(info.type->name, "F32");
  EXPECT_EQ(info.storedType, "U8");
  EXPECT_EQ(info.packing->id, "tflite_uint8");
  EXPECT_EQ(info.bytes, 3u);
  EXPECT_EQ(valuesOf(one({.type = kInt8, .shape = {2, 2}, .scales = {1, 2}, .zeroPoints = {0, 1}, .axis = 0},
                         "\x01\xFF\x03\x00"sv)),
            (Values{1, -1, 4, -2}));
  EXPECT_EQ(valuesOf(one({.type = kInt8, .shape = {2, 2}, .scales = {1, 2}, .zeroPoints = {0, 0}, .axis = 1},
                         "\x01\xFF\x03\x00"sv)),
            (Values{1, -2, 3, 0}));
  EXPECT_EQ(valuesOf(one({.type = kInt4, .shape = {3}, .scales = {0.25F}, .zeroPoints = {0}}, "\x8F\x07")),
            (Values{-.25, -2, 1.75}))
      << "the first element in the low bits";
  EXPECT_EQ(
      valuesOf(one({.type = kInt16, .shape = {1}, .scales = {0.1F}, .zeroPoints = {0}}, rawBytes(std::int16_t{3}))),
      Values{static_cast<float>(static_cast<double>(0.1F) * 3)})
      << "rounded once";
  EXPECT_EQ(valuesOf(one({.type = kInt8, .shape = {1}, .scales = {2}}, "\x01")), Values{2}) << "no zero point is zero";
}

TEST(Tflite, ScalesThatDoNotFitLeaveIntegersWithARemark) {
  const auto wrong = one({.type = kInt8, .shape = {2}, .scales = {1, 2, 3}, .zeroPoints = {0, 0, 0}}, "\x01\x02");
  EXPECT_CONTAINS(remarkOf(wrong), "shown as integers: 3 scales and 3 zero points do not fit dimension 0 of [2]");
  EXPECT_EQ(valuesOf(wrong), (Values{1, 2}));
  EXPECT_CONTAINS(
      remarkOf(one({.type = kInt8, .shape = {2}, .scales = {1, 2}, .zeroPoints = {0, 0}, .axis = -1}, "\x01\x02")),
      "shown as integers");
  EXPECT_CONTAINS(
      remarkOf(one({.type = kInt8, .shape = {2}, .scales = {1, 2}, .zeroPoints = {0, 0}, .axis = 7}, "\x01\x02")),
      "shown as integers");
  EXPECT_CONTAINS(remarkOf(one({.type = kInt8, .shape = {2}, .details = 2}, "\x01\x02")), "quantized in blocks");
}

TEST(Tflite, ReadsBuffersOutsideTheFlatBuffer) {
  const auto at = [](std::uint64_t offset, std::uint64_t size, std::string_view behind) {
    return opened(tfliteModel({tfliteSubgraph({{.name = "t", .type = kFloat32, .shape = {1}, .buffer = 1}})},
                              {tfliteBufferAt(offset, size)}, behind));
  };
  const std::uint64_t end = tfliteModel({tfliteSubgraph({{.name = "t", .type = kFloat32, .shape = {1}, .buffer = 1}})},
                                        {tfliteBufferAt(9, 4)})
                                .size();
  EXPECT_EQ(valuesOf(at(end, 4, rawBytes(3.0F))), Values{3});
  EXPECT_CONTAINS(remarkOf(at(end + 1, 4, rawBytes(3.0F))), "an unfinished download?");
  EXPECT_CONTAINS(remarkOf(at(~std::uint64_t{0}, 4, rawBytes(3.0F))), "4 bytes expected at byte 18446744073709551615");
  EXPECT_CONTAINS(remarkOf(at(end, ~std::uint64_t{0}, rawBytes(3.0F))), "18446744073709551615 bytes expected");
}

TEST(Tflite, ListsWhatItCannotRead) {
  EXPECT_CONTAINS(remarkOf(one({.type = kString, .shape = {1}}, "text")), "it holds no numbers but STRING");
  EXPECT_CONTAINS(remarkOf(one({.type = 99, .shape = {1}}, "1")), "its type, number 99, is unknown");
  EXPECT_CONTAINS(remarkOf(one({.type = kFloat32, .shape = {1}, .sparse = true}, "1234")), "stored sparse");
  EXPECT_CONTAINS(remarkOf(one({.type = kFloat32, .shape = {2}}, "1234")),
                  "the bytes of 2 elements of FLOAT32 expected, 4 bytes found");
  EXPECT_CONTAINS(remarkOf(one({.type = kFloat32, .shape = {-1}}, "1234")),
                  "dimensions of 0 or more expected, -1 found");
  const std::int32_t most = std::numeric_limits<std::int32_t>::max();
  EXPECT_CONTAINS(remarkOf(one({.type = kFloat32, .shape = {most, most, most}}, "1234")), "fewer elements expected");
}

TEST(Tflite, PutsTheSubgraphBeforeNamesWhereThereAreSeveral) {
  const TfliteTensor tensor{.name = "w", .type = kFloat32, .shape = {1}, .buffer = 1};
  const auto checkpoint =
      opened(tfliteModel({tfliteSubgraph({tensor}, "main"), tfliteSubgraph({tensor})}, {tfliteBuffer("1234")}));
  ASSERT_TRUE(checkpoint);
  ASSERT_EQ(checkpoint->tensors.size(), 2u);
  EXPECT_EQ(checkpoint->tensors[0].name, "main/w");
  EXPECT_EQ(checkpoint->tensors[1].name, "subgraph 1/w");
  EXPECT_EQ(checkpoint->tensors[1].sharesWith, 0u);
}

TEST(Tflite, RefusesWhatPointsOutOfTheFile) {
  const std::string sound = tfliteModel({tfliteSubgraph({{.name = "t", .type = kFloat32, .shape = {1}, .buffer = 1}})},
                                        {tfliteBuffer("1234")});
  EXPECT_EQ(errorOf(sound), "opened");
  for (const std::uint32_t distance : {0u, 0x7FFFFFFFu, 0xFFFFFFFFu, static_cast<std::uint32_t>(sound.size())}) {
    std::string bytes = sound;
    std::memcpy(bytes.data(), &distance, sizeof distance);
    EXPECT_CONTAINS(errorOf(bytes), "a distance within the file expected") << distance;
  }
  EXPECT_CONTAINS(errorOf(tfliteModel({tfliteSubgraph({{.name = "t", .shape = {1}, .buffer = 5}})}, {})),
                  "one of 1 buffers expected, number 5 found");
}

}  // namespace
}  // namespace ulpscope
