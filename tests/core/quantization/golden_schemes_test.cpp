// SPDX-License-Identifier: Apache-2.0
// Every scheme against tests/golden/quantization: bitsandbytes 0.50.2, gguf 0.19.0, ml_dtypes 0.6.0 and NumPy 2.4.6.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/backend/backend.h"
#include "core/quantization/scheme.h"
#include "tests/core/formats/golden_file.h"

namespace ulpscope {
namespace {

struct Case {
  std::string golden;  ///< "matrix.q8_0"
  std::string scheme;
  Settings settings;
};

std::ostream& operator<<(std::ostream& out, const Case& golden) { return out << golden.golden; }

std::vector<Case> cases() {
  return {
      {"matrix.absmax_int8.tensor", "int8_tensor", {}},
      {"matrix.absmax_int8.row", "int_symmetric", {}},
      {"matrix.absmax_int8.column", "int8_column", {}},
      {"matrix.absmax_int8.column", "int_symmetric", {{"granularity", "column"}}},
      {"matrix.absmax_int8.group32", "int8_group", {{"group", "32"}}},
      {"matrix.affine_int8.tensor", "int_affine", {{"granularity", "tensor"}}},
      {"matrix.affine_int8.row", "int_affine", {}},
      {"matrix.affine_int8_as_given.tensor", "int_affine", {{"granularity", "tensor"}, {"range", "as_given"}}},
      {"matrix.affine_int8_as_given.row", "int_affine", {{"range", "as_given"}}},
      {"matrix.float8_e4m3fn.tensor", "fp8_tensor", {}},
      {"matrix.float8_e4m3fn.row", "fp8_row", {}},
      {"matrix.bnb_int8_row", "int8_row", {}},
      {"matrix.bnb_nf4", "bnb_nf4", {}},
      {"matrix.q8_0", "q8_0", {}},
      {"matrix.q8_0_avx2", "q8_0", {{"path", "avx2"}}},
      {"matrix.q4_0", "q4_0", {}},
      {"vector.absmax_int8.tensor", "int8_tensor", {}},
      {"vector.affine_int8.tensor", "int_affine", {{"granularity", "tensor"}}},
      {"vector.affine_int8_as_given.tensor", "int_affine", {{"range", "as_given"}}},
      {"vector.float8_e4m3fn.tensor", "fp8_tensor", {}},
      {"vector.bnb_nf4", "bnb_nf4", {}},
      {"nf4_edges.bnb_nf4", "bnb_nf4", {}},
  };
}

template <class Value>
std::vector<Value> golden(const std::string& name) {
  const GoldenArray array = readGoldenArray(name + ".npy", "quantization");
  std::vector<Value> values(array.size());
  EXPECT_EQ(array.itemBytes, sizeof(Value)) << name;
  std::memcpy(values.data(), array.bytes.data(), values.size() * sizeof(Value));
  return values;
}

class GoldenScheme : public testing::TestWithParam<Case> {};

TEST_P(GoldenScheme, GivesTheSameCodesScalesAndValues) {
  const auto& [name, id, settings] = GetParam();
  const std::vector<float> input = golden<float>(name.substr(0, name.find('.')));
  const MatrixShape shape = input.size() == 48 * 96 ? MatrixShape{48, 96} : MatrixShape{1, input.size()};
  const Scheme* scheme = findScheme(id);
  ASSERT_NE(scheme, nullptr);
  const auto result = scheme->quantize(MatrixView{shape, input}, settings, *makeReferenceBackend(), {});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->codes, golden<std::uint8_t>(name + ".codes"));
  EXPECT_EQ(result->scales, golden<float>(name + ".scales"));
  EXPECT_EQ(result->restored, golden<float>(name + ".restored"));
  if (!result->zeroPoints.empty()) {
    EXPECT_EQ(result->zeroPoints, golden<std::int32_t>(name + ".zeros"));
  }
  EXPECT_THAT(result->warnings, testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Files, GoldenScheme, testing::ValuesIn(cases()), [](const auto& tested) {
  std::string name = tested.param.golden + "_by_" + tested.param.scheme;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
});

}  // namespace
}  // namespace ulpscope
